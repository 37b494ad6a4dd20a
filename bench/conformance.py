"""The W3C's suites for SPARQL over HTTP: ``python -m bench.conformance FOLDER [SUITE…]``.

FOLDER is ``sparql/sparql11`` or ``sparql/sparql12`` of a copy of the W3C's rdf-tests; the suites are its
sub-folders, by default those for query, update and their syntax. They are run against this server, started
on an empty project, and against Oxigraph's own where its program is installed. The exit status is 1 where a
test fails that is not listed in KNOWN, or passes though it is.

Each test clears the dataset, posts its data as N-Quads to the graph store, sends its query or update, and
compares what comes back or what is then in the graphs, up to the names of blank nodes.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, unquote
from urllib.request import Request, urlopen

import pyoxigraph as ox

from bench.servers import kgraph, oxigraph, oxigraph_program
from kgraph.rdf.terms import Term

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
TEST_BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
SUITES = (
    "aggregates bind bindings construct csv-tsv-res exists functions grouping json-res negation "
    "project-expression property-path subquery syntax-query add basic-update clear copy delete delete-data "
    "delete-insert delete-where drop move update-silent syntax-update-1 syntax-update-2"
).split()
SUITES_12 = (
    "grouping codepoint-escapes syntax-triple-terms-negative syntax-triple-terms-positive eval-triple-terms "
    "expression lang-basedir rdf11 version syntax"
).split()
RESULTS = {
    ".srx": ("application/sparql-results+xml", ox.QueryResultsFormat.XML),
    ".srj": ("application/sparql-results+json", ox.QueryResultsFormat.JSON),
    ".tsv": ("text/tab-separated-values", ox.QueryResultsFormat.TSV),
}
RDF_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
}
#: The tests that fail, each with the reason.
KNOWN = {
    "sparql11/csv-tsv-res/csv03": "queries see values, not spellings: 1.0E6 is 1000000",
    "sparql11/csv-tsv-res/tsv03": "queries see values, not spellings: 1.0E6 is 1000000",
    "sparql11/functions/bnode01": "BNODE of a text is one blank node in all solutions, as Oxigraph has it",
    "sparql12/grouping/group01": "queries see values, not spellings: 001 is 1",
    "sparql12/eval-triple-terms/op-2": "queries see values, not spellings: 123.0 is 123",
}
NUMBERS = frozenset("integer decimal double float".split())
TIMEOUT_S = 60


@dataclass(frozen=True, slots=True)
class Service:
    """Where a server answers queries and updates, and where its graphs are."""

    query: str
    update: str
    graphs: str
    token: str = ""

    def send(
        self, method: str, url: str, body: bytes | None = None, kind: str = "", accept: str = "*/*"
    ) -> tuple[int, bytes]:
        """The status and the body of the answer to a request."""
        headers = {"Accept": accept} | ({"Content-Type": kind} if kind else {})
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        try:
            with urlopen(
                Request(url, data=body, method=method, headers=headers), timeout=TIMEOUT_S
            ) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()

    def ask(self, query: bytes, accept: str = "*/*") -> tuple[int, bytes]:
        """Answer a query."""
        return self.send("POST", self.query, query, "application/sparql-query", accept)

    def change(self, update: bytes) -> int:
        """Do an update; its status."""
        return self.send("POST", self.update, update, "application/sparql-update")[0]

    def clear(self) -> None:
        """Empty the dataset."""
        assert self.change(b"DROP SILENT ALL") < 300, "the dataset cannot be cleared"

    def load(self, graphs: Mapping[str | None, list[ox.Triple]]) -> None:
        """Add triples to graphs, all at once: blank nodes may stand in several."""
        quads = [
            ox.Quad(
                t.subject, t.predicate, t.object, ox.DefaultGraph() if graph is None else ox.NamedNode(graph)
            )
            for graph, triples in graphs.items()
            for t in triples
        ]
        body = ox.serialize(quads, format=ox.RdfFormat.N_QUADS)
        status, answer = self.send("POST", self.graphs, body, "application/n-quads")
        assert status < 300, f"the data cannot be loaded: {status} {answer[:200]!r}"

    def get(self, graph: str | None) -> list[ox.Triple]:
        """The content of a graph; one that does not exist is empty."""
        status, body = self.send("GET", self._graph(graph), accept="application/n-triples")
        assert status in (200, 404), f"a graph cannot be read: {status} {body[:200]!r}"
        return [] if status == 404 else [quad.triple for quad in ox.parse(body, ox.RdfFormat.N_TRIPLES)]

    def _graph(self, graph: str | None) -> str:
        return self.graphs + ("?default" if graph is None else f"?graph={quote(graph, safe='')}")


class Manifest:
    """A suite's manifest as a graph to walk."""

    def __init__(self, folder: Path) -> None:
        path = folder / "manifest.ttl"
        self._store = ox.Store()
        base = f"file://{path}"
        self._store.extend(ox.parse(path=path, format=ox.RdfFormat.TURTLE, base_iri=base))

    def all(self, subject: Term, predicate: str) -> list[Term]:
        """The objects of a subject's statements."""
        assert isinstance(subject, ox.NamedNode | ox.BlankNode)
        return [quad.object for quad in self._store.quads_for_pattern(subject, ox.NamedNode(predicate), None)]

    def tests(self) -> Iterator[Term]:
        """The tests in their order."""
        quad = next(self._store.quads_for_pattern(None, ox.NamedNode(MF + "entries"), None))
        item: Term = quad.object
        while item != ox.NamedNode(RDF + "nil"):
            yield self.all(item, RDF + "first")[0]
            item = self.all(item, RDF + "rest")[0]

    def files(self, subject: Term, predicate: str) -> list[Path]:
        """The files that a subject names."""
        return [path_of(term) for term in self.all(subject, predicate)]


