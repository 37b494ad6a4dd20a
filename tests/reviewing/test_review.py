"""Deciding: what is accepted is written and checks clean; decisions outlive drafts, edits and crashes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kgraph.build import inspect_project
from kgraph.drafting import Thing, save_draft
from kgraph.errors import ReviewError
from kgraph.problems import Severity
from kgraph.reviewing import Proposal, Review, Verdict
from kgraph.reviewing.decisions import review_path
from kgraph.reviewing.following import Following
from kgraph.reviewing.forms import read_form, show_form
from kgraph.settings import Settings, load_settings
from tests.reviewing.drafts import ARTICLE, BASE, ME, SLUG, TEXT, candidates, draft_of, make_project, span

TOLD, RUINED, PROMISED, DENIED = (each.id for each in candidates())
DAY = datetime(2031, 5, 4, 9, tzinfo=UTC)


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    return make_project(tmp_path / "harbour")


@pytest.fixture
def settings(harbour: Path) -> Settings:
    return load_settings(harbour, environ={"KGRAPH_ENCODER": "none"})


@pytest.fixture
def review(settings: Settings) -> Review:
    return Review(settings, SLUG, now=lambda: DAY)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in (folder / "data/ttl").rglob("*.ttl")}


def denial(review: Review) -> Proposal:
    """The candidate without a claim, as a reviewer fills it in."""
    naming = review.state().desk.naming
    roof, thing = naming.thing("roof of the library = Artefact", role="object")
    node, event = naming.thing("neglect of the roof = Failure", role="subject")
    assert thing is not None
    assert event is not None
    open_one = review.state().item(DENIED).proposal
    return replace(
        open_one, subject=node, says=(("kg:theme", roof),), things=(*open_one.things, thing, event)
    )


def test_a_whole_review_checks_clean_and_says_where_it_comes_from(
    review: Review, settings: Settings, harbour: Path
) -> None:
    for key in (TOLD, PROMISED):
        assert review.decide(Verdict.ACCEPT, ME, key=key).problems == ()
    review.decide(Verdict.REJECT, ME, key=RUINED)
    with pytest.raises(ReviewError, match="no subject"):
        review.decide(Verdict.ACCEPT, ME, key=DENIED)
    review.decide(Verdict.CHANGE, ME, key=DENIED, proposal=denial(review))
    written = (harbour / f"data/ttl/articles/{SLUG}/assertions.ttl").read_text(encoding="utf-8")
    assert written.partition("@base")[2].partition("\n\n")[2] == (
        "# ── Voices ".ljust(115, "─") + "\n"
        'a:anaHolt kg:sourceAgent kgr:anaHolt ; kg:cue "said" , "denied" .\n\n'
        + "# ── Times, as printed ".ljust(115, "─")
        + "\n"
        'a:since-sunday kg:words "since Sunday" .\n'
        'a:in-june kg:words "in June" .\n\n' + "# ── S1 ".ljust(115, "─") + "\n"
        "a:c0101 kg:claims ( kgr:closure kg:theme kgr:library kg:since a:since-sunday ) ; "
        'kg:words "The library of Marrow Bay has been shut since Sunday" ;\n'
        '    kg:annotatedOn "2031-05-04" ; kg:draftedBy "kgraph test, rules:test" ; kg:reviewer kgr:me .\n\n'
        + "# ── S2 ".ljust(115, "─")
        + "\n"
        "a:c0201 kg:claims ( kgr:reopening kg:agent kgr:library kg:time a:in-june ) ; "
        'kg:words "We will open again in June" ; kg:by a:anaHolt ; kg:modality kg:promise ;\n'
        '    kg:annotatedOn "2031-05-04" ; kg:draftedBy "kgraph test, rules:test" ; kg:reviewer kgr:me .\n\n'
        + "# ── S3 ".ljust(115, "─")
        + "\n"
        "a:c0301 kg:claims ( kgr:neglectOfRoof kg:theme kgr:roofOfLibrary ) ; "
        'kg:words "the roof had been neglected" ; '
        "kg:by a:anaHolt ; kg:polarity kg:negative ; kg:modality kg:denial ;\n"
        '    kg:annotatedOn "2031-05-04" ; kg:draftedBy "kgraph test, rules:test" ; kg:reviewer kgr:me .\n'
    )
    found = inspect_project(settings).problems
    assert [each for each in found if each.severity is Severity.ERROR] == []
    assert {each.code for each in found} <= {"words-not-covered", "evidence-too-wide"}


def test_what_is_taken_back_leaves_no_trace(review: Review, harbour: Path) -> None:
    before = texts(harbour)
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    first = texts(harbour)
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    review.undo(ME)
    assert texts(harbour) == first
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    review.undo(ME, number=1)
    assert "library of Marrow Bay" in texts(harbour)["entities.ttl"]  # the second claim needs it
    assert "closure" not in texts(harbour)["entities.ttl"]
    review.undo(ME)
    left = texts(harbour)
    assert [
        line
        for line in left.pop("assertions.ttl").splitlines()
        if line.strip("#@")[:6] not in ("prefix", "base <")
    ][1:] == [""]
    assert left == before
    assert [item.is_open for item in review.state().items] == [True] * 4
    with pytest.raises(ReviewError, match="no decision to take back"):
        review.undo(ME)


def test_a_changed_mind_takes_the_place_of_the_first(review: Review, harbour: Path) -> None:
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    accepted = texts(harbour)
    other = f"{BASE}id/coastWire"
    changed = replace(review.state().item(TOLD).proposal, spans=(span("has been shut since Sunday"),))
    review.decide(Verdict.CHANGE, other, key=TOLD, proposal=changed)
    assert texts(harbour)["assertions.ttl"].count("kg:claims (") == 1
    assert 'kg:words "has been shut since Sunday"' in texts(harbour)["assertions.ttl"]
    review.decide(Verdict.REJECT, ME, key=TOLD)
    assert "kg:claims (" not in texts(harbour).get("assertions.ttl", "")
    review.undo(ME)
    review.undo(ME)
    assert texts(harbour) == accepted


def test_drafting_again_keeps_decisions(review: Review, harbour: Path) -> None:
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    review.decide(Verdict.REJECT, ME, key=DENIED)
    text = TEXT.replace("The library of", "In short: The library of").replace("She denied", "Then she denied")
    (harbour / f"seeds/{SLUG}.txt").write_text(text, encoding="utf-8")
    moved = review.state()  # the words have moved, the draft is of the text before
    assert moved.drafted.moved == 4
    assert {item.candidate.words for item in moved.open if item.candidate} == {
        "a flood ruined about 400 books",
        "We will open again in June",
    }
    assert all(
        item.candidate is None or item.candidate.content[0].of(text) == item.candidate.words
        for item in moved.items
    )
    save_draft(harbour, SLUG, draft_of(text))
    again = review.state()
    assert {item.key for item in again.items}.isdisjoint({TOLD, DENIED})
    assert len(again.open) == 2
    (harbour / f"seeds/{SLUG}.txt").write_text(
        TEXT.replace("ruined about 400", "spoilt 400"), encoding="utf-8"
    )
    assert [each.words for each in review.state().drafted.lost] == ["a flood ruined about 400 books"]


def test_what_the_checks_refuse_is_not_written(review: Review, harbour: Path) -> None:
    before = texts(harbour)
    twice = replace(review.state().item(TOLD).proposal, says=(("kg:amount", '"about 900"'),))
    for wrong, message in (
        (replace(twice, subject="kgr:nobody"), "nobody"),
        (replace(twice, says=(("kg:nothing", "kgr:library"),)), "nothing"),
        (replace(twice, spans=(span("library"),), subject="kgr:me"), "900"),
        (replace(twice, spans=()), "no words"),
        (replace(twice, subject="kgr:me", says=(("rdf:type", "kg:Artefact"),)), "contradict the ontology"),
    ):
        with pytest.raises(ReviewError, match=message):
            review.decide(Verdict.CHANGE, ME, key=TOLD, proposal=wrong)
    assert texts(harbour) == before
    assert review.state().decisions == ()


def test_an_entry_edited_by_hand_is_not_taken_away(review: Review, harbour: Path) -> None:
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    path = harbour / f"data/ttl/articles/{SLUG}/assertions.ttl"
    path.write_text(path.read_text().replace("kg:since a:since-sunday", ""), encoding="utf-8")
    with pytest.raises(ReviewError, match="something else"):
        review.undo(ME)


CRASH = """
import os, signal, sys
from pathlib import Path
from kgraph.reviewing import Review, Verdict, review as module
from kgraph.settings import load_settings
folder, key, reviewer, after = sys.argv[1:]
write = module.write_files
def die(root, files):
    for name in list(files)[:int(after)]:
        write(root, {name: files[name]})
    os.kill(os.getpid(), signal.SIGKILL)
