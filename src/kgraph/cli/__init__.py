"""The command line: one file a family of commands; the only place that prints.

Results go to standard output, all else to standard error. Exit codes: 0 done, 1 the project or the query
has a fault, 2 wrong usage.
"""

from kgraph.cli.main import main

__all__ = ["main"]
