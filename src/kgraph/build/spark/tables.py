"""Small tables from rows: they travel with the plan that uses them, so that none takes a job of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from kgraph.spark import quiet

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

__all__ = ["TRIPLE", "table_of"]

TRIPLE = "s STRING, p STRING, o STRING"


def table_of(session: SparkSession, rows: Sequence[tuple[object, ...]], schema: str) -> DataFrame:
    """A table of some rows.

    Args:
        session: where.
        rows: a value for each column.
        schema: the columns and their types, as Spark's DDL writes them.
    """
    import pyarrow as pa  # noqa: PLC0415 - it is optional

    with quiet():
        from pyspark.sql.pandas.types import to_arrow_schema  # noqa: PLC0415
        from pyspark.sql.types import StructType  # noqa: PLC0415

        types = cast(StructType, StructType.fromDDL(schema))
        columns = zip(*rows, strict=True) if rows else [()] * len(types)
        arrow = to_arrow_schema(types)
        arrays = [pa.array(list(column), field.type) for column, field in zip(columns, arrow, strict=True)]
        return session.createDataFrame(pa.Table.from_arrays(arrays, schema=arrow))
