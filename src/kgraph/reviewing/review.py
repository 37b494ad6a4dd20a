"""The review of one article: its candidates, the decisions on them, and what the decisions write.

A decision is checked before anything is written, put on disk in the log, carried out in the files, and only
then acknowledged. Whoever opens the review after a crash carries out what the log says and the files do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import pyoxigraph as ox

from kgraph.authoring.entries import Entry
from kgraph.errors import ReviewError
from kgraph.problems import Problem, Severity
from kgraph.reviewing.composing import Provenance, compose, enter_thing
from kgraph.reviewing.decisions import Decision, DecisionLog, Verdict, likeness, review_path
from kgraph.reviewing.desk import ENTITIES, Desk, open_desk
from kgraph.reviewing.edits import Edit, Kind, apply_edits, inverted, write_files
from kgraph.reviewing.proposal import Proposal
from kgraph.reviewing.state import Item, State, read_state
from kgraph.settings import Settings
from kgraph.text import digest

__all__ = ["Outcome", "Review"]

#: What several claims may need.
_SHARED: Final = (Kind.THING, Kind.VOICE, Kind.TIME)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision that was taken, and what the checks found about it (warnings)."""

    decision: Decision
    problems: tuple[Problem, ...] = ()


def _now() -> datetime:
    return datetime.now(UTC)


