"""What SIB's SPARQL editor and sparql-llm ask an endpoint for: their own three queries answer rows."""

from __future__ import annotations

import httpx
import pytest

from tests.conftest import ENTITY

KG = "https://w3id.org/kgraph/ontology#"
EXAMPLES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?sq ?comment ?query WHERE {
  ?sq a sh:SPARQLExecutable ; rdfs:comment ?comment ; sh:select|sh:ask|sh:construct|sh:describe ?query .
} ORDER BY ?sq
"""
PREFIXES = """
PREFIX sh: <http://www.w3.org/ns/shacl#>
SELECT DISTINCT ?prefix ?namespace WHERE { [] sh:namespace ?namespace ; sh:prefix ?prefix } ORDER BY ?prefix
"""
PARTITIONS = """
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX void-ext: <http://ldf.fi/void-ext#>
SELECT DISTINCT ?subjectClass ?prop ?objectClass ?objectDatatype WHERE {
  ?cp void:class ?subjectClass ; void:propertyPartition ?pp .
  ?pp void:property ?prop .
  OPTIONAL {
    { ?pp void:classPartition [ void:class ?objectClass ] }
    UNION { ?pp void-ext:datatypePartition [ void-ext:datatype ?objectDatatype ] }
  }
}
"""


def rows(client: httpx.Client, query: str) -> list[dict[str, str]]:
    answer = client.get("/sparql", params={"query": query, "format": "json"}).json()
    return [{name: term["value"] for name, term in row.items()} for row in answer["results"]["bindings"]]


def test_the_examples_are_found_and_each_can_be_asked(client: httpx.Client) -> None:
    found = rows(client, EXAMPLES)
    assert {row["sq"].rpartition(":")[2] for row in found} == {
        q["slug"] for q in client.get("/queries").json()
    }
    for row in found[::9]:
        assert client.post("/sparql", data={"query": row["query"]}).status_code == 200, row["sq"]


def test_the_prefixes_are_found(client: httpx.Client) -> None:
    found = {row["prefix"]: row["namespace"] for row in rows(client, PREFIXES)}
    assert found["kg"] == KG
    assert found["kgr"] == ENTITY


def test_the_partitions_are_found_and_true(client: httpx.Client) -> None:
    found = rows(client, PARTITIONS)
    spans = {
        (row["prop"], row.get("objectDatatype", row.get("objectClass")))
        for row in found
        if row["subjectClass"] == KG + "EvidenceSpan"
    }
    asked = f"SELECT DISTINCT (DATATYPE(?v) AS ?type) {{ ?s a <{KG}EvidenceSpan> ; <{KG}beginIndex> ?v }}"
    types = {row["type"] for row in rows(client, asked)}
    assert {value for prop, value in spans if prop == KG + "beginIndex"} == types != set()
    assert (KG + "partOfArticle", KG + "Article") in spans


@pytest.mark.parametrize(
    ("cls", "prop"),
    [("EvidenceSpan", "exactText"), ("Assertion", "attributedTo"), ("Sentence", "beginIndex")],
)
def test_a_partition_counts_what_a_query_counts(client: httpx.Client, cls: str, prop: str) -> None:
    void = "PREFIX void: <http://rdfs.org/ns/void#>"
    (told,) = rows(
        client,
        f"{void} SELECT ?n {{ ?c void:class <{KG}{cls}> ; void:propertyPartition ?p . "
        f"?p void:property <{KG}{prop}> ; void:triples ?n }}",
    )
    counted = rows(client, f"SELECT (COUNT(*) AS ?n) {{ ?s a <{KG}{cls}> ; <{KG}{prop}> ?o }}")
    assert told == counted[0]
