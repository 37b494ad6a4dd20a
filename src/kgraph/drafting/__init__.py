"""Drafting: from a text to candidates for its claims, each with its words, its rule and its confidence.

A candidate is nobody's claim until a person has accepted it.
"""

from kgraph.drafting.candidates import (
    Candidate,
    Claim,
    Draft,
    Mention,
    Mode,
    Part,
    Text,
    Thing,
    Tool,
    draft_path,
    load_draft,
    parse_draft,
    render_draft,
    save_draft,
)

__all__ = [
    "Candidate",
    "Claim",
    "Draft",
    "Mention",
    "Mode",
    "Part",
    "Text",
    "Thing",
    "Tool",
    "draft_path",
    "load_draft",
    "parse_draft",
    "render_draft",
    "save_draft",
]
