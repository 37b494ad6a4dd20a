"""Everything that can be wrong with a project, each with file, line and what to do.

One module a concern; each check takes a :class:`Subject` and yields problems. pySHACL is imported only
here, and only by the process that :mod:`kgraph.checks.shapes` begins.
"""

from kgraph.checks.run import CHECKS, Check, run_checks
from kgraph.checks.shapes import validating
from kgraph.checks.subject import Subject, load_subject

__all__ = ["CHECKS", "Check", "Subject", "load_subject", "run_checks", "validating"]
