"""Each format is read by its own community's tool, and what comes back is what there was."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pyoxigraph as ox
import pytest
import rdflib
import requests
import yaml
from bibtexparser.entrypoint import parse_string
from click.testing import CliRunner
from csvw import CSVW
from hypothesis import given
from hypothesis import strategies as st
from nanopub.nanopub import Nanopub
from nanopub.nanopub_conf import NanopubConf
from requests_cache import CachedSession
from rocrate.rocrate import ROCrate
from rocrate_validator import models, services
from urllib3 import HTTPResponse

from kgraph.cli.hash import hash_command
from kgraph.errors import ParameterError, RdfSyntaxError, UnknownNameError
from kgraph.export import EXPORTERS, Source, find_exporter
from kgraph.export.claims import Claim, Claims
from kgraph.export.nanopublications import NP, content_of
from kgraph.export.reified import plain, reified
from kgraph.export.ro_crate import _SPECIFICATION
from kgraph.store.generation import canonical_hash
from kgraph.vocab import KG

from .conftest import Document, Folder

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # in what judges, not in ours
SCHEMA_ORG = "https://schema.org/"


@pytest.fixture(scope="session")
def claims(source: Source) -> list[Claim]:
    return list(Claims(source))


def hashed(triples: Any) -> str:
    return canonical_hash(ox.Quad(t.subject, t.predicate, t.object) for t in dict.fromkeys(triples))


def text_of(source: Source, claim: Claim) -> str:
    assert claim.article is not None
    return (source.settings.project / claim.article.text_file).read_text(encoding="utf-8")


def test_claims_are_read_as_the_files_have_them(source: Source, claims: list[Claim]) -> None:
    row = next(iter(source.select(f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ ?c a <{KG}Assertion> }}")))
    assert len(claims) == int(row["n"].value) > 20
    for claim in claims:
        assert claim.article is not None
        assert all(text_of(source, claim)[span.begin : span.end] == span.exact for span in claim.spans)
        assert not any(t.object == ox.NamedNode(KG + "StatedAssertion") for t in claim.triples)


def test_nanopublications_are_valid_and_give_the_claims_back(
    document: Document, source: Source, claims: list[Claim]
) -> None:
    quads = list(ox.parse(document("nanopubs"), ox.RdfFormat.TRIG))
    expected = [triple for claim in claims for triple in (*claim.triples, *claim.around)]
    assert hashed(content_of(quads)) == hashed(expected)
    heads = [quad.subject.value for quad in quads if quad.object == ox.NamedNode(NP + "Nanopublication")]
    assert len(set(heads)) == len(heads) == len(claims)
    asserted = {quad.triple for quad in quads if str(quad.graph_name).endswith("#assertion>")}
    assert not {claim.content for claim in claims} & asserted
    by_name: dict[str, list[ox.Quad]] = {}
    for quad in quads:
        assert isinstance(quad.graph_name, ox.NamedNode)
        by_name.setdefault(quad.graph_name.value.partition("#")[0], []).append(quad)
    for name in heads[:: max(1, len(heads) // 20)]:
        dataset = rdflib.Dataset()
        dataset.parse(data=ox.serialize(by_name[name], format=ox.RdfFormat.N_QUADS), format="nquads")
        read = Nanopub(rdf=dataset, conf=NanopubConf())
        assert read.is_valid
        assert len(read.assertion) and len(read.provenance) and len(read.pubinfo)  # noqa: PT018


def test_half_a_nanopublication_is_none(document: Document) -> None:
    quads = list(ox.parse(document("nanopubs"), ox.RdfFormat.TRIG))
    lost = [quad for quad in quads if not str(quad.graph_name).endswith("#provenance>")]
    with pytest.raises(RdfSyntaxError, match="lacks"):
        list(content_of(lost))
    with pytest.raises(RdfSyntaxError, match="no nanopublication"):
        list(content_of([]))


@pytest.mark.parametrize("form", ["nq", "trig", "jsonld"])
def test_a_dump_has_the_hash_that_citations_name(
    form: str, document: Document, source: Source, tmp_path: Path
) -> None:
    dump = tmp_path / f"dump.{form}"
    dump.write_bytes(document(form))
    done = CliRunner().invoke(hash_command, [str(dump)])
    assert done.output.strip() == source.generation.manifest.version
    assert source.generation.manifest.version.encode() in document("cff")
    dump.write_bytes(document("nq").replace(b"Kosovo", b"Kosova", 1).replace(b"star", b"Star", 1))
    other = CliRunner().invoke(hash_command, [str(dump.rename(tmp_path / "other.nq"))])
    assert (other.exit_code, other.output == done.output) == (0, False)


def test_rdf_1_2_gives_the_dataset_back(document: Document) -> None:
    quads = list(ox.parse(document("rdf12"), ox.RdfFormat.TRIG))
    terms = [quad for quad in quads if isinstance(quad.object, ox.Triple)]
    assert len(terms) > 20
    assert all(quad.predicate.value.endswith("#reifies") for quad in terms)
    whole = list(ox.parse(document("nq"), ox.RdfFormat.N_QUADS))
    assert canonical_hash(plain(quads)) == canonical_hash(whole)


node = st.sampled_from([ox.NamedNode(f"urn:{name}") for name in "abc"])
parts = st.sampled_from(
    [ox.NamedNode(KG + name) for name in ("subject", "predicate", "object", "value", "x")]
)
value = node | st.sampled_from([ox.Literal("a"), ox.Literal(1), ox.BlankNode("b")])


@given(st.lists(st.builds(ox.Quad, node, parts, value, node), max_size=12))
def test_whatever_a_claim_has_it_comes_back_from_rdf_1_2(quads: list[ox.Quad]) -> None:
    ordered = sorted(set(quads), key=lambda quad: str(quad.graph_name))
    assert canonical_hash(plain(reified(ordered))) == canonical_hash(ordered)


ANNOTATION: dict[str, Any] = {
    "type": "object",
    "required": ["id", "type", "body", "target", "motivation", "generator"],
    "properties": {
        "id": {"type": "string", "format": "uri"},
        "type": {"const": "Annotation"},
        "motivation": {"const": "describing"},
        "created": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "creator": {"type": "object", "required": ["id", "type", "name"]},
        "rights": {"type": "string", "format": "uri"},
        "body": {
            "type": "array",
            "items": {
                "oneOf": [
                    {"required": ["type", "value"], "properties": {"type": {"const": "TextualBody"}}},
                    {"required": ["id"], "not": {"required": ["value"]}},
                ]
            },
        },
        "target": {
            "oneOf": [{"$ref": "#/$defs/target"}, {"type": "array", "items": {"$ref": "#/$defs/target"}}]
        },
    },
    "$defs": {
        "target": {
            "type": "object",
            "required": ["type", "source", "selector"],
            "properties": {
                "type": {"const": "SpecificResource"},
                "selector": {
                    "type": "array",
                    "prefixItems": [
                        {
                            "required": ["type", "exact"],
                            "additionalProperties": False,
                            "properties": {
                                "type": {"const": "TextQuoteSelector"},
                                "exact": {"type": "string"},
                                "prefix": {"type": "string"},
                                "suffix": {"type": "string"},
                            },
                        },
                        {
                            "required": ["type", "start", "end"],
                            "properties": {
                                "type": {"const": "TextPositionSelector"},
                                "start": {"type": "integer", "minimum": 0},
                                "end": {"type": "integer", "minimum": 0},
                            },
                        },
                    ],
                    "items": False,
                },
            },
        }
    },
}


def test_annotations_are_of_the_data_model_and_lead_to_the_words(
    document: Document, source: Source, claims: list[Claim]
) -> None:
    collection = json.loads(document("annotations"))
    assert collection["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert (collection["type"], collection["first"]["type"]) == ("AnnotationCollection", "AnnotationPage")
    items = collection["first"]["items"]
    assert collection["total"] == len(items) == sum(1 for claim in claims if claim.spans)
    check = jsonschema.Draft202012Validator(ANNOTATION)
    by_iri = {claim.iri: claim for claim in claims}
    for item in items:
        check.validate(item)
        text = text_of(source, by_iri[item["body"][0]["id"]])
        targets = item["target"] if isinstance(item["target"], list) else [item["target"]]
        for quote, position in (target["selector"] for target in targets):
            start, end = position["start"], position["end"]
            assert text[start:end] == quote["exact"]
            assert text[:start].endswith(quote["prefix"])
            assert text[end:].startswith(quote["suffix"])


def test_schema_org_has_every_type_and_property(document: Document, claims: list[Claim]) -> None:
    vocabulary = json.loads((files("rocrate") / "data" / "schema.jsonld").read_text(encoding="utf-8"))
    known = {each["@id"] for each in vocabulary["@graph"]}
    content = json.loads(document("schemaorg"))
    assert content.pop("@context") == SCHEMA_ORG
    inline = json.dumps({"@context": {"@vocab": SCHEMA_ORG}, **content})
    graph = rdflib.Graph().parse(data=inline, format="json-ld")
    used = {str(p) for p in graph.predicates()} | {str(o) for o in graph.objects(None, rdflib.RDF.type)}
    used = {iri.replace(SCHEMA_ORG, "schema:") for iri in used if iri.startswith(SCHEMA_ORG)}
    assert len(used) > 8
    assert used <= known
    kinds = Counter(str(o).removeprefix(SCHEMA_ORG) for o in graph.objects(None, rdflib.RDF.type))
    assert kinds["Claim"] == len(claims)
    direct = sum(len(claim.spans) for claim in claims if claim.mode == KG + "direct-quotation")
    assert kinds["Quotation"] == direct > 0


def test_tables_are_valid_csvw(folder: Folder, claims: list[Claim]) -> None:
    path = folder("csvw")
    tables = CSVW(str(path / "csv-metadata.json"), validate=True)
    assert tables.is_valid
    rows = {Path(str(table.url)).name: list(table) for table in tables.tables}
    assert [row["claim"] for row in rows["claims.csv"]] == [claim.iri for claim in claims]
    for row, claim in zip(rows["claims.csv"], claims, strict=True):
        assert row["speakers"] == list(claim.speakers)
        assert row["stated"] is claim.is_stated
    assert sum(row["end"] - row["begin"] for row in rows["evidence.csv"]) == sum(
        span.end - span.begin for claim in claims for span in claim.spans
    )


class _Local(requests.adapters.HTTPAdapter):
    """Gives the context of RO-Crate from the package that has it, for the validator's cache."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        body = (files("rocrate") / "data" / "ro-crate.jsonld").read_bytes()
        headers = {"Content-Type": "application/ld+json"}
        found = HTTPResponse(io.BytesIO(body), headers, status=200, preload_content=False)
        return self.build_response(request, found)


