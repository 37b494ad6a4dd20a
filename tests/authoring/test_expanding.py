"""From the short form to the full form: what is derived, what survives an edit, what is reported."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest

from kgraph.build import Inspection, inspect_project
from kgraph.checks import load_subject, run_checks
from kgraph.project import Claim, read_project
from kgraph.settings import load_settings
from kgraph.text import digest
from kgraph.vocab import DCTERMS, KG, RDF_TYPE

FERRY = Path(__file__).parents[1] / "project" / "ferry"
ID = "https://example.org/x/id/"
ARTICLE = ID + "article/ferry"
FOLDER = "data/ttl/articles/ferry"
MY = "https://example.org/ontology#"


@pytest.fixture
def ferry(tmp_path: Path) -> Path:
    """A project with one invented article, which has neither ontology nor shapes but the package's."""
    return Path(shutil.copytree(FERRY, tmp_path / "ferry"))


def inspect(folder: Path) -> Inspection:
    return inspect_project(load_settings(folder, environ={}))


def claims_of(folder: Path) -> dict[str, Claim]:
    project, _ = read_project(load_settings(folder, environ={}))
    return {claim.iri.rsplit("/", 1)[-1]: claim for claim in load_subject(project).claims}


def problems_of(folder: Path) -> list[tuple[str, str, int | None, str]]:
    project, problems = read_project(load_settings(folder, environ={}))
    problems += run_checks(load_subject(project))
    return [(each.code, each.path, each.line, f"{each.message} {each.hint}") for each in problems]


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Change a file; the line of the change."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


