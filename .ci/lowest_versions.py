"""Print the lowest versions that pyproject.toml allows on this Python, of the extras as well.

The weekly job gives them to pip-audit: a floor must not let a hole in that is known.
"""

from __future__ import annotations

import sys
from pathlib import Path

import tomllib
from packaging.requirements import Requirement

TOOLS = {"browser", "lint", "test"}
"""Extras that no user installs."""


def main() -> int:
    root = Path(__file__).resolve().parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *(x for e in extras if e not in TOOLS for x in extras[e])]
    for requirement in map(Requirement, lines):
        floors = [spec.version for spec in requirement.specifier if spec.operator == ">="]
        if requirement.marker is None or requirement.marker.evaluate():
            print(f"{requirement.name}=={floors[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
