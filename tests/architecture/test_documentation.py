"""What a user can touch is documented: every command, setting and route stands in docs/reference.md."""

from __future__ import annotations

import itertools
import re
import runpy
from pathlib import Path

import click
import pytest

from kgraph.api import AsyncKnowledgeGraph
from kgraph.cli.main import cli
from kgraph.engine import WorkerPool
from kgraph.settings import SETTINGS, Setting, load_settings
from kgraph.web.app import create_app

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
SERVE = cli.commands["serve"]


@pytest.mark.parametrize("command", cli.commands)
def test_every_command_is_in_the_reference(command: str) -> None:
    assert re.search(rf"`kgraph {command}\b", REFERENCE)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.key)
def test_every_setting_is_in_the_reference_and_a_flag_of_serve(setting: Setting) -> None:
    assert f"`{setting.flag}`" in REFERENCE
    assert f"`{setting.key}`" in REFERENCE
    flags = {flag for each in SERVE.params if isinstance(each, click.Option) for flag in each.opts}
    assert setting.flag in flags


def test_every_route_is_in_the_reference(tmp_path: Path) -> None:
    graph = AsyncKnowledgeGraph(load_settings(tmp_path, environ={}), WorkerPool())
    paths = {str(getattr(route, "path", "")).partition("{")[0] for route in create_app(graph).routes}
    assert {"/sparql", "/queries", "/health"} <= paths
    for path in paths - {"/", "/static"}:
        assert f"`{path.rstrip('/')}" in REFERENCE, path


def test_the_website_of_the_documentation_lists_every_page() -> None:
    conf = runpy.run_path(str(ROOT / "docs" / "conf.py"))
    listed = [conf["root_doc"], *itertools.chain.from_iterable(conf["PAGES"].values())]
    own = [path.relative_to(ROOT) for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"))]
    assert sorted(listed) == sorted(str(path.with_suffix("")) for path in own), "see PAGES in docs/conf.py"
    overview = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert page.name == "README.md" or f"({page.name})" in overview, page.name


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(readme.split()) <= 700
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", page.read_text(encoding="utf-8")):
            led_to = page.parent / target if target else page
            assert led_to.exists(), (page.name, target)
            assert not anchor or anchor in _anchors(led_to.read_text(encoding="utf-8")), (page.name, anchor)


def _anchors(markdown: str) -> set[str]:
    """What headings are called in links, as GitHub has it."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
