"""Federation: SERVICE patterns, executed by a client of our own, within an allow-list and limits.

NOCALL: nothing but this room dials out, and it calls the endpoints of the list alone.
"""

from kgraph.federation.endpoints import Rules, rules_of
from kgraph.federation.enrichment import Enrichment, enrich
from kgraph.federation.federating import Federation
from kgraph.federation.matching import match_names

__all__ = ["Enrichment", "Federation", "Rules", "enrich", "match_names", "rules_of"]
