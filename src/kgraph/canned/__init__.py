"""Canned queries: questions in files, with typed parameters and the rows that they are known to give."""

from kgraph.canned.catalog import find_canned, load_canned
from kgraph.canned.kinds import Kind
from kgraph.canned.naming import Naming
from kgraph.canned.openapi import openapi_parameters
from kgraph.canned.parsing import parse_canned
from kgraph.canned.query import CannedQuery, Column, Example, Parameter, View, render_row
from kgraph.canned.reading import Reader, read_naming

__all__ = [
    "CannedQuery",
    "Column",
    "Example",
    "Kind",
    "Naming",
    "Parameter",
    "Reader",
    "View",
    "find_canned",
    "load_canned",
    "openapi_parameters",
    "parse_canned",
    "read_naming",
    "render_row",
]