class Review:
    """Takes decisions on one article."""

    def __init__(self, settings: Settings, slug: str, *, now: Callable[[], datetime] = _now) -> None:
        self._settings = settings
        self._slug = slug
        self._now = now
        self._log = DecisionLog(review_path(settings.project, slug))

    def state(self) -> State:
        """The review as it stands, after carrying out what a crash left.

        Raises:
            ReviewError: there is no such article, or its decisions cannot be read.
            DraftError: its candidates cannot be read.
        """
        desk = open_desk(self._settings, self._slug)
        decisions = self._log.read()
        if decisions and _unfinished(decisions[-1], desk):
            with self._log.writing():
                self._finish()
            desk, decisions = open_desk(self._settings, self._slug), self._log.read()
        return read_state(desk, decisions)

    def reviewer(self, words: str = "") -> str:
        """The IRI of whoever reviews: as a thing is named, by a name that is new, or the article's annotator.

        Somebody new is entered among the entities, as a person.

        Raises:
            ReviewError: nobody is named, or the words name several.
        """
        desk = open_desk(self._settings, self._slug)
        if not words.strip():
            found = next((t for t in desk.article.terms("annotator") if isinstance(t, ox.NamedNode)), None)
            if found is None:
                raise ReviewError(
                    "Nobody is named as the reviewer.", hint="Say who you are: --reviewer NAME."
                )
            return found.value
        term, new = desk.naming.agent(words)
        node = desk.node(term)
        if node is None:
            raise ReviewError(f"{words!r} names nobody.", hint="Give a name.")
        if new is not None:
            with self._log.writing():
                edits = enter_thing(new, desk, definition=f"Reviews the articles of {self._settings.title}.")
                write_files(self._settings.project, self._after(desk, edits))
        return node.value

    def decide(
        self, verdict: Verdict, reviewer: str, *, key: str = "", proposal: Proposal | None = None
    ) -> Outcome:
        """Accept, change, reject or add. A decision on what is decided already takes the place of that.

        Args:
            verdict: what to do.
            reviewer: who decides, by IRI.
            key: the item; empty to add a claim.
            proposal: the claim, where it is changed or added.

        Raises:
            ReviewError: the claim cannot be written, or the checks refuse it; then nothing was written.
        """
        with self._log.writing():
            state = self._finish()
            item = state.item(key) if key else None
            before = item.decision if item else None
            claim = proposal if verdict.keeps else None
            if verdict is Verdict.ACCEPT and item is not None and item.candidate is not None:
                claim = state.proposed[item.candidate.id]
            if verdict.keeps and claim is None:
                raise ReviewError("There is no claim to write.", hint="Fill in the form.")
            return self._carry_out(verdict, reviewer, state, item, before, claim)

    def undo(self, reviewer: str, *, number: int | None = None) -> Outcome:
        """Take back a decision: the last that stands, or the one of a number.

        What stood before it stands again.

        Raises:
            ReviewError: there is none, a later decision on the same stands, or the file was edited by hand.
        """
        with self._log.writing():
            state = self._finish()
            undone = {each.undoes for each in state.decisions}
            left = [d for d in state.decisions if d.decision is not Verdict.UNDO and d.number not in undone]
            target = next((d for d in reversed(left) if number in (None, d.number)), None)
            if target is None:
                raise ReviewError("There is no decision to take back.", hint="Nothing was changed.")
            if any(d.key == target.key and d.number > target.number for d in left):
                raise ReviewError(
                    f"Decision {target.number} is not the last on this claim.",
                    hint="Take back the last one first.",
                )
            earlier = [d for d in left if d.key == target.key and d.number < target.number]
            restored = earlier[-1].claim if earlier else None
            edits = self._releasing(inverted(target.edits), state, target, restored)
            decision = Decision(
                number=_next(state.decisions),
                at=self._stamp(),
                reviewer=reviewer,
                decision=Verdict.UNDO,
                undoes=target.number,
                edits=edits,
                candidate=target.candidate,
                like=target.like,
            )
            return self._write(decision, state.desk)

    def _carry_out(
        self,
        verdict: Verdict,
        reviewer: str,
        state: State,
        item: Item | None,
        before: Decision | None,
        claim: Proposal | None,
    ) -> Outcome:
        desk, entry = state.desk, ""
        edits: tuple[Edit, ...] = ()
        candidate = item.candidate if item else None
        if before is not None and before.entry:
            edits = self._releasing(
                inverted([edit for edit in before.edits if edit.new]), state, before, claim
            )
            changed = self._after(desk, edits)
            desk = open_desk(self._settings, self._slug, instead=changed)
            entry = before.entry
        if claim is not None:
            tool = f"{state.tool}, {candidate.by}" if candidate is not None else ""
            agreeing = [before.reviewer] if before is not None and _is_same(before.claim, claim) else []
            entry, written = compose(
                claim,
                desk,
                Provenance(
                    self._now().date().isoformat(),
                    tool=tool,
                    annotator="" if tool else reviewer,
                    reviewers=tuple(dict.fromkeys((*agreeing, reviewer))) if tool else (),
                ),
                entry=entry,
            )
            edits += written
        number = _next(state.decisions)
        decision = Decision(
            number=number,
            at=self._stamp(),
            reviewer=reviewer,
            decision=verdict,
            candidate=candidate.id if candidate else item.key if item else "",
            like=likeness(candidate) if candidate else "",
            claim=claim,
            entry=entry if claim is not None else "",
            edits=edits,
        )
        return self._write(decision, state.desk)

    def _write(self, decision: Decision, desk: Desk) -> Outcome:
        changed = self._after(desk, decision.edits)
        problems = self._new_problems(desk, changed) if changed else ()
        errors = [each for each in problems if each.severity is Severity.ERROR]
        if errors and decision.decision is not Verdict.UNDO:
            raise ReviewError(f"{errors[0].message} ({errors[0].code})", hint=errors[0].hint)
        before = {name: digest(desk.content(name).encode()) for name in changed}
        decision = replace(decision, before=before)
        self._log.append(decision)
        write_files(self._settings.project, changed)
        return Outcome(decision, problems)

    def _after(self, desk: Desk, edits: Sequence[Edit]) -> dict[str, str]:
        """The files that some edits change, as they will be."""
        files = {edit.file: desk.content(edit.file) for edit in edits}
        after = apply_edits(files, edits, desk.homes, base_iri=self._settings.base_iri)
        return {name: text for name, text in after.items() if text != files[name]}

    def _new_problems(self, desk: Desk, changed: Mapping[str, str]) -> tuple[Problem, ...]:
        after = open_desk(self._settings, self._slug, instead=changed)
        known = {(each.code, each.message) for each in desk.problems}
        found = [each for each in after.problems if (each.code, each.message) not in known]
        if after.contradictions:
            known = {(each.code, each.message) for each in desk.contradictions}
            found += [each for each in after.contradictions if (each.code, each.message) not in known]
        return tuple(found)

    def _releasing(
        self, edits: Sequence[Edit], state: State, target: Decision, instead: Proposal | None = None
    ) -> tuple[Edit, ...]:
        """Edits that take a claim back, without those that would take away what others use by now, and with
        those for what earlier decisions brought and nobody uses any more. What a claim needs that comes
        ``instead`` stays.
        """
        found, desk = [], state.desk
        kept = set() if instead is None else _named(instead, desk)
        keeps_voices = instead is not None and _voices(instead) == _voices(target.claim)
        gone = {edit.entry for edit in edits if not edit.new and edit.kind is Kind.CLAIM}
        for edit in edits:
            if edit.old and (edit.entry in kept or (edit.kind is Kind.VOICE and keeps_voices)):
                continue
            if edit.kind in _SHARED:
                now = None if edit.entry in gone else desk.sheet(edit.file).entry(edit.entry)
                if now != (edit.old or None):
                    continue  # somebody has edited it since, or kept it
                if not edit.new and self._is_used(edit.entry, desk, gone):
                    continue
            if not edit.new:
                gone.add(edit.entry)
            found.append(edit)
        iris = (_named(target.claim, desk) if target.claim is not None else set()) - kept
        earlier = (each for each in reversed(state.decisions) if each.number != target.number)
        for edit in (edit for each in earlier for edit in reversed(each.edits)):
            is_named = edit.entry in iris or (edit.kind is Kind.VOICE and bool(iris) and not keeps_voices)
            if not edit.new or edit.kind not in _SHARED or edit.entry in gone or not is_named:
                continue
            now = desk.sheet(edit.file).entry(edit.entry)
            if now == edit.new and not self._is_used(edit.entry, desk, gone):
                gone.add(edit.entry)
                found.append(replace(edit, old=edit.new, new=""))
        return tuple(found)

    def _is_used(self, iri: str, desk: Desk, gone: set[str]) -> bool:
        """Whether anything but what goes too needs an entry: in this article, or for an entity in any."""
        for entry in desk.manuscript.entries.values():
            if entry.subject.value not in gone | {iri} and _mentions(entry, iri, desk):
                return True
        local = iri.removeprefix(self._settings.names.resources)
        if "/" in local:  # the article's own
            return False
        folder = self._settings.project / "data" / "ttl"
        own = folder / "articles" / self._slug
        name = re.compile(rf"[:/]{re.escape(local)}(?![\w-])")
        return any(
            len(name.findall(path.read_text(encoding="utf-8", errors="replace")))
            > (path == self._settings.project / ENTITIES)
            for path in folder.rglob("*.ttl")
            if own not in path.parents
        )

    def _finish(self) -> State:
        """The review as it stands; a decision that a crash left undone is carried out. While writing."""
        desk = open_desk(self._settings, self._slug)
        decisions = self._log.read()
        if decisions and (files := _unfinished(decisions[-1], desk)):
            edits = [edit for edit in decisions[-1].edits if edit.file in files]
            write_files(self._settings.project, self._after(desk, edits))
            desk = open_desk(self._settings, self._slug)
        return read_state(desk, decisions)

    def _stamp(self) -> str:
        return self._now().isoformat(timespec="seconds")


def _named(claim: Proposal, desk: Desk) -> set[str]:
    """The IRIs of what a claim names."""
    return {node.value for term in claim.terms if (node := desk.node(term)) is not None}


def _is_same(one: Proposal | None, other: Proposal) -> bool:
    """Whether two claims say the same; what is new when it is said differs."""
    return one is not None and replace(one, things=()) == replace(other, things=())


def _voices(claim: Proposal | None) -> tuple[str, ...]:
    return () if claim is None else (claim.speaker, *claim.through)


def _mentions(entry: Entry, iri: str, desk: Desk) -> bool:
    node = ox.NamedNode(iri)
    return any(node in terms for terms in entry.said.values()) or any(
        node in (desk.lists.members(head) or ()) for head in entry.terms("claims")
    )


def _unfinished(decision: Decision, desk: Desk) -> list[str]:
    """The files that are still what they were before a decision."""
    return [name for name, before in decision.before.items() if digest(desk.content(name).encode()) == before]


def _next(decisions: Sequence[Decision]) -> int:
    return decisions[-1].number + 1 if decisions else 1
