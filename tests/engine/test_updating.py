"""Updates carried out by exact changes give what Oxigraph's own Store.update gives, on the same data."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kgraph.engine.updating import Updating
from kgraph.errors import GraphStateError, QueryRefusedError, ReadOnlyGraphError
from kgraph.rdf.operations import Dataset
from kgraph.rdf.update import parse_update
from kgraph.store import Draft, Generation, Manifest, write_generation
from kgraph.store.generation import FORMAT
from kgraph.vocab import HIDDEN_GRAPHS

P = "PREFIX : <urn:> "
HIDDEN = {ox.NamedNode(iri) for iri in HIDDEN_GRAPHS}

UPDATES = [
    "INSERT DATA { :a :p :b . GRAPH :g { :a :p :c, 01, 'x'@en, '2020-01-01'^^:d } }",
    "INSERT DATA { _:a :p _:b . _:b :p _:a . GRAPH :g { _:a :p :b } }",
    "INSERT DATA { :a :p (1 2 [ :q 'x' ]) ; :q << :a :p :b >> , <<( :a :p 3 )>> . :s :p :o ~ :r {| :q 1 |} }",
    "INSERT DATA { GRAPH :new {} }",
    "DELETE DATA { :a :p :b . GRAPH :g { :a :p :b } GRAPH :no { :a :p :b } }",
    "DELETE DATA { :a :p <<( :a :p :b )>> }",
    "DELETE WHERE { ?s :p ?o }",
    "DELETE WHERE { GRAPH ?g { ?s :p ?o } }",
    "DELETE WHERE { ?s :p ?o . GRAPH :g { ?s ?p ?o2 } }",
    "DELETE { ?s ?p ?o } INSERT { ?s :q ?o . ?o :q ?s } WHERE { ?s ?p ?o }",
    "DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "INSERT { GRAPH ?g { ?s :q ?o } ?g :has ?s } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { GRAPH :h { ?s ?p ?o } } WHERE { ?s ?p ?o }",
    "INSERT { [] :of ?s ; :p ?o . _:x :p _:y } WHERE { ?s ?p ?o }",
    "INSERT { _:x :p _:x } WHERE { GRAPH ?g { ?s ?p ?o } }",
    "INSERT { ?l :p :a . :a ?l :a . :a :p ?l . :a :q <<( ?l :p :a )>> . ?u :p :a } WHERE { BIND('x' AS ?l) }",
    "INSERT { :a ?b :c . ?b :p :b } WHERE { BIND(BNODE() AS ?b) }",
    "INSERT { GRAPH ?b { :a :p :b } } WHERE { BIND('lit' AS ?b) }",
    "INSERT { GRAPH ?unbound { :a :p :b } } WHERE {}",
    "INSERT { :a :q ?s ; :r $s } WHERE { $s ?p ?o }",
    "INSERT { :a :q '?s' } WHERE { ?s ?p ?o }",
    "INSERT { :a :q :r } WHERE { ?s ?p :nothing }",
    "INSERT { :n :n ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }",
    "WITH :g DELETE { ?s ?p ?o } INSERT { ?s :moved ?o } WHERE { ?s ?p ?o }",
    "WITH :g INSERT { ?s :w ?o . GRAPH :h { ?s :x ?o } } WHERE { ?s ?p ?o . GRAPH ?any { ?s2 ?p2 ?o } }",
    "WITH :no DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    "INSERT { ?s :u ?o } USING :g WHERE { ?s ?p ?o }",
    "INSERT { ?s :u ?n } USING :g USING :h WHERE { SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?s }",
    "INSERT { ?s :u ?o } USING NAMED :g WHERE { ?s ?p ?o }",
    "INSERT { ?g :u ?o } USING NAMED :g USING NAMED :h WHERE { GRAPH ?g { ?s ?p ?o } }",
    "WITH :h DELETE { ?s ?p ?o } USING :g WHERE { ?s ?p ?o }",
    "INSERT { ?s :u ?o } USING :g USING :h USING NAMED :h WHERE { ?s ?p ?o . GRAPH :h { ?s ?p ?o } }",
    "DELETE { GRAPH :g { ?s ?p ?o } } INSERT { GRAPH :h { ?s ?p ?o } } WHERE { GRAPH :g { ?s ?p ?o } }",
    "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o FILTER NOT EXISTS { GRAPH :g { ?s ?p ?o } } }",
    "INSERT { ?s :t <<( ?s ?p ?o )>> } WHERE { ?s ?p ?o }",
    "DELETE { ?s :t ?t } WHERE { ?s :t ?t }",
    "CLEAR DEFAULT",
    "CLEAR GRAPH :g",
    "CLEAR GRAPH :no",
    "CLEAR SILENT GRAPH :no",
    "CLEAR NAMED",
    "CLEAR ALL",
    "DROP DEFAULT",
    "DROP GRAPH :g",
    "DROP GRAPH :no",
    "DROP SILENT GRAPH :no",
    "DROP NAMED",
    "DROP ALL",
    "CREATE GRAPH :new",
    "CREATE GRAPH :g",
    "CREATE SILENT GRAPH :g",
    "ADD :g TO :h",
    "ADD DEFAULT TO GRAPH :new",
    "ADD GRAPH :g TO DEFAULT",
    "ADD :no TO :h",
    "ADD :g TO :g",
    "COPY :g TO :h",
    "COPY DEFAULT TO :g",
    "COPY :no TO :g",
    "COPY SILENT :no TO :g",
    "COPY :g TO :g",
    "MOVE :g TO :h",
    "MOVE :g TO DEFAULT",
    "MOVE DEFAULT TO :new",
    "MOVE :no TO :g",
    "MOVE SILENT :no TO :g",
    "MOVE :no TO :no",
    "",
    "# nothing",
    "INSERT DATA { :a :semi ';' } ; DELETE WHERE { ?s :semi ?o ; :p ?x } ;",
    "CREATE GRAPH :e ; COPY :e TO :h ; INSERT DATA { GRAPH :e { :a :p 1 } } ; "
    "DELETE WHERE { GRAPH :e { ?s ?p ?o } }",
]

iris = st.sampled_from(["<urn:a>", "<urn:b>", "<urn:c>"])
subjects = iris | st.sampled_from(["_:x", "_:y"])
objects = subjects | st.sampled_from(['"1"', '"x"@en', "<<( <urn:a> <urn:p> <urn:b> )>>"])
graphs = st.sampled_from(["", "<urn:g>", "<urn:h>", "_:graph"])
predicates = st.sampled_from(["<urn:p>", "<urn:q>", "<urn:semi>", "<urn:t>"])
lines = st.builds("{} {} {} {} .".format, subjects, predicates, objects, graphs)
datasets = st.lists(lines, max_size=8).map("\n".join)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """A project that says nothing."""
    manifest = Manifest("g0", "", "t", "http://e/", FORMAT, {}, {}, {}, 0, "", 0)
    return write_generation(tmp_path_factory.mktemp("empty") / "g0", {}, {}, manifest)


def visible(store: ox.Store) -> tuple[ox.Dataset, set[str]]:
    dataset = ox.Dataset(quad for quad in store if quad.graph_name not in HIDDEN)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    names = {str(name) for name in store.named_graphs() if isinstance(name, ox.NamedNode)}
    return dataset, names - {str(name) for name in HIDDEN}


def compare(base: Generation, folder: Path, data: str, update: str) -> None:
    """Carry an update out twice on the same data."""
    oracle = ox.Store()
    oracle.load(data.encode(), ox.RdfFormat.N_QUADS)
    with Draft(base, folder / "draft") as draft:
        draft.change(added=list(oracle))
        failed = ""
        try:
            oracle.update(P + update)
        except RuntimeError as error:
            failed = str(error)
        updating = Updating(draft, is_union=False)
        if failed:
            with pytest.raises(GraphStateError):
                updating.carry_out(parse_update(P + update))
            return
        updating.carry_out(parse_update(P + update))
        assert visible(draft.store) == visible(oracle)


@pytest.mark.parametrize("update", UPDATES)
def test_each_form_of_update_does_what_oxigraph_does(empty: Generation, tmp_path: Path, update: str) -> None:
    data = (
        "<urn:a> <urn:p> <urn:b> .\n_:x <urn:p> _:y .\n<urn:a> <urn:p> <urn:b> <urn:g> .\n"
        '_:x <urn:q> "1" <urn:g> .\n<urn:a> <urn:semi> ";" <urn:h> .\n<urn:b> <urn:p> <urn:a> <urn:h> .\n'
        "<urn:a> <urn:t> <<( <urn:a> <urn:p> <urn:b> )>> .\n<urn:c> <urn:p> <urn:c> _:graph .\n"
    )
    compare(empty, tmp_path, data, update)


@settings(max_examples=80, deadline=None)
@given(
    data=datasets,
    updates=st.lists(st.sampled_from(UPDATES[:-4]), min_size=1, max_size=3),
)
def test_any_updates_of_any_data_do_what_oxigraph_does(
    empty: Generation, tmp_path_factory: pytest.TempPathFactory, data: str, updates: list[str]
) -> None:
    # Oxigraph counts a triple of two graphs twice in their union. A label of a blank node belongs to one
    # operation.
    updates = [
        each.replace("USING :h WHERE { SELECT ?s (COUNT(*)", "USING :h WHERE { SELECT ?s (COUNT(DISTINCT *)")
        for each in updates
    ]
    own = [each.rstrip("; ").replace("_:", f"_:n{number}") for number, each in enumerate(updates)]
    joined = " ; ".join(own)
    compare(empty, tmp_path_factory.mktemp("any"), data, joined)


def changed(base: Generation, folder: Path, *updates: str) -> set[str]:
    """What is in the store after some updates, one line a quad."""
    with Draft(base, folder / "draft") as draft:
        for update in updates:
            Updating(draft, is_union=True).carry_out(parse_update(P + update))
        return {str(quad).replace("urn:", ":") for quad in visible(draft.store)[0]}


def test_in_union_mode_a_pattern_sees_all_graphs_and_a_template_writes_the_default_graph(
    empty: Generation, tmp_path: Path
) -> None:
    quads = changed(
        empty,
        tmp_path,
        "INSERT DATA { :a :p 'both' . GRAPH :g { :a :p 'both', 'named' } }",
        "INSERT { :n :n ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }",
        "DELETE { ?s :p ?o } WHERE { ?s :p ?o }",
    )
    assert quads == {
        '<:a> <:p> "both" <:g>',
        '<:a> <:p> "named" <:g>',
        '<:n> <:n> "2"^^<http://www.w3.org/2001/XMLSchema#integer>',
    }


def test_an_operation_sees_the_union_that_the_one_before_has_made(empty: Generation, tmp_path: Path) -> None:
    quads = changed(
        empty,
        tmp_path,
        "INSERT DATA { GRAPH :g { :a :p 1 } } ; INSERT { GRAPH :h { :b :p ?o } } WHERE { :a :p ?o } ; "
        "DROP GRAPH :g ; INSERT { :seen :seen ?s } WHERE { ?s :p ?o }",
    )
    assert {quad.split()[0] for quad in quads} == {"<:b>", "<:seen>"}
    assert "<:seen> <:seen> <:b>" in quads


def test_the_protocols_dataset_takes_the_place_of_using(empty: Generation, tmp_path: Path) -> None:
    given = Dataset((ox.NamedNode("urn:g"),), (ox.NamedNode("urn:h"),))
    facts = "INSERT DATA { :d :p 1 GRAPH :g { :g :p 1 } GRAPH :h { :h :p 1 } }"
    with Draft(empty, tmp_path / "draft") as draft:
        updating = Updating(draft, is_union=True)
        updating.carry_out(parse_update(P + facts))
        copy = "INSERT { ?s :by ?t } WHERE { ?s :p 1 . GRAPH ?g { ?t :p 1 } }"
        updating.carry_out(parse_update(P + copy, using=given))
        made = draft.store.quads_for_pattern(None, ox.NamedNode("urn:by"), None, ox.DefaultGraph())
        assert [str(quad) for quad in made] == ["<urn:g> <urn:by> <urn:h>"]


@pytest.mark.parametrize(
    "update",
    [
        "INSERT { ?s ?p ?o } USING :g WHERE { ?s ?p ?o }",
        "WITH :g DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT {} USING NAMED :g WHERE {}",
        "INSERT DATA { :a :p 1 } ; WITH :g INSERT { :a :p :b } WHERE {}",
    ],
)
def test_the_protocols_dataset_and_the_updates_own_exclude_each_other(update: str) -> None:
    with pytest.raises(QueryRefusedError, match="USING or WITH"):
        parse_update(P + update, using=Dataset((ox.NamedNode("urn:x"),)))


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { GRAPH <urn:kgraph:union> { :a :p 1 } }",
        "INSERT DATA { GRAPH <urn:kgraph:\\u0065xtra> { :a :p 1 } }",
        "PREFIX k: <urn:kgraph:> CREATE GRAPH k:union",
        "WITH <urn:kgraph:extra> DELETE { ?s ?p ?o } WHERE { GRAPH :g { ?s ?p ?o } }",
        "CLEAR GRAPH <urn:kgraph:extra>",
        "DROP SILENT GRAPH <urn:kgraph:extra>",
        "MOVE <urn:kgraph:extra> TO :h",
        "COPY :g TO <urn:kgraph:extra>",
    ],
)
def test_the_hidden_graphs_cannot_be_written(empty: Generation, tmp_path: Path, update: str) -> None:
    with pytest.raises(ReadOnlyGraphError, match="reserved"):
        changed(empty, tmp_path, "INSERT DATA { GRAPH :g { :a :p 1 } GRAPH :h { :b :p 1 } }", update)


@pytest.mark.parametrize(
    "update",
    [
        "INSERT { :seen :seen ?o } WHERE { GRAPH <urn:kgraph:extra> { ?s ?p ?o } }",
        "INSERT { :seen :seen ?o } WHERE { GRAPH ?g { ?s ?p ?o } FILTER(STRSTARTS(STR(?g), 'urn:kgraph:')) }",
        "INSERT { :seen :seen ?o } USING <urn:kgraph:extra> WHERE { ?s ?p ?o }",
        "INSERT { :seen :seen ?o } USING <urn:kgraph:extra> USING <urn:x> WHERE { ?s ?p ?o }",
        "INSERT { :seen :seen ?o } USING NAMED <urn:kgraph:extra> WHERE { GRAPH ?g { ?s ?p ?o } }",
        "INSERT { :seen :seen ?g } WHERE { GRAPH ?g {} FILTER(STRSTARTS(STR(?g), 'urn:kgraph:')) }",
        "COPY <urn:kgraph:extra> TO :new",
        "ADD <urn:kgraph:union> TO :new",
    ],
)
def test_the_hidden_graphs_cannot_be_read(empty: Generation, tmp_path: Path, update: str) -> None:
    facts = "INSERT DATA { GRAPH :g { :a :p 1 } }"
    assert changed(empty, tmp_path / "one", facts, update) == changed(empty, tmp_path / "other", facts)
