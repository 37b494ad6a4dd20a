"""Reviewing: from candidates and a person's decisions to the Turtle that a person would have written.

decisions    the log of decisions, append-only
drafted      where the candidates' words stand in the text as it is
proposal     a claim as a tool or a person proposes it
naming       what a reviewer's words name
desk         the article: text, what is written, checks
sheet        a Turtle file as text with headings
composing    a proposal → edits
edits        edits of files, carried out or taken back
review       the decisions on one article, and what they write

The names below are loaded on first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kgraph.lazy import on_first_use

if TYPE_CHECKING:
    from kgraph.reviewing.decisions import Decision, Verdict
    from kgraph.reviewing.desk import Desk, open_desk
    from kgraph.reviewing.proposal import Proposal
    from kgraph.reviewing.review import Outcome, Review
    from kgraph.reviewing.state import Item, State

__all__ = ["Decision", "Desk", "Item", "Outcome", "Proposal", "Review", "State", "Verdict", "open_desk"]

__getattr__ = on_first_use(
    __name__,
    {
        "decisions": "Decision Verdict",
        "desk": "Desk open_desk",
        "proposal": "Proposal",
        "review": "Outcome Review",
        "state": "Item State",
    },
)
