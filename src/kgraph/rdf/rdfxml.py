"""Writing RDF/XML (RDF 1.1 XML Syntax; triple terms and base directions as RDF 1.2 XML Syntax has them).

Oxigraph's own writer gives malformed XML for a predicate or class without an XML name, for a blank node label
that is none, and for characters that XML 1.0 does not have. Here a class without a name becomes a property,
a label gets another spelling, and what RDF/XML has no form for is refused.

Workers use it, so it imports pyoxigraph, the errors and the standard library only. It never recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final
from xml.parsers import expat

import pyoxigraph as ox

from kgraph.errors import NotAcceptableError

__all__ = ["NO_XML", "write_rdf_xml"]

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE: Final = ox.NamedNode(_RDF + "type")
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_ITS: Final = "http://www.w3.org/2005/11/its"
#: What RDF/XML means something else by (RDF 1.1 XML Syntax, sections 5.1 and 7.2.2), and namespaces that no
#: prefix may stand for (Namespaces in XML 1.0, section 3).
_SYNTAX: Final = frozenset(
    _RDF + name
    for name in "RDF ID about parseType resource nodeID datatype version annotation annotationNodeID "
    "Description aboutEach aboutEachPrefix bagID li".split()
)
_RESERVED: Final = frozenset({"http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"})
_ASCII_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_0-9.\-]*")
#: Characters that no XML 1.0 document has (section 2.2). NUL to US without tab and line ends, and two more.
NO_XML: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff"
_NO_XML: Final = re.compile(f"[{NO_XML}]")
_MARKUP: Final = re.compile('[&<>"\r]')
#: A carriage return is written as a reference: a parser takes a bare one for a line feed (section 2.11).
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#xD;"}
_CODED: Final = re.compile("x[0-9a-f]+")
_PIECE_CHARACTERS: Final = 8192
_ASK: Final = "Ask for Turtle, N-Triples or JSON-LD."


def write_rdf_xml(triples: Iterable[Any], output: Any, prefixes: Mapping[str, str]) -> None:
    """Write triples.

    Args:
        triples: the triples (or quads, whose graph names are left out); those of one subject are best
            beside each other.
        output: what has a ``write`` for bytes.
        prefixes: names for namespaces; those that XML does not take are left out.

    Raises:
        NotAcceptableError: a triple has no form in RDF/XML.
    """
    _Writer(output, prefixes).write(triples)


class _Writer:
    def __init__(self, output: Any, prefixes: Mapping[str, str]) -> None:
        self._output = output
        self._pieces: list[str] = []
        self._size = 0
        self._names: dict[str, tuple[str, str]] = {}
        self._by_namespace = {
            namespace: prefix
            for prefix, namespace in prefixes.items()
            if _ASCII_NAME.fullmatch(prefix)
            and not prefix.lower().startswith("xml")
            and namespace not in ("", _RDF, _ITS, *_RESERVED)
        }

    def write(self, triples: Iterable[Any]) -> None:
        declared = {"rdf": _RDF, "its": _ITS}
        for namespace, prefix in self._by_namespace.items():
            declared.setdefault(prefix, namespace)
        self._by_namespace = {namespace: prefix for prefix, namespace in declared.items()}
        xmlns = "".join(f' xmlns:{prefix}="{_escape(iri)}"' for prefix, iri in declared.items())
        self._put(f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{xmlns}>\n')
        subject = None
        end = ""
        for triple in triples:
            if triple.subject != subject:
                self._put(end)
                subject = triple.subject
                begin, end, is_said = self._node(triple)
                self._put(begin)
                if is_said:
                    continue
            self._property(triple)
        self._put(end + "</rdf:RDF>\n")
        self._flush()

    def _node(self, triple: Any) -> tuple[str, str, bool]:
        """The beginning and the end of a subject's element, and whether its name says the triple."""
        if triple.predicate == _TYPE and isinstance(triple.object, ox.NamedNode):
            name = self._name(triple.object.value)
            if name is not None:
                return f"\t<{name[0]}{name[1]}{_about(triple.subject)}>\n", f"\t</{name[0]}>\n", True
        return f"\t<rdf:Description{_about(triple.subject)}>\n", "\t</rdf:Description>\n", False

    def _property(self, triple: Any) -> None:
        """A triple's property element; a triple term holds another, and so on."""
        ends = []
        while True:
            name = self._name(triple.predicate.value)
            if name is None:
                raise NotAcceptableError(
                    f"RDF/XML cannot hold the predicate <{triple.predicate.value}>: it ends in no XML name.",
                    hint=_ASK,
                )
            tag, xmlns = name
            value = triple.object
            if not isinstance(value, ox.Triple):
                break
            about = _about(value.subject)
            self._put(
                f'\t\t<{tag}{xmlns} rdf:version="1.2" rdf:parseType="Triple"><rdf:Description{about}>\n'
            )
            ends.append(f"</rdf:Description></{tag}>\n")
            triple = value
        if isinstance(value, ox.Literal):
            self._put(f"\t\t<{tag}{xmlns}{_attributes(value)}>{_text(value.value)}</{tag}>\n")
        else:
            self._put(f"\t\t<{tag}{xmlns}{_reference(value, 'resource')}/>\n")
        while ends:
            self._put(ends.pop())

    def _name(self, iri: str) -> tuple[str, str] | None:
        """An IRI as the name of an element, and the attribute that declares its namespace where need be."""
        name = self._names.get(iri)
        if name is None:
            parts = _split(iri)
            if parts is None:
                return None
            namespace, local = parts
            prefix = self._by_namespace.get(namespace)
            name = (local, f' xmlns="{_escape(namespace)}"') if prefix is None else (f"{prefix}:{local}", "")
            self._names[iri] = name
        return name

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._size += len(text)
        if self._size >= _PIECE_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        self._output.write("".join(self._pieces).encode())
        self._pieces.clear()
        self._size = 0


