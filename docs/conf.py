"""The documentation as a website: ``make docs``. The pages stay what they are without it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

project = "kgraph"
root_doc = "docs/README"
#: Every page, by what it is for. A test compares them with the files.
PAGES = {
    "Learn": ["docs/first-article", "docs/own-article"],
    "Do": [
        "docs/reading-room",
        "docs/querying",
        "docs/programs",
        "docs/drafting",
        "docs/behind-a-proxy",
        "docs/replicas",
        "docs/engines",
        "docs/spark",
    ],
    "Look up": ["docs/reference", "docs/annotating", "docs/parquet", "docs/data-changes", "CHANGELOG"],
    "Understand": ["docs/search", "docs/scale", "docs/performance", "ARCHITECTURE"],
    "Take part": ["README", "CONTRIBUTING"],
}

extensions = ["myst_parser"]
include_patterns = [f"{page}.md" for pages in ([root_doc], *PAGES.values()) for page in pages]
exclude_patterns = [".*", "build", "node_modules", "src", "tests"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "kgraph"
html_show_copyright = False


def _add_contents(app: Sphinx, page: str, text: list[str]) -> None:
    """Put the list of pages at the side, which is the end of the first page to Sphinx."""
    if page == root_doc:
        for caption, pages in PAGES.items():
            entries = "\n".join(f"/{each}" for each in pages)
            text[0] += f"\n```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{entries}\n```\n"


def _lead_to_first_page(app: Sphinx, error: Exception | None) -> None:
    page = f'<!doctype html><title>kgraph</title><meta http-equiv="refresh" content="0; url={root_doc}.html">'
    (Path(app.outdir) / "index.html").write_text(page, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Let Sphinx call these."""
    app.connect("source-read", _add_contents)
    app.connect("build-finished", _lead_to_first_page)
