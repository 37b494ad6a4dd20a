"""The suite is whole: pytest passes over folders by their names, and must not pass over tests."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


def test_no_folder_of_tests_is_passed_over(pytestconfig: pytest.Config) -> None:
    folders = {
        folder.name
        for file in TESTS.rglob("test_*.py")
        for folder in file.parents
        if TESTS in (folder, *folder.parents)
    }
    assert "build" in folders
    passed_over = pytestconfig.getini("norecursedirs")
    assert not [name for name in folders if any(fnmatch(name, pattern) for pattern in passed_over)]
