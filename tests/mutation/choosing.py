"""Which tests a mutant is shown, and in which order: those that run its lines, quickest first."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import Dict, Iterable, List, Set

from coverage import CoverageData

from tests.mutation.measuring import coverage_file, durations_file
from tests.mutation.mutants import Mutant

FIRST = 40
SLOW = 0.1
CHEAP = 10
LONGEST = 120
"""Seconds of those that differ from others by their parameters alone."""
FEW = 25
"""So few tests run a line that it may be one that runs once for all of them, as in a cache."""

# They compare texts of the package with each other: that a mutant differs proves nothing.
_READERS = ("tests/test_build_sync.py", "tests/test_architecture.py")


class Tests:
    """What was measured: the lines that each test runs, and its seconds."""

    def __init__(self, work: Path) -> None:
        self.seconds: Dict[str, float] = {
            test: seconds
            for test, seconds in json.loads(durations_file(work).read_text("utf-8")).items()
            if not test.startswith((*_READERS, "tests/mutation/"))
        }
        self._data = CoverageData(str(coverage_file(work)))
        self._data.read()
        self._blind: List[str] = []
        self._modules: Dict[str, Dict[int, Set[str]]] = {}

    def forget(self, test: str) -> None:
        """Show a test to no mutant any more."""
        del self.seconds[test]
        self._blind.clear()
        self._modules.clear()

    def rounds(self, mutant: Mutant) -> List[List[str]]:
        """Return the tests in rounds; the next one is only for those that survive.

        First some of all kinds, then one of each function, slow ones later; then variants; then,
        where few run the line, those that start a process of their own.
        """
        first, last = mutant.change.lines
        lines = self._lines(mutant.module)
        exact = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        rest: Set[str] = set()
        rare = not mutant.change.function or len(exact) < FEW
        if rare:
            rest = set().union(*lines.values()) if lines else set(self.seconds)
            # What another process runs may be started by a test that runs other lines here.
            rest |= {test for test in self.seconds if f"/{mutant.room.strip('_')}/" in test}
        order = [*self._one_of_each(exact, mutant), *self._one_of_each(rest - exact, mutant)]
        taken = set(order)
        variants = sorted((exact or rest) - taken, key=self.seconds.__getitem__)
        others = self._within(variants, LONGEST)
        found = self._elsewhere(mutant, whole=not mutant.change.function) if rare else []
        apart = self._within([test for test in found if test not in taken], LONGEST)
        more = sorted(order[FIRST:], key=self.seconds.__getitem__)
        quick = [test for test in more if self.seconds[test] < SLOW]
        parts = [order[:FIRST], quick, more[len(quick) :], others]
        if sum(self.seconds[test] for test in others) < CHEAP:
            parts = [order[:FIRST], others, *parts[1:3]]
        return [part for part in (*parts, apart) if part]

    def _within(self, tests: List[str], seconds: float) -> List[str]:
        ends = accumulate(self.seconds[test] for test in tests)
        return [test for test, end in zip(tests, ends) if end <= seconds]

    def _lines(self, module: str) -> Dict[int, Set[str]]:
        if module not in self._modules:
            found = self._data.contexts_by_lineno(module)
            self._modules = {  # of one module alone: there are many tests
                module: {line: self._tests_in(contexts) for line, contexts in found.items()}
            }
        return self._modules[module]

    def _tests_in(self, contexts: Iterable[str]) -> Set[str]:
        tests = (context.rpartition("|")[0] for context in contexts)
        return {test for test in tests if test in self.seconds}

    def _one_of_each(self, tests: Iterable[str], mutant: Mutant) -> List[str]:
        """Take the quickest of each test function, one of each file in turn; its namesake first.

        Of those with parameters, all that name the module as well: `[asyncio-charges-create]`.
        """
        stem = _stem(mutant)
        quickest: Dict[str, str] = {}
        for test in sorted(tests, key=lambda test: (self.seconds[test], test)):
            function, _, parameters = test.partition("[")
            quickest.setdefault(test if stem in parameters else function, test)
        files: Dict[str, List[str]] = defaultdict(list)
        for test in quickest.values():
            files[test.partition("::")[0]].append(test)
        places = {
            test: (number // (8 if stem in file else 1), self.seconds[test])
            for file, ordered in files.items()
            for number, test in enumerate(ordered)
        }
        return sorted(places, key=places.__getitem__)

    def _elsewhere(self, mutant: Mutant, whole: bool) -> List[str]:
        """Return tests that run no line here, as in another process: one of each function.

        Of those with parameters, all that name the module, `[wallets.create]`, or all on the whole.
        """
        if not self._blind:
            self._blind = sorted(
                set(self.seconds) - self._tests_in(self._data.measured_contexts()),
                key=lambda test: (self.seconds[test], test),
            )
        stem, seen, found = _stem(mutant), set(), []
        for test in self._blind:
            function, _, parameters = test.partition("[")
            if whole or function not in seen or stem in parameters:
                found.append(test)
            seen.add(function)
        return found


def _stem(mutant: Mutant) -> str:
    return PurePosixPath(mutant.module).stem.strip("_")
