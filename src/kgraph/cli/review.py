"""``kgraph review``: one key a decision in a terminal, one line where there is none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from rich.text import Text

from kgraph.cli.options import read_settings, settings_options
from kgraph.errors import KgraphError, ReviewError

if TYPE_CHECKING:
    from kgraph.reviewing import Item, Outcome, Proposal, Review, State

__all__ = ["review_command"]

_KEYS: Final = {
    "a": "accept",
    "c": "change",
    "r": "reject",
    "s": "skip",
    "u": "undo",
    "+": "add a claim",
    "q": "quit",
}
_FIELDS: Final = ("words", "subject", "speaker", "cue", "through", "polarity", "modality", "note")
#: What empties a field.
_NOTHING: Final = "-"
#: What keeps this field and all that follow.
_REST: Final = "."


@click.command("review")
@click.argument("slug")
@click.option(
    "--reviewer", default="", metavar="NAME", help="Who you are (default: the article's annotator)."
)
@click.option("--again", is_flag=True, help="Decide once more on what others have decided.")
@settings_options("base_iri")
def review_command(project: Path, slug: str, reviewer: str, *, again: bool, **flags: Any) -> None:
    """Accept, change or reject the candidates of an article, one key each.

    Every decision is on disk before the next candidate is shown: stop whenever you like, and go on later.
    Where there is no terminal, a line is read for each key.
    """
    from kgraph.reviewing import Review  # noqa: PLC0415 - see kgraph.cli.main

    review = Review(read_settings(project, flags), slug)
    _Session(review, review.reviewer(reviewer), again=again).run()


class _Session:
    """One sitting: goes through the candidates, and remembers those that were skipped."""

    def __init__(self, review: Review, reviewer: str, *, again: bool) -> None:
        from kgraph.cli.printing import ERRORS, OUTPUT, print_error  # noqa: PLC0415
        from kgraph.reviewing import Verdict  # noqa: PLC0415

        self._review, self._reviewer, self._again = review, reviewer, again
        self._out, self._notes, self._complain = OUTPUT, ERRORS, print_error
        self._verdicts = Verdict
        self._skipped: set[str] = set()
        self._decided = 0
        self._keeps_rest = False
        #: What was filled in and refused, by the candidate's key ("" for a claim that is added).
        self._refused: dict[str, dict[str, str]] = {}

    def run(self) -> None:
        state = self._review.state()
        if not state.items:
            raise ReviewError(
                "There are no candidates.",
                hint=f"Draft some: kgraph draft {state.desk.slug}; or add claims with '+'.",
            )
        try:
            while True:
                item = self._next(state)
                if item is None:
                    self._show_rest(state)
                else:
                    self._show(item, state)
                if not self._act(self._key(), item, state):
                    break
                state = self._review.state()
        except (click.Abort, KeyboardInterrupt, EOFError):
            pass
        left = len(self._waiting(self._review.state()))
        self._notes.print(Text(f"{self._decided} decided, {left} open. Next: kgraph build"))

    def _waiting(self, state: State) -> list[Item]:
        return state.open_for(self._reviewer) if self._again else state.open

    def _next(self, state: State) -> Item | None:
        return next((item for item in self._waiting(state) if item.key not in self._skipped), None)

    def _show(self, item: Item, state: State) -> None:
        from kgraph.reviewing.forms import word  # noqa: PLC0415

        waiting = self._waiting(state)
        spans = item.proposal.spans
        sentence = state.desk.sentence_at(spans[0].start)
        line = Text(sentence.of(state.desk.text))
        for span in spans:
            line.stylize("bold reverse", span.start - sentence.start, span.end - sentence.start)
        wording = word(item.proposal, state.desk)
        self._out.print()
        self._out.print(Text(f"{len(waiting)} open · {state.desk.home(spans[0]).title}", style="dim"))
        self._out.print(line)
        self._out.print(
            Text("  " + " … ".join(f"“{span.of(state.desk.text)}”" for span in spans), style="bold")
        )
        self._out.print(Text("  " + wording.who))
        if wording.claims:
            self._out.print(Text("  " + wording.subject, style="bold"))
        for claim in wording.claims or ("no claim yet: change it, or reject it",):
            self._out.print(Text(("    " if wording.claims else "  ") + claim))
        if wording.new:
            self._out.print(Text(f"  new: {', '.join(wording.new)}", style="yellow"))
        if item.candidate is not None:
            self._out.print(Text(f"  {item.candidate.confidence:.0%}, {item.candidate.by}", style="dim"))

    def _show_rest(self, state: State) -> None:
        """Nothing is open: which words no claim quotes."""
        self._out.print(Text("\nNothing is open. Add a claim, take back the last decision, or quit."))
        if left := state.left_over():
            self._out.print(Text("Words that no claim quotes yet:"))
        for span in left:
            self._out.print(
                Text(f"  {state.desk.home(span).title}  “{span.of(state.desk.text)}”", style="dim")
            )

    def _key(self) -> str:
        self._notes.print(Text("  ".join(f"{key} {name}" for key, name in _KEYS.items()), style="dim"))
        if sys.stdin.isatty():
            return click.getchar().lower()
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.strip().lower()[:1]

    def _act(self, key: str, item: Item | None, state: State) -> bool:
        """Do what a key says; false to stop."""
        kinds, decide = self._verdicts, self._review.decide
        actions: dict[str, Callable[[], Outcome]] = {
            "+": lambda: decide(kinds.ADD, self._reviewer, proposal=self._fill(None, state, "")),
            "u": lambda: self._review.undo(self._reviewer),
        }
        if item is not None:
            given = item.proposal
            actions |= {
                "a": lambda: decide(kinds.ACCEPT, self._reviewer, key=item.key),
                "r": lambda: decide(kinds.REJECT, self._reviewer, key=item.key),
                "c": lambda: decide(
                    kinds.CHANGE, self._reviewer, key=item.key, proposal=self._fill(given, state, item.key)
                ),
            }
        if key == "q":
            return False
        if key == "s" and item is not None:
            self._skipped.add(item.key)
        elif key in actions:
            try:
                self._tell(actions[key](), state)
                self._refused.clear()
            except KgraphError as error:
                self._complain(error)
                if key in ("c", "+"):
                    self._notes.print(Text(f"What you filled in is kept: press {key} again.", style="dim"))
        return True

    def _tell(self, outcome: Outcome, state: State) -> None:
        from kgraph.cli.printing import print_problems  # noqa: PLC0415

        decision = outcome.decision
        self._decided += 1
        if decision.entry:
            self._out.print(
                Text(f"  written: {state.desk.naming.shown(f'<{decision.entry}>')}", style="green")
            )
        else:
            self._out.print(Text(f"  {decision.decision.value}: done", style="green"))
        print_problems(outcome.problems)

    def _fill(self, given: Proposal | None, state: State, key: str) -> Proposal:
        """Ask for each field; Enter keeps what is there, '-' empties it, '.' keeps all that follow."""
        from kgraph.reviewing.forms import PAIRS, read_form, show_form  # noqa: PLC0415

        shown = show_form(given, state.desk) if given is not None else {}
        before = self._refused.get(key, shown)
        self._keeps_rest = False
        self._notes.print(
            Text(f"  Enter keeps a field, {_NOTHING} empties it, {_REST} keeps all that follow", style="dim")
        )
        fields: dict[str, str] = {}
        for name in _FIELDS[:2]:
            fields[name] = self._ask(name, before.get(name, ""))
        if given is not None and fields["words"] == shown["words"]:
            fields["spans"] = shown["spans"]
        for number in range(1, PAIRS + 1):
            predicate = f"predicate{number}"
            fields[predicate] = self._ask(predicate, before.get(predicate, ""))
            if not fields[predicate]:
                if before.get(f"predicate{number + 1}"):
                    continue  # left out, and the next stays
                break
            fields[f"object{number}"] = self._ask(f"object{number}", before.get(f"object{number}", ""))
        defaults = {"polarity": "positive", "modality": "fact"}
        for name in _FIELDS[2:]:
            fields[name] = self._ask(name, before.get(name, "") or defaults.get(name, ""))
        self._refused[key] = fields
        return read_form(fields, state.desk, given)

    def _ask(self, name: str, default: str) -> str:
        if self._keeps_rest:
            return default
        answer = click.prompt(f"  {name}", default=default, show_default=bool(default), err=True)
        if answer == _REST:
            self._keeps_rest = True
            return default
        return "" if answer == _NOTHING else str(answer)
