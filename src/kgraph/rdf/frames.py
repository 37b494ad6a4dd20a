"""Columns as data frames of pandas, polars and Arrow, as far as these are installed: they are extras."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kgraph.rdf.columns import Column, Kind

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["arrow_of", "pandas_of", "pandas_of_arrow", "polars_of", "polars_of_arrow"]

_DIGITS: Final = 38
_PANDAS: Final = {
    Kind.INTEGER: "Int64",
    Kind.DECIMAL: "Float64",
    Kind.FLOAT: "Float64",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "datetime64[s]",
    Kind.MOMENT: "datetime64[us, UTC]",
    Kind.LOCAL_MOMENT: "datetime64[us]",
    Kind.TEXT: "string",
}


def pandas_of(columns: Sequence[Column]) -> pandas.DataFrame:
    """A pandas data frame; decimals, of which pandas has none, are floats.

    Raises:
        ImportError: pandas is not installed.
    """
    pd: Any = _installed("pandas", "A pandas data frame")
    series = {}
    for number, column in enumerate(columns):
        values = column.values
        if column.kind is Kind.DECIMAL:
            values = [None if value is None else float(value) for value in values]
        series[number] = pd.Series(values, dtype=_PANDAS[column.kind])
    frame = pd.DataFrame(series)
    frame.columns = pd.Index([column.name for column in columns])
    return frame


def polars_of(columns: Sequence[Column]) -> polars.DataFrame:
    """A polars data frame.

    Raises:
        ImportError: polars is not installed.
    """
    pl: Any = _installed("polars", "A polars data frame")
    types: dict[Kind, Any] = {
        Kind.INTEGER: pl.Int64,
        Kind.FLOAT: pl.Float64,
        Kind.BOOLEAN: pl.Boolean,
        Kind.DATE: pl.Date,
        Kind.MOMENT: pl.Datetime("us", "UTC"),
        Kind.LOCAL_MOMENT: pl.Datetime("us"),
        Kind.TEXT: pl.String,
    }
    frame: polars.DataFrame = pl.DataFrame(
        [
            pl.Series(
                column.name,
                column.values,
                dtype=types.get(column.kind) or pl.Decimal(_DIGITS, column.scale),
                strict=True,
            )
            for column in columns
        ]
    )
    return frame


def arrow_of(columns: Sequence[Column]) -> pyarrow.Table:
    """An Arrow table.

    Raises:
        ImportError: pyarrow is not installed.
    """
    pa: Any = _installed("pyarrow", "An Arrow table")
    types = {
        Kind.INTEGER: pa.int64(),
        Kind.FLOAT: pa.float64(),
        Kind.BOOLEAN: pa.bool_(),
        Kind.DATE: pa.date32(),
        Kind.MOMENT: pa.timestamp("us", tz="UTC"),
        Kind.LOCAL_MOMENT: pa.timestamp("us"),
        Kind.TEXT: pa.string(),
    }
    arrays = [
        pa.array(column.values, type=types.get(column.kind) or pa.decimal128(_DIGITS, column.scale))
        for column in columns
    ]
    return pa.table(arrays, names=[column.name for column in columns])


def pandas_of_arrow(table: pyarrow.Table) -> pandas.DataFrame:
    """The same data frame as of the columns that an Arrow table has.

    Raises:
        ImportError: pandas is not installed.
    """
    pd: Any = _installed("pandas", "A pandas data frame")
    pa: Any = _installed("pyarrow", "An Arrow table")

    fields = [pa.field(str(number), _for_pandas(each.type, pa)) for number, each in enumerate(table.schema)]
    types = {
        pa.int64(): pd.Int64Dtype(),
        pa.float64(): pd.Float64Dtype(),
        pa.bool_(): pd.BooleanDtype(),
        pa.string(): pd.StringDtype(),
    }
    renamed = table.rename_columns([field.name for field in fields]).cast(pa.schema(fields))
    frame = renamed.to_pandas(types_mapper=types.get)
    frame.columns = pd.Index(table.column_names)
    return frame


def _for_pandas(kind: Any, pa: Any) -> Any:
    """The type that a column has for pandas: decimals are floats, days are moments of whole seconds."""
    if pa.types.is_decimal(kind):
        return pa.float64()
    return pa.timestamp("s") if pa.types.is_date(kind) else kind


def polars_of_arrow(table: pyarrow.Table) -> polars.DataFrame:
    """The same data frame as of the columns that an Arrow table has.

    Raises:
        ImportError: polars is not installed.
    """
    pl: Any = _installed("polars", "A polars data frame")
    frame: polars.DataFrame = pl.from_arrow(table)
    return frame


def _installed(package: str, what: str) -> Any:
    try:
        return import_module(package)
    except ImportError as error:
        raise ImportError(f"{what} needs {package}: pip install {package}.") from error
