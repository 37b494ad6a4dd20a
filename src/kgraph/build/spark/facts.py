"""What products hold, as tables: facts by the part that they take in reasoning, and who told them.

The products are read where they are needed; what comes out are Parquet files, one folder for each kind:

    record      facts of data files
    gazetteer   facts of the gazetteer, which rest on it
    stated      what claims state, which rests on who is claimed to say it
    outside     what data files say outside reasoning: it does not follow, since it is there
    known       what followed from each article by itself
    voice       triples that claims state, each with a way in which they do
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kgraph.build.products import Product, Products
from kgraph.reasoning import GAZETTEER, is_reasoned_over
from kgraph.spark import quiet
from kgraph.store.spelling import is_kept, stored
from kgraph.vocab import XSD

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["FACTS", "Facts", "rows_of_triples", "write_facts"]

#: The kinds of facts that take part in reasoning.
FACTS: Final = ("record", GAZETTEER, "stated")
_COLUMNS: Final = ("kind", "s", "p", "o", "way")
_SCHEMA: Final = "kind STRING, s STRING, p STRING, o STRING, way ARRAY<STRING>"
_BATCH: Final = 20_000
_TYPED: Final = f'"^^<{XSD}'.encode()
Row = tuple[str, str, str, str, list[str] | None]


def rows_of_triples(triples: Iterable[ox.Triple]) -> Iterator[tuple[str, str, str]]:
    """Triples as rows of a table: terms as N-Triples writes them, values as a store gives them back."""
    for triple in triples:
        s, p, o = triple if is_kept(triple.object) else stored(ox.Quad(*triple)).triple
        yield str(s), str(p), str(o)


def _rows_of_lines(content: bytes) -> Iterator[tuple[str, str, str]]:
    """The same of N-Triples as they are serialised here; only lines with typed values need be parsed."""
    for line in content.splitlines():
        if _TYPED in line or b"<<(" in line:
            yield from rows_of_triples(quad.triple for quad in ox.parse(line, ox.RdfFormat.N_TRIPLES))
        elif line:
            subject, predicate, rest = line.decode().split(" ", 2)
            yield subject, predicate, rest.removesuffix(" .")


def _rows(product: Product, *, is_unit: bool) -> Iterator[Row]:
    if is_unit:
        for part, content in product.parts.items():
            if part.startswith("graph:"):
                graph = part.removeprefix("graph:")
                kind = GAZETTEER if graph == GAZETTEER else "record" if is_reasoned_over(graph) else "outside"
                yield from ((kind, *row, None) for row in _rows_of_lines(content))
        return
    for part, kind in (("graph:stated", "stated"), ("inferred", "known"), ("remainder", "known")):
        yield from ((kind, *row, None) for row in _rows_of_lines(product.parts.get(part, b"")))
    for text, ways in json.loads(product.parts.get("voices", b"[]")):
        yield from (("voice", *text.split(" ", 2), way) for way in ways)


def write_facts(
    session: SparkSession, products: Path, units: Iterable[str], clusters: Iterable[str], folder: str
) -> Facts:
    """Write the tables of some products, by their names."""
    names = [(name, True) for name in units] + [(name, False) for name in clusters]
    context = session.sparkContext
    slices = max(1, min(len(names), 4 * context.defaultParallelism))
    named = session.createDataFrame(context.parallelize(names, slices), "name STRING, is_unit BOOLEAN")

    def read(batches: Iterator[Any]) -> Iterator[Any]:
        import pyarrow as pa  # noqa: PLC0415 - where the work is done

        kept, rows = Products(products), list[Row]()
        types = [pa.string()] * 4 + [pa.list_(pa.string())]

        def batch() -> Any:
            columns = zip(*rows, strict=True)
            return pa.RecordBatch.from_arrays(
                [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)], names=_COLUMNS
            )

        for some in batches:
            for name, is_unit in zip(*(column.to_pylist() for column in some.columns), strict=True):
                product = kept.get(name)
                if product is None:
                    raise FileNotFoundError(f"{products} has no {name}: do all machines see this folder?")
                rows += _rows(product, is_unit=is_unit)
                if len(rows) >= _BATCH:
                    yield batch()
                    rows.clear()
        if rows:
            yield batch()

    with quiet():
        rows = named.mapInArrow(read, _SCHEMA)
    rows.write.partitionBy("kind").parquet(folder)
    return Facts(session, folder)


class Facts:
    """The tables."""

    def __init__(self, session: SparkSession, folder: str) -> None:
        self._all = session.read.schema(_SCHEMA).parquet(folder)

    def of(self, *kinds: str) -> DataFrame:
        """The triples of some kinds."""
        return self._all.where(self._all.kind.isin(*kinds)).select("s", "p", "o")

    def told(self, gazetteer: str) -> DataFrame:
        """The ways in which facts are told, where that is all that is known of them: ``t`` and ``ways``.

        Args:
            gazetteer: the IRI of its graph, on which its facts rest.
        """
        from pyspark.sql import functions as f  # noqa: PLC0415 - it is optional

        from kgraph.build.spark.resting import minimal_of  # noqa: PLC0415

        own = self._all.where(self._all.kind == GAZETTEER).withColumn("way", f.array(f.lit(gazetteer)))
        said = self._all.where(self._all.kind == "voice").unionByName(own)
        return (
            said.join(self.of("record"), ["s", "p", "o"], "left_anti")
            .groupBy(f.expr("concat_ws(' ', s, p, o)").alias("t"))
            .agg(f.expr(minimal_of("transform(collect_set(way), each -> array_sort(each))")).alias("ways"))
        )
