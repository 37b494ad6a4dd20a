"""Keeping articles: where they stand, how reviewers agree, what an edited text moves, what goes with one."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from kgraph.build import build, inspect_project
from kgraph.cli.main import cli
from kgraph.errors import ReviewError
from kgraph.problems import Severity
from kgraph.rdf.turtle import parse_turtle
from kgraph.reviewing import Review, Verdict
from kgraph.reviewing.agreement import kappa
from kgraph.reviewing.removing import plan_removal, remove_article
from kgraph.settings import Settings, load_settings
from tests.reviewing.drafts import BASE, ME, SLUG, TEXT, candidates, make_project, span

TOLD, RUINED, PROMISED, DENIED = (each.id for each in candidates())
OTHER = f"{BASE}id/coastWire"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(make_project(tmp_path / "harbour"), environ={"KGRAPH_ENCODER": "none"})


def run(*arguments: str, project: Path, code: int = 0) -> Result:
    result = CliRunner().invoke(cli, [*arguments, "--project", str(project)], standalone_mode=False)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert (result.return_value or 0) == code
    return result


def test_status_says_what_is_open(settings: Settings) -> None:
    review = Review(settings, SLUG)
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    review.decide(Verdict.REJECT, ME, key=RUINED)
    (article,) = json.loads(run("status", "--format", "json", project=settings.project).stdout)["articles"]
    assert {name: article[name] for name in ("slug", "claims", "drafted", "reviewed", "open")} == {
        "slug": SLUG,
        "claims": 2,
        "drafted": 4,
        "reviewed": 2,
        "open": 2,
    }
    covered = len("The library of Marrow Bay has been shut since Sunday")
    assert article["coverage"] == pytest.approx(covered / sum(map(len, TEXT.split("\n")[2:])), abs=0.02)
    assert "the oldest: library" in run("status", project=settings.project).stderr


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # Cohen's own arithmetic, by hand: 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: (0.7 - 0.5) / 0.5
        ([("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15, 0.4),
        ([("y", "n"), ("n", "y")], -1.0),
        ([("a", "a"), ("b", "b"), ("c", "c")], 1.0),
        ([("a", "a"), ("a", "a")], None),
        ([], None),
    ],
)
def test_kappa_is_cohens(pairs: list[tuple[str, str]], expected: float | None) -> None:
    assert kappa(pairs) == (None if expected is None else pytest.approx(expected))


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_does_not_ask_who_is_who(pairs: list[tuple[str, str]]) -> None:
    found = kappa(pairs)
    turned = kappa([(other, one) for one, other in pairs])
    assert found == (None if turned is None else pytest.approx(turned))
    assert found is None or -1 <= found <= 1


def test_two_reviewers_agree_by_dimension(settings: Settings) -> None:
    review = Review(settings, SLUG)
    for key in (TOLD, PROMISED):
        review.decide(Verdict.ACCEPT, ME, key=key)
    review.decide(Verdict.REJECT, ME, key=RUINED)
    assert len(review.state().open_for(OTHER)) == 4
    review.decide(Verdict.ACCEPT, OTHER, key=TOLD)
    claim = replace(review.state().item(PROMISED).proposal, modality="plan")
    review.decide(Verdict.CHANGE, OTHER, key=PROMISED, proposal=claim)
    review.decide(Verdict.ACCEPT, OTHER, key=RUINED)
    entry = review.state().desk.content(review.state().desk.assertions)
    assert "kg:reviewer kgr:me , kgr:coastWire" in entry  # both accepted the first as it is
    found = json.loads(run("agreement", "--format", "json", project=settings.project).stdout)
    measured = {each["dimension"]: (each["items"], round(each["raw"], 2)) for each in found}
    assert measured == {
        "kept": (3, 0.67),
        "words": (2, 1.0),
        "speaker": (2, 1.0),
        "polarity": (2, 1.0),
        "modality": (2, 0.5),
        "subject": (2, 1.0),
        "content": (2, 1.0),
    }
    assert "kgr" not in run("agreement", SLUG, project=settings.project).stdout


def test_after_an_edit_claims_follow_their_words(settings: Settings) -> None:
    review = Review(settings, SLUG)
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    build(settings)
    assert "nothing moved" in run("reanchor", project=settings.project).stdout
    seed = settings.project / f"seeds/{SLUG}.txt"
    seed.write_text(
        TEXT.replace("The library of Marrow", "As of today, The library of Marrow"), encoding="utf-8"
    )
    said = run("reanchor", SLUG, project=settings.project).stdout
    assert "library: 4 claims moved, 0 lost their words; 4 candidates moved, 0 lost theirs" in said
    assert "kgraph draft library" in said
    assert [p for p in inspect_project(settings).problems if p.severity is Severity.ERROR] == []
    seed.write_text(TEXT.replace("open again in June", "open again soon"), encoding="utf-8")
    said = run("reanchor", SLUG, project=settings.project, code=1).stdout
    assert "'We will open again in June' does not stand in the text" in said
    assert "candidate gone: “We will open again in June”" in said
    (told,) = json.loads(run("reanchor", "--format", "json", project=settings.project, code=1).stdout)
    assert told["article"] == SLUG
    assert told["candidates_lost"] == ["We will open again in June"]
    assert any("'We will open again in June'" in each["words"] for each in told["lost"])


def test_offsets_that_are_written_out_are_moved(mill: Path) -> None:
    settings = load_settings(mill, environ={"KGRAPH_ENCODER": "none"})

    def errors() -> set[str]:
        return {p.code for p in inspect_project(settings).problems if p.severity is Severity.ERROR}

    seed = mill / "seeds/mill.txt"
    text = seed.read_text(encoding="utf-8")
    seed.write_text(f"In a vote, {text}".replace("today,", "to anybody today,"), encoding="utf-8")
    assert "has offsets to move (--write)" in run("reanchor", "mill", project=mill).stdout
    assert errors()
    assert "offsets moved" in run("reanchor", "mill", "--write", project=mill).stdout
    assert errors() == set()
    assert "nothing moved" in run("reanchor", "mill", project=mill).stdout
    seed.write_text(
        seed.read_text(encoding="utf-8").replace("The Courier", "The Avon Courier"), encoding="utf-8"
    )
    said = run("reanchor", "mill", "--write", project=mill, code=1).stdout
    assert "“The Courier” does not stand in the text any more" in said
    assert errors() <= {"not-verbatim", "evidence-elsewhere"}


def test_removing_an_article_takes_what_only_it_uses(settings: Settings) -> None:
    root = settings.project
    review = Review(settings, SLUG)
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    before = (root / "data/ttl/entities.ttl").read_text(encoding="utf-8")
    other = root / "data/ttl/articles/other"
    shutil.copytree(root / f"data/ttl/articles/{SLUG}", other)
    for path in other.glob("*.ttl"):
        path.write_text(
            path.read_text().replace(f"article/{SLUG}", "article/other").replace("kgr:closure", "kgr:library")
        )
    said = run("remove", SLUG, project=root)
    assert "2 claims in 4 files" in said.stdout
    assert "closure (closure of the library)" in said.stdout
    assert "library of Marrow Bay" not in said.stdout  # the other article uses it
    assert "other/document.ttl speaks of it" in said.stdout
    assert "Nothing was removed" in said.stderr
    run("remove", SLUG, "--yes", "--entities", project=root)
    left = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
    assert not any(SLUG in name for name in left if not name.startswith("seeds/"))
    assert f"seeds/{SLUG}.txt" in left  # the other article's text, too
    after = (root / "data/ttl/entities.ttl").read_text(encoding="utf-8")
    lines = [line for line in before.splitlines() if not line.startswith("kgr:closure ")]
    assert after.splitlines() == lines
    assert span("Marrow Bay").start == 0


def test_what_only_a_removed_article_describes_and_others_use_moves(settings: Settings) -> None:
    root = settings.project
    folder = root / f"data/ttl/articles/{SLUG}"
    document = folder / "document.ttl"
    own = (
        "@prefix bay: <https://example.org/bay/> .\n@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
        'kgr:ferry a bay:Boat ;\n    skos:prefLabel "ferry: “a:b”"@en ;\n    kg:partOf kgr:fleet .\n'
        'kgr:fleet a kg:Group ; skos:prefLabel "fleet"@en .\n'
        'kgr:buoy a kg:Artefact ; skos:prefLabel "buoy"@en .\n'
    )
    document.write_text(document.read_text(encoding="utf-8") + own, encoding="utf-8")
    (root / "data/ttl/other.ttl").write_text(
        f"<{BASE}id/library> <{settings.names.prefixes['kg']}partOf> <{BASE}id/ferry> .\n", encoding="utf-8"
    )
    before, _ = parse_turtle(document.read_bytes(), base_iri=settings.base_iri)
    said = run("remove", SLUG, project=root)
    assert "2 that others use too" in said.stdout
    assert "buoy" not in said.stdout
    run("remove", SLUG, "--yes", project=root)
    after, fault = parse_turtle((root / "data/ttl/entities.ttl").read_bytes(), base_iri=settings.base_iri)
    assert fault is None
    moved = {f"<{settings.names.resources}{name}>" for name in ("ferry", "fleet")}
    said_of = [[str(each) for each in triples if str(each.subject) in moved] for triples in (before, after)]
    assert said_of[0] == said_of[1] != []
    assert not any(str(each.subject).endswith("buoy>") for each in after)


def test_a_prefix_that_means_two_things_is_told_before_anything_goes(settings: Settings) -> None:
    root = settings.project
    entities = root / "data/ttl/entities.ttl"
    document = root / f"data/ttl/articles/{SLUG}/document.ttl"
    entities.write_text("@prefix bay: <https://example.org/one/> .\n" + entities.read_text(encoding="utf-8"))
    own = "@prefix bay: <https://example.org/two/> .\nkgr:ferry a bay:Boat .\n"
    document.write_text(document.read_text(encoding="utf-8") + own, encoding="utf-8")
    entities.write_text(entities.read_text(encoding="utf-8") + "kgr:owner kg:partOf kgr:ferry .\n")
    files = {path: path.read_bytes() for path in root.rglob("*.ttl")}
    with pytest.raises(ReviewError, match="the prefix 'bay'"):
        remove_article(settings, plan_removal(settings, SLUG), entities=False)
    assert files == {path: path.read_bytes() for path in root.rglob("*.ttl")}
