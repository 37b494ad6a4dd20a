"""A build on Apache Spark: what is done article by article as a map, and the closure as joins of tables.

The result is that of a build in one process: the same graphs, so the same canonical hash. All machines must
see the project's folder and its store under the same path; what is made of an article is kept there by
its digest, so it does not matter how often, where or by whom a task is done.

    mapping      units and clusters as a map
    tables       small tables
    facts        what the products hold, as tables
    clauses      a program as rows: of premises, of conclusions
    joining      the solutions of many clauses by the same few joins
    saturating   the fixpoint, semi-naively
    resting      on whose word conclusions rest, as a group-by
    closing      all of these: what follows from a project
"""

from kgraph.build.spark.closing import Closed
from kgraph.build.spark.mapping import Spark

__all__ = ["Closed", "Spark"]