def test_a_release_is_a_valid_research_object(folder: Folder, tmp_path: Path) -> None:
    path = folder("ro-crate")
    cache = tmp_path / "cache"
    with CachedSession(str(cache), backend="sqlite") as session:
        session.mount("https://", _Local())
        session.get(f"{_SPECIFICATION}/context")
    settings = services.ValidationSettings(
        rocrate_uri=str(path),
        profile_identifier="ro-crate-1.1",
        offline=True,
        cache_path=cache,
        requirement_severity=models.Severity.RECOMMENDED,
    )
    result = services.validate(settings)
    assert [issue.message for issue in result.get_issues(models.Severity.REQUIRED)] == []
    # Who publishes a release, and where its annotators work, is not for a program to say.
    unknown = re.compile("`publisher` property of a `Root|affiliation")
    assert [i.message for i in result.get_issues() if not unknown.search(i.message or "")] == []
    crate = ROCrate(str(path))
    names = {entity.id for entity in crate.data_entities}
    assert {"dataset.nq", "CITATION.cff", "tables/claims.csv"} <= names
    assert all((path / name).is_file() for name in names)


QUICK = re.compile(
    r'Q\d+\tP\d+\t(Q\d+|[+-]?\d+(\.\d+)?|\+\d{4}-\d\d-\d\dT00:00:00Z/\d+|"[^"\t]*")'
    r'(\tS\d+\t(?:[a-z-]+:)?(?:"[^"\t]*"|\+\d{4}-\d\d-\d\dT00:00:00Z/\d+))+'
)