def path_of(term: Term) -> Path:
    """The file that an IRI of a manifest names."""
    assert isinstance(term, ox.NamedNode)
    return Path(unquote(term.value.removeprefix("file://")))


def iri_of(path: Path) -> str:
    """The IRI that the suites give to a file."""
    return f"{TEST_BASE}{path.parent.name}/{path.name}"


def triples_of(*paths: Path) -> list[ox.Triple]:
    """The triples of RDF files."""
    return [
        quad.triple
        for path in paths
        for quad in ox.parse(path=path, format=RDF_FORMATS[path.suffix], base_iri=iri_of(path))
    ]


def dataset_of(*paths: Path) -> dict[str | None, list[ox.Triple]]:
    """The triples of RDF files by the graphs that these put them into."""
    graphs: dict[str | None, list[ox.Triple]] = {}
    for path in paths:
        form = ox.RdfFormat.from_extension(path.suffix[1:])
        for quad in ox.parse(path=path, format=form, base_iri=iri_of(path)):
            name = quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else None
            graphs.setdefault(name, []).append(quad.triple)
    return graphs


def canonical(triples: list[ox.Triple]) -> list[str]:
    """A graph in a form that is equal for isomorphic graphs."""
    dataset = ox.Dataset(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))


def canonical_rows(rows: list[Mapping[str, Term | None]]) -> list[str]:
    """A bag of solutions, likewise; numbers by their values."""
    triples = []
    for row in rows:
        node = ox.BlankNode()
        triples.append(ox.Triple(node, ox.NamedNode("urn:row"), ox.NamedNode("urn:row")))
        for name, term in row.items():
            if term is not None:
                triples.append(ox.Triple(node, ox.NamedNode(f"urn:variable:{name}"), by_value(term)))
    return canonical(triples)


def by_value(term: Term) -> Term:
    """A number in one spelling."""
    if isinstance(term, ox.Literal) and term.datatype.value.rpartition("#")[2] in NUMBERS:
        try:
            return ox.Literal(repr(float(term.value)), datatype=term.datatype)
        except ValueError:
            return term
    return term


