"""Drafting, measured on annotated articles: what is found, how much of it is whole, whose it is said to be.

The annotated articles are data that the package does not bring: ``KGRAPH_GOLD`` names their folder, or
several as ``PATH`` does. A folder holds one folder an article (``article.txt``, ``attributions.tsv``), and
perhaps ``gum-news/gum-news.jsonl``. The rules were tuned on the articles of ``TUNED``; the others were held
out. textacy's quotations are the peer, where it is installed.

    found      cue and content overlap
    whole      the contents share four fifths of their characters, and the speaker is right
    direct     a quotation in marks with the right speaker
    polarity, kind   of those found
"""

from __future__ import annotations

import csv
import json
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kgraph.drafting import Candidate, Mode
from kgraph.drafting.knowledge import Article, Knowledge, read_knowledge
from kgraph.drafting.running import Tooling, draft_articles, lay_text
from kgraph.settings import load_settings
from kgraph.text import Span, paragraphs

#: What the rules were made on. All else is held out.
TUNED = {
    "asprel-volcano-evacuation",
    "hospital-data-leak-ruling",
    "kelderby-takeover-protest",
    "t1-dunmore-plant-strike",
    "t2-gallery-disputed-painting",
    "h1-pennick-water-rationing",
    "h2-cardiant-trial-halted",
    "h3-morrowdale-rail-inquiry",
    "n1-election-recount",
    "n2-herring-quota",
    "n3-telescope-mirror",
    "n4-bank-merger",
    *("p1", "p2", "p3", "p4", "q1", "q2", "q3", "q4", "r1", "r2", "r3", "r4", "s1", "s2", "s3", "s4"),
    *("t1", "t2", "t3", "t4"),
    *("u1", "u2", "u3", "u4"),
    *(
        f"GUM_news_{name}"
        for name in (
            *("afghan", "clock", "defector", "expo", "hackers", "ie9"),
            *("iodine", "lanterns", "questionnaire", "soccer", "taxes", "warming"),
        )
    ),
}
#: What GUM has none of: requests, orders and plans with an infinitive or a noun; names for things.
NOT_IN_GUM = {
    f"rules:{rule}"
    for rule in ("infinitive", "object", "phrase", "naming", "noun", "condition", "hearsay", "figure")
}
#: Kinds of ours that the annotated articles do not tell apart: what cannot be is not possible.
ALIKE = {"inability": "possibility"}
WHOLE = 0.8
_IGNORED = set("the a an of dr mr mrs ms prof professor unnamed and".split())


@dataclass(frozen=True)
class Gold:
    """An attribution as people annotated it."""

    contents: tuple[tuple[Span, ...], ...]
    cue: Span | None
    speakers: tuple[str, ...]
    mode: str
    polarity: str | None = None
    kind: str | None = None


@dataclass(frozen=True)
class Sheet:
    """An annotated article. ``unjudged`` are quotations that the annotation leaves out."""

    name: str
    text: str
    publisher: str
    golds: tuple[Gold, ...]
    unjudged: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Said:
    """An attribution as a tool gives it."""

    content: tuple[Span, ...]
    cue: Span | None
    speaker: str
    is_direct: bool
    polarity: str | None = None
    kind: str | None = None
    confidence: float | None = None
    rule: str = ""


def _characters(spans: Iterable[Span]) -> set[int]:
    return {position for span in spans for position in range(span.start, span.end)}


def likeness(left: Iterable[Span], right: Iterable[Span]) -> float:
    """Intersection over union, in characters."""
    one, other = _characters(left), _characters(right)
    return len(one & other) / max(1, len(one | other))


def _words(name: str) -> set[str]:
    words = re.findall(r"[^\W_]+", name.replace("’s", "").replace("'s", "").casefold())
    return {word for word in words if word not in _IGNORED}


def is_same_speaker(said: str, names: Iterable[str]) -> bool:
    """Whether a name is one of some names: one's words are among the other's, or half of all are shared."""
    mine = _words(said)
    for name in names:
        theirs = _words(name)
        if (
            mine
            and theirs
            and (mine <= theirs or theirs <= mine or len(mine & theirs) * 2 >= len(mine | theirs))
        ):
            return True
    return False


# Reading the annotated articles


def sheets_of(folder: Path) -> Iterator[Sheet]:
    """The annotated articles of a folder."""
    for path in sorted(folder.glob("*/attributions.tsv")):
        yield _own_sheet(path.parent)
    corpus = folder / "gum-news" / "gum-news.jsonl"
    if corpus.exists():
        for line in corpus.read_text(encoding="utf-8").splitlines():
            yield _gum_sheet(json.loads(line))


