"""Carry ontology/ and queries/ into the wheel, as kgraph/core/; the top-level folders stay their source."""

from pathlib import Path
from shutil import copy2

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithCore(build_py):
    """Copies the core's files beside the modules; an editable installation reads them where they stand."""

    def run(self) -> None:
        """Build, then copy."""
        super().run()
        if self.editable_mode:
            return
        here = Path(__file__).parent
        for source in sorted(
            [
                *(here / "ontology").rglob("*.ttl"),
                *(here / "queries").glob("*.rq"),
                here / "docs" / "annotating.md",
            ]
        ):
            target = Path(self.build_lib, "kgraph", "core", source.relative_to(here))
            target.parent.mkdir(parents=True, exist_ok=True)
            copy2(source, target)


setup(cmdclass={"build_py": BuildWithCore})
