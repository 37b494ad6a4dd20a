"""How well "who said this?" answers about texts that nobody has reviewed.

Folders are those of ``bench.answers``; kgraph is given the text alone, drafts it, builds and is asked.
``python -m bench.bare_texts FOLDER …`` makes a project of each in a temporary folder, or below
``--keep FOLDER``; ``--again`` uses what stands there.

A sentence is right if it is one of those that answer. A speaker is right if the sentence is, and the name
is the expected one or how the annotation has that speaker mentioned; "named" counts the expected name alone.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner

from bench.answers import FOUND, folders_parser, print_counts, read_rows, whose
from bench.drafting import is_same_speaker
from kgraph import KnowledgeGraph
from kgraph.cli.main import cli
from kgraph.search import Found

__all__ = ["drafted_project", "measure"]


def drafted_project(gold: Path, folder: Path) -> Path:
    """A project of a text alone, drafted and built.

    Raises:
        RuntimeError: if a command fails.
    """
    folder.mkdir(parents=True)
    text = folder.with_suffix(".txt")
    shutil.copy(gold / "article.txt", text)
    _run(["new", str(text), "--yes", "--slug", gold.name, "--project", str(folder)])
    _run(["draft", "--all", "--project", str(folder)])
    _run(["build", "--project", str(folder)])
    return folder


def _run(command: Sequence[str]) -> None:
    done = CliRunner().invoke(cli, command)
    if done.exit_code:
        raise RuntimeError(f"kgraph {' '.join(command)}: {done.output}") from done.exception


def measure(gold: Path, project: Path, *, show: bool = False) -> Counter[str]:
    """How often each kind of question is answered rightly."""
    counts: Counter[str] = Counter()
    sentences = {
        row["number"]: (int(row["begin"]), int(row["end"])) for row in read_rows(gold / "sentences.tsv")
    }
    mentions = {(row["speaker"], row["source"]) for row in read_rows(gold / "attributions.tsv")}
    with KnowledgeGraph(project) as graph:
        for row in read_rows(gold / "questions.tsv"):
            kind, question = row["kind"], row["question"]
            counts[kind] += 1
            answer = graph.who_said(question)
            is_found = answer.found not in (None, Found.NONE)
            first = next(iter(answer.attributions), None)
            said = first.voices[0].agent.label if first and first.voices else ""
            if kind not in FOUND:
                is_told = is_found and bool(said)
                counts[f"{kind}: told"] += is_told
                if show and is_told:
                    print(f"{gold.name} {kind} | {question} | {answer.answer or answer.summary}")
                continue
            counts[f"{kind}: not found"] += not is_found
            if first is None or first.sentence is None:
                continue
            place = first.sentence
            expected = row["expect"].split(",")
            right = [n for n in expected if sentences[n][0] < place.end and place.start < sentences[n][1]]
            wanted = whose(row, right[0] if right else "")
            aliases = [wanted, *(mention for speaker, mention in mentions if speaker == wanted)]
            is_named = bool(right) and is_same_speaker(said, [wanted])
            is_right = bool(right) and is_same_speaker(said, aliases)
            counts[f"{kind}: sentence"] += bool(right)
            counts[f"{kind}: speaker"] += is_right
            counts[f"{kind}: named"] += is_named
            if right and not is_right:
                narrated = (first.mode.iri or "").endswith("#narrated")
                counts[f"wrong: {'nobody' if not said else 'narrator' if narrated else 'other'}"] += 1
            if show and not (is_right and is_found):
                what = "not found" if not is_found else "speaker" if right else "sentence"
                print(f"{gold.name} {kind} {what} | {question} | {wanted} | {said} | {answer.answer}")
    return counts


def main() -> None:
    """Measure the folders that are named."""
    parser = folders_parser(__doc__)
    parser.add_argument("--keep", type=Path, help="Leave the projects below this folder.")
    parser.add_argument("--again", action="store_true", help="Draft anew only what is not there.")
    options = parser.parse_args()
    total: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as temporary:
        home = options.keep or Path(temporary)
        for gold in options.folders:
            project = home / gold.name
            if not (options.again and project.is_dir()):
                shutil.rmtree(project, ignore_errors=True)
                drafted_project(gold, project)
            total += measure(gold, project, show=options.show)
    print_counts(total, ("sentence", "speaker", "named", "not found"))


if __name__ == "__main__":
    main()
