"""A large answer as a pandas data frame, to ``pandas.read_csv`` on the same answer as CSV.

Both begin with the bytes of the answer. The processor's time counts, since the machine may be busy.
"""

from __future__ import annotations

import io
import statistics
import time
from collections.abc import Callable

import pandas as pd

from kgraph.rdf.formats import ResultKind
from kgraph.rdf.table import Table, read_values

ROWS = 1_000_000
_PREFIXES = {"e": "http://example.org/id/"}


def bench_frames(rows: int = ROWS) -> None:
    """Print how long both take for rows of an IRI, a whole number, a decimal and a text."""
    tsv = "?s\t?n\t?share\t?label\n" + "".join(
        f'<http://example.org/id/thing{n}>\t{n}\t{n + 0.5}\t"label {n}"\n' for n in range(rows)
    )
    csv = "s,n,share,label\n" + "".join(
        f"http://example.org/id/thing{n},{n},{n + 0.5},label {n}\n" for n in range(rows)
    )
    table = read_values(tsv.encode(), ResultKind.SOLUTIONS, _PREFIXES)
    assert isinstance(table, Table)
    content = csv.encode()
    ours = _seconds(table.to_pandas)
    theirs = _seconds(lambda: pd.read_csv(io.BytesIO(content)))
    print(f"frames  {rows:,} rows, typed: {ours:.2f} s; read_csv {theirs:.2f} s; ratio {theirs / ours:.2f}")


def _seconds(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


if __name__ == "__main__":
    bench_frames()
