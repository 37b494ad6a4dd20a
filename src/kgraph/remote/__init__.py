"""Another engine behind the same protocol: Fuseki, Oxigraph's server, or any that keeps to SPARQL 1.1.

Generations are loaded into it and asked of it over the SPARQL 1.1 Protocol. What it would answer otherwise
than the standard says, and all while it is being loaded or away, is answered by the workers here, who have
the same generation on disk: so the answer is never a wrong one.
"""

from kgraph.remote.backend import RemoteBackend
from kgraph.remote.endpoint import Endpoint

__all__ = ["Endpoint", "RemoteBackend"]