def results_of(content: bytes, format: ox.QueryResultsFormat) -> bool | list[str]:  # noqa: A002
    """Results to compare."""
    results = ox.parse_query_results(content, format)
    if isinstance(results, ox.QueryBoolean):
        return bool(results)
    names = [variable.value for variable in results.variables]
    return canonical_rows([{name: solution[name] for name in names} for solution in results])


def nameless(table: str) -> list[str]:
    """The lines of a CSV table without the names of its blank nodes."""
    return re.sub(r"_:\w+", "_:", table).split()


def results_in_rdf(path: Path) -> bool | list[str]:
    """Results written in the DAWG's vocabulary for result sets."""
    store = ox.Store()
    store.extend(ox.Quad(t.subject, t.predicate, t.object) for t in triples_of(path))

    def objects(subject: Term, name: str) -> list[Term]:
        assert isinstance(subject, ox.NamedNode | ox.BlankNode)
        return [quad.object for quad in store.quads_for_pattern(subject, ox.NamedNode(RS + name), None)]

    def name_of(binding: Term) -> str:
        (name,) = objects(binding, "variable")
        assert isinstance(name, ox.Literal)
        return name.value

    for quad in store.quads_for_pattern(None, ox.NamedNode(RS + "boolean"), None):
        return quad.object == ox.Literal(True)
    solutions = [quad.object for quad in store.quads_for_pattern(None, ox.NamedNode(RS + "solution"), None)]
    return canonical_rows(
        [
            {name_of(binding): objects(binding, "value")[0] for binding in objects(solution, "binding")}
            for solution in solutions
        ]
    )


def run_test(service: Service, manifest: Manifest, test: Term) -> str:
    """Run one test: empty where it passes, else what went wrong."""
    kind = str(manifest.all(test, RDF + "type")[0]).removeprefix(f"<{MF}").removesuffix(">")
    action = manifest.all(test, MF + "action")[0]
    if "SyntaxTest" in kind:
        return run_syntax_test(service, path_of(action), kind)
    service.clear()
    if kind == "UpdateEvaluationTest":
        return run_update_test(service, manifest, action, manifest.all(test, MF + "result")[0])
    return run_query_test(service, manifest, action, path_of(manifest.all(test, MF + "result")[0]))


def run_syntax_test(service: Service, path: Path, kind: str) -> str:
    """Only a text that is wrong is answered with 400."""
    is_update = "Update" in kind
    status = service.change(path.read_bytes()) if is_update else service.ask(path.read_bytes())[0]
    if is_update:
        service.clear()
    return "" if (status == 400) == kind.startswith("Negative") else f"answered with {status}"


def run_query_test(service: Service, manifest: Manifest, action: Term, expected: Path) -> str:
    """The result is as expected."""
    data = manifest.files(action, QT + "graphData")
    service.load(dataset_of(*manifest.files(action, QT + "data")) | {iri_of(p): triples_of(p) for p in data})
    (path,) = manifest.files(action, QT + "query")
    query = f"BASE <{iri_of(path)}>\n{path.read_text(encoding='utf-8')}"
    if expected.suffix == ".csv":
        status, body = service.ask(query.encode(), "text/csv")
        found: object = sorted(nameless(body.decode()))
        wanted: object = sorted(nameless(expected.read_text(encoding="utf-8")))
    elif expected.suffix in RESULTS:
        media_type, form = RESULTS[expected.suffix]
        status, body = service.ask(query.encode(), media_type)
        found = results_of(body, form) if status == 200 else None
        wanted = results_of(expected.read_bytes(), form)
    elif any(str(t.predicate).startswith(f"<{RS}") for t in triples_of(expected)):
        media_type, form = RESULTS[".srj"]
        status, body = service.ask(query.encode(), media_type)
        found, wanted = results_of(body, form) if status == 200 else None, results_in_rdf(expected)
    else:
        status, body = service.ask(query.encode(), "application/n-triples")
        back = list(ox.parse(body, ox.RdfFormat.N_TRIPLES)) if status == 200 else []
        found, wanted = canonical([quad.triple for quad in back]), canonical(triples_of(expected))
    if status != 200:
        return f"answered with {status}: {body[:200].decode(errors='replace')}"
    return "" if found == wanted else f"found {str(found)[:300]}, not {str(wanted)[:300]}"


