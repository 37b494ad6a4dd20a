"""A build on Spark makes what a build in one process makes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from bench.archive import write_archive
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings

from kgraph.build import build
from kgraph.build.clock import Clock, silent
from kgraph.cli.main import cli
from kgraph.drafting.knowledge import Article, read_knowledge
from kgraph.drafting.on_spark import draft_on_spark
from kgraph.drafting.running import Tooling, draft_articles, lay_text
from kgraph.errors import StoreError
from kgraph.reasoning import Closure, Ways, compile_program
from kgraph.reasoning.support import MOST_SOURCES
from kgraph.settings import load_settings
from kgraph.store import Manifest
from kgraph.vocab import OWL_SAME_AS
from tests.conftest import REPOSITORY
from tests.reasoning.editions import Claims, Edition, Facts, claims, edition, ontologies
from tests.reasoning.editions import facts_with_blank_nodes as facts
from tests.reasoning.oracle import parse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytest.importorskip("pyspark", reason="PySpark is not installed: kgraph[spark]")
if shutil.which("java") is None:
    pytest.skip("There is no Java, which Spark needs", allow_module_level=True)

from kgraph.build.spark.clauses import compose
from kgraph.build.spark.closing import Closed, Tables, close_tables
from kgraph.build.spark.facts import rows_of_triples
from kgraph.build.spark.tables import TRIPLE, table_of
from kgraph.spark import opened


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    """One session for all tests, on two threads."""
    with pytest.MonkeyPatch.context() as patch:
        # Small tables: what is compiled for each query takes longer than the query.
        quick = {
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.lightweightPlanChangeValidation": "false",
            "spark.driver.extraJavaOptions": "'-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'",
        }
        settings = " ".join(f"--conf {key}={value}" for key, value in quick.items())
        patch.setenv("PYSPARK_SUBMIT_ARGS", f"--master local[2] --driver-memory 1g {settings} pyspark-shell")
        with opened() as session:
            yield session


@dataclass(frozen=True)
class Case:
    """A small world: an ontology, and a project over it."""

    axioms: list[ox.Triple]
    edition: Edition

    def close(self) -> Closure:
        return self.edition.close(self.axioms)


def cases(number: int) -> list[Case]:
    """Random ones: the same each time."""
    found: list[Case] = []

    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
        phases=(Phase.generate,),
    )
    @given(ontologies, claims, facts)
    def draw(axioms: list[ox.Triple], said: Claims, recorded: Facts) -> None:
        found.append(Case(axioms, edition(said, recorded)))

    draw()
    return found


def apart(some: list[Case]) -> Case:
    """Many worlds as one: each has its own names, so nothing of one leads to anything of another."""

    def renamed(triples: Any, number: int) -> list[ox.Triple]:
        content = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        lines = content.replace(b"<urn:t:", f"<urn:t{number}:".encode())
        return [quad.triple for quad in ox.parse(lines, ox.RdfFormat.N_TRIPLES)]

    axioms: list[ox.Triple] = []
    graphs: dict[str, list[ox.Triple]] = {}
    told: dict[ox.Triple, Ways] = {}
    for number, case in enumerate(some):
        axioms += renamed(case.axioms, number)
        for name, triples in case.edition.graphs.items():
            graphs.setdefault(name, []).extend(renamed(triples, number))
        told |= dict(zip(renamed(case.edition.told, number), case.edition.told.values(), strict=True))
    return Case(axioms, Edition(graphs, told))


def close_on_spark(session: SparkSession, folder: Path, case: Case) -> Closed:
    def table(triples: Any) -> Any:
        return table_of(session, list(rows_of_triples(triples)), TRIPLE)

    told = [(str(t), [sorted(way) for way in ways]) for t, ways in case.edition.told.items()]
    return close_tables(
        session,
        folder,
        case.axioms,
        compile_program(case.axioms),
        Tables(
            table(case.edition.facts),
            table([]),
            table(case.edition.graphs.get("links", [])),
            table_of(session, told, "t STRING, ways ARRAY<ARRAY<STRING>>"),
        ),
        Clock(silent),
    )


def triples_of(lines: Iterator[str]) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse("".join(lines), ox.RdfFormat.N_TRIPLES)}


def test_on_many_small_ontologies_the_same_follows_on_the_same_words(
    session: SparkSession, tmp_path: Path
) -> None:
    found = [case for case in cases(25) if not case.close().contradictions]
    joint = apart([*found, told_by_many()])
    expected = joint.close()
    assert not expected.contradictions
    assert len(found) > 8
    assert len(expected.inferred) > 30
    assert any(predicate.value == OWL_SAME_AS for _, predicate, _ in expected.inferred)
    assert any(len(way) > MOST_SOURCES for ways in expected.support.values() for way in ways)
    closed = close_on_spark(session, tmp_path, joint)
    assert closed.clashes == ()
    assert triples_of(closed.conclusions(kept=True)) == set(expected.inferred)
    assert triples_of(closed.conclusions(kept=False)) == set(expected.remainder.conclusions)
    support = {**expected.support, **expected.remainder.support}
    assert dict(closed.support()) == {str(triple): ways for triple, ways in support.items()}


def told_by_many() -> Case:
    """What follows only if one believes more speakers than are told apart; and what follows anyhow, too."""
    speakers = range(MOST_SOURCES + 2)
    said = [(f":i{n} :p0 :i{n + 1} .", f"urn:t:speaker{n}", True) for n in speakers]
    said.append((":i0 a :C2 .", "urn:t:speaker0", True))
    axioms = parse(
        ":p0 a owl:ObjectProperty , owl:TransitiveProperty . :C0 a owl:Class . "
        ":C1 a owl:Class ; owl:oneOf ( :i0 :i1 ) . :C2 rdfs:subClassOf :C1 ."
    )
    return Case(axioms, edition(said, [("entities", ":i0 a :C0 .")]))


def test_contradictions_are_the_same(session: SparkSession, tmp_path: Path) -> None:
    axioms = (
        ":C0 a owl:Class ; owl:disjointWith :C1 . :p0 a owl:IrreflexiveProperty . "
        ":p1 a owl:AsymmetricProperty . "
        "[] a owl:AllDisjointClasses ; owl:members ( :C1 :C2 :C3 ) . :C4 rdfs:subClassOf :C2 . "
        ":d0 a owl:DatatypeProperty , owl:FunctionalProperty ."
    )
    recorded = (
        ":i0 a :C0 , :C1 . :i1 a :C1 , :C4 ; :p0 :i1 , :i2 ; :p1 :i2 . :i2 :p1 :i1 , _:b . _:b :p1 :i2 . "
        ':i0 :d0 1 , 2 . :i1 :d0 1 , "one" . :i2 :d0 1 , 1.0 .'
    )
    case = Case(parse(axioms), edition([], [("entities", recorded)]))
    expected = case.close().contradictions
    assert len({clash.clause for clash in expected}) == 5
    closed = close_on_spark(session, tmp_path, case)
    assert {(c.clause, c.premises) for c in closed.clashes} == {(c.clause, c.premises) for c in expected}


def test_composed_clauses_say_nothing_of_literals() -> None:
    """An inverse would have a literal as its subject, so what follows from it does not."""
    axioms = ":p0 owl:inverseOf :p1 . :p1 owl:inverseOf :p2 . :p2 rdfs:domain :C0 ."
    composed = compose(compile_program(parse(axioms)))
    through = [
        clause
        for clause in composed
        if str(clause.premises[0].predicate) == "<urn:t:p0>" and "urn:t:p1" not in str(clause.conclusion)
    ]
    assert len(through) > 1
    assert all("isLiteral" in clause.condition for clause in through)


def manifest_of(folder: Path, store: str, *, on_spark: bool) -> Manifest:
    flags = {"encoder": "none", "store": store}
    return build(load_settings(folder, flags=flags, environ={}), on_spark=on_spark).generation.manifest


def test_articles_are_built_as_in_one_process_and_go_on_from_there(
    session: SparkSession, tmp_path: Path
) -> None:
    folder = tmp_path / "archive"
    write_archive(folder, 3, light=True)
    here, there = (manifest_of(folder, name, on_spark=name == "there") for name in ("here", "there"))
    assert there.canonical_hash == here.canonical_hash
    assert there.graphs == here.graphs
    assert here.graphs["https://w3id.org/kgraph/graph/support"] > 0
    assert not list((folder / "there").glob("spark-*")), "what was in the way is left behind"
    claims = folder / "data/ttl/articles/copy-00002/assertions.ttl"
    text = claims.read_text(encoding="utf-8")
    assert "kg:modality kg:demand" in text
    claims.write_text(text.replace("kg:modality kg:demand", "kg:modality kg:request"), encoding="utf-8")
    edited = [manifest_of(folder, name, on_spark=False).canonical_hash for name in ("here", "there", "anew")]
    assert len(set(edited)) == 1
    assert edited[0] != here.canonical_hash


def test_another_project_is_built_from_the_command_line(session: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "star-clock"
    shutil.copytree(REPOSITORY / "examples/star-clock", folder, ignore=shutil.ignore_patterns(".kgraph"))
    expected = manifest_of(folder, "here", on_spark=False)
    done = CliRunner().invoke(
        cli, ["build", "--on", "spark", "--store", "there", "--encoder", "none", "--project", str(folder)]
    )
    assert done.exit_code == 0, done.output
    assert expected.version in done.output


def test_drafts_are_those_of_this_machine(session: SparkSession, tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    text = "“The barricades stay,” said Mayor Ana Ilic. The soldiers left the bridge on Monday."
    other = Article("dutch", lay_text("De brug blijft dicht.", language="nl"))
    articles = [Article("bridge", lay_text(text)), other]
    knowledge, _ = read_knowledge(load_settings(tmp_path, environ={}))
    found, expected = (
        {outcome.slug: outcome for outcome in draft(articles, knowledge, Tooling())}
        for draft in (draft_on_spark, draft_articles)
    )
    assert found["bridge"].draft == expected["bridge"].draft
    assert found["bridge"].draft is not None
    assert found["bridge"].draft.candidates
    assert str(found["dutch"].error) == str(expected["dutch"].error)
    assert "reads en" in str(found["dutch"].error)


def test_without_java_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("pyspark.sql.SparkSession.getActiveSession", lambda: None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(StoreError, match="needs Java") as caught, opened():
        pass
    assert "kgraph[spark]" in caught.value.hint
