"""Pages to go through: voices, places, timeline, contested claims, who talks about whom, claims by facet."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest

from kgraph.vocab import KG
from kgraph.web.drawings import Edge, Moment, draw_network, draw_timeline
from kgraph.web.maps import Point, draw_map
from tests.conftest import ENTITY

HTML = {"Accept": "text/html"}


def words(text: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())


def get(client: httpx.Client, path: str, **params: str) -> str:
    response = client.get(path, params=params, headers=HTML)
    assert response.status_code == 200, path
    return response.text


def test_every_speaker_is_in_the_index_of_voices(client: httpx.Client) -> None:
    query = "SELECT DISTINCT ?who { ?c <https://w3id.org/kgraph/ontology#attributedTo> ?who }"
    rows = client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
    speakers = {f"/id/{row['who']['value'].removeprefix(ENTITY)}" for row in rows}
    assert len(speakers) > 5
    assert speakers <= set(re.findall('href="([^"]+)"', get(client, "/voices")))


def test_places_stand_on_a_map_and_in_a_table(client: httpx.Client) -> None:
    page = get(client, "/places")
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert {"Pristina", "Zubin Potok"} <= set(re.findall("<text[^>]*>([^<]+)</text>", drawing))
    assert "42.6727" in page[page.index("<table") :]
    assert "no point recorded" in page
    assert "<svg" in get(client, "/id/pristina")
    assert "<svg" not in get(client, "/id/ristic")


def test_a_printed_date_is_solid_and_a_read_one_dashed(client: httpx.Client) -> None:
    page = get(client, "/timeline")
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert drawing.index(">1999<") < drawing.index(">2008<") < drawing.index(">2011-07?<")
    assert drawing.index('class="printed"') < drawing.index('class="read"')
    assert "erection of the barricades" in words(page[page.index("<table") :])


def test_what_is_contested_stands_in_two_columns_without_a_verdict(client: httpx.Client) -> None:
    page = get(client, "/contested")
    pairs = page.split('<article class="versus"')[1:]
    assert pairs
    assert all(pair.count('class="side"') == 2 for pair in pairs)
    assert any("we cannot go through barricades" in pair and "ordered to travel" in pair for pair in pairs)


def test_who_talks_about_whom_leaves_out_the_narrator_unless_asked(client: httpx.Client) -> None:
    without, everything = get(client, "/network"), get(client, "/network", narrator="true")
    table = re.findall('<tr><td><a href="([^"]+)', without)
    assert "/id/ristic" in table
    assert re.findall('<tr><td><a href="([^"]+)', everything).count("/id/reuters") > table.count(
        "/id/reuters"
    )


def test_claims_narrow_by_facets_and_the_counts_are_true(client: httpx.Client) -> None:
    page = get(client, "/claims", speaker="kgr:ristic")
    facets = dict(re.findall(r'href="(/claims[^"]*kind=[^"]*)"><span>[^<]*</span> <b>(\d+)</b>', page))
    assert facets
    for address, count in facets.items():
        narrowed = client.get(unescape(address), headers=HTML).text
        assert len(re.findall('class="more"', narrowed)) == int(count)
    empty = get(client, "/claims", speaker="kgr:kosovo")
    assert "does not mean that it is not so" in empty
    assert client.get("/claims?speaker=no%20iri", headers=HTML).status_code == 400
    assert client.get("/claims?page=0", headers=HTML).status_code == 400


def test_a_page_tells_claims_by_a_speaker_from_claims_about_it(client: httpx.Client) -> None:
    page = get(client, "/id/serbia")
    about = page.partition('id="claimed"')[2].partition("</section>")[0]
    assert "European Commission</a></h3>" in about
    said = get(client, "/id/ristic").partition('id="said"')[2].partition("</section>")[0]
    quotes = re.findall("<mark>([^<]+)</mark>", said)
    assert len(re.findall("<blockquote", said)) < 9  # claims on the same words stand together
    assert "There will be no Kfor actions today" in quotes


LISTS = ("articles", "voices", "places", "network", "claims", "timeline", "contested")


@pytest.mark.parametrize("name", LISTS)
def test_a_program_reads_a_list_as_json(client: httpx.Client, name: str) -> None:
    by_accept = client.get(f"/{name}", headers={"Accept": "application/json"})
    assert by_accept.headers["Content-Type"] == "application/json"
    assert "Accept" in by_accept.headers["Vary"]
    by_suffix = client.get(f"/{name}.json").json()
    assert by_accept.json()["items"] == by_suffix["items"] != []
    page = unescape(get(client, f"/{name}"))
    for item in by_suffix["items"]:
        shown = item.get("label") or item.get("title") or item.get("topic") or item.get("what")
        assert (shown or (item["who"]["label"] if "who" in item else item["speaker"]["label"])) in page
    assert client.get(f"/{name}", headers={"Accept": "image/png"}).status_code == 406
    assert client.get(f"/{name}.xml").status_code == 404


def test_next_leads_through_all_claims(client: httpx.Client) -> None:
    query = f"SELECT ?c {{ ?c a <{KG}Assertion> }}"
    rows = client.get("/sparql", params={"query": query, "format": "json"}).json()["results"]["bindings"]
    for path, headers in (("/claims", {"Accept": "application/json"}), ("/claims.json", {})):
        found: list[str] = []
        url: str | None = path
        while url is not None:
            response = client.get(url, headers=headers)
            found += [item["iri"] for item in response.json()["items"]]
            url = response.json()["next"]
            assert response.links.get("next", {}).get("url") == url
        assert len(found) == len(set(found))
        assert set(found) == {row["c"]["value"] for row in rows}


def test_names_cannot_leave_a_drawing() -> None:
    name = "<script>alert(1)</script>\"'&"
    for drawing in (
        draw_map([Point(name, 42.0, 21.0, "javascript:1")], title=name),
        draw_timeline([Moment(name, name, is_printed=True)], title=name),
        draw_network([Edge(name, name, 1)], title=name, start=name, end=name),
    ):
        assert "<script" not in drawing
        assert "&lt;script&gt;" in drawing


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (42.6, 21.1), (-41.3, 174.8)]
)
def test_a_point_lies_on_its_map_wherever_it_is(latitude: float, longitude: float) -> None:
    drawing = draw_map([Point("here", latitude, longitude)], title="Map")
    height = float(re.findall(r'viewBox="0 0 720 (\d+)"', drawing)[0])
    x, y = map(float, re.findall(r'cx="([\d.-]+)" cy="([\d.-]+)"', drawing)[0])
    assert 0 <= x <= 720
    assert 0 <= y <= height


def test_names_on_a_map_do_not_cover_each_other() -> None:
    points = [Point(f"place {n}", 42 + n / 1000, 21.0) for n in range(8)]
    lines = [float(y) for y in re.findall(r'<text x="[\d.]+" y="([\d.]+)"', draw_map(points, title="Map"))]
    assert len(lines) == 8
    assert all(after - before >= 16 for before, after in zip(sorted(lines), sorted(lines)[1:], strict=False))


def test_borders_are_drawn_where_there_are_some() -> None:
    kosovo = draw_map([Point("Pristina", 42.67, 21.17)], title="Map")
    ocean = draw_map([Point("nowhere", -50.0, -130.0)], title="Map")
    assert kosovo.count("M") > ocean.count("M")
    assert draw_map([], title="Map") == ""