module.write_files = die
Review(load_settings(Path(folder), environ={}), "library").decide(Verdict.ACCEPT, reviewer, key=key)
"""


@pytest.mark.parametrize("written", [0, 1])
def test_a_decision_on_disk_is_carried_out_after_a_crash(review: Review, harbour: Path, written: int) -> None:
    """Killed when the decision is in the log, and some of the files are written."""
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    command = [sys.executable, "-c", CRASH, str(harbour), PROMISED, ME, str(written)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    state = review.state()
    assert len(state.open) == 2
    assert texts(harbour)["assertions.ttl"].count("kg:claims (") == 2
    assert state.desk.problems == ()
    crashed = texts(harbour)
    review.undo(ME)
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    assert texts(harbour) == crashed | {"assertions.ttl": texts(harbour)["assertions.ttl"]}


def test_a_line_that_was_cut_off_is_no_decision(review: Review, harbour: Path) -> None:
    review.decide(Verdict.REJECT, ME, key=TOLD)
    path = review_path(harbour, SLUG)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"number": 2, "at": "2031')
    assert len(review.state().decisions) == 1
    review.decide(Verdict.REJECT, ME, key=DENIED)
    lines = path.read_bytes().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2]
    path.write_bytes(b"nonsense\n" + whole)
    with pytest.raises(ReviewError, match="line 1"):
        review.state()


WORKER = """
import sys
from pathlib import Path
from kgraph.reviewing import Review, Verdict
from kgraph.settings import load_settings
review = Review(load_settings(Path(sys.argv[1]), environ={}), "library")
while True:
    for verdict in (Verdict.REJECT, Verdict.ACCEPT):
        done = review.decide(verdict, sys.argv[2], key=sys.argv[3])
        print(done.decision.number, done.decision.decision, flush=True)
