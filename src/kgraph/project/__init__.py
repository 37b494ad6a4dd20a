"""Reading a project's folder into memory: its files, graphs, articles and claims.

Reading never fails because of a user's broken file: every reader returns what it could read and the
problems that it met, each with file and line.
"""

from typing import TYPE_CHECKING

from kgraph.lazy import on_first_use

if TYPE_CHECKING:
    from kgraph.project.article import Article, Evidence, Sentence, read_articles
    from kgraph.project.claims import Claim, SourceChain, read_claims
    from kgraph.project.folder import Project, TurtleFile, read_project
    from kgraph.project.lexicon import LexiconEntry, entries_of, read_lexicon

__all__ = [
    "Article",
    "Claim",
    "Evidence",
    "LexiconEntry",
    "Project",
    "Sentence",
    "SourceChain",
    "TurtleFile",
    "entries_of",
    "read_articles",
    "read_claims",
    "read_lexicon",
    "read_project",
]

__getattr__ = on_first_use(
    __name__,
    {
        "article": "Article Evidence Sentence read_articles",
        "claims": "Claim SourceChain read_claims",
        "folder": "Project TurtleFile read_project",
        "lexicon": "LexiconEntry entries_of read_lexicon",
    },
)
