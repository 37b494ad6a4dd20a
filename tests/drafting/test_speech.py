"""Attributions: sentences of every kind, quotations over sentences and paragraphs, and any text at all."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kgraph.drafting import Candidate, Mode, parse_draft, render_draft
from kgraph.drafting.knowledge import Knowledge
from kgraph.drafting.running import Tooling, draft_here, lay_text
from tests.drafting.conftest import Drafting

with (Path(__file__).parent / "speech.tsv").open(encoding="utf-8", newline="") as file:
    SENTENCES = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))

PARAGRAPHS = """Ferry crews walk out

By Mirela Dunst, Coast Wire

PORT SARROW, 3 May 2031 — Crews of the island ferry walked out on Monday. “We have waited two years,” said \
Ana Holt, who leads the crews’ union. “Nobody has called us. The owner is asleep.

“And we shall not go back,” she added.

“The owner has the money, and he will not share it.

“That is why we are here.”

Lars Brenn, the owner, was unmoved. “They can wait.”

"It is a long game." — Mina Oort
"""


def said(draft: Drafting, text: str) -> list[Candidate]:
    return [each for each in draft(text).candidates if each.mode is not Mode.NARRATED]


def speakers_of(draft: Drafting, text: str) -> dict[str, str]:
    """Who says each of the words that are drafted."""
    return {each.words: each.speaker for each in said(draft, text)}


@pytest.mark.parametrize("row", SENTENCES, ids=lambda row: row["text"][:50])
def test_a_sentence_attributes(draft: Drafting, row: dict[str, str]) -> None:
    text = row["text"]
    found = [(each.words, each.cue.of(text) if each.cue else "", each) for each in said(draft, text)]
    [each] = [each for words, cue, each in found if words == row["content"] and row["cue"] in cue]
    assert each.source is not None
    assert each.source.of(text) == row["source"]
    assert ">".join(each.chain) == row["chain"]
    assert (each.mode, each.polarity, each.kind) == (row["mode"], row["polarity"], row["kind"])
    assert (each.time.of(text) if each.time else "") == row["time"]


def test_a_quotation_goes_on_over_sentences_and_paragraphs(draft: Drafting) -> None:
    speakers = speakers_of(draft, PARAGRAPHS)
    assert speakers["We have waited two years"] == "Ana Holt"
    assert speakers["Nobody has called us"] == "Ana Holt"
    assert speakers["The owner is asleep"] == "Ana Holt"
    assert speakers["we shall not go back"] == "Ana Holt"
    assert speakers["he will not share it"] == "Ana Holt"
    assert speakers["That is why we are here"] == "Ana Holt"
    assert speakers["They can wait"] == "Lars Brenn"
    assert speakers["It is a long game"] == "Mina Oort"


def test_a_quotation_goes_on_from_who_was_quoted_and_not_from_who_is_named_besides(draft: Drafting) -> None:
    text = "“It is late,” said Ana Holt, whom Lars Brenn accused of “bad faith”. “We shall pay.”"
    speakers = speakers_of(draft, text)
    assert speakers["We shall pay"] == "Ana Holt"
    speakers = speakers_of(draft, text + " Lars Brenn was blunt: “He lies.”")
    assert speakers["He lies"] == "Lars Brenn"


@pytest.mark.parametrize(
    "text",
    [
        "The gates are shut. That means the ferry will not leave.",
        "The gates are shut. This suggests that the dam is weak.",
        "That, in turn, can reveal how weak the gate is.",
        "The owner has only bad news to offer.",
        "The diver used signals from the dam to open the gate.",
        "No engineer in the town was prepared to defend the dam.",
        "The court could rule that the lease is void.",
        "If the state demands a new lease, the farm will close.",
        "A driver commits suicide every week.",
    ],
)
def test_what_was_told_and_things_say_nothing(draft: Drafting, text: str) -> None:
    assert said(draft, text) == []


def test_he_is_somebody_and_no_thing_that_told_something(draft: Drafting) -> None:
    text = """Ana Holt, a diver, works there with Simon Brenn. The total ice content suggested a cold spring.

