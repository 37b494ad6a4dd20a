"""Whatever reads a text that a stranger may have written takes time that grows as the text does, not faster.

A text of eight times the length may take eight times as long. Twenty-eight times are allowed here for the
noise of a busy machine; where every character is compared with every other it would be sixty-four.
"""

from __future__ import annotations

import ast
import importlib
import itertools
import random
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.canned.parsing import parse_canned
from kgraph.engine.constants import constant_edits
from kgraph.engine.form import split_form
from kgraph.engine.portable import _features, _without_comments
from kgraph.errors import KgraphError
from kgraph.federation.source import blanked, read_source
from kgraph.rdf.mending import in_order, mend
from kgraph.rdf.nesting import is_deep_json, is_deep_text
from kgraph.rdf.rules import misused_variable
from kgraph.rdf.soundness import TooDeepError, require_shallow_json, require_sound_xml
from kgraph.rdf.sparql import _profile_of_any, _profile_of_plain, iter_tokens, substitute
from kgraph.rdf.spelling import read_spelled
from kgraph.rdf.syntax import explain_syntax_error
from kgraph.rdf.terms import parse_iri, parse_term, render_words
from kgraph.rdf.tokens import Tokens
from kgraph.rdf.turtle import _lines_of_tokens
from kgraph.rdf.update import _split, parse_update
from kgraph.reconciling import Candidates, Entity
from kgraph.search.dates import parse_edtf
from kgraph.search.property import expand_search
from kgraph.search.words import read_words
from kgraph.store.lines import _only
from kgraph.store.spelling import Notebook
from kgraph.text import quoted_spans, spelled_numbers
from kgraph.vocab import KG, XSD
from kgraph.web.conditional import is_known, is_named
from kgraph.web.negotiation import by_format, parse_accept, parse_qualities
from kgraph.web.problems import HttpProblem
from kgraph.web.reading import decode_parameters

SOURCE = Path(__file__).parents[2] / "src"
TIMES: Final = 8
BOUND: Final = 28
#: What takes less is not measured but the noise.
NOISE_S: Final = 0.02


def seconds(work: Callable[[], object], rounds: int) -> float:
    best = float("inf")
    for _ in range(rounds):
        started = time.thread_time()
        with suppress(KgraphError, HttpProblem, ValueError, SyntaxError):
            work()
        best = min(best, time.thread_time() - started)
    return best


def grows_too_fast(read: Callable[[str], object], make: Callable[[int], str], length: int) -> bool:
    """Whether reading eight times as much takes much more than eight times as long."""
    short, long = make(length), make(length * TIMES)
    if seconds(lambda: read(long), 1) < NOISE_S:
        return False
    return seconds(lambda: read(long), 2) > BOUND * max(seconds(lambda: read(short), 3), NOISE_S / TIMES)


