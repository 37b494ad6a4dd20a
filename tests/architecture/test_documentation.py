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


#: What docs/reading-room.md claims of kgraph beside other tools, and the tests of tests/web that hold it.
FEATURES = {
    "completes properties that occur together": (
        "yes",
        "test_properties_that_occur_together_are_completed_at_once",
    ),
    "completes things by name": ("yes", "test_names_are_found_by_how_they_begin"),
    "table, map, timeline, network, chart": ("all", "test_every_view_shows_or_says_what_it_needs"),
    "works without JavaScript": ("yes", "test_only_the_workbench_may_run_scripts_and_it_works_without"),
    "strict content security policy": ("yes", "test_a_style_of_a_page_is_in_its_policy_and_no_script_is"),
    "proofs, and who says each fact": ("yes", "test_a_browser_gets_the_proof_as_a_page"),
}


def test_what_the_comparison_claims_of_kgraph_is_tested() -> None:
    page = (ROOT / "docs" / "reading-room.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", page.partition("Sampo-UI")[2], re.MULTILINE))
    assert {row: ours for row, ours in rows.items() if ours != "no"} == {
        row: ours for row, (ours, _) in FEATURES.items()
    }
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "web").glob("test_*.py"))
    assert all(re.search(rf"def {name}\b", tests) for _, name in FEATURES.values())


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
