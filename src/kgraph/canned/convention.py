"""How a parameter is written: a variable whose name begins with an underscore and ends in its type."""

from __future__ import annotations

import re
from typing import Final

from kgraph.canned.values import value_type

__all__ = ["CONVENTION", "in_camel_case", "match_variable"]

_VARIABLE: Final = re.compile(r"(?P<marks>__?)(?P<name>[A-Za-z][A-Za-z0-9]*)(?:_(?P<suffix>\w+))?", re.ASCII)
CONVENTION: Final = (
    "A parameter is ?_name, ?_name_iri, ?_name_integer, ?_name_number, ?_name_en or ?_name_xsd_date "
    "(?__name where it is optional), with the name in camelCase."
)


def match_variable(name: str) -> re.Match[str] | None:
    """A variable's name without its mark, taken apart by grlc's convention; None for any other name."""
    return _VARIABLE.fullmatch(name)


def in_camel_case(variable: str) -> str:
    """A name such as ``_first_name_iri`` as it should be: ``_firstName_iri``."""
    marks = "__" if variable.startswith("__") else "_"
    words = [word for word in variable.split("_") if word] or ["name"]
    for count in (2, 1, 0):
        name, suffix = words[: len(words) - count], "_".join(words[len(words) - count :])
        if name and value_type(suffix) is not None:
            break
    camel = name[0][:1].lower() + name[0][1:] + "".join(word[:1].upper() + word[1:] for word in name[1:])
    return f"{marks}{camel}_{suffix}" if suffix else f"{marks}{camel}"