@pytest.fixture(scope="module")
def inspected(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    return inspect(Path(shutil.copytree(FERRY, tmp_path_factory.mktemp("once") / "ferry")))


def test_a_project_with_the_package_s_ontology_alone_checks_clean(inspected: Inspection) -> None:
    assert [problem for problem in inspected.problems if problem.code != "words-not-covered"] == []


def test_a_claim_gets_its_place_its_voice_and_its_defaults(ferry: Path) -> None:
    claims = claims_of(ferry)
    claim = claims["c01-agent"]
    assert claim.triple == ox.Triple(
        ox.NamedNode(ID + "strike"), ox.NamedNode(KG + "agent"), ox.NamedNode(ID + "crews")
    )
    assert (claim.mode, claim.polarity, claim.modality) == (KG + "narrated", KG + "positive", KG + "fact")
    assert claim.sentence == ARTICLE + "/s01"
    assert claim.attributed_to == (ID + "wire",)
    assert claim.evidence == (ARTICLE + "#char=32,74",)


def test_an_entry_of_several_predicates_makes_a_claim_of_each(ferry: Path) -> None:
    assert {"c01-type", "c01-agent", "c01-duration", "c02", "c03"} <= set(claims_of(ferry))


def test_quoted_words_are_a_direct_quotation_and_other_words_indirect_speech(ferry: Path) -> None:
    claims = claims_of(ferry)
    assert claims["c04"].mode == KG + "direct-quotation"
    assert claims["c04"].attributed_to == (ID + "lund",)
    edit(ferry, f"{FOLDER}/assertions.ttl", '"It is over"', '"It is over,\\" said"')
    assert claims_of(ferry)["c04"].mode == KG + "indirect-speech"


def test_sentences_parts_and_paragraphs_are_found(ferry: Path) -> None:
    project, _ = read_project(load_settings(ferry, environ={}))
    (article,) = load_subject(project).articles
    assert [(sentence.number, (sentence.text or "")[:9]) for sentence in article.sentences] == [
        (1, "Crews of "),
        (2, "More than"),
        (3, '"It is ov'),
        (4, '"They wil'),
        (5, "They retu"),
    ]
    assert [part.part for part in article.parts] == ["headline", "bylinePart", *["paragraph"] * 3]
    assert article.sha256 == digest((ferry / "seeds" / "ferry.txt").read_bytes())


def test_quantities_and_times_are_shared_things(inspected: Inspection) -> None:
    graph = set(inspected.graphs["assertions"])
    eighty = ox.NamedNode(ID + "quantity/more-than-80")
    assert ox.Triple(eighty, ox.NamedNode(KG + "comparator"), ox.NamedNode(KG + "moreThan")) in graph
    assert ox.Triple(ox.NamedNode(ID + "crossings"), ox.NamedNode(KG + "amount"), eighty) in set(
        inspected.graphs["stated"]
    )
    july = ox.NamedNode(ID + "time/2031-07")
    assert ox.Triple(ox.NamedNode(ARTICLE + "/july"), ox.NamedNode(KG + "denotes"), july) in graph


def test_what_each_article_states_is_a_graph_with_its_publisher_and_day(inspected: Inspection) -> None:
    assert set(inspected.graphs["stated/ferry"]) == set(inspected.graphs["stated"])
    graph = ox.NamedNode("https://example.org/x/graph/stated/ferry")
    said = {
        (triple.predicate.value, str(triple.object))
        for triple in inspected.graphs["document"]
        if triple.subject == graph
    }
    assert said == {
        (DCTERMS + "source", f"<{ARTICLE}>"),
        (DCTERMS + "publisher", f"<{ID}wire>"),
        (DCTERMS + "issued", '"2031-08-01"'),
    }


def test_nothing_of_the_short_form_is_served(inspected: Inspection) -> None:
    written = {KG + name for name in ("claims", "words", "by")}
    for name in ("assertions", "document", "editorial"):
        assert not written & {triple.predicate.value for triple in inspected.graphs[name]}
        assert not any("#first" in triple.predicate.value for triple in inspected.graphs[name])


def test_a_claim_that_needs_an_identification_rests_on_the_curator_too(inspected: Inspection) -> None:
    support = inspected.graphs["support"]
    rests: dict[str, set[str]] = {}
    about: dict[str, str] = {}
    for triple in support:
        if triple.predicate.value == KG + "restsOn":
            rests.setdefault(str(triple.subject), set()).add(str(triple.object)[1:-1].removeprefix(ID))
        if triple.predicate.value.endswith("#subject"):
            about[str(triple.subject)] = str(triple.object)[1:-1].removeprefix(ID)
    by_subject = {subject: rests[way] for way, subject in about.items() if way in rests}
    assert by_subject["lund"] == {"wire"}
    claims = {claim.iri.rsplit("/", 1)[-1]: claim for claim in inspected.subject.claims}
    assert claims["c07-agent"].identified_by == (ID + "me",)
    assert claims["c07-time"].identified_by == ()
    assert claims["c01-agent"].identified_by == ()


def test_a_shortcut_follows_from_a_state_that_holds_and_not_from_one_that_has_ended(ferry: Path) -> None:
    owns = ox.Triple(ox.NamedNode(ID + "lund"), ox.NamedNode(MY + "owns"), ox.NamedNode(ID + "line"))
    assert owns in inspect(ferry).graphs["inferred"]
    edit(ferry, f"{FOLDER}/assertions.ttl", "kg:phase kg:ongoing", "kg:phase kg:ended")
    assert owns not in inspect(ferry).graphs["inferred"]


def test_only_what_is_stated_of_an_eventuality_makes_it_an_occurrence(inspected: Inspection) -> None:
    occurred = {
        str(triple.subject)[1:-1].removeprefix(ID)
        for triple in inspected.graphs["inferred"]
        if triple.predicate.value == RDF_TYPE and triple.object == ox.NamedNode(KG + "Occurrence")
    }
    assert occurred == {"strike", "crossings", "owning", "return"}  # and no newStrike, which will not be


def test_after_an_edit_of_the_text_claims_follow_their_words(ferry: Path) -> None:
    before = claims_of(ferry)
    edit(ferry, "seeds/ferry.txt", "Crews of", "Late on Monday it rained. Crews of")
    after = claims_of(ferry)
    assert set(before) == set(after)
    shift = len("Late on Monday it rained. ")
    for name, claim in before.items():
        for old, new in zip(claim.evidence, after[name].evidence, strict=True):
            start, end = map(int, old.rpartition("=")[2].split(","))
            assert new.endswith(f"#char={start + shift},{end + shift}")
    assert not [
        each for each in problems_of(ferry) if each[0] != "words-not-covered" and "sentence" not in each[0]
    ]


def test_only_the_claims_whose_words_are_gone_are_reported(ferry: Path) -> None:
    edit(ferry, "seeds/ferry.txt", "More than 80 crossings", "Some 80 crossings")
    (problem,) = [each for each in problems_of(ferry) if each[0] == "words"]
    assert problem[1] == f"{FOLDER}/assertions.ttl"
    assert "'More than 80 crossings' does not stand in the text." in problem[3]


@dataclass(frozen=True)
class Fault:
    """One edit of the project, and the problem that it must give, at the line of the edit."""

    name: str
    code: str
    old: str
    new: str
    says: str
    file: str = f"{FOLDER}/assertions.ttl"


FAULTS = [
    Fault(
        "words that are not there",
        "words",
        '"More than 80 crossings"',
        '"More than 90"',
        "does not stand in the text",
    ),
    Fault("words that stand twice", "words", '"on Tuesday" .', '"Coast Line" .', "stands 2 times"),
    Fault("no words", "no-words", ' ; kg:words "More than 80 crossings"', "", "No words are given"),
    Fault(
        "a voice that nobody declared", "unknown-voice", "kg:by a:lund", "kg:by a:bo", "bo is not declared"
    ),
    Fault("a cue that is not printed", "cue-not-printed", '"said"', '"told"', "'told' does not stand"),
    Fault("a list of two", "claim-content", "kg:phase kg:ended )", "kg:phase )", "is no list"),
    Fault(
        "a list of four", "claim-content", "kg:phase kg:ended )", "kg:phase kg:ended kg:time )", "is no list"
    ),
    Fault("no list", "claim-content", "( kgr:strike kg:phase kg:ended )", "kgr:strike", "is no list"),
    Fault(
        "a text as a predicate", "claim-content", "kg:phase kg:ended )", '"phase" kg:ended )', "is no name"
    ),
    Fault("an amount without a number", "quantity", '"more than 80"', '"many"', "no number is in it"),
    Fault("a number that is not printed", "number-not-printed", '"more than 80"', '"more than 90"', "90"),
    Fault(
        "a number that a speaker did not say", "number-not-printed", "kg:phase kg:ended", 'kg:amount "3"', "3"
    ),
    Fault("a month that is not printed", "number-not-printed", '"2031-07"', '"2031-08"', "2031-08"),
    Fault("a year that is not printed", "number-not-printed", '"2031-07"', '"2030-07"', "2030-07"),
    Fault(
        "a predicate that nobody defined",
        "undefined-term",
        "kg:phase kg:ended",
        "kg:fase kg:ended",
        "kg:phase",
    ),
    Fault(
        "a thing that nobody described",
        "dangling-iri",
        "( kgr:return kg:agent",
        "( kgr:rettun kg:agent",
        "kgr:rettun",
    ),
    Fault(
        "words of an entity",
        "words-of-nothing",
        "kgr:crews a kg:Group ;",
        'kgr:crews a kg:Group ; kg:words "Crews" ;',
        "no claim, time, part",
        file=f"{FOLDER}/editorial.ttl",
    ),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_reported_where_it_stands(fault: Fault, ferry: Path) -> None:
    if fault.name == "words of an entity":
        with (ferry / fault.file).open("a", encoding="utf-8") as file:
            file.write('kgr:line kg:words "Coast Line" .\nkgr:line a kg:Organization .\n')
        line = (ferry / fault.file).read_text(encoding="utf-8").count("\n") - 1
    else:
        line = edit(ferry, fault.file, fault.old, fault.new)
    found = [each for each in problems_of(ferry) if each[0] == fault.code]
    assert found, problems_of(ferry)
    code, path, at, message = found[0]
    assert (code, path) == (fault.code, fault.file)
    assert at == line
    assert fault.says in message


BREAKS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no publisher": (
        lambda folder: edit(folder, f"{FOLDER}/document.ttl", "dcterms:publisher kgr:wire ; ", ""),
        "no-publisher",
    ),
    "no article": (lambda folder: (folder / FOLDER / "document.ttl").unlink(), "no-article"),
    "no text": (lambda folder: (folder / "seeds" / "ferry.txt").unlink(), "text-missing"),
    "a claim without a name": (
        lambda folder: edit(folder, f"{FOLDER}/assertions.ttl", "a:c03 kg:claims", "[] kg:claims"),
        "unnamed",
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_article_is_reported_and_nothing_else_breaks(name: str, ferry: Path) -> None:
    spoil, code = BREAKS[name]
    spoil(ferry)
    assert code in [each[0] for each in problems_of(ferry)]


def test_the_order_and_the_spelling_of_a_file_do_not_matter(ferry: Path) -> None:
    path = ferry / FOLDER / "assertions.ttl"
    before = inspect(ferry).graphs
    lines = path.read_text(encoding="utf-8").splitlines()
    prefixes = [line for line in lines if line.startswith("@")]
    entries = [line for line in lines if line and not line.startswith("@")]
    path.write_text("\n".join([*prefixes, *reversed(entries)]).replace(" ; ", "\n  ;\n  "), encoding="utf-8")
    after = inspect(ferry).graphs
    for name in set(before) - {"ontology"}:  # which has blank nodes
        assert set(before[name]) == set(after[name]), name


def test_unseen_characters_are_told_by_name_and_stay(ferry: Path) -> None:
    seed = ferry / "seeds" / "ferry.txt"
    plain = seed.read_bytes()
    before = claims_of(ferry)
    text = plain.replace(b"\n", b"\r\n").replace(b"2031. More", b"2031.\xc2\xa0More")
    seed.write_bytes(b"\xef\xbb\xbf" + text)
    told = [each for each in problems_of(ferry) if each[0] == "text-characters"]
    assert [each[1] for each in told] == ["seeds/ferry.txt"]
    lines = plain.count(b"\n")
    assert f"a byte order mark, which offsets do not count; {lines} times CR LF" in told[0][3]
    assert "1 times U+00A0 (no-break space)" in told[0][3]
    assert seed.read_bytes() == b"\xef\xbb\xbf" + text
    assert set(claims_of(ferry)) == set(before)
    problems = [code for code, *_ in problems_of(ferry)]
    assert not {"not-verbatim", "sentence-missing", "text-digest"} & set(problems)


def test_an_article_without_claims_has_its_sentences(ferry: Path) -> None:
    for name in ("assertions.ttl", "editorial.ttl"):
        (ferry / FOLDER / name).unlink()
    project, _ = read_project(load_settings(ferry, environ={}))
    (article,) = load_subject(project).articles
    assert len(article.sentences) > 2
    assert article.sha256 == digest((ferry / "seeds" / "ferry.txt").read_bytes())
