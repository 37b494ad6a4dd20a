"""Reading ``multipart/form-data`` (RFC 7578): the parts of a form that are files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.errors import MessageError
from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from typing import Final

import pyoxigraph as ox
from anyio.to_thread import run_sync

from kgraph.rdf.formats import FORMATS, Format
from kgraph.rdf.loading import RDF_FORMATS, explain_rdf_error
from kgraph.web.bodies import unsupported
from kgraph.web.problems import HttpProblem

__all__ = ["FORM_DATA", "Part", "join_parts", "parse_parts"]

FORM_DATA: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form: the name of its file, its media type in full, and its bytes."""

    filename: str
    content_type: str
    content: bytes


def parse_parts(content_type: str, body: bytes) -> list[Part]:
    """The parts of a form. ``content_type`` is that of the request, with the boundary.

    Raises:
        HttpProblem: the body is no such form.
    """
    head = f"MIME-Version: 1.0\r\nContent-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    try:
        form = BytesParser(policy=HTTP).parsebytes(head + body)
    except (MessageError, ValueError, LookupError) as error:
        raise _malformed() from error
    if not form.is_multipart() or form.defects:
        raise _malformed()
    parts: list[Part] = []
    for part in form.iter_parts():
        content = part.get_payload(decode=True)
        if part.is_multipart() or not isinstance(content, bytes):
            raise _malformed()
        kind = str(part["content-type"]) if part["content-type"] else ""
        parts.append(Part(part.get_filename() or "", kind, content))
    return parts


def _malformed() -> HttpProblem:
    return HttpProblem(
        HTTPStatus.BAD_REQUEST,
        "multipart",
        "The body is no multipart/form-data with the boundary that its Content-Type names.",
        "Let a library write the form (RFC 7578).",
    )


async def join_parts(
    content_type: str, body: bytes, formats: Mapping[str, Format], *, base_iri: str
) -> tuple[bytes, Format]:
    """The RDF documents of a form as one document, their blank nodes kept apart.

    Raises:
        HttpProblem: the body is no such form, or a part of it comes as something else.
        RdfSyntaxError: a part is not what it says.
    """
    documents: list[tuple[Part, Format]] = []
    for part in parse_parts(content_type, body):
        media_type = part.content_type.partition(";")[0].strip().lower()
        fmt = formats.get(media_type)
        if fmt is None:
            raise unsupported(media_type, [*formats], what=f"The part {part.filename[:80]!r}")
        documents.append((part, fmt))
    if len(documents) == 1:
        part, fmt = documents[0]
        return part.content, fmt
    return await run_sync(_join, documents, base_iri), FORMATS["nt"]


def _join(documents: list[tuple[Part, Format]], base_iri: str) -> bytes:
    triples: list[ox.Triple] = []
    for part, fmt in documents:
        try:
            quads = ox.parse(
                part.content,
                RDF_FORMATS[fmt.name],
                base_iri=base_iri,
                without_named_graphs=True,
                rename_blank_nodes=True,
            )
            triples += (quad.triple for quad in quads)
        except SyntaxError as error:
            raise explain_rdf_error(error, f"The part {part.filename!r}") from error
    return ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
