"""An answer as JSON and as CSV, and its citations."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from typing import Any, Final

from kgraph.who_said.attribution import Answer, Attribution, Inferred, Level
from kgraph.who_said.citation import cite

__all__ = ["as_json", "render_citations", "render_csv", "render_json"]

_COLUMNS: Final = tuple(
    """found score level verdict speaker relayers mode polarity modality claim time reading quote from to
    sentence article publisher sha256 assertion speaker_iri sentence_iri article_iri citation
    ground_of answer_found unmatched differs""".split()
)
_SAID_BEFORE: Final = frozenset(("iri", "level", "verdict", "quote", "claim", "citation", "found", "score"))
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_json(answer: Answer) -> dict[str, Any]:
    """The answer as JSON has it: the fields of :mod:`kgraph.who_said.attribution` and the citations."""
    return {
        "found": answer.found,
        "answer": answer.answer,
        "unmatched": answer.unmatched,
        "differs": [asdict(each) for each in answer.differs],
        "level": answer.level,
        "summary": answer.summary,
        "notes": answer.notes,
        "dataset": {
            "title": answer.title,
            "generation": answer.generation,
            "created": answer.created,
            "canonical_hash": answer.canonical_hash,
        },
        "hits": [_hit(each, answer) for each in answer.attributions],
        "inferred": [_inferred(each, answer) for each in answer.inferred],
        "more": answer.more,
    }


def _hit(attribution: Attribution, answer: Answer) -> dict[str, Any]:
    """A hit with what most readers want as plain values, and all else beside it."""
    fields = _attribution(attribution, answer)
    article, sentence, passages = attribution.article, attribution.sentence, attribution.passages
    return {
        "found": attribution.found,
        "score": attribution.score,
        "article": article.title if article is not None else None,
        "sentence": sentence.number if sentence is not None else None,
        "speaker": attribution.speaker.label or None,
        "chain": [voice.agent.label for voice in attribution.voices],
        "kind": attribution.modality.label or None,
        "polarity": attribution.polarity.label or None,
        "level": attribution.level,
        "quote": attribution.quote,
        "begin": passages[0].start if passages else None,
        "end": passages[-1].end if passages else None,
        "iri": attribution.iri,
        "speaker_iri": attribution.speaker.iri,
        "article_iri": article.iri if article is not None else None,
        "sentence_iri": sentence.iri if sentence is not None else None,
        "verdict": attribution.verdict,
        "claim": attribution.claim,
        "citation": fields["citation"],
        "details": {name: value for name, value in fields.items() if name not in _SAID_BEFORE},
    }


def _attribution(attribution: Attribution, answer: Answer) -> dict[str, Any]:
    fields = asdict(attribution)
    voices = fields.pop("voices")
    speaker, relayers = (voices[0] if voices else None), voices[1:]
    for time in fields["times"]:
        # A reading is somebody's interpretation, and says so wherever it goes.
        time["readings"] = [{**reading, "interpretation": True} for reading in time["readings"]]
    return {
        "iri": fields.pop("iri"),
        "level": fields.pop("level"),
        "verdict": fields.pop("verdict"),
        "speaker": speaker,
        "relayers": relayers,
        "quote": attribution.quote,
        **fields,
        "citation": asdict(cite(attribution, answer)),
    }


def _inferred(inferred: Inferred, answer: Answer) -> dict[str, Any]:
    return {
        "claim": inferred.claim,
        "level": Level.INFERRED,
        **{name: asdict(getattr(inferred, name)) for name in ("subject", "predicate", "object")},
        "rules": inferred.rules,
        "leaves": [
            {
                "claim": leaf.claim,
                **{name: asdict(getattr(leaf, name)) for name in ("subject", "predicate", "object")},
                "attributions": [_attribution(each, answer) for each in leaf.attributions],
                "sources": leaf.sources,
                "graphs": leaf.graphs,
            }
            for leaf in inferred.leaves
        ],
    }


def render_json(answer: Answer) -> str:
    """The answer as a JSON text."""
    return json.dumps(as_json(answer), ensure_ascii=False, indent=2) + "\n"


def render_citations(answer: Answer, style: str) -> str:
    """The citations of its assertions, and of those that what is inferred rests on: ``bibtex`` or ``csl``."""
    grounds = (each for inferred in answer.inferred for each in inferred.attributions)
    cited = {each.iri: cite(each, answer) for each in (*answer.attributions, *grounds)}
    if style == "bibtex":
        return "".join(f"{citation.bibtex}\n" for citation in cited.values())
    return json.dumps([citation.csl for citation in cited.values()], ensure_ascii=False, indent=2) + "\n"


def render_csv(answer: Answer) -> str:
    """The answer as CSV (RFC 4180), a row an assertion, labels before IRIs.

    An inferred triple has a row of its own, and then one for each assertion that its proof rests on; those
    name it in the column ``ground_of``. How the whole question was found stands at the end of each row.
    """
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(_COLUMNS)
    whole = [answer.found or "", "; ".join(answer.unmatched), "; ".join(map(str, answer.differs))]
    for attribution in answer.attributions:
        writer.writerow([_cell(value) for value in (*_row(attribution, answer), "", *whole)])
    for inferred in answer.inferred:
        row = dict.fromkeys(_COLUMNS, "") | {"level": Level.INFERRED, "claim": inferred.claim}
        writer.writerow([_cell(value) for value in row.values()])
        for attribution in inferred.attributions:
            row_of_ground = (*_row(attribution, answer), inferred.claim, *whole)
            writer.writerow([_cell(value) for value in row_of_ground])
    return output.getvalue()


def _row(attribution: Attribution, answer: Answer) -> list[str]:
    passages, sentence, article = attribution.passages, attribution.sentence, attribution.article
    publisher = article.publisher.label if article and article.publisher else ""
    return [
        attribution.found or "",
        f"{attribution.score:.4f}" if attribution.score is not None else "",
        attribution.level,
        attribution.verdict,
        attribution.speaker.label,
        "; ".join(voice.agent.label for voice in attribution.relayers),
        attribution.mode.label,
        attribution.polarity.label,
        attribution.modality.label,
        attribution.claim,
        "; ".join(time.printed for time in attribution.times),
        "; ".join(dict.fromkeys(r.edtf for time in attribution.times for r in time.readings)),
        attribution.quote,
        str(passages[0].start) if passages else "",
        str(passages[-1].end) if passages else "",
        sentence.text if sentence else "",
        article.title if article else "",
        publisher,
        article.sha256 if article else "",
        attribution.iri,
        attribution.speaker.iri or "",
        sentence.iri if sentence else "",
        article.iri if article else "",
        cite(attribution, answer).text,
    ]


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