def of_length(before: str, unit: str, after: str) -> Callable[[int], str]:
    return lambda length: before + unit * (length // len(unit)) + after


# Every regular expression of ours, by the methods that it is used with.

METHODS: Final = ("match", "fullmatch", "search", "finditer", "findall", "sub", "split")


def patterns() -> Iterator[tuple[str, re.Pattern[Any], frozenset[str]]]:
    for path in sorted((SOURCE / "kgraph").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if not re.search(r"^\s*import re$", text, re.MULTILINE) or path.name == "__main__.py":
            continue
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        used = [(m[1], m[2]) for m in re.finditer(rf"(\w+)\.({'|'.join(METHODS)})\(", text)]
        anywhere = frozenset(method for _, method in used) - {"split"}  # which is a method of texts
        for key, value in vars(importlib.import_module(name)).items():
            methods = frozenset(method for owner, method in used if owner == key) or anywhere
            if isinstance(value, Tokens):
                methods = frozenset({"finditer"})
            for pattern in _within(value):
                yield f"{name}.{key}", pattern, methods
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "re"
                and node.func.attr in METHODS
                and isinstance(node.args[0], ast.Constant)
            ):
                yield f"{name}:{node.lineno}", re.compile(node.args[0].value), frozenset({node.func.attr})


def _within(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, Tokens):
        yield from value.patterns
    elif isinstance(value, list | tuple | frozenset | set):
        for each in value:
            yield from _within(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _within(each)
    elif isinstance(pattern := getattr(value, "pattern", None), re.Pattern):
        yield pattern


PATTERNS: Final = {
    f"{name} {number}": (pattern, methods) for number, (name, pattern, methods) in enumerate(patterns())
}


def characters(pattern: re.Pattern[Any], dice: random.Random) -> list[str]:
    """Some characters that a pattern speaks of, and some that any does."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    written = sorted(set(re.sub(r"\\[a-zA-Z]", "", source)) - set("()*+?|^$"))
    return [*dice.sample(written, min(7, len(written))), *"a1. \"'", "\n", "?", "-", "_"]


_BEGINNING: Final = re.compile(r"(?:\\[^a-zA-Z0-9]|[^\\\[\](){}.*+?|^$])+(?![*+?{])")


def beginning(pattern: re.Pattern[Any]) -> str:
    """What every match of a pattern begins with, where that shows."""
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    found = _BEGINNING.match(source)
    return re.sub(r"\\(.)", r"\1", found[0]) if found is not None else ""


def reading(pattern: re.Pattern[Any], methods: frozenset[str]) -> Callable[[str], None]:
    def read(text: str) -> None:
        value: Any = text if isinstance(pattern.pattern, str) else text.encode("latin-1", "replace")
        for method in methods:
            if method == "sub":
                pattern.sub(value[:0], value)
            elif method == "finditer":
                deque(pattern.finditer(value), maxlen=0)
            else:
                getattr(pattern, method)(value)

    return read


def test_every_regular_expression_is_found() -> None:
    assert len(PATTERNS) > 60
    assert any(name.startswith("kgraph.rdf.sparql._TOKEN") for name in PATTERNS)
    assert all(methods for _, methods in PATTERNS.values())


@pytest.mark.parametrize("name", PATTERNS)
def test_no_text_sends_a_regular_expression_back_and_forth(name: str) -> None:
    pattern, methods = PATTERNS[name]
    dice = random.Random(name)  # noqa: S311 - to have it again
    read = reading(pattern, methods)
    alphabet = characters(pattern, dice)
    units = [*alphabet, *map("".join, itertools.product(dice.sample(alphabet, 5), repeat=2))]
    units += ["".join(dice.choices(alphabet, k=dice.randint(3, 6))) for _ in range(20)]
    if begun := beginning(pattern):
        units += [begun, *(begun + each for each in alphabet), *("\n#" + begun, begun + "#", begun + "\\")]
    for unit in units:
        for before, after in (("", "\x00"), (dice.choice(alphabet), dice.choice(alphabet))):
            make = of_length(before, unit, after)
            # What grows with a power of two would never come back from more.
            assert seconds(lambda make=make: read(make(28)), 2) < 0.1, (before, unit, after)  # type: ignore[misc]
            assert not grows_too_fast(read, make, 1_000), (before, unit, after)


# Every scanner, on texts that are made for it.


def _refuse(text: str) -> None:
    raise SyntaxError(f"error at 1:{len(text)}: expected nothing")


def _tried(check: Callable[[list[bytes]], object], pieces: list[bytes]) -> None:
    with suppress(TooDeepError):
        check(pieces)


_NAMED: Final = Candidates(
    [Entity(word, (word, f"{word} of Aba", "a" * 500), ()) for word in ("Bab", "é", "“a” 1. b")], {}
)
READERS: Final[dict[str, Callable[[str], object]]] = {
    "tokens of SPARQL": lambda text: deque(iter_tokens(text), maxlen=0),
    "profile": lambda text: (_profile_of_plain(text), _profile_of_any(text)),
    "profile of a query": lambda text: _profile_of_any("SELECT * { " + text),
    "substitution": lambda text: substitute(text, {"a": "<x:y>"}),
    "syntax errors": lambda text: explain_syntax_error(text, f'error at 1:{len(text)}: expected "{{"'),
    "broken rules": lambda text: explain_syntax_error(
        text, f"error at 1:{len(text)}: expected Prefix not found"
    ),
    "rules": lambda text: misused_variable(list(iter_tokens("SELECT * { " + text + " }"))),
    "mending": lambda text: mend("SELECT * { ?a ?b ?c " + text + " }", lambda _: False, lambda: ["<a:b>"]),
    "features": lambda text: (set(_features(list(iter_tokens(text)))), _without_comments(text)),
    "constants": lambda text: constant_edits(list(iter_tokens(text))),
    "order of columns": lambda text: in_order(text, text, lambda _: ["a", "b"]),
    "spelling": lambda text: read_spelled(text, _refuse),
    "updates": parse_update,
    "updates in a group": lambda text: [*_split("INSERT DATA {" + text + "}", None)],
    "kg:search": lambda text: expand_search(
        f"PREFIX kg: <{KG}> SELECT * {{ ?c kg:search 'a' . {text}", lambda *_: ()
    ),
    "SERVICE": lambda text: (blanked(text), read_source("SELECT * { " + text + " }")),
    "canned queries": lambda text: parse_canned(text, slug="a", path="a.rq", prefixes={}),
    "lines of Turtle": lambda text: deque(_lines_of_tokens(text), maxlen=0),
    "terms": lambda text: parse_term('"' + text, prefixes={"a": "x:"}),
    "IRIs": lambda text: parse_iri(text, prefixes={"a": "x:"}),
    "words with IRIs": lambda text: render_words(text, {"a": "x:"}),
    "Accept": parse_accept,
    "Accept-Encoding": parse_qualities,
    "If-None-Match": lambda text: is_known(text, '"a"'),
    "If-Match": lambda text: is_named(text, '"a"', strong=True),
    "format=": by_format,
    "parameters": lambda text: decode_parameters(text.encode()),
    "dates": parse_edtf,
    "words": read_words,
    "quotations": quoted_spans,
    "numbers": spelled_numbers,
    "nested terms": lambda text: is_deep_text(text.encode()),
    "nested terms of an answer": lambda text: is_deep_text(text.encode(), comments=False),
    "nested terms in JSON": lambda text: is_deep_json(b'"type":"triple"' * 40 + text.encode()),
    "soundness of JSON": lambda text: _tried(require_shallow_json, [text.encode(), b'"', text.encode()]),
    "soundness of XML": lambda text: _tried(require_sound_xml, [b"<a>", text.encode(), b"<a>"]),
    "names to reconcile": lambda text: (_NAMED.find(text), _NAMED.suggest(text)),
    "forms": lambda text: split_form(b"--a\r\n\r\n" + text.encode(), "a"),
    "spellings of lines": lambda text: Notebook().look_at(text.encode(), None),
    "lines with blank nodes": lambda text: _only(text.encode(), marked=True),
}
#: What opens and is never closed, what could be one thing or another, and what is all separators.
UNITS: Final = (
    *(
        "a.",
        "a.a:",
        "a-",
        "é.",
        "1.",
        "a:b.",
        "a:b.-.",
        "a:\\-",
        "a:%41.",
        "a:b..",
        "_:a.",
        "_a.",
        "1e",
        ".1",
    ),
    *('"', "'", '"""', "'''", '\\"""', '"\\', '"a"', "'\"", '"\n', '"""a"', "''", '\\"""\'', "“", "„", "«"),
    *(
        "<",
        "<a",
        "<a:b>",
        "<<",
        ">>",
        "{",
        "}",
        "[",
        "(",
        "{}",
        "()",
        "[]",
        "{[(",
        ")]}",
        "{|",
        "?a",
        "?",
        "$",
    ),
    *(
        " ",
        "\n",
        "\r",
        "#",
        "#\n",
        ";",
        ",",
        ".",
        "|",
        "^",
        "*",
        "+",
        "@a-",
        "@",
        "%",
        "%41",
        "\\",
        "\x00",
        "·",
    ),
    *("PREFIX ", "PREFIX a: <a:b> ", "BASE <a:b> ", "@prefix a: <b:c> .\n", "prefix a.", "SERVICE <a:b> {} "),
    *(
        "SERVICE",
        "FROM <a:b> ",
        "NOW",
        "a NOW",
        "a.NOW ",
        "NOW()",
        "SILENT ",
        "SELECT ",
        "SELECT * { ",
        "(1 AS ?a) ",
        "HAVING(?a)",
        "GRAPH ?g { ",
        "GRAPH ?g { VALUES ?a {} } ",
        "LANG(?a) = ",
        "a:b* ?a ; ",
        "?x a:b* a:c . ",
        "(a:b|",
    ),
    *(
        "{ ?a ?b ?c } UNION ",
        "OPTIONAL { ",
        "FILTER(",
        "BIND(1 AS ?a) ",
        "VALUES ?a { 1 } ",
        "EXISTS { ?a ?b ?c } ",
    ),
    *(
        "INSERT DATA {};",
        "CLEAR ALL;",
        "PREFIX a: <a:b> CLEAR ALL;",
        "DELETE WHERE { ?a ?b ?c };",
        "DROP;",
        "a;",
    ),
    *("W/", 'W/"a",', '"a" ', "*,", "a/b;q=1,", "a/b;q=0.,", ";q=", 'a/b;c="', ",;", "=", "&", "a=b&", "+"),
    *(
        "a'd",
        "'d",
        "'",
        "don't've",
        "U.S.",
        "co ",
        "1,000",
        "1,",
        "two hundred ",
        "and ",
        "a'",
        "--",
        "ll",
        "iz",
    ),
    *(
        "/..",
        "2011-",
        "?~%",
        "1e+5",
        "0",
        "-0",
        "..",
        "#+ a: b\n",
        "#+ - a\n",
        "?_a_iri ",
        "?_a\n",
        "kg:search 'a' ; ",
        "<<(",
        "<<(#",
        "<<(\n#",
        "<<(#<",
        "<<( a:b ",
        "\r\n--a",
        "\r\n--a\r\n\r\n",
        "\r\n--a \t",
        f'"1"^^<{XSD}int>',
        f'"1"^^<{XSD}int> .\n',
        f'"^^<{XSD}',
    ),
)


@pytest.mark.parametrize("name", READERS)
def test_every_scanner_takes_time_in_proportion(name: str) -> None:
    read = READERS[name]
    length = 600 if seconds(lambda: read("a " * 300), 1) < NOISE_S / TIMES else 200
    for unit in UNITS:
        assert not grows_too_fast(read, of_length("", unit, ""), length), unit
        assert not grows_too_fast(read, of_length("a", unit, "\x00a:"), length), unit


SHORT: Final = st.text(alphabet="ab.:-_1\\\"'<>{}[]()?@#%;, \n", min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(before=SHORT, unit=SHORT, after=SHORT)
def test_no_text_at_all_sends_the_scanners_of_queries_back_and_forth(
    before: str, unit: str, after: str
) -> None:
    make = of_length(before, unit, after)
    for name in ("tokens of SPARQL", "profile of a query", "lines of Turtle", "updates", "kg:search"):
        assert not grows_too_fast(READERS[name], make, 600), name
