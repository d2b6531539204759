"""Which tests run which lines: one run of all tests, with a context of coverage for each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Dict, List, Sequence

import pytest
from coverage import CoverageData

from tests.mutation.tree import Tree

_DURATIONS = "NOVABILLING_MUTATION_DURATIONS"
_SETTINGS = "[run]\nsource = novabilling\nrelative_files = true\ndata_file = {data}\n"


def coverage_file(work: Path) -> Path:
    return work / "coverage.sqlite"


def durations_file(work: Path) -> Path:
    return work / "durations.json"


def environment(tree: Tree) -> Dict[str, str]:
    """Return the environment in which the copy of the package is imported, by children as well."""
    path = os.pathsep.join([str(tree.root / "src"), str(tree.root)])
    return {**os.environ, "PYTHONPATH": path}


def measure(tree: Tree, workers: int, paths: Sequence[str] = ()) -> None:
    """Run all tests once; keep the lines and the seconds of each that passes.

    With paths, those alone, beside what was measured before.
    """
    data = coverage_file(tree.work)
    if not paths or not data.exists():
        data.unlink(missing_ok=True)
        durations_file(tree.work).write_text("{}", "utf-8")
    new = data.with_name("coverage.new")
    settings = tree.work / "coverage.ini"
    settings.write_text(_SETTINGS.format(data=new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.mutation.measuring"]
    # Without a process of their own, tests have no contexts.
    command += [
        "-n",
        str(max(1, workers)),
        "--cov=novabilling",
        "--cov-context=test",
        "--cov-report=",
    ]
    command += [f"--cov-config={settings}", "--tb=short", *paths]
    names = {**environment(tree), _DURATIONS: str(durations_file(tree.work))}
    subprocess.run(command, cwd=tree.root, env=names, check=False)
    if new.exists():
        _add(new, data)


def _add(new: Path, data: Path) -> None:
    both, added = CoverageData(str(data)), CoverageData(str(new))
    both.read()
    added.read()
    both.update(added)
    both.write()
    new.unlink()


class Durations:
    """Writes down how long each passing test took, with its fixtures."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seconds: Dict[str, float] = {}
        self._unusable: List[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self._unusable.append(report.nodeid)
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0.0) + report.duration

    def pytest_sessionfinish(self) -> None:
        for name in self._unusable:
            self._seconds.pop(name, None)
        known = json.loads(self._path.read_text("utf-8"))
        self._path.write_text(json.dumps({**known, **self._seconds}, indent=0), "utf-8")


def pytest_configure(config: pytest.Config) -> None:
    path = os.environ.get(_DURATIONS)
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Durations(Path(path)))
