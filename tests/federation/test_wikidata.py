"""The canned queries that join with Wikidata, and ``kgraph enrich``, against what is known of its items."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from bench.wikidata import publish, serving

from kgraph.api import Table
from kgraph.build import build, inspect_project
from kgraph.canned import load_canned, render_row
from kgraph.settings import WIKIDATA, load_settings
from kgraph.vocab import Names
from tests.federation.conftest import opened
from tests.federation.endpoint import Endpoint, Reply

if TYPE_CHECKING:
    from tests.conftest import Reference

ROOT = Path(__file__).parents[2]
PREFIXES = Names("https://w3id.org/kgraph/").prefixes
QUERIES, _ = load_canned(
    (
        (f"queries/{path.name}", path.read_text(encoding="utf-8"))
        for path in ROOT.glob("queries/wikidata-*.rq")
    ),
    prefixes=PREFIXES,
)
FEDERATED = {slug: query for slug, query in QUERIES.items() if query.services}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An endpoint that has what is known."""
    folder = tmp_path_factory.mktemp("known")
    triples = (quad.triple for quad in ox.parse(path=Path(__file__).parent / "known.ttl"))
    publish(folder, {"urn:known": ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""})
    with serving(folder) as url:
        yield url


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of this project, built."""
    folder = tmp_path_factory.mktemp("project") / "project"
    for part in ("seeds", "ontology", "data", "queries"):
        shutil.copytree(ROOT / part, folder / part)
    build(load_settings(folder, flags={"encoder": "none"}, environ={}))
    return folder


def test_there_are_queries_on_codes_places_and_offices() -> None:
    assert set(FEDERATED) == {"wikidata-codes", "wikidata-places", "wikidata-offices"}


RECOGNISERS = "the countries that have recognised Kosovo"
SOURCE = "https://query.wikidata.org/sparql"
OBAMA = ("wd:Q76", "Barack Obama", "2009-01-20T00:00:00Z", "2017-01-20T00:00:00Z", SOURCE)
KOSOVO = ("kgr:kosovo", "Kosovo", "wd:Q1246", "Point(20.833333333 42.55)", "42.55", "20.83333", SOURCE)
SERBIA = ("kgr:serbia", "Serbia", "wd:Q403", "Point(20.933333333 43.95)", "43.95", "20.93333", SOURCE)
UNITED_STATES = ("kgr:unitedStates", "United States")


@pytest.mark.parametrize(
    ("slug", "values", "rows"),
    [
        (
            "wikidata-codes",
            {"entity": "Kosovo"},
            [
                ("stated", "kgr:mostOfTheEU", "most of the European Union", "", "", "", ""),
                ("stated", "kgr:recognisingCountries", RECOGNISERS, "", "", "", ""),
                ("stated", *UNITED_STATES, "wd:Q30", "US", "USA", SOURCE),
            ],
        ),
        ("wikidata-codes", {"entity": "Serbia"}, [("not stated", *[""] * 6)]),
        ("wikidata-places", {}, [("recorded", *KOSOVO), ("recorded", *SERBIA)]),
        (
            "wikidata-offices",
            {"day": "2011-10-18"},
            [
                ("recorded", *UNITED_STATES, "head of government", *OBAMA),
                ("recorded", *UNITED_STATES, "head of state", *OBAMA),
            ],
        ),
        ("wikidata-offices", {"day": "2008-02-17"}, [("not stated", *[""] * 8)]),
    ],
)
def test_a_query_joins_what_is_known(
    slug: str, values: dict[str, str], rows: list[tuple[str, ...]], known: str, project: Path
) -> None:
    with opened(project, known) as (portal, graph):
        table = portal.call(graph.canned_values, slug, values)
    assert isinstance(table, Table)
    got = [render_row((row[name] for name in table.columns), PREFIXES) for row in table]
    assert got == [tuple(row) for row in rows]


def test_every_match_has_a_link_that_says_on_what_grounds(reference: Reference) -> None:
    links = reference.inspection.graphs["links"]
    facts: dict[str, dict[str, set[str]]] = {}
    for triple in links:
        about = facts.setdefault(str(triple.subject), {})
        about.setdefault(triple.predicate.value.rpartition("#")[2], set()).add(str(triple.object))
    grounded = {
        (*about["linkSubject"], *about["linkPredicate"], *about["linkObject"])
        for about in facts.values()
        if about.get("grounds") and about.get("confidence")
    }
    matches = {
        (str(triple.subject), str(triple.predicate), str(triple.object))
        for triple in links
        if triple.predicate.value.endswith("Match")
    }
    assert len(matches) > 20
    assert matches == grounded


def _enrich(project: Path, mirror: str, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kgraph", "enrich", f"--project={project}", *flags]
    environ = {**os.environ, "KGRAPH_SERVICE_MIRROR": f"{WIKIDATA}={mirror}", "COLUMNS": "200"}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)


#: What a new graph changes: the terms it uses, and the counts of everything.
COUNTED = ("ontology", "metadata")


def test_enrich_brings_what_is_known_into_a_graph_of_its_own(
    known: str, project: Path, reference: Reference
) -> None:
    before = reference.inspection.graphs
    done = _enrich(project, known)
    assert done.returncode == 0, done.stderr
    assert "18 linked items, 9 facts: data/ttl/wikidata.ttl written" in done.stdout
    assert f"asking {WIKIDATA} about items 1 to 18 of 18" in done.stderr
    assert "http://www.wikidata.org/entity/Q458" in done.stderr  # of which nothing is known
    place = project / "data/ttl/wikidata.ttl"
    text = place.read_text(encoding="utf-8")
    assert 'wd:Q1246 rdfs:label "Kosovo"@en ;\n    wdt:P31 wd:Q15634554 ;\n' in text
    assert '"Point(20.833333333 42.55)"^^geo:wktLiteral' in text
    assert "umstrittener" not in text
    inspection = inspect_project(load_settings(project, environ={}))
    assert [str(problem) for problem in inspection.problems if problem.path.endswith("wikidata.ttl")] == []
    # Nothing that the article says, and nothing that follows from it, is changed by it.
    assert {name: set(g) for name, g in inspection.graphs.items() if name not in ("wikidata", *COUNTED)} == {
        name: set(g) for name, g in before.items() if name not in COUNTED
    }
    subjects = {triple.subject for triple in inspection.graphs["wikidata"]}
    for name in ("retrievedFrom", "retrievedAt"):
        said = {t.subject for t in inspection.graphs["wikidata"] if t.predicate.value.endswith(name)}
        assert said == subjects
    # Asked again it answers from what was kept, and the file stays as it is; offline too.
    for flags in ((), ("--offline",)):
        again = _enrich(project, "http://127.0.0.1:9/", *flags)
        assert again.returncode == 0, again.stderr
        assert "unchanged" in again.stdout
    assert place.read_text(encoding="utf-8") == text
    place.unlink()


def test_a_failed_enrichment_leaves_the_file_as_it_was(project: Path) -> None:
    place = project / "data/ttl/wikidata.ttl"
    place.write_text("# as it was\n", encoding="utf-8")
    with Endpoint(lambda _: Reply(b"{", 200)).listening() as broken:
        done = _enrich(project, broken.url, "--service-age", "0")
    assert done.returncode == 1
    assert "cut off" in done.stderr
    assert _enrich(project, broken.url, "--allow-service", "").returncode == 1
    assert place.read_text(encoding="utf-8") == "# as it was\n"
    place.unlink()


def test_a_project_without_links_has_nothing_to_ask(tmp_path: Path) -> None:
    done = _enrich(tmp_path, "http://127.0.0.1:9/")
    assert (done.returncode, done.stdout) == (0, "0 linked items, 0 facts: data/ttl/wikidata.ttl written\n")
