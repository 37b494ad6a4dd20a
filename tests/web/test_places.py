"""Where IRIs live: a path for each of the project's own, and back, however it is spelled on the way."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.vocab import KG, Names
from kgraph.web.places import href, iris_at, local_path, split_suffix

NAMES = Names("https://news.example/graphs/")
#: What an IRI's path may be made of (RFC 3987), dots and slashes included, and what is rare.
SEGMENTS = st.text(st.sampled_from("ab.-_~!$&'()*+,;=:@%é人/"), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("iri", "path"),
    [
        ("https://news.example/graphs/id/a", "/id/a"),
        ("https://news.example/graphs/id/a#b=1,2", "/id/a#b=1,2"),
        ("https://news.example/graphs/id/é", "/id/%C3%A9"),
        ("https://news.example/graphs/", "/"),
        ("https://news.example/graphs//evil.example/", "/.//evil.example/"),
        (KG + "Claim", "/ontology#Claim"),
        ("https://w3id.org/kgraph/ontology/0.2.0", "/ontology/0.2.0"),
        ("https://w3id.org/kgraph/ontologyX", None),
        ("https://w3id.org/kgraph/lexicon#Withdrawal", "/lexicon#Withdrawal"),
        ("https://w3id.org/kgraph/lexicon/events", "/lexicon/events"),
        ("https://w3id.org/kgraph/lexical", None),
        ("https://w3id.org/kgraph/id/a", None),
        ("https://news.example/graph", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_path_for_each_of_the_projects_own(iri: str, path: str | None) -> None:
    assert local_path(iri, NAMES) == path


def test_links_lead_here_or_into_the_web_or_nowhere() -> None:
    assert href("https://news.example/graphs/id/a", NAMES) == "/id/a"
    assert href("http://www.wikidata.org/entity/Q1", NAMES) == "http://www.wikidata.org/entity/Q1"
    assert href("javascript:alert(1)", NAMES) is None
    assert href("urn:x", NAMES) is None
    assert href(None, NAMES) is None


@given(SEGMENTS)
def test_a_link_stays_on_this_host_and_comes_back_as_its_iri(rest: str) -> None:
    iri = f"{NAMES.base}id/{rest}"
    path = local_path(iri, NAMES)
    assert path is not None
    there = urlsplit(urljoin("http://here.example/page", path))
    assert there.netloc == "here.example"
    valid = not any(part.rpartition("%")[1] and len(part) < 2 for part in rest.split("%")[1:])
    if valid and "/./" not in iri and "/../" not in iri and not iri.endswith(("/.", "/..")):
        assert iri in [*iris_at(path, "", NAMES), iri if "%" in rest else ""]


@given(SEGMENTS)
def test_a_link_below_the_base_never_leaves(rest: str) -> None:
    path = local_path(NAMES.base + rest, NAMES)
    assert path is not None
    assert urlsplit(urljoin("http://here.example/a/b", path)).netloc == "here.example"


def test_a_request_may_mean_several_iris_the_likeliest_first() -> None:
    base = NAMES.base
    assert iris_at("/id/a%2Cb", "", NAMES) == [f"{base}id/a%2Cb", f"{base}id/a,b"]
    assert iris_at("/id/%C3%A9", "", NAMES)[:2] == [f"{base}id/%C3%A9", f"{base}id/é"]
    assert iris_at("/id/a", "x=1", NAMES) == [f"{base}id/a?x=1", f"{base}id/a"]
    assert iris_at("/ontology/1", "", NAMES) == [f"{base}ontology/1", "https://w3id.org/kgraph/ontology/1"]
    assert iris_at("/lexicon", "", NAMES) == [f"{base}lexicon", "https://w3id.org/kgraph/lexicon"]
    assert iris_at("/a b", "", NAMES) == [f"{base}a%20b"]
    assert iris_at("/%ff", "", NAMES) == [f"{base}%ff"]


def test_a_suffix_is_only_one_of_a_format() -> None:
    suffixes = ("ttl", "html")
    assert split_suffix("/id/a.ttl", suffixes) == ("/id/a", "ttl")
    assert split_suffix("/id/a.b.html", suffixes) == ("/id/a.b", "html")
    assert split_suffix("/id/a.docx", suffixes) is None
    assert split_suffix("/id/.ttl", suffixes) is None
    assert split_suffix("/id/a", suffixes) is None