def _own_sheet(folder: Path) -> Sheet:
    text = (folder / "article.txt").read_text(encoding="utf-8")
    golds = []
    publisher = ""
    with (folder / "attributions.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            begin = int(row["begin"])
            pieces = []
            for piece in row["content"].split(" … "):
                start = text.index(piece, begin)
                pieces.append(Span(start, start + len(piece)))
                begin = start + len(piece)
            publisher = row["chain"].split(">")[-1]
            cue = _nearest(text, row["cue"], row["source"], pieces)
            kind = {"condition": "conditional"}.get(row["modality"], row["modality"])
            golds.append(
                Gold(
                    (tuple(pieces),), cue, (row["speaker"], row["source"]), row["mode"], row["polarity"], kind
                )
            )
    return Sheet(folder.name, text, publisher, tuple(golds))


def _nearest(text: str, cue: str, source: str, pieces: Sequence[Span]) -> Span | None:
    """Where a cue stands: nearest to its content and to the mention of its speaker, both together."""
    places = _places(text, cue)
    speakers = _places(text, source) or [Span(pieces[0].start, pieces[0].start)]
    ends = Span(pieces[0].start, pieces[-1].end)
    if not places:
        return None
    return min(places, key=lambda at: _gap(at, ends) + min(_gap(at, speaker) for speaker in speakers))


def _places(text: str, words: str) -> list[Span]:
    pattern = rf"(?<!\w){re.escape(words)}(?!\w)"
    return [Span(*match.span()) for match in re.finditer(pattern, text)] if words else []


def _gap(left: Span, right: Span) -> int:
    """The characters between two spans."""
    return max(0, right.start - left.end, left.start - right.end)


def _gum_sheet(document: dict[str, Any]) -> Sheet:
    golds = []
    for each in document["attributions"]:
        if each["kind"] in ("credit", "reference"):
            continue
        contents = [tuple(Span(*part) for part in each.get("content_parts") or [each["content"]])]
        if each.get("content_alt"):
            alternative = each["content_alt"]
            contents.append(
                tuple(
                    Span(*part)
                    for part in ([alternative] if isinstance(alternative[0], int) else alternative)
                )
            )
        speaker = each["speaker"]
        names = [speaker["name"], *speaker.get("aliases", ()), speaker.get("wikipedia") or ""]
        source = each["source"]
        if source:
            names.append(document["text"][slice(*source)])
        cue = Span(*each["cue"]) if each["cue"] else None
        golds.append(Gold(tuple(contents), cue, tuple(n for n in names if n), each["mode"] or ""))
    unjudged = tuple(Span(*quote["span"]) for quote in document["quotes"] if quote["uncovered"])
    return Sheet(document["id"], document["text"], "Wikinews", tuple(golds), unjudged)


# Scoring


@dataclass
class Score:
    """Counts, added up over articles."""

    counts: Counter[str] = field(default_factory=Counter)
    reliability: list[tuple[float, bool, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def rate(self, right: str, all_: str) -> float:
        """A share; 0 of nothing."""
        return self.counts[right] / max(1, self.counts[all_])


def _overlap(said: Said, gold: Gold) -> bool:
    content = any(s.overlaps(g) for s in said.content for spans in gold.contents for g in spans)
    cues = said.cue is None or gold.cue is None or said.cue.overlaps(gold.cue)
    return content and cues


def score(sheet: Sheet, said: Sequence[Said], total: Score) -> None:
    """Add what a tool found in an article."""
    groups = _grouped(said)
    hits: dict[int, list[Gold]] = {n: [g for g in sheet.golds if _overlap(s, g)] for n, s in enumerate(said)}

    def whole(number: int, gold: Gold) -> bool:
        alike = max(
            likeness(content, spans)
            for content in (said[number].content, groups[number])
            for spans in gold.contents
        )
        return alike >= WHOLE and is_same_speaker(said[number].speaker, gold.speakers)

    for number, each in enumerate(said):
        if not hits[number] and any(span.overlaps(q) for span in each.content for q in sheet.unjudged):
            continue
        total.counts["said"] += 1
        total.counts["said found"] += bool(hits[number])
        is_whole = any(whole(number, gold) for gold in hits[number])
        total.counts["said whole"] += is_whole
        if each.confidence is not None:
            total.reliability.append((each.confidence, is_whole, each.rule))
        if not is_whole:
            what = "not whole" if hits[number] else "not found"
            total.wrong.append(
                f"{sheet.name}: {what} [{each.rule}] {each.speaker} / "
                f"{each.cue and each.cue.of(sheet.text)}: "
                f"{' … '.join(s.of(sheet.text) for s in each.content)}"
            )
        if each.is_direct:
            near = [
                g
                for g in sheet.golds
                if any(s.overlaps(x) for s in each.content for c in g.contents for x in c)
            ]
            total.counts["said direct"] += 1
            total.counts["said direct right"] += any(is_same_speaker(each.speaker, g.speakers) for g in near)
    for gold in sheet.golds:
        mine = [n for n in hits if gold in hits[n]]
        total.counts["gold"] += 1
        total.counts["gold found"] += bool(mine)
        is_whole = any(whole(n, gold) for n in mine)
        total.counts["gold whole"] += is_whole
        if not is_whole:
            content = " … ".join(s.of(sheet.text) for s in gold.contents[0])
            what = "GOLD not whole" if mine else "GOLD MISSED"
            total.wrong.append(
                f"{sheet.name}: {what} {gold.speakers[0]} / {gold.cue and gold.cue.of(sheet.text)}: {content}"
            )
        if gold.mode == "direct":
            beside = [s for s in said if any(a.overlaps(b) for a in s.content for b in gold.contents[0])]
            total.counts["gold direct"] += 1
            total.counts["gold direct right"] += any(
                is_same_speaker(s.speaker, gold.speakers) for s in beside
            )
        if gold.polarity and mine:
            best = max(mine, key=lambda n: likeness(said[n].content, gold.contents[0]))
            total.counts["judged"] += 1
            total.counts["polarity"] += said[best].polarity == gold.polarity
            kind = said[best].kind or ""
            kind = ALIKE.get(kind, kind)
            total.counts["kind"] += kind == gold.kind
            if said[best].polarity != gold.polarity or kind != gold.kind:
                total.wrong.append(
                    f"{sheet.name}: PUT {said[best].polarity} {said[best].kind} "
                    f"for {gold.polarity} {gold.kind}: "
                    + " … ".join(s.of(sheet.text) for s in gold.contents[0])
                )


def _grouped(said: Sequence[Said]) -> list[tuple[Span, ...]]:
    """For each, its content with all under the same cue: the sentences of one quotation."""
    groups: dict[tuple[Span | None, str], list[Span]] = {}
    for each in said:
        groups.setdefault((each.cue, each.speaker), []).extend(each.content)
    return [tuple(groups[each.cue, each.speaker]) for each in said]


# Tools


def ours(sheets: Sequence[Sheet]) -> dict[str, list[Said]]:
    """What kgraph drafts."""
    found: dict[str, list[Said]] = {}
    texts = {sheet.name: sheet.text for sheet in sheets}
    articles = [Article(sheet.name, lay_text(sheet.text, publisher=sheet.publisher)) for sheet in sheets]
    for outcome in draft_articles(articles, general_knowledge(), Tooling()):
        assert outcome.draft is not None, outcome.error
        for candidate in outcome.draft.candidates:
            assert candidate.words == " … ".join(span.of(texts[outcome.slug]) for span in candidate.content)
        found[outcome.slug] = [_said(c) for c in outcome.draft.candidates if c.mode is not Mode.NARRATED]
    return found


def general_knowledge() -> Knowledge:
    """What kgraph knows of any text: the lexicon, and no names."""
    with tempfile.TemporaryDirectory() as folder:
        return read_knowledge(load_settings(Path(folder)))[0]


def _said(candidate: Candidate) -> Said:
    return Said(
        candidate.content,
        candidate.cue,
        candidate.speaker,
        candidate.mode is Mode.DIRECT,
        candidate.polarity,
        candidate.kind,
        candidate.confidence,
        candidate.by,
    )


def textacy(sheets: Sequence[Sheet]) -> dict[str, list[Said]] | None:
    """What textacy's ``direct_quotations`` finds with the same pipeline; None where it is not installed."""
    try:
        from textacy.extract.triples import direct_quotations  # noqa: PLC0415 - a peer that need not be there

        from kgraph.drafting.pipeline import load_pipeline  # noqa: PLC0415
    except ImportError:
        return None
    pipeline = load_pipeline("auto")
    found: dict[str, list[Said]] = {}
    for sheet in sheets:
        found[sheet.name] = []
        plain = sheet.text.translate(str.maketrans("“”‘’", "\"\"''"))  # curly marks mean nothing to it
        for paragraph in paragraphs(plain):
            try:
                quotations = list(direct_quotations(pipeline(paragraph.of(plain))))
            except ValueError:
                continue  # it raises where quotation marks do not pair
            for quotation in quotations:
                content, cue = quotation.content, quotation.cue[0]
                speaker = " ".join(token.text for token in quotation.speaker)
                start = paragraph.start
                span = Span(start + content.start_char + 1, start + content.end_char - 1)
                words = Span(start + cue.idx, start + cue.idx + len(cue.text))
                found[sheet.name].append(Said((span,), words, speaker, is_direct=True))
    return found


def _row(name: str, total: Score) -> str:
    rate = total.rate
    put = (
        f"{rate('polarity', 'judged'):9.2f}{rate('kind', 'judged'):6.2f}"
        if total.counts["judged"]
        else " " * 15
    )
    return (
        f"{name:32}{total.counts['gold']:6}{rate('said found', 'said'):8.2f}{rate('gold found', 'gold'):6.2f}"
        f"{rate('said whole', 'said'):9.2f}{rate('gold whole', 'gold'):6.2f}"
        f"{rate('said direct right', 'said direct'):9.2f}{rate('gold direct right', 'gold direct'):6.2f}{put}"
    )


def bench_drafting(*, verbose: str = "") -> None:
    """Print the table; with ``verbose``, what was wrong in the articles whose names begin so."""
    folders = os.environ.get("KGRAPH_GOLD")
    if not folders:
        print("drafting   left out: KGRAPH_GOLD names no folder of annotated articles", flush=True)
        return
    sheets = [sheet for folder in folders.split(os.pathsep) for sheet in sheets_of(Path(folder))]
    tools: dict[str, Callable[[Sequence[Sheet]], dict[str, list[Said]] | None]] = {
        "kgraph": ours,
        "textacy": textacy,
    }
    print(
        f"{'drafting':32}{'gold':>6}{'found P':>8}{'R':>6}{'whole P':>9}{'R':>6}{'direct P':>9}{'R':>6}"
        f"{'polarity':>9}{'kind':>6}"
    )
    for tool, run in tools.items():
        said = run(sheets)
        if said is None:
            print(f"{tool} is not installed")
            continue
        sets = {
            "tuned, own": [s for s in sheets if s.name in TUNED and not s.name.startswith("GUM")],
            "tuned, GUM": [s for s in sheets if s.name in TUNED and s.name.startswith("GUM")],
            "held out, own": [s for s in sheets if s.name not in TUNED and not s.name.startswith("GUM")],
            "held out, GUM": [s for s in sheets if s.name not in TUNED and s.name.startswith("GUM")],
            "all": sheets,
        }
        for name, chosen in sets.items():
            if not chosen:
                continue
            total = Score()
            for sheet in chosen:
                score(sheet, said[sheet.name], total)
            if tool == "kgraph" and name.endswith("GUM"):
                fitting = Score()
                for sheet in chosen:
                    score(sheet, [s for s in said[sheet.name] if s.rule not in NOT_IN_GUM], fitting)
                print(_row(f"{tool}, {name}, its kinds", fitting), flush=True)
            print(_row(f"{tool}, {name}", total), flush=True)
            if verbose and tool == "kgraph" and name != "all":
                print("\n".join(line for line in total.wrong if re.match(verbose, line)))
            if tool == "kgraph":
                print(_reliability(total))
                if name.startswith("tuned"):
                    print(_by_rule(total))


def _reliability(total: Score) -> str:
    """For each fifth of the scale: the mean confidence, and how many were right."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right, _ in total.reliability:
        bins.setdefault(min(4, int(confidence * 5)), []).append((confidence, right))
    cells = [
        f"{sum(c for c, _ in each) / len(each):.2f}: {sum(r for _, r in each) / len(each):.2f} of {len(each)}"
        for _, each in sorted(bins.items())
    ]
    off = sum(abs(sum(c - r for c, r in each)) for each in bins.values()) / max(1, len(total.reliability))
    return f"  confidence: right   {'   '.join(cells)}   expected calibration error {off:.2f}"


def _by_rule(total: Score) -> str:
    """Right and all by rule."""
    rules: dict[str, list[bool]] = {}
    for _, right, rule in total.reliability:
        rules.setdefault(rule.removeprefix("rules:"), []).append(right)
    return "  right of all: " + "   ".join(f"{rule} {sum(r)}/{len(r)}" for rule, r in sorted(rules.items()))


if __name__ == "__main__":
    bench_drafting(verbose=sys.argv[1] if len(sys.argv) > 1 else "")