“They are chilled before they are cut,” he says."""
    assert speakers_of(draft, text)["They are chilled before they are cut"] == "Simon Brenn"


def test_who_denies_ordering_something_orders_nothing(draft: Drafting) -> None:
    assert [each.kind for each in said(draft, "Ana Holt denied ordering the raid.")] == ["denial"]


def test_a_quotation_left_open_goes_on_before_what_a_document_says(draft: Drafting) -> None:
    text = (
        "“He gave me a letter,” Ana Holt recalled. “I put it on the table.\n\n"
        "“Then he left.” The letter promises the crews a new boat.\n"
    )
    assert speakers_of(draft, text)["Then he left"] == "Ana Holt"


def test_who_is_described_and_new_is_nobody_who_was_named_before(draft: Drafting) -> None:
    text = (
        "Aldo Brenn, who leads the deckhands, was not surprised. “We read the law,” he said.\n\n"
        "Islanders are divided. The baker has no flour; the doctor says she has enough insulin.\n"
    )
    speakers = speakers_of(draft, text)
    assert speakers["We read the law"] == "Aldo Brenn"
    assert speakers["she has enough insulin"] == "unnamed: doctor"


def test_a_quotation_belongs_to_whom_the_next_sentence_names(draft: Drafting) -> None:
    text = "“A flood is a thief.” With those words Ana Holt explained on Monday why the gates were shut."
    assert {each.speaker for each in said(draft, text) if each.mode is Mode.DIRECT} == {"Ana Holt"}
    text = "Ana Holt would not guess — “I do boats, not clouds” — but warned that the dam was weak."
    assert {each.speaker for each in said(draft, text)} == {"Ana Holt"}


def test_turns_of_a_talk_belong_to_each_in_turn(draft: Drafting) -> None:
    text = (
        "“Did you sign it?” asked Ana Holt.\n\n“I did not,” said Lars Brenn.\n\n"
        "“Whose hand is it, then?”\n\n“My brother’s.”\n"
    )
    speakers = speakers_of(draft, text)
    assert speakers["Whose hand is it, then"] == "Ana Holt"
    assert speakers["My brother’s"] == "Lars Brenn"


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Ana Holt laughed. “Come here,” the 45-year-old said.", "Ana Holt"),
        ("Ana Holt has farmed on the hill for years. “It is late,” the farmer said.", "Ana Holt"),
        ("Ana Holt agrees. “It is late,” the diver said.", "Ana Holt"),
        ("Pia Munk, 9, found it. Lars Brenn did not. “It is late,” Pia said.", "Pia Munk"),
        ("Their leader, the baker Ana Holt, waited. “It is late,” she said.", "Ana Holt"),
        ("Ana Holt lost. Her rival, Mayor Lars Brenn, was glad. “It is late.”", "Lars Brenn"),
        ("The reply of Ana Holt was short: “It is late.”", "Ana Holt"),
        ("“I waited,” said Ana Holt; “it is late.”", "Ana Holt"),
        ("Elm Foods is shut, the Bakers’ Union said. “It is late,” the company wrote.", "Elm Foods"),
        ("“Lars Brenn lied,” he said. Jan Oort waited. “It is late,” he said.", "Jan Oort"),
        ("“It is late.” That is how Ana Holt put it.", "Ana Holt"),
    ],
)
def test_a_quotation_is_whose_it_is_described_to_be(draft: Drafting, text: str, speaker: str) -> None:
    found = {each.words.lower(): each.speaker for each in said(draft, text)}
    assert found[next(words for words in ("it is late", "come here") if words in found)] == speaker


def test_a_pronoun_means_whom_the_given_name_fits(draft: Drafting) -> None:
    text = "Mirela Dunst met Lars Brenn. Hanne Orbeck waited. “It is late,” he said. “Too late,” she added."
    speakers = speakers_of(draft, text)
    assert speakers == {"It is late": "Lars Brenn", "Too late": "Hanne Orbeck"}


@pytest.mark.parametrize(
    ("text", "words", "speaker"),
    [
        # Who puts a clause in is not whom it is put into.
        ("Lars Brenn was calm. The owner, he said, was away.", "The owner … was away", "Lars Brenn"),
        # "his boss" is not "he", and whoever asks is not who is asked.
        ("Lars Brenn met his boss. “It is late,” he said.", "It is late", "Lars Brenn"),
        ("Asked by Lars Brenn whether it was late, he said it was early.", "it was early", "unnamed: he"),
        # Things say nothing.
        ("The crews saw the boats. They said it was late.", "it was late", "unnamed: crews"),
        (
            "Ana Holt spoke for the crews. In May, they said, it was late.",
            "In May … it was late",
            "unnamed: crews",
        ),
        # A surname is no given name; a name called a group is none of a person.
        ("Nazreen Ahmed, a lawyer, was calm. “It is late,” she said.", "It is late", "Nazreen Ahmed"),
        ("A crews’ group, Ana Sea, was angry. It said it was late.", "it was late", "Ana Sea"),
        # A name that begins a sentence without an article, taken for a common noun elsewhere.
        ("Fans like Grimholm’s team. Grimholm said it was late.", "it was late", "Grimholm"),
    ],
)
def test_a_pronoun_means_who_may_speak(draft: Drafting, text: str, words: str, speaker: str) -> None:
    assert speakers_of(draft, text)[words] == speaker


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Ana Holt said the ferry would sail provided that the crew came back.",
            ["the ferry would sail", "the crew came back"],
        ),
        (
            "The ferry will sail, its owner, Ana Holt, said on Monday, provided that it is dry.",
            ["The ferry will sail", "it is dry"],
        ),
        (
            "“Had one of them rung me, the ferry would have waited,” said Ana Holt.",
            ["one of them rung me", "the ferry would have waited"],
        ),
        (
            "Ana Holt said that, were the crew to leave, the ferry would stop.",
            ["the crew to leave", "the ferry would stop"],
        ),
        (
            "The owner hopes to sail, and should it rain, Ana Holt said, the ferry would wait.",
            ["it rain", "the ferry would wait"],
        ),
        (
            "The port, according to Ana Holt, has offered them 900 crowns a head, provided they go by May.",
            ["The port … has offered them 900 crowns a head", "they go by May"],
        ),
        ("Ana Holt offered to wait as long as it rained.", ["to wait", "it rained"]),
        ("If the storm lasts, Ana Holt plans to close the port.", ["the storm lasts", "to close the port"]),
        (
            "With two more crews, Ana Holt said, the ferry could sail at night.",
            ["With two more crews", "the ferry could sail at night"],
        ),
        (
            "“We wait if they pay us and we will sail if they do not,” said Ana Holt.",
            ["We wait", "they pay us", "we will sail", "they do not"],
        ),
        (
            "“We wait because the crew is ill and the owner will not say why,” said Ana Holt.",
            ["We wait because the crew is ill", "the owner will not say why"],
        ),
        (
            "“It is a ferry I will not sell,” said Ana Holt.",
            ["It is a ferry I will not sell", "a ferry I will not sell"],
        ),
    ],
)
def test_a_clause_put_otherwise_is_a_claim_of_its_own(draft: Drafting, text: str, words: list[str]) -> None:
    assert [each.words for each in said(draft, text) if each.speaker == "Ana Holt"] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "The ferry, which sank twice in May, had been insured, Ana Holt said.",
            "The ferry … had been insured",
        ),
        ("Ana Holt promised to mend the pier, which fell into the sea last month.", "to mend the pier"),
        ("Asked whether it meant Orm, the port’s head, Ana Holt, declined to answer.", "to answer"),
        ("On the quay Ana Holt, whose son sails there, complained that it was late.", "it was late"),
        ("Ana Holt left early, citing the inquiry opened by the police.", "the inquiry opened by the police"),
    ],
)
def test_what_stands_between_commas_is_left_out(draft: Drafting, text: str, words: str) -> None:
    assert [(each.words, each.speaker) for each in said(draft, text)] == [(words, "Ana Holt")]


def test_neither_says_it(draft: Drafting) -> None:
    [each] = said(draft, "Neither side would say who had paid for the flight.")
    assert (each.words, each.kind, each.polarity) == (
        "say who had paid for the flight",
        "refusal",
        "negative",
    )


def test_a_sum_that_another_explains(draft: Drafting) -> None:
    found = said(draft, "The report lists 28 percent, a gap a spokeswoman blamed on “an old meter”.")
    assert [each.words for each in found] == ["28 percent", "a gap … on “an old meter”"]


@pytest.mark.parametrize("joint", ["and", "but"])
@pytest.mark.parametrize(
    "first", ["the road was shut", "her boat had been ordered to stay", "it was being checked"]
)
@pytest.mark.parametrize("cue", ["said", "told the crews", "warned a meeting in the hall", "insisted"])
def test_a_second_that_goes_on_from_what_is_said(draft: Drafting, cue: str, first: str, joint: str) -> None:
    text = f"Ana Holt {cue} that {first} {joint} that the ferry had left."
    found = {each.words: each.speaker for each in said(draft, text) if each.cue and each.cue.of(text) in cue}
    assert found == dict.fromkeys([first, "the ferry had left"], "Ana Holt")


@pytest.mark.parametrize("content", ["the boats were safe", "nobody had been hurt", "she would go"])
@pytest.mark.parametrize(
    "added",
    [
        ", and a guest later told the crews that it was late.",
        ", though a guest said it was late.",
        ", as two guests had told the court.",
        ", a claim that the owner disputes.",
        " — an account the crews call false.",
        ", something the owner denies.",
    ],
)
def test_what_others_add_is_no_part_of_it(draft: Drafting, content: str, added: str) -> None:
    text = f"Ana Holt said {content}{added}"
    assert [each.words for each in said(draft, text) if each.speaker == "Ana Holt"] == [content]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The owner is said to have sold the boats.", "to have sold the boats"),
        ("The owner, who has reportedly sold the boats, was away.", "has … sold the boats"),
        ("The owner allegedly sold the boats.", "The owner … sold the boats"),
    ],
)
def test_hearsay_is_nobodys(draft: Drafting, text: str, words: str) -> None:
    [each] = said(draft, text)
    assert (each.words, each.source, each.speaker) == (words, None, "unnamed: not said")


@pytest.mark.parametrize(
    "text",
    [
        "The crews were required to wait.",
        "Visas were denied to the team.",
        "It is reasonable to assume that the road is open.",
        "The “Night Star” sank in the harbour.",
        "The report was long.",
        "Holt holds a commanding lead.",
        "Jokes are told, interviews are requested and advice is given.",
        "Mina Oort is the author of “Long Roads”.",
        "No owner planned to leave.",
        "The owner would neither confirm nor deny this.",
        "The owner could not say when the ferry would sail.",
        "Asked about the road, Holt said no.",
        "The charter does not say who pays for the dredging.",
        "The ministry never explained why the road was shut.",
        "Nobody claimed that the dam was weak.",
        "Somebody could argue that the dam is weak.",
        "The owner has no plans to sell.",
        "The job requires him to travel.",
        "Ana Holt never ordered a search.",
    ],
)
def test_who_says_nothing_is_not_quoted(draft: Drafting, text: str) -> None:
    assert said(draft, text) == []


def test_what_a_speaker_will_ask_for_is_said_once(draft: Drafting) -> None:
    found = said(draft, "Ana Holt said that she would ask for a hearing.")
    assert [each.words for each in found] == ["she would ask for a hearing"]


def test_parts_are_no_body_text(draft: Drafting) -> None:
    drafted = draft(PARAGRAPHS)
    kinds = {part.kind: part.span.of(PARAGRAPHS) for part in drafted.text.parts if part.kind != "paragraph"}
    assert kinds == {
        "headline": "Ferry crews walk out",
        "byline": "By Mirela Dunst, Coast Wire",
        "dateline": "PORT SARROW, 3 May 2031",
    }
    assert all(each.begin > PARAGRAPHS.index("—") for each in drafted.candidates)


def test_the_narrator_tells_events_with_roles(draft: Drafting) -> None:
    [told] = draft("Rebels seized the harbour of Sarrow on Monday.").candidates
    assert told.mode is Mode.NARRATED
    assert told.claim is not None
    assert (told.claim.predicate, told.claim.object) == ("rdf:type", "kgl:Seizure")
    assert dict(told.claim.more) == {
        "kg:agent": "kgr:rebels",
        "kg:theme": "kgr:harbourOfSarrow",
        "kg:time": "a:on-monday",
    }
    assert {thing.type for thing in told.things} >= {"kgl:Seizure", "kg:TimeExpression"}


@pytest.mark.parametrize(
    ("text", "type_", "kind"),
    [
        ("The crews came out to block the harbour.", "kgl:Blockade", "intention"),
        ("Rebels tried to seize the harbour.", "kgl:Seizure", "attempt"),
        ("If rebels seize the harbour, the ferry stops.", "kgl:Seizure", "conditional"),
        ("Rebels may seize the harbour.", "kgl:Seizure", "possibility"),
        ("Rebels have not seized the harbour.", "kgl:Seizure", "fact"),
    ],
)
def test_what_is_not_told_as_done_is_no_fact(draft: Drafting, text: str, type_: str, kind: str) -> None:
    told = {each.claim.object: each for each in draft(text).candidates if each.claim is not None}
    assert told[type_].kind == kind
    assert told[type_].polarity == ("negative" if "not" in text else "positive")


def test_what_is_new_in_a_fact_is_of_a_fitting_class(draft: Drafting) -> None:
    text = (
        "The clock pays for the museum.\n\nThe staff of the town met a former guard.\n\n"
        "The family sold the boat until Friday, when the owner came back."
    )
    drafted = draft(text).candidates
    classes = {thing.label: thing.type for each in drafted for thing in each.things}
    assert classes["staff of the town"] == classes["family"] == "kg:Group"
    assert classes["former guard"] == "kg:Person"
    assert classes["Friday"] == "kg:TimeExpression"
    roles = {role for each in drafted if each.claim for role, _ in each.claim.more if "clock" in each.words}
    assert roles == {"kg:cause"}  # a clock does not act


@pytest.mark.parametrize(
    ("noun", "type_"),
    [
        ("helicopters", "kgl:Helicopter"),
        ("two grey ferries", "kgl:Ship"),
        ("a border crossing", "kgl:BorderCrossing"),
        ("the eruption", "kgl:Eruption"),
        ("the operation", "kgl:Operation"),
        ("a trade union", "kgl:Union"),
        ("the partition", "kgl:Partition"),
        ("a hospital", "kgl:Hospital"),
        ("the town", "kg:GeopoliticalEntity"),
        ("a nurse", "kg:Person"),
    ],
)
def test_what_is_called_by_a_type_of_the_lexicon_is_of_that_type(
    draft: Drafting, noun: str, type_: str
) -> None:
    drafted = draft(f"The harbour master photographed {noun} on Friday.").candidates
    types = {thing.type for each in drafted for thing in each.things if thing.label in noun}
    assert types == {type_}


def test_what_is_too_long_for_a_sentence_is_left_alone(draft: Drafting) -> None:
    text = (
        "The crews said that it " + "was late and it " * 2000 + "rained.\n\nHolt said the harbour was shut."
    )
    assert [each.words for each in said(draft, text)] == ["the harbour was shut"]


pieces = st.sampled_from(
    [
        "“",
        "”",
        "‘",
        "’",
        '"',
        "'",
        "«",
        "»",
        "„",
        " said ",
        "Ana Holt",
        " that ",
        " told ",
        "Reuters",
        ", ",
        ". ",
        "\n\n",
        "if ",
        "not ",
        "will ",
        "the crews ",
        "according to ",
        " claim by ",
        "he ",
        "…",
        "\xa0",
        "—",
        "\r\n",
        "🛳",
        "1,000 ",
    ]
)
texts = st.lists(pieces | st.text(st.characters(codec="utf-8"), max_size=6), max_size=40).map("".join)


@given(texts)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_text_is_drafted_with_its_own_words(draft: Drafting, text: str) -> None:
    drafted = draft(text)
    for each in drafted.candidates:
        assert each.words == " … ".join(span.of(text) for span in each.content)
        assert all(span.start < span.end <= len(text) for span in each.content)
        assert any(each.begin >= s.start and each.end <= s.end for s in drafted.text.sentences)
        assert each.chain[-1] == "Coast Wire"
        assert 0 <= each.confidence <= 1
        for span in filter(None, [each.cue, each.source, each.time, *(m.span for m in each.entities)]):
            assert span.of(text).strip()
    assert len({each.id for each in drafted.candidates}) == len(drafted.candidates)


def test_what_makes_a_candidate_less_sure(draft: Drafting) -> None:
    sentences = (
        "Ana Holt said the gates of the dam had been shut since May.",
        "She said the gates of the dam had been shut since May.",
        "She said the gates: rusty, old, bent, — had been shut since May.",
    )
    sure, less, least = (
        max(each.confidence for each in said(draft, text) if each.by == "rules:clause") for text in sentences
    )
    assert sure > less > least


def test_what_is_hardly_ever_right_is_left_out_and_counted(knowledge: Knowledge) -> None:
    pytest.importorskip("spacy")
    laid = lay_text("“I think it is late,” Ana Holt said.", publisher="Coast Wire")
    kept, every = (draft_here(laid, knowledge, Tooling(floor=floor)) for floor in (Tooling().floor, 0.0))
    assert [each.words for each in every.candidates if each not in kept.candidates] == ["it is late"]
    assert "I think it is late" in [each.words for each in kept.candidates]
    assert (kept.tool.unsure, every.tool.unsure) == (1, 0)
    assert parse_draft(render_draft(kept)).tool == kept.tool
