"""Taking texts in: from a file of any common kind to a seed and the Turtle of its document.

formats    plain text, Markdown, HTML, PDF, docx, JSON Lines → words, and what the format says
cleaning   line ends, blanks, marks that nobody sees: what is made plain is told
parts      headline, byline, dateline, captions, corrections
reading    all of it, for one text
taking     writing it into a project
"""

from kgraph.intake.parts import TextPart, find_parts
from kgraph.intake.reading import Reading, iter_readings, read_text, renamed
from kgraph.intake.taking import publisher_label, publisher_name, render_document, render_entities, take_in

__all__ = [
    "Reading",
    "TextPart",
    "find_parts",
    "iter_readings",
    "publisher_label",
    "publisher_name",
    "read_text",
    "renamed",
    "render_document",
    "render_entities",
    "take_in",
]
