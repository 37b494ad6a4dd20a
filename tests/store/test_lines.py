"""Documents of lines, loaded in pieces by several threads: the same as loaded in one."""

from __future__ import annotations

import io
import random
from typing import IO, BinaryIO, cast

import pyoxigraph as ox
import pytest

from kgraph.store import lines as lines_module
from kgraph.store.lines import load_lines

G = ox.NamedNode("http://example.org/given")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "_SMALLEST_PIECE_BYTES", 200)
    monkeypatch.setattr(lines_module, "_LARGEST_PIECE_BYTES", 200)
    monkeypatch.setattr(lines_module, "_READ_BYTES", 300)


def load(document: bytes, form: ox.RdfFormat = ox.RdfFormat.N_QUADS) -> ox.Store:
    store = ox.Store()

    def load_part(part: bytes | IO[bytes]) -> None:
        store.bulk_load(input=part, format=form, to_graph=G)

    load_lines(lambda: cast(BinaryIO, io.BytesIO(document)), len(document), load_part)
    return store


def at_once(document: bytes, form: ox.RdfFormat = ox.RdfFormat.N_QUADS) -> ox.Store:
    store = ox.Store()
    store.bulk_load(input=document, format=form, to_graph=G)
    return store


def canonical(store: ox.Store) -> ox.Dataset:
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def line(chance: random.Random) -> str:
    def node() -> str:
        return chance.choice([f"_:b{chance.randrange(9)}", f"<http://example.org/{chance.randrange(99)}>"])

    value = chance.choice([node(), f'"{chance.randrange(99)}"', '"_: is no blank node"', '"ž\\n _:b1"@hr'])
    graph = chance.choice(["", f"<http://example.org/g{chance.randrange(3)}>", "_:b1"])
    text = f"{node()} <http://example.org/p> {value} {graph} ."
    return chance.choice([text, text, text, "", f"# {text}"]) + chance.choice(["\n", "\n", "\r\n"])


@pytest.mark.parametrize("seed", range(20))
def test_a_document_in_pieces_says_what_it_says_at_once(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a test, not a secret
    document = "".join(line(chance) for _ in range(chance.randrange(1, 150))).rstrip("\n").encode()
    assert len(at_once(document)) > 0
    assert canonical(load(document)) == canonical(at_once(document))


def test_each_line_is_read_once_and_a_label_means_one_node_throughout() -> None:
    document = "".join(f'_:all <urn:p> "{n}" .\n<urn:s{n}> <urn:p> "{n}" .\n' for n in range(200)).encode()
    store = load(document, ox.RdfFormat.N_TRIPLES)
    assert len(store) == 400
    nodes = {quad.subject for quad in store if isinstance(quad.subject, ox.BlankNode)}
    assert len(nodes) == 1
    assert {quad.graph_name for quad in store} == {G}


@pytest.mark.parametrize("fault", ['<urn:s> <urn:p> "open .', "_:b <urn:p> oops ."])
@pytest.mark.parametrize("place", [1, 2, 77, 300])
def test_a_fault_is_placed_by_the_line_of_the_document(fault: str, place: int) -> None:
    sound = [f'{"_:b" if n % 3 else "<urn:s>"} <urn:p> "{n}" .' for n in range(300)]
    sound[place - 1] = fault
    document = "\n".join(sound).encode()
    with pytest.raises(SyntaxError) as raised:
        load(document)
    with pytest.raises(SyntaxError) as expected:
        at_once(document)
    assert (raised.value.lineno, raised.value.offset) == (expected.value.lineno, expected.value.offset)
    assert raised.value.lineno == place


def test_what_cannot_be_read_to_its_end_is_an_error() -> None:
    class Broken(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            raise EOFError("cut off")

    with pytest.raises(EOFError, match="cut off"):
        load_lines(lambda: cast(BinaryIO, Broken(b"<urn:s> <urn:p> 1 .")), 19, lambda _: None)


def test_nothing_is_a_document_too() -> None:
    assert len(load(b"")) == 0
