"""Annotations made elsewhere become candidates on the words that they are of, and nothing is guessed."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kgraph.annotating import draft_annotations, read_annotations
from kgraph.build import build
from kgraph.drafting import load_draft
from kgraph.drafting.drafting import Laid
from kgraph.drafting.knowledge import Article, read_knowledge
from kgraph.errors import DraftError, ParameterError
from kgraph.export import EXPORTERS, Source
from kgraph.settings import load_settings
from kgraph.store import Catalog
from kgraph.text import Span

TEXT = "The mill closed. “We will open again,” Holt said.\nThe mill will open in June, Holt said again."
MILL = Article("mill", Laid(TEXT, "en", (), (Span(0, 49), Span(50, len(TEXT))), (), "Coast Wire"))
OTHER = Article("ferry", Laid("The ferry sank.", "en", (), (Span(0, 15),), (), "Coast Wire"))
EXAMPLE = Path(__file__).parents[2] / "examples" / "star-clock"


def quote(exact: str, prefix: str = "", suffix: str = "") -> dict[str, str]:
    return {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix}


HYPOTHESIS: dict[str, Any] = {
    "total": 2,
    "rows": [
        {
            "id": "h1",
            "user": "acct:ada@hypothes.is",
            "uri": "https://example.org/news/mill.html",
            "text": "He promises it.",
            "tags": ["promise", "direct quotation"],
            "target": [
                {
                    "source": "https://example.org/news/mill.html",
                    "selector": [
                        {"type": "RangeSelector", "startContainer": "/div[1]"},
                        {"type": "TextPositionSelector", "start": 917, "end": 938},
                        quote("We will  open again", "closed. “", ",” Holt"),
                    ],
                }
            ],
        },
        {"id": "h2", "target": [{"source": "x", "selector": [quote("nowhere to be found")]}]},
    ],
}
RECOGITO: list[dict[str, Any]] = [
    {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "#r1",
        "type": "Annotation",
        "creator": {"id": "https://example.org/ben", "name": "Ben"},
        "body": [
            {"type": "TextualBody", "purpose": "commenting", "value": "the place\nitself"},
            {"type": "TextualBody", "purpose": "tagging", "value": "Denial"},
            {"type": "TextualBody", "purpose": "tagging", "value": "negative"},
            {"purpose": "identifying", "source": "http://www.wikidata.org/entity/Q44494"},
        ],
        "target": {"selector": [quote("The mill"), {"type": "TextPositionSelector", "start": 50, "end": 58}]},
    }
]


def drafted(document: object, *articles: Article, article: str | None = None) -> Any:
    annotations = read_annotations(json.dumps(document).encode(), name="file.json")
    return draft_annotations(annotations, articles or (MILL, OTHER), {}, article=article)


def test_what_hypothesis_gives_is_found_by_its_words() -> None:
    found = drafted(HYPOTHESIS)
    (candidate,) = found.drafts["mill"].candidates
    assert candidate.words == "We will open again"
    assert TEXT[candidate.begin : candidate.end] == candidate.words
    assert (candidate.kind, candidate.mode, candidate.polarity) == ("promise", "direct", "positive")
    assert candidate.by.partition(":")[2] == "acct:ada@hypothes.is: He promises it."
    (reason,) = found.unplaced
    assert reason.startswith("h2")


def test_what_recogito_exports_is_found_by_its_offsets() -> None:
    (candidate,) = drafted(RECOGITO).drafts["mill"].candidates
    assert (candidate.begin, candidate.end) == (50, 58)
    assert (candidate.kind, candidate.polarity) == ("denial", "negative")
    assert candidate.entities[0].wikidata == "Q44494"
    assert candidate.by.endswith("Ben: the place itself")


@pytest.mark.parametrize(
    ("selector", "begin"),
    [
        (quote("Holt said"), None),
        (quote("Holt said", suffix=" again."), 78),
        (quote("Holt said", prefix="again,” "), 39),
        (quote("The ferry"), 0),
        (quote(""), None),
        ({"type": "TextPositionSelector", "start": 4, "end": 8}, 4),
        ({"type": "TextPositionSelector", "start": 4, "end": 4_000}, None),
        ({"type": "FragmentSelector", "refinedBy": quote("in June")}, 69),
    ],
)
def test_words_that_are_told_apart_have_a_place_and_others_have_none(
    selector: dict[str, Any], begin: int | None
) -> None:
    slug = "ferry" if selector.get("exact") == "The ferry" else "mill"
    document = {"type": "Annotation", "target": {"source": f"x/{slug}", "selector": selector}}
    found = drafted(document)
    assert [each.begin for draft in found.drafts.values() for each in draft.candidates] == (
        [] if begin is None else [begin]
    )
    assert bool(found.unplaced) is (begin is None)


def test_an_annotation_comes_once_and_only_to_the_text_that_it_is_of() -> None:
    first = drafted(RECOGITO)
    annotations = read_annotations(json.dumps(RECOGITO).encode(), name="x")
    again = draft_annotations(annotations, [MILL], first.drafts)
    assert (again.added, again.drafts) == (0, first.drafts)
    changed = Article("mill", Laid(TEXT + " More.", "en", (), (), (), ""))
    with pytest.raises(DraftError, match="another state"):
        draft_annotations(annotations, [changed], first.drafts)
    assert drafted(RECOGITO, OTHER, article="ferry").unplaced


KEYS = "target selector type exact start end body value purpose items rows source tags".split()
json_values = st.recursive(
    st.none()
    | st.integers(-2, 60)
    | st.sampled_from(["The mill", "TextQuoteSelector", "tagging", "http://a.b/"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "target selector type exact start end body value purpose items rows source tags".split()
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(json_values)
def test_any_json_is_read_or_refused(document: object) -> None:
    with suppress(ParameterError):
        found = drafted(document)
        for draft in found.drafts.values():
            assert all(
                span.of(TEXT) or span.of("The ferry sank.") for c in draft.candidates for span in c.content
            )


def test_our_own_annotations_come_back_on_the_same_words(tmp_path: Path) -> None:
    folder = tmp_path / "star-clock"
    shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".kgraph"))
    settings = load_settings(folder, environ={"KGRAPH_ENCODER": "none"})
    build(settings)
    generation, pin = Catalog(settings.store_path).pin_current()
    output = io.BytesIO()
    EXPORTERS["annotations"].write_document(Source(generation, settings), output)
    pin.release()
    items = json.loads(output.getvalue())["first"]["items"]
    exported = set()
    for item in items:
        targets = item["target"] if isinstance(item["target"], list) else [item["target"]]
        positions = [target["selector"][1] for target in targets]
        exported.add(tuple((each["start"], each["end"]) for each in positions))

    (tmp_path / "annotations.jsonld").write_bytes(output.getvalue())
    command = [sys.executable, "-m", "kgraph", "load", "--drafts", str(tmp_path / "annotations.jsonld")]
    done = subprocess.run(
        [*command, "--project", str(folder)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "not taken" not in done.stderr
    draft = load_draft(folder, "star-clock")
    assert draft is not None
    assert {tuple((s.start, s.end) for s in each.content) for each in draft.candidates} == exported
    _, (article,) = read_knowledge(settings)
    assert all(
        each.words == " … ".join(s.of(article.laid.text) for s in each.content) for each in draft.candidates
    )
