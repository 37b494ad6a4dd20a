"""What an answer holds: by words and by fact, complete, paged, filtered, and in every form."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from kgraph import KnowledgeGraph
from kgraph.api import Table
from kgraph.errors import ParameterError, QuerySyntaxError
from kgraph.search.reading import read_question
from kgraph.who_said import (
    Attribution,
    Level,
    cite,
    parse_question,
    render_citations,
    render_csv,
    render_json,
    render_linked_data,
)
from kgraph.who_said.attribution import NOTHING, Passage, Sentence, Thing, Voice
from kgraph.who_said.wording import answer_in_words

REPOSITORY = Path(__file__).parents[2]
ID = "https://w3id.org/kgraph/id/"
ARTICLE = f"{ID}article/north-kosovo-roadblocks"
KG = "https://w3id.org/kgraph/ontology#"
PROV = "http://www.w3.org/ns/prov#"
OA = "http://www.w3.org/ns/oa#"
TEXT = (REPOSITORY / "seeds/north-kosovo-roadblocks.txt").read_text(encoding="utf-8")

HOSTILE = [
    "barricades" * 90,
    "a\x00b\x07barricades\x1b[31m",
    "\u202ebarricades\u202c שלום",
    "barricades 🚧🚧",
    'barricades AND (NOT "x" OR ^2) ~3 [a TO b] field:* NEAR/2 \\',
    "} DELETE { ?s ?p ?o } WHERE { ?s ?p ?o",
    "<script>alert(1)</script> barricades",
    "'; DROP TABLE barricades; --",
    *("*", '"', "🙂", "\u200b", "AND", "x" * 1001, "barricades " * 300),
]


def test_an_answer_is_complete(graph: KnowledgeGraph) -> None:
    answer = graph.who_said("no Kfor actions today")
    first = answer.attributions[0]
    assert first.iri == f"{ARTICLE}/a0703"
    assert (first.level, first.verdict, first.speaker.label) == (
        Level.CLAIMED,
        "predicted not to happen by",
        "Slavisa Ristic",
    )
    assert [(voice.cues, voice.is_medium) for voice in first.voices] == [
        (("said in a TV broadcast",), False),
        (("in a TV broadcast",), True),
        ((), False),
    ]
    assert [thing.label for thing in (first.mode, first.polarity, first.modality)] == [
        "direct quotation",
        "negative",
        "prediction",
    ]
    (time,) = first.times
    assert (time.printed, time.in_text) == ("today", None)
    assert [(reading.edtf, reading.by.label) for reading in time.readings] == [("2011-10-18?", "the curator")]
    (passage,) = first.passages
    assert TEXT[passage.start : passage.end] == passage.exact == "There will be no Kfor actions today"
    assert first.sentence is not None
    assert passage.before + passage.exact + passage.after == first.sentence.text
    assert first.sentence.iri == f"{ARTICLE}/s07"
    assert first.article is not None
    assert first.article.publisher is not None
    assert first.article.publisher.label == "Reuters"
    assert first.article.sha256.startswith("47465639")
    assert "not: time" in first.claim


def test_every_passage_of_every_answer_is_verbatim(graph: KnowledgeGraph) -> None:
    for offset in (0, 100):
        answer = graph.who_said("the", limit=100, offset=offset)
        for attribution in answer.attributions:
            assert attribution.passages
            for passage in attribution.passages:
                assert TEXT[passage.start : passage.end] == passage.exact


def test_corroborating_and_contrasting_assertions_stand_beside_an_answer(graph: KnowledgeGraph) -> None:
    remain = graph.who_said("the roadblocks remain").attributions[0]
    assert [beside.iri for beside in remain.corroborating] == [f"{ARTICLE}/a0301"]
    reject = graph.who_said("Serbs in the north reject Kosovo's 2008 declaration").attributions[0]
    assert f"{ARTICLE}/a1301" in [beside.iri for beside in reject.contrasting]


def test_a_fact_is_asked_by_label_prefixed_name_or_iri(graph: KnowledgeGraph) -> None:
    by_label = graph.who_said(subject="Kfor actions", predicate="time", object="today")
    by_name = graph.who_said(
        subject="kgr:kforActions", predicate="kg:time", object=f"{ARTICLE}/timeTodayPerRistic"
    )
    by_iri = graph.who_said(subject=f"{ID}kforActions", predicate=f"<{KG}time>", object="today")
    for answer in (by_label, by_name, by_iri):
        assert [each.iri for each in answer.attributions] == [f"{ARTICLE}/a0703"]
        assert answer.summary == "Predicted not to happen by Slavisa Ristic."
        assert answer.level is Level.CLAIMED


@pytest.mark.parametrize(
    ("fact", "level", "summary"),
    [
        (
            {"subject": "rejection of the declaration by Serbs in the north", "predicate": "agent"},
            Level.STATED,
            "Stated by Reuters.",
        ),
        (
            {"subject": "kgr:controlOfNorth", "predicate": "agent", "object": "Serbia"},
            Level.CLAIMED,
            "Said with a hedge by Reuters.",
        ),
        (
            {"subject": "Serbs in north Kosovo", "predicate": "resists"},
            Level.INFERRED,
            "By the meaning of the words, stated by Reuters.",
        ),
        (
            {"subject": "United States", "predicate": "recognises"},
            Level.INFERRED,
            "By the meaning of the words, stated by Reuters.",
        ),
        (
            {"subject": "Kosovo", "predicate": "kg:locatedIn", "object": "Serbia"},
            Level.SILENT,
            "Not stated in the article. That is silence, not a no.",
        ),
        (
            {"subject": "no such thing at all"},
            Level.SILENT,
            "Not stated in the article. That is silence, not a no.",
        ),
        ({"predicate": "amount", "object": "more than 80"}, Level.STATED, "Stated by Reuters."),
        ({"object": "months-long"}, Level.STATED, "Stated by Reuters."),
    ],
)
def test_a_fact_is_stated_claimed_inferred_or_not_said(
    graph: KnowledgeGraph, fact: dict[str, str], level: Level, summary: str
) -> None:
    answer = graph.who_said(**fact)
    assert answer.level is level
    assert answer.summary.startswith(summary)


def test_filters_narrow_an_answer(graph: KnowledgeGraph) -> None:
    def found(**asked: object) -> set[str]:
        answer = graph.who_said("the Kfor actions at the barricades", limit=100, **asked)
        return {each.iri.removeprefix(f"{ARTICLE}/") for each in answer.attributions}

    ristic = {"a0703", "a0704", "a0705", "a0706", "a0707", "a0713", "a0716", "a0717", "a0718"}
    assert {"a0703", "a0704"} <= found(speaker="Slavisa Ristic") <= ristic
    assert found(mode="kg:direct-quotation", polarity="negative") <= {
        *("a0703", "a0704", "a0717", "a0408", "a0413"),
    }
    conditional = {"a0705", "a0706", "a0707"}
    assert conditional <= found(modality="conditional")
    assert found(modality="conditional") == found(modality="kg:conditional")
    assert found(article=ARTICLE) == found()
    for name, wrong in (("speaker", "Slavisa Ristik"), ("modality", "predicton"), ("polarity", "no")):
        with pytest.raises(ParameterError) as refused:
            found(**{name: wrong})
        assert "Take for example:" in refused.value.hint
    with pytest.raises(ParameterError, match="no speaker"):
        found(speaker="nobody whom anybody knows")


def test_a_date_filter_goes_by_the_curators_readings(graph: KnowledgeGraph) -> None:
    def times(**days: date) -> set[str]:
        answer = graph.who_said("the barricades in the north today", limit=100, **days)
        return {time.printed for each in answer.attributions for time in each.times}

    assert "in July" in times(since=date(2011, 7, 1), until=date(2011, 7, 31))
    assert "in July" not in times(since=date(2011, 10, 1))
    assert "remain" in times(since=date(2011, 10, 18), until=date(2011, 10, 18))
    with pytest.raises(ParameterError):
        times(since=date(2012, 1, 1), until=date(2011, 1, 1))


def test_pages_follow_each_other_without_gap_or_repetition(graph: KnowledgeGraph) -> None:
    whole = graph.who_said("barricades", limit=100)
    pages = [graph.who_said("barricades", limit=7, offset=offset) for offset in range(0, 100, 7)]
    assert [each.iri for page in pages for each in page.attributions] == [
        each.iri for each in whole.attributions
    ]
    assert [page.more for page in pages if page.attributions][-1] is False


def test_folded_spellings_find_the_same(graph: KnowledgeGraph) -> None:
    for one, other in [
        ("Slaviša Ristić", "Slavisa Ristic"),
        ("Славиша", "Slavisa"),
        ("armoured personnel carriers", "armored personnel carriers"),
        ("100 kilometres", "100 kilometers"),
        ("co-operation on Kosovo", "cooperation on Kosovo"),
        ("a months\u2011long stand\u2010off", "a months-long stand-off"),
        ("“cannot go through barricades”", "cannot go through barricades"),
        ("recognized the new country", "recognised the new country"),
    ]:
        first = graph.who_said(one).attributions[0]
        assert first.iri == graph.who_said(other).attributions[0].iri, one


def said_or_refused(graph: KnowledgeGraph, **asked: str) -> str:
    """The answer in a sentence, or what to do where there is none."""
    try:
        return graph.who_said(**asked).summary
    except ParameterError as error:
        return error.hint


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_words_get_an_answer_or_a_clear_refusal(graph: KnowledgeGraph, text: str) -> None:
    assert said_or_refused(graph, text=text)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_facts_get_an_answer_or_a_clear_refusal(graph: KnowledgeGraph, text: str) -> None:
    for part in ("subject", "predicate", "object"):
        assert said_or_refused(graph, **{part: text})


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"q": "x", "subject": "y"},
        {"q": "x", "limit": "0"},
        {"q": "x", "limit": "101"},
        {"q": "x", "limit": "many"},
        {"q": "x", "offset": "1000"},
        {"q": "x", "since": "yesterday"},
        {"q": "x", "nonsense": "1"},
        {"subject": "<no iri>"},
        {"subject": "kgr:kfor", "speaker": "Reuters"},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_what_to_do(
    graph: KnowledgeGraph, values: dict[str, str]
) -> None:
    def ask() -> None:
        question = parse_question(values)
        graph.who_said(**{field.name: getattr(question, field.name) for field in fields(question)})

    with pytest.raises(ParameterError) as refusal:
        ask()
    assert refusal.value.hint


def test_a_citation_names_the_dataset_and_the_words(graph: KnowledgeGraph) -> None:
    answer = graph.who_said("cannot go through barricades")
    citation = cite(answer.attributions[0], answer)
    assert "we cannot go through barricades" in citation.text
    for form in (citation.text, citation.bibtex, json.dumps(citation.csl)):
        assert answer.canonical_hash in form
        assert f"{ARTICLE}/a0408" in form
    assert citation.bibtex.startswith("@misc{article-north-kosovo-roadblocks-a0408,")
    assert citation.bibtex.count("{") == citation.bibtex.count("}")
    assert citation.csl["type"] == "dataset"
    assert ("issued" in citation.csl, "year = " in citation.bibtex) == (False, False)  # nobody knows it


def test_json_and_csv_carry_the_answer(graph: KnowledgeGraph) -> None:
    answer = graph.who_said("no Kfor actions today")
    content = json.loads(render_json(answer))
    first = content["hits"][0]
    assert (content["found"], first["found"], first["score"]) == ("verbatim", "verbatim", 1.0)
    assert first["speaker"] == "Slavisa Ristic"
    assert first["chain"] == ["Slavisa Ristic", "a TV broadcast", "Reuters"]
    assert (first["sentence"], first["begin"], first["end"]) == (7, 1145, 1180)
    assert (first["kind"], first["polarity"], first["level"]) == ("prediction", "negative", "claimed")
    assert TEXT[first["begin"] : first["end"]] == first["quote"]
    assert first["details"]["times"][0]["readings"][0]["interpretation"] is True
    assert content["dataset"]["canonical_hash"] == answer.canonical_hash
    row = next(csv.DictReader(io.StringIO(render_csv(answer))))
    assert (row["speaker"], row["relayers"]) == ("Slavisa Ristic", "a TV broadcast; Reuters")
    assert (row["from"], row["to"], row["reading"]) == ("1145", "1180", "2011-10-18?")


@pytest.mark.parametrize(("name", "syntax"), [("ttl", ox.RdfFormat.TURTLE), ("jsonld", ox.RdfFormat.JSON_LD)])
def test_linked_data_selects_the_words_by_quote_and_position(
    graph: KnowledgeGraph, name: str, syntax: ox.RdfFormat
) -> None:
    answer = graph.who_said("to go back", limit=1)
    store = ox.Store()
    store.load(render_linked_data(answer, name, {"kg": KG}), syntax)
    rows = store.query(
        f"""PREFIX oa: <{OA}> PREFIX prov: <http://www.w3.org/ns/prov#>
        SELECT ?exact ?start ?end ?speaker ?relay WHERE {{
          ?annotation oa:hasBody ?claim ; oa:hasTarget ?target .
          ?target oa:hasSelector [ oa:exact ?exact ] , [ oa:start ?start ; oa:end ?end ] .
          ?claim prov:wasAttributedTo ?speaker ; prov:qualifiedAttribution/prov:agent ?relay .
        }} ORDER BY ?relay"""
    )
    assert isinstance(rows, ox.QuerySolutions)
    found = [tuple(term.value for term in row) for row in rows]
    words = ("to go back", "653", "663", f"{ID}ordererOfUnit")
    assert found == [(*words, f"{ID}natoCommander"), (*words, f"{ID}reuters")]


def test_text_search_joins_with_patterns_in_sparql(graph: KnowledgeGraph) -> None:
    table = graph.query(
        f"""PREFIX kg: <{KG}>
        # ?claim kg:search "a comment is no search"
        SELECT ?claim ?who ?score ("?x kg:search 'nor is a string'" AS ?text) WHERE {{
          ?claim kg:attributedTo ?who ; kg:search "go through barricades" ;
                 kg:searchScore ?score ; kg:searchLimit 2 .
          FILTER(?score > 0.1)
        }} ORDER BY DESC(?score)"""
    )
    assert isinstance(table, Table)
    texts = [(claim[-5:], who, text) for claim, who, _, text in table.render()]
    words = "?x kg:search 'nor is a string'"
    assert texts == [("a0408", "kgr:natoCommander", words), ("a0409", "kgr:natoCommander", words)]
    nothing = graph.query(f'SELECT * {{ GRAPH ?g {{ ?c <{KG}search> "zzzz" . ?c ?p ?o }} }}')
    assert isinstance(nothing, Table)
    assert len(nothing) == 0
    with pytest.raises(QuerySyntaxError):
        graph.query(f"SELECT * {{ ?c <{KG}search> ?words }}")
    with pytest.raises(ParameterError):
        graph.query(f'SELECT * {{ ?c <{KG}search> "..." }}')


def test_the_command_line_says_who_said_it(graph: KnowledgeGraph) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "kgraph", "who-said", *arguments]
        store = f"--store={graph.settings.store_path}"
        return subprocess.run(
            [*command, store, f"--project={REPOSITORY}"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    readable = run("orders to go back")
    assert readable.returncode == 0, readable.stderr
    lines = readable.stdout.splitlines()
    assert lines[2:5] == [
        "1. said by the Nato commander quoted without a name (word for word)",
        "   reported by Reuters",
        "   the Nato commander quoted without a name: known by “told”",
    ]
    assert "“orders to go back”" in readable.stdout
    fact = run("--subject", "Kosovo", "--predicate", "kg:locatedIn", "--object", "Serbia", "--format", "json")
    assert json.loads(fact.stdout)["level"] == "not stated in the article"
    assert run("...").returncode == 2
    mistyped = run("barricades", "--modality", "predicton")
    assert mistyped.returncode == 2
    assert "prediction" in mistyped.stderr


def test_a_question_makes_no_project(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    for command in (
        ("who-said", "hello"),
        ("query", "find"),
        ("explain", "a", "b", "c"),
        ("believe", "a"),
    ):
        arguments = [sys.executable, "-m", "kgraph", *command, f"--project={tmp_path}"]
        done = subprocess.run(
            arguments, input="ASK {}", capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 2, done
        assert "There is no project" in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_sparql_in_a_folder_without_a_project_is_asked_of_no_data_and_leaves_nothing(tmp_path: Path) -> None:
    arguments = [sys.executable, "-m", "kgraph", "query", "-", "--format=csv", f"--project={tmp_path}"]
    for text, rows in (
        ("SELECT (1 + 1 AS ?x) {}", ["x", "2"]),
        ("SELECT * { ?s <urn:p> ?o }", ["s,o"]),
        ("SELECT ?x { ?x <urn:p>* <urn:unknown> }", ["x", "urn:unknown"]),
    ):
        done = subprocess.run(arguments, input=text, capture_output=True, text=True, timeout=60, check=True)
        assert done.stdout.split() == rows
        assert "There is no project" in done.stderr
        assert list(tmp_path.iterdir()) == []
    arguments[-1] += "/not-there"
    done = subprocess.run(arguments, input="ASK {}", capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")


def test_what_is_inferred_comes_with_what_it_rests_on(graph: KnowledgeGraph) -> None:
    answer = graph.who_said(subject="United States", predicate="recognises", object="Kosovo")
    assert answer.level is Level.INFERRED
    assert answer.attributions == ()
    (inferred,) = answer.inferred
    assert inferred.rules == ("kg-shortcut",)
    grounds = {leaf.claim: [each.iri[-5:] for each in leaf.attributions] for leaf in inferred.leaves}
    assert sorted(grounds.values()) == [[], ["a1304"], ["a1305"]]
    first = inferred.attributions[0]
    assert (first.speaker.label, first.quote) == ("Reuters", "including the United States … have recognised")
    assert first.sentence is not None
    assert first.sentence.number == 13
    leaves = json.loads(render_json(answer))["inferred"][0]["leaves"]
    assert first.quote in [each["quote"] for leaf in leaves for each in leaf["attributions"]]
    table = list(csv.DictReader(io.StringIO(render_csv(answer))))
    assert [row["level"] for row in table] == ["inferred", *["stated"] * 2]
    assert {row["ground_of"] for row in table[1:]} == {inferred.claim}
    derived = f"<{PROV}wasDerivedFrom>"
    triples = ox.parse(render_linked_data(answer, "ttl", {}), ox.RdfFormat.TURTLE)
    sources = {quad.object.value for quad in triples if str(quad.predicate) == derived}
    assert sources == {f"{ARTICLE}/{name}" for name in ("a1304", "a1305")}


def test_what_rests_on_another_source_says_so(graph: KnowledgeGraph) -> None:
    answer = graph.who_said(subject="Brnjak (village)", predicate="kg:locatedIn", object="kgr:kosovo")
    assert answer.summary == "Said by nobody; it follows from what is recorded outside the article."
    leaves = [leaf for inferred in answer.inferred for leaf in inferred.leaves]
    assert leaves
    assert all(leaf.sources and not leaf.attributions for leaf in leaves)


def test_a_page_past_the_end_is_no_silence(graph: KnowledgeGraph) -> None:
    questions: tuple[dict[str, Any], ...] = ({"text": "barricades"}, {"subject": "Kfor"})
    for asked in questions:
        first, last = graph.who_said(**asked), graph.who_said(**asked, offset=900)
        assert (last.attributions, last.inferred, last.more) == ((), (), False)
        assert last.level is first.level is Level.STATED
        assert last.summary == "There are no more answers."
        for name, value in (("limit", 0), ("offset", -1), ("offset", 1000), ("limit", 101)):
            with pytest.raises(ParameterError):
                graph.who_said(**{**asked, name: value})


def test_pages_of_facts_go_from_what_is_said_to_what_follows(graph: KnowledgeGraph) -> None:
    whole = graph.who_said(subject="Kosovo", limit=100)
    assert whole.attributions
    assert whole.inferred
    pages = [graph.who_said(subject="Kosovo", limit=2, offset=offset) for offset in range(0, 100, 2)]
    assert [a.iri for page in pages for a in page.attributions] == [a.iri for a in whole.attributions]
    assert [i.triple for page in pages for i in page.inferred] == [i.triple for i in whole.inferred]
    assert {page.summary for page in pages[:2]} == {pages[0].summary}


def test_a_citation_can_be_printed_alone(graph: KnowledgeGraph) -> None:
    answer = graph.who_said("orders to go back", limit=2)
    assert render_citations(answer, "bibtex").count("@misc{") == 2
    items = json.loads(render_citations(answer, "csl"))
    assert [item["URL"] for item in items] == [each.iri for each in answer.attributions]
    assert {item["version"] for item in items} == {f"sha256-sum:{answer.canonical_hash}"}


@pytest.mark.parametrize(
    "text",
    [
        "zebra crossing",
        "the price of plum dumplings",
        "Serbs removed the barricades",
        "More than 13 countries have recognised the new country",
        "There will be Kfor actions today or tomorrow",
        "Nato bombed for 99 days",
    ],
)
def test_a_headline_names_no_speaker_of_what_nobody_says(graph: KnowledgeGraph, text: str) -> None:
    answer = graph.who_said(text)
    assert (answer.found, answer.answer) == ("none", None)
    assert answer.summary.startswith("Nobody says that here")
    assert "Reuters" not in answer.summary
    assert answer.level is Level.SILENT
    for limit in (1, 100):
        assert graph.who_said(text, limit=limit).summary == answer.summary
    assert json.loads(render_json(answer))["found"] == "none"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("More than 13 countries have recognised the new country", "number"),
        ("There will be Kfor actions today or tomorrow", "negation"),
        ("Serbs removed the barricades", "degree"),
    ],
)
def test_what_is_altered_is_said_in_every_form(graph: KnowledgeGraph, text: str, kind: str) -> None:
    answer = graph.who_said(text)
    assert [difference.kind for difference in answer.differs] == [kind]
    assert json.loads(render_json(answer))["differs"][0]["kind"] == kind
    assert f"{KG}differs" in render_linked_data(answer, "ttl", {}).decode()
    row = next(csv.DictReader(io.StringIO(render_csv(answer))))
    assert (row["found"], row["answer_found"], row["differs"]) == ("none", "none", str(answer.differs[0]))


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("There will be no Kfor actions today", "Predicted by Slavisa Ristic."),
        ("we cannot go through barricades", "Said by the Nato commander"),
        ("Kfor actions today", "Predicted not to happen by Slavisa Ristic"),
    ],
)
def test_a_speaker_of_words_with_a_negation_in_them_says_these_words(
    graph: KnowledgeGraph, text: str, summary: str
) -> None:
    assert graph.who_said(text).summary.startswith(summary)


def test_an_answer_does_not_deny_words_that_deny(graph: KnowledgeGraph) -> None:
    said = "says the Nato commander quoted without a name."
    assert (
        graph.who_said("we cannot go through barricades").answer
        == f"“we cannot go through barricades”, {said}"
    )
    assert graph.who_said("Who cannot go through barricades?").answer == f"We cannot go through, {said}"


def test_what_a_draft_has_of_the_narrator_is_shown_as_its_sentence() -> None:
    text = "Two boats, both unlit, sank off Harn on Friday."
    draft = Attribution(
        "urn:a",
        Level.DRAFTED,
        "drafted, not reviewed: said by",
        voices=(Voice(Thing("urn:p", "The Harn Post"), NOTHING, (), False),),
        mode=Thing(f"{KG}narrated", "narrated"),
        object=Thing(None, "two"),
        passages=(Passage("urn:a#1", "Two boats", "", "", 0, 9),),
        sentence=Sentence("urn:s", 1, text, 0, len(text)),
    )
    asked = read_question("How many boats sank?")
    assert answer_in_words(asked, draft) == f"{text[:-1]}, drafted, not reviewed: told by The Harn Post."
    reviewed = replace(draft, level=Level.STATED, verdict="stated by")
    assert answer_in_words(asked, reviewed) == "Two, says The Harn Post."
    # What is no amount does not answer how many; what the question names itself does not answer when.
    other = replace(reviewed, object=Thing(None, "boats"))
    assert answer_in_words(asked, other) == "Two boats, says The Harn Post."
    sank = read_question("When did the boats sink?")
    assert answer_in_words(sank, other) == "Two boats, says The Harn Post."
    assert (
        answer_in_words(sank, replace(other, object=Thing(None, "Friday"))) == "Friday, says The Harn Post."
    )


def test_a_question_is_answered_in_plain_words(graph: KnowledgeGraph) -> None:
    answer = graph.who_said("Kada je NATO bombardovao?")
    assert (answer.found, answer.answer) == ("meaning", "In 1999, says Reuters.")
    assert answer.summary == answer.answer