def _split(iri: str) -> tuple[str, str] | None:
    """An IRI as a namespace and the longest local name that ends it; None where RDF/XML has no such name."""
    if iri in _SYNTAX:
        return None
    begin = len(iri)
    while begin and _continues(iri[begin - 1]):
        begin -= 1
    while begin < len(iri) and not _begins(iri[begin]):
        begin += 1
    if begin in (0, len(iri)) or iri[:begin] in _RESERVED:
        return None
    return iri[:begin], iri[begin:]


@lru_cache(maxsize=4096)
def _begins(character: str) -> bool:
    """Whether a character begins a name for a parser that is widely used: editions of XML differ in this."""
    return character != ":" and _is_well_formed(f"<{character}/>")


@lru_cache(maxsize=4096)
def _continues(character: str) -> bool:
    return character not in ":/> " and _is_well_formed(f"<a{character}/>")


def _is_well_formed(document: str) -> bool:
    try:
        expat.ParserCreate().Parse(document, True)
    except expat.ExpatError:
        return False
    return True


def _about(subject: Any) -> str:
    return _reference(subject, "about")


def _reference(node: Any, attribute: str) -> str:
    if isinstance(node, ox.BlankNode):
        return f' rdf:nodeID="{_node_id(node.value)}"'
    return f' rdf:{attribute}="{_escape(node.value)}"'


def _node_id(label: str) -> str:
    """A label as an XML name (RDF 1.1 XML Syntax, section 5.1: rdf-id), another one for each label."""
    if _ASCII_NAME.fullmatch(label) and not _CODED.fullmatch(label):
        return label
    return f"x{label.encode().hex()}"


def _attributes(literal: ox.Literal) -> str:
    if literal.language is None:
        datatype = literal.datatype.value
        return "" if datatype == _STRING else f' rdf:datatype="{_escape(datatype)}"'
    language = f' xml:lang="{_escape(literal.language)}"'
    if literal.direction is None:
        return language
    direction = "ltr" if literal.direction == ox.BaseDirection.LTR else "rtl"
    return f'{language} rdf:version="1.2-basic" its:version="2.0" its:dir="{direction}"'


def _text(text: str) -> str:
    """Text as the content of an element.

    Raises:
        NotAcceptableError: it has a character that XML does not.
    """
    fault = _NO_XML.search(text)
    if fault is not None:
        raise NotAcceptableError(
            f"RDF/XML cannot hold the character U+{ord(fault[0]):04X}, which a text has: XML 1.0 has no form "
            "for it.",
            hint=_ASK,
        )
    return _escape(text)


def _escape(text: str) -> str:
    return _MARKUP.sub(lambda found: _ESCAPES[found[0]], text)