def run_update_test(service: Service, manifest: Manifest, action: Term, result: Term) -> str:
    """The graphs hold afterwards what is expected, and there are no others with triples."""
    service.load(datasets_of(manifest, action))
    (path,) = manifest.files(action, UT + "request")
    status = service.change(path.read_bytes())
    if status >= 300:
        return f"answered with {status}"
    wanted = {None: [], **datasets_of(manifest, result)}
    _, body = service.ask(b"SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", "application/sparql-results+json")
    found = {row["g"]["value"] for row in json.loads(body)["results"]["bindings"]}
    for graph, triples in wanted.items():
        if canonical(service.get(graph)) != canonical(triples):
            return f"the graph {graph or 'default'} is not as expected"
    return f"there are graphs too many: {found - wanted.keys()}" if found - wanted.keys() else ""


def datasets_of(manifest: Manifest, node: Term) -> dict[str | None, list[ox.Triple]]:
    """The graphs that a test begins or ends with."""
    graphs: dict[str | None, list[ox.Triple]] = {}
    if data := manifest.files(node, UT + "data"):
        graphs |= dataset_of(*data)
    for entry in manifest.all(node, UT + "graphData"):
        (name,) = manifest.all(entry, LABEL)
        assert isinstance(name, ox.Literal)
        graphs[name.value] = triples_of(*manifest.files(entry, UT + "graph"))
    return graphs


def run_suites(service: Service, folder: Path, suites: list[str]) -> dict[str, str]:
    """What went wrong in each test, by suite and name."""
    outcomes: dict[str, str] = {}
    for suite in suites:
        manifest = Manifest((folder / suite).resolve())
        for test in manifest.tests():
            if not manifest.all(test, RDF + "type"):
                continue  # the list names a test that the manifest does not describe
            name = f"{suite}/{str(test).rpartition('#')[2].rstrip('>')}"
            try:
                outcomes[name] = run_test(service, manifest, test)
            except (AssertionError, ValueError, OSError, SyntaxError) as error:
                outcomes[name] = f"{type(error).__name__}: {error}"
    return outcomes


def main() -> int:
    """Run the suites against both servers and compare."""
    parser = argparse.ArgumentParser(prog="python -m bench.conformance")
    parser.add_argument("folder", type=Path)
    parser.add_argument("suites", nargs="*")
    options = parser.parse_args()
    suites = options.suites or (SUITES_12 if options.folder.name == "sparql12" else SUITES)
    flags = ("--writable", "--default-graph=strict")
    with tempfile.TemporaryDirectory() as project, kgraph(Path(project), *flags) as server:
        graphs = server.query_url.replace("/sparql", "/graph-store")
        service = Service(server.query_url, server.update_url, graphs, server.token)
        ours = run_suites(service, options.folder, suites)
    peer: dict[str, str] = {}
    if oxigraph_program() is not None:
        with tempfile.TemporaryDirectory() as store, oxigraph(Path(store), is_writable=True) as server:
            graphs = server.query_url.replace("/query", "/store")
            peer = run_suites(Service(server.query_url, server.update_url, graphs), options.folder, suites)
    known = {name: KNOWN.get(f"{options.folder.name}/{name}", "") for name in ours}
    for name, outcome in ours.items():
        if outcome:
            theirs = f" (oxigraph {'fails' if peer[name] else 'passes'})" if name in peer else ""
            print(f"{name}{theirs}: {known[name] or outcome}")
    for name, outcomes in (("kgraph", ours), ("oxigraph", peer)):
        print(f"{name}: {sum(not outcome for outcome in outcomes.values())} of {len(outcomes)} pass")
    strange = [name for name, outcome in ours.items() if bool(outcome) != bool(known[name])]
    print(f"not as listed: {', '.join(strange) or 'none'}")
    return len(strange) > 0


if __name__ == "__main__":
    sys.exit(main())
