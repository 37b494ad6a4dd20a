"""``kgraph explain`` and ``kgraph believe`` as their user has them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Run


def test_explain_prints_a_proof_and_a_triple_that_does_not_hold_exits_with_1(run: Run, project: Path) -> None:
    here = f"--project={project}"
    proof = run("explain", "kgr:unitedStates", "kgl:recognises", "kgr:kosovo", here)
    assert proof.returncode == 0
    roles = "who is its kg:agent and what its kg:theme"
    assert f"because kgl:recognises says of kg:Recognition {roles} (kg-shortcut)" in proof.stdout
    assert "stated by kgr:reuters, sentence 13" in proof.stdout
    described = run("explain", "kgr:unitedStates", "kgl:recognises", "kgr:kosovo", "--format=json", here)
    assert json.loads(described.stdout)["holds"] is True
    denied = run("explain", "kgr:kosovo", "kg:locatedIn", "kgr:serbia", here)
    assert denied.returncode == 1
    assert run("explain", "kgr:x y", "a", "kg:Actor", here).returncode == 2


def test_believe_lists_what_would_follow_and_explain_can_believe_too(run: Run, project: Path) -> None:
    here = f"--project={project}"
    believed = run("believe", "kgr:natoCommander", here)
    assert "kgr:orderToGoBack kg:participant kgr:commanderUnit" in believed.stdout
    triple = ("kgr:orderToGoBack", "kg:participant", "kgr:commanderUnit")
    assert run("explain", *triple, here).returncode == 1
    assert run("explain", *triple, "--believe=kgr:natoCommander", here).returncode == 0