"""


def test_killed_at_any_moment_no_acknowledged_decision_is_lost(review: Review, harbour: Path) -> None:
    command = [sys.executable, "-c", WORKER, str(harbour), ME, TOLD]
    for acknowledged_before_killing in (1, 3):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            said = [worker.stdout.readline().split() for _ in range(acknowledged_before_killing)]
            os.kill(worker.pid, signal.SIGKILL)
            said += [line.split() for line in worker.stdout.read().splitlines()]
        state = review.state()
        log = {str(each.number): str(each.decision) for each in state.decisions}
        assert all(log[number] == verdict for number, verdict in said)
        claims = texts(harbour).get("assertions.ttl", "").count("kg:claims (")
        assert claims == (state.decisions[-1].decision is Verdict.ACCEPT)
        assert state.desk.problems == ()
    assert ARTICLE.startswith(BASE)


def test_a_thing_that_an_earlier_candidate_describes_is_known(review: Review, harbour: Path) -> None:
    review.decide(Verdict.REJECT, ME, key=TOLD)  # which describes the library for the whole draft
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    assert "kgr:library a kg:Organization" in texts(harbour)["entities.ttl"]


def test_a_class_that_was_drafted_wrongly_is_changed_in_the_form(review: Review, harbour: Path) -> None:
    desk, given = review.state().desk, review.state().item(TOLD).proposal
    fields = show_form(given, desk)
    assert fields["predicate1"] == "theme"
    assert fields["object1"] == "library of Marrow Bay = Organization"
    changed = read_form(fields | {"object1": "library of Marrow Bay = Artefact"}, desk, given)
    review.decide(Verdict.CHANGE, ME, key=TOLD, proposal=changed)
    assert "kgr:library a kg:Artefact" in texts(harbour)["entities.ttl"]
    assert read_form(fields, desk, given) == replace(given, things=read_form(fields, desk, given).things)


@pytest.mark.parametrize("known", [False, True])
def test_what_a_thing_is_called_once_it_is_called_everywhere(
    review: Review, harbour: Path, *, known: bool
) -> None:
    name = "Marrow Bay Library"
    if known:
        added = {
            "words": "ruined about 400 books",
            "subject": "loss of books = Destruction",
            "predicate1": "agent",
        }
        review.decide(
            Verdict.ADD,
            ME,
            proposal=read_form(added | {"object1": f"{name} = Organization"}, review.state().desk),
        )
    state = review.state()
    given = state.item(TOLD).proposal
    called = name if known else f"{name} = Organization"
    fields = show_form(given, state.desk) | {"object1": called}
    review.decide(Verdict.CHANGE, ME, key=TOLD, proposal=read_form(fields, state.desk, given))
    followed = review.state().item(PROMISED).proposal
    assert dict(followed.says)["kg:agent"] == "kgr:marrowBayLibrary"
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    assert "kg:agent kgr:marrowBayLibrary" in texts(harbour)["assertions.ttl"]
    assert "kgr:library " not in "".join(texts(harbour).values())
    review.undo(ME)
    review.undo(ME)  # then it is what was drafted
    assert dict(review.state().item(PROMISED).proposal.says)["kg:agent"] == "kgr:library"


def test_a_thing_that_was_accepted_stays_what_it_is(review: Review) -> None:
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    state = review.state()
    given = state.item(PROMISED).proposal
    fields = show_form(given, state.desk) | {"object1": "Ana Holt = Person"}  # another thing, here alone
    review.decide(Verdict.CHANGE, ME, key=PROMISED, proposal=read_form(fields, state.desk, given))
    assert dict(review.state().proposed[TOLD].says)["kg:theme"] == "kgr:library"


def test_a_label_that_holds_another_follows_it(review: Review) -> None:
    state = review.state()
    ruined = next(item for item in state.items if item.proposal.subject == "kgr:loss")
    fields = show_form(ruined.proposal, state.desk) | {"object1": "books of the library = Artefact"}
    fields["subject"] = "loss of ruined books = Destruction"
    given = read_form(fields, state.desk, ruined.proposal)
    review.decide(Verdict.CHANGE, ME, key=ruined.key, proposal=given)
    following = Following(state.desk.naming, {"kgr:books": Thing("kgr:books", "ruined books", "kg:Artefact")})
    following.labels["ruined books"] = "books of the library"
    thing = Thing("kgr:sale", "sale of ruined books", "kgl:Sale")
    [found] = following.apply(replace(given, things=(thing,))).things
    assert found.label == "sale of books of the library"


def test_a_role_whose_object_is_emptied_is_left_out(review: Review) -> None:
    state = review.state()
    given = state.item(TOLD).proposal
    fields = show_form(given, state.desk)
    left = read_form(fields | {"object2": ""}, state.desk, given)
    assert left.says == given.says[:1]
    with pytest.raises(ReviewError, match="no object"):
        read_form(fields | {"predicate3": "place"}, state.desk, given)


def test_an_entity_is_given_another_class_where_a_claim_needs_it(review: Review, harbour: Path) -> None:
    review.decide(Verdict.ACCEPT, ME, key=TOLD)
    before = texts(harbour)
    desk, given = review.state().desk, review.state().item(PROMISED).proposal
    fields = show_form(given, desk)
    assert fields["object1"] == "library of Marrow Bay"  # it is there by now
    changed = read_form(fields | {"object1": "library of Marrow Bay = Group"}, desk, given)
    review.decide(Verdict.CHANGE, ME, key=PROMISED, proposal=changed)
    assert "kgr:library a kg:Group ; skos:prefLabel" in texts(harbour)["entities.ttl"]
    review.undo(ME)
    assert texts(harbour) == before


def test_who_speaks_is_an_actor_whatever_was_drafted(review: Review, harbour: Path) -> None:
    told, _, promised, _ = candidates()
    thing = Thing("kgr:holt", "Ana Holt", "kg:Artefact")
    save_draft(
        harbour, SLUG, replace(draft_of(), candidates=(replace(told, things=(*told.things, thing)), promised))
    )
    review.decide(Verdict.ACCEPT, ME, key=PROMISED)
    assert "kgr:holt a kg:Person" in texts(harbour)["entities.ttl"]


@pytest.mark.parametrize("words", ["since Sunday", "400", "in June"])
def test_words_for_a_time_are_a_time_whatever_they_look_like(review: Review, words: str) -> None:
    state = review.state()
    given = state.item(TOLD).proposal
    fields = show_form(given, state.desk) | {"predicate2": "time", "object2": words}
    filled = read_form(fields, state.desk, given)
    term = dict(filled.says)["kg:time"]
    assert next(t for t in filled.things if t.name == term) == Thing(term, words, "kg:TimeExpression")
