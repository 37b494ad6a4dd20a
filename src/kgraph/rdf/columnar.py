"""Results in TSV as an Arrow table, column by column, without a Python object for each value.

It gives what :mod:`kgraph.rdf.columns` and :func:`kgraph.rdf.frames.arrow_of` give, which remain the judge: a
column that is none of the common kinds (IRIs, texts, numbers, truth values, days) is read by them, each
distinct term once. A term is as in SPARQL 1.1 Query Results CSV and TSV, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kgraph.rdf.columns import Iris, read_columns
from kgraph.rdf.frames import arrow_of
from kgraph.vocab import XSD

if TYPE_CHECKING:
    import pyarrow

__all__ = ["read_terms", "read_tsv"]

_TAGGED: Final = r'(?s)^"(?P<text>.*)"(?:@(?P<language>[A-Za-z0-9-]+))?$'
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES: Final = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
#: How a literal of these types ends that is not written as a bare number.
_SUFFIXES: Final = {
    name: f'"^^<{XSD}{name}>' for name in ("integer", "decimal", "double", "float", "boolean", "date")
}
_MOST_DIGITS: Final = 38


class _Uncommon(Exception):  # noqa: N818 - it is no fault
    """A column that is read term by term."""


def read_tsv(
    content: bytes,
    names: Sequence[str],
    prefixes: Mapping[str, str],
    *,
    iris: Iris = "compact",
    languages: bool = False,
    as_floats: bool = False,
) -> pyarrow.Table:
    """The table of a result in TSV; the arguments are those of :func:`kgraph.rdf.columns.read_columns`.

    With ``as_floats``, decimals are floats.

    Raises:
        ImportError: pyarrow is not installed.
    """
    import pyarrow as pa  # noqa: PLC0415 - optional
    from pyarrow import csv  # noqa: PLC0415

    known = prefixes if iris == "compact" else {}
    numbered = [str(number) for number in range(len(names))]
    table = csv.read_csv(
        pa.py_buffer(content),
        read_options=csv.ReadOptions(skip_rows=1, column_names=numbered, use_threads=False),
        parse_options=csv.ParseOptions(
            delimiter="\t", quote_char=False, escape_char=False, ignore_empty_lines=False
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(numbered, pa.string()), null_values=[""], strings_can_be_null=True
        ),
    )
    escapes = b"\\" in content
    arrays: list[Any] = []
    headings: list[str] = []
    for name, number in zip(names, numbered, strict=True):
        column = table.column(number)
        try:
            found = _common(column, known, escapes=escapes, languages=languages, as_floats=as_floats)
        except (_Uncommon, pa.ArrowException):
            terms = _terms(column)
            slow = read_columns(
                (name,), [{name: term} for term in terms], known, iris=iris, languages=languages
            )
            found = [arrow_of([each]).column(0) for each in slow]
        arrays += found
        headings += [name, f"{name}@"][: len(found)]
    return pa.table(arrays, names=headings)


def read_terms(content: bytes) -> ox.QuerySolutions:
    """The rows of a result in TSV, term by term."""
    results = ox.parse_query_results(content, ox.QueryResultsFormat.TSV)
    assert isinstance(results, ox.QuerySolutions)  # noqa: S101 - TSV has nothing else
    return results


def _terms(column: Any) -> list[Any]:
    encoded = column.combine_chunks().dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    content = "?x\n" + "".join(f"{text}\n" for text in texts)
    distinct = [row[0] for row in read_terms(content.encode())] if texts else []
    return [None if index is None else distinct[index] for index in encoded.indices.to_pylist()]


def _common(
    column: Any, prefixes: Mapping[str, str], *, escapes: bool, languages: bool, as_floats: bool
) -> list[Any]:
    """A column as an array, or as two where language tags are asked for and there are some."""
    import pyarrow.compute as pc  # noqa: PLC0415 - optional

    valid = len(column) - column.null_count
    if not valid:
        raise _Uncommon
    if _count(pc.starts_with(column, "<")) == valid:
        if pc.any(pc.starts_with(column, "<<")).as_py():
            raise _Uncommon
        return [_compact(pc.utf8_trim(column, "<>"), prefixes)]
    quoted = _count(pc.starts_with(column, '"'))
    if not quoted:
        return [_numbers(column, frozenset(), as_floats=as_floats)]
    if quoted == valid == _count(pc.ends_with(column, '"')):
        return [_texts(column) if escapes else pc.utf8_trim(column, '"')]
    found = {name for name, suffix in _SUFFIXES.items() if pc.any(pc.ends_with(column, suffix)).as_py()}
    if found:
        bare = column
        for name in found:
            bare = pc.replace_substring(bare, _SUFFIXES[name], "")
        bare = pc.utf8_ltrim(bare, '"')
        if pc.any(pc.match_substring(bare, '"')).as_py():
            raise _Uncommon
        if found in ({"boolean"}, {"date"}):
            return [_booleans(bare) if found == {"boolean"} else _days(bare, column)]
        return [_numbers(bare, frozenset(found), as_floats=as_floats)]
    return _tagged(column, languages=languages)


def _count(mask: Any) -> int:
    import pyarrow.compute as pc  # noqa: PLC0415 - optional

    return int(pc.sum(mask).as_py() or 0)


def _tagged(column: Any, *, languages: bool) -> list[Any]:
    """Texts of which some have a language."""
    import pyarrow as pa  # noqa: PLC0415 - optional
    import pyarrow.compute as pc  # noqa: PLC0415

    parts = pc.extract_regex(column, _TAGGED)
    text, tag = pc.struct_field(parts, 0), pc.struct_field(parts, 1)
    if pc.any(pc.and_(pc.is_valid(column), pc.is_null(text))).as_py():
        raise _Uncommon
    texts = _unescaped(text)
    if not languages:
        return [texts]
    return [texts, pc.if_else(pc.equal(tag, ""), pa.scalar(None, pa.string()), tag)]


def _compact(iris: Any, prefixes: Mapping[str, str]) -> Any:
    import pyarrow.compute as pc  # noqa: PLC0415 - optional

    done = 0
    for prefix, namespace in sorted(prefixes.items(), key=lambda pair: (len(pair[1]), pair[0]), reverse=True):
        if done == len(iris) - iris.null_count:
            break
        starts = pc.starts_with(iris, namespace)
        count = _count(starts)
        if count:
            short = pc.binary_replace_slice(iris, 0, len(namespace.encode()), f"{prefix}:")
            iris = short if count == len(iris) - iris.null_count else pc.if_else(starts, short, iris)
        done += count
    return iris


def _texts(column: Any) -> Any:
    """Texts without a language, in their quotation marks."""
    import pyarrow.compute as pc  # noqa: PLC0415 - optional

    if not pc.any(pc.match_substring(column, "\\")).as_py():
        return pc.utf8_trim(column, '"')
    return _unescaped(pc.utf8_slice_codeunits(column, 1, -1))


def _unescaped(texts: Any) -> Any:
    import pyarrow as pa  # noqa: PLC0415 - optional
    import pyarrow.compute as pc  # noqa: PLC0415

    escaped = pc.fill_null(pc.match_substring(texts, "\\"), False)
    if not pc.any(escaped).as_py():
        return texts
    mended = [
        _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), text)
        for text in texts.filter(escaped).to_pylist()
    ]
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    mask = escaped.combine_chunks() if isinstance(escaped, pa.ChunkedArray) else escaped
    return pc.replace_with_mask(whole, mask, pa.array(mended, pa.string()))


def _numbers(texts: Any, datatypes: frozenset[str], *, as_floats: bool) -> Any:
    """Numbers without quotation marks; ``datatypes`` are those that some had with their marks."""
    import pyarrow as pa  # noqa: PLC0415 - optional
    import pyarrow.compute as pc  # noqa: PLC0415

    if not datatypes - {"integer"}:
        try:
            return pc.cast(texts, pa.int64())
        except pa.ArrowInvalid:
            if _count(pc.match_substring(texts, "e")) == len(texts) - texts.null_count:
                return _booleans(texts)
    if not datatypes <= {"integer", "decimal", "double", "float"}:
        raise _Uncommon
    is_float = bool(datatypes & {"double", "float"}) or any(
        pc.any(pc.match_substring(texts, mark)).as_py() for mark in "eE"
    )
    if is_float:
        if any(pc.any(pc.match_substring(texts, mark)).as_py() for mark in ("N", "n", "x", "X")):
            raise _Uncommon
        return pc.cast(texts, pa.float64())
    if not datatypes - {"integer"} and not pc.any(pc.match_substring(texts, ".")).as_py():
        raise _Uncommon  # whole numbers of more than 64 bits
    length, point = pc.binary_length(texts), pc.find_substring(texts, ".")
    has_point = pc.greater_equal(point, 0)
    behind = pc.if_else(has_point, pc.subtract(pc.subtract(length, point), 1), 0)
    before = pc.max(pc.subtract(length, behind)).as_py()
    scale = pc.max(behind).as_py()
    if before + scale > _MOST_DIGITS:
        raise _Uncommon
    return pc.cast(texts, pa.float64() if as_floats else pa.decimal128(_MOST_DIGITS, scale))


def _booleans(texts: Any) -> Any:
    import pyarrow.compute as pc  # noqa: PLC0415 - optional

    true = pc.equal(texts, "true")
    if not pc.all(pc.or_(true, pc.equal(texts, "false"))).as_py():
        raise _Uncommon
    return true


def _days(texts: Any, column: Any) -> Any:
    """Days without a time zone, from the year 1 on; each had its quotation marks and datatype."""
    import pyarrow as pa  # noqa: PLC0415 - optional
    import pyarrow.compute as pc  # noqa: PLC0415

    if not pc.all(pc.ends_with(column, _SUFFIXES["date"])).as_py() or not (
        pc.all(pc.match_substring_regex(texts, r"^\d{4}-\d\d-\d\d$")).as_py()
        and not pc.any(pc.starts_with(texts, "0000")).as_py()
    ):
        raise _Uncommon
    return pc.cast(texts, pa.date32())