def test_statements_for_a_wikibase_are_stated_and_have_references(
    document: Document, source: Source, claims: list[Claim]
) -> None:
    lines = document("quickstatements").decode().splitlines()
    stated = {claim.iri for claim in claims if claim.is_stated}
    for line in lines:
        assert QUICK.fullmatch(line), line
        reference = re.search(r'\tS854\t"([^"]+)"', line)
        assert reference is not None
        assert reference[1] in stated
    if source.settings.base_iri == "https://w3id.org/kgraph/":
        assert any(line.startswith("Q159470\tP361\tQ7184\t") for line in lines)  # KFOR is part of NATO


def test_citations_have_the_article_s_year(document: Document, source: Source) -> None:
    library = parse_string(document("bibtex").decode())
    assert not library.failed_blocks
    articles = {a.slug: a for a in Claims(source).articles()}
    entries = {entry.key: entry for entry in library.entries}
    assert set(articles) < set(entries)
    for slug, article in articles.items():
        year = entries[slug].get("year")
        assert (year.value if year else "") == article.issued[:4]
    cff = yaml.safe_load(document("cff"))
    assert cff["cff-version"] == "1.2.0"
    assert all(cff[name] for name in ("message", "title", "authors"))
    references = cff["references"]
    assert {each["title"] for each in references} == {article.title for article in articles.values()}
    assert {str(each.get("year", "")) for each in references} == {a.issued[:4] for a in articles.values()}


CFFCONVERT = Path(__file__).parents[2] / ".venv" / "tools" / "bin" / "cffconvert"


@pytest.mark.skipif(not CFFCONVERT.is_file(), reason="cffconvert is not installed; see `make engines`")
def test_the_citation_file_is_read_by_its_tool(document: Document, tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_bytes(document("cff"))

    def cffconvert(*options: str) -> str:
        command = [str(CFFCONVERT), "-i", str(tmp_path / "CITATION.cff"), *options]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    assert "valid according to schema version 1.2.0" in cffconvert("--validate")
    assert cffconvert("-f", "bibtex").startswith("@misc{")


def test_every_format_is_written_whole_or_said_to_be_none(source: Source, tmp_path: Path) -> None:
    assert set(EXPORTERS) >= {"nq", "rdf12", "nanopubs", "annotations", "schemaorg", "csvw", "ro-crate"}
    with pytest.raises(UnknownNameError, match="nonsense"):
        find_exporter("nonsense")
    with pytest.raises(ParameterError, match="folder"):
        EXPORTERS["csvw"].write_document(source, io.BytesIO())
    with pytest.raises(ParameterError, match="one document"):
        EXPORTERS["cff"].write_folder(source, tmp_path)
