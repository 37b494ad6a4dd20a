"""The allow-list: which endpoints may be called, where they really stand, and how we introduce ourselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import kgraph
from kgraph.errors import ServiceNotAllowedError
from kgraph.settings import PUBLIC_SERVICES, Settings

__all__ = ["LABELS", "Endpoint", "Rules", "rules_of"]

#: Wikidata's service that binds ?itemLabel to the label of ?item.
LABELS: Final = "http://wikiba.se/ontology#label"
#: Services that only exist within an endpoint: Wikibase's, and those of the engine that it runs on.
_WITHIN: Final = (LABELS.removesuffix("label"), "http://www.bigdata.com/")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service by the IRI that queries call it by, and the URL that requests go to.

    ``any_address`` says that the operator named it, so it may stand in a private network.
    """

    iri: str
    url: str
    any_address: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be called and how. Times are seconds, sizes bytes; ``rate`` is requests a second."""

    allowed: frozenset[str]
    mirrors: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = f"kgraph/{kgraph.__version__}"
    timeout_s: float = 60.0
    size_limit_bytes: int = 32 << 20
    rate: float = 10.0
    max_age_s: float = 86_400.0
    offline: bool = False

    def endpoint(self, iri: str) -> Endpoint:
        """The endpoint of an IRI.

        Raises:
            ServiceNotAllowedError: the IRI is none of the list, character by character.
        """
        if iri not in self.allowed and iri.startswith(_WITHIN):
            raise ServiceNotAllowedError(
                f"{iri[:200]} is Wikidata's own, and is no endpoint.",
                hint="Write it within SERVICE <https://query.wikidata.org/sparql> { … }, or ask for labels "
                'with ?item rdfs:label ?itemLabel FILTER(LANG(?itemLabel) = "en").',
            )
        if iri not in self.allowed:
            known = ", ".join(sorted(self.allowed)) or "none"
            raise ServiceNotAllowedError(
                f"The query calls {iri[:200]}, which this service does not call.",
                hint=f"Services that it calls: {known}. Whoever runs it can add one with --allow-service.",
            )
        url = self.mirrors.get(iri, iri)
        return Endpoint(iri, url, any_address=iri in self.mirrors or iri not in PUBLIC_SERVICES)

    def admit_within(self, iri: str) -> None:
        """Let a SERVICE within a SERVICE pass: an endpoint may reach more than its callers are to reach.

        Raises:
            ServiceNotAllowedError: it is neither the endpoint's own nor of the list.
        """
        if not iri.startswith(_WITHIN):
            self.endpoint(iri)


def rules_of(settings: Settings) -> Rules:
    """What the settings of a project say about calling services."""
    contact = settings.service_contact or settings.public_url or settings.base_iri
    return Rules(
        allowed=frozenset(settings.allow_service),
        mirrors=dict(settings.service_mirror),
        user_agent=f"kgraph/{kgraph.__version__} ({contact}; SPARQL federation)",
        timeout_s=settings.service_timeout,
        size_limit_bytes=settings.service_size,
        rate=settings.service_rate,
        max_age_s=settings.service_age,
        offline=settings.offline,
    )
