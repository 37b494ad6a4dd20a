"""The hash of a dataset, which can be carried on where quads come and go.

It is the SHA-256 of a sum: of the SHA-256 of each quad's line of canonical N-Quads, modulo 2^256. Lines with
blank nodes are taken together by what hangs together through these, with the labels of RDF Dataset
Canonicalization (RDFC-1.0); each such component counts as the sum of its own lines' hashes, hashed once more.
So neither order nor labels matter, what an edit leaves alone need not be read again, and the parts of a
dataset can be hashed in different processes. It tells datasets apart; it is no defence against somebody who
makes two datasets to have the same sum. RDFC-1.0 itself leads to another hash, of all lines in one
piece.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

import pyoxigraph as ox

__all__ = [
    "MODULUS",
    "canonical_hash",
    "finish",
    "has_blank",
    "hash_if_ground",
    "hash_of",
    "sum_of_blank",
    "sum_of_ground",
]

MODULUS: Final = 1 << 256


def hash_of(quad: ox.Quad) -> int:
    """The hash of a quad without blank nodes, as a store gives it back."""
    return _of_line(f"{quad} .\n")


def hash_if_ground(quad: ox.Quad) -> int | None:
    """The hash of a quad, as a store gives it back; None of one with blank nodes."""
    line = f"{quad} .\n"
    if "_:" in line and has_blank(quad):
        return None
    return _of_line(line)


def _of_line(line: str) -> int:
    return int.from_bytes(sha256(line.encode()).digest(), "big")


def has_blank(quad: ox.Quad) -> bool:
    """Whether a quad has a blank node, be it within a triple term or as its graph's name."""
    return (
        isinstance(quad.subject, ox.BlankNode)
        or isinstance(quad.graph_name, ox.BlankNode)
        or bool(_blank_in(quad.object))
    )


def _blank_in(term: object) -> list[ox.BlankNode]:
    if isinstance(term, ox.BlankNode):
        return [term]
    if isinstance(term, ox.Triple):
        return [*_blank_in(term.subject), *_blank_in(term.object)]
    return []


def sum_of_ground(quads: Iterable[ox.Quad]) -> int:
    """The sum over distinct quads without blank nodes."""
    return sum(map(hash_of, quads)) % MODULUS


def sum_of_blank(quads: Iterable[ox.Quad]) -> int:
    """The sum over the components of distinct quads that have blank nodes, all of them."""
    total = 0
    for component in _components(quads):
        dataset = ox.Dataset(component)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        lines = sum_of_ground(dataset)
        total += int.from_bytes(sha256(lines.to_bytes(32, "big")).digest(), "big")
    return total % MODULUS


def _components(quads: Iterable[ox.Quad]) -> list[list[ox.Quad]]:
    """The quads by what hangs together through blank nodes."""
    parents: dict[ox.BlankNode, ox.BlankNode] = {}

    def root(node: ox.BlankNode) -> ox.BlankNode:
        while (above := parents.setdefault(node, node)) != node:
            parents[node] = node = parents.setdefault(above, above)
        return node

    homes: list[tuple[ox.BlankNode, ox.Quad]] = []
    for quad in quads:
        nodes = [*_blank_in(quad.subject), *_blank_in(quad.object), *_blank_in(quad.graph_name)]
        for node in nodes[1:]:
            parents[root(node)] = root(nodes[0])
        homes.append((nodes[0], quad))
    found: dict[ox.BlankNode, list[ox.Quad]] = {}
    for node, quad in homes:
        found.setdefault(root(node), []).append(quad)
    return list(found.values())


def finish(total: int) -> str:
    """The canonical hash of a dataset whose sums add up to this."""
    return sha256((total % MODULUS).to_bytes(32, "big")).hexdigest()


def canonical_hash(quads: Iterable[ox.Quad]) -> str:
    """The canonical hash of a dataset."""
    ground, blank = 0, list[ox.Quad]()
    for quad in dict.fromkeys(quads):
        weight = hash_if_ground(quad)
        if weight is None:
            blank.append(quad)
        else:
            ground += weight
    return finish(ground + sum_of_blank(blank))
