"""What pytest does in the process of one mutant: it runs chosen tests, and says what failed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Dict, List, Optional

import pytest

LEAST = 10
"""Seconds that a test may take at least; a slow one five times as long as without a mutant."""


class Chosen:
    """Runs chosen tests in their order; writes down the first that fails.

    The test that is running is written down before it starts: it may end the whole process.
    """

    def __init__(self, tests: List[str], seconds: Dict[str, float], result: Path) -> None:
        self._order = {test: number for number, test in enumerate(tests)}
        self._functions = {test.partition("[")[0].rpartition("::")[2] for test in tests}
        self._seconds = seconds
        self._result = result
        self._failed = self._running = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_pycollect_makeitem(self, name: str) -> Optional[List[pytest.Item]]:
        """Leave out other functions early: their parameters take longer than the tests."""
        return [] if name.startswith("test") and name not in self._functions else None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: List[pytest.Item]
    ) -> None:
        chosen = [item for item in items if item.nodeid in self._order]
        chosen.sort(key=lambda item: self._order[item.nodeid])
        for item in chosen:
            limit = max(LEAST, 5 * self._seconds[item.nodeid])
            item.add_marker(pytest.mark.timeout(limit), append=False)
        items[:] = chosen

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._running = nodeid
        self._write("running", nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self._failed:
            self._failed = report.nodeid
            hung = "Failed: Timeout (>" in str(report.longrepr)
            self._write("hung" if hung else "failed", report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self._failed:
            self._failed = report.nodeid
            self._write("failed", report.nodeid or "the collection")

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if not self._failed:
            passed = exitstatus in (0, pytest.ExitCode.NO_TESTS_COLLECTED)
            self._write("passed" if passed else "hung", "" if passed else self._running)

    def _write(self, state: str, test: str) -> None:
        self._result.write_text(json.dumps([state, test]), "utf-8")


def read(result: Path) -> Optional[List[str]]:
    try:
        found: List[str] = json.loads(result.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found
