"""Runs tests on a mutant: in a fork of this process, which has all but the package imported."""

from __future__ import annotations

import compileall
import importlib
import os
import resource
import shlex
import signal
import sys
import time
import traceback
import warnings
from contextlib import suppress
from enum import Enum
from pathlib import Path
from typing import List, NamedTuple, Optional, Set, Tuple

import pytest

from tests.mutation.choosing import Tests
from tests.mutation.measuring import environment
from tests.mutation.mutants import Mutant
from tests.mutation.plugin import Chosen, read
from tests.mutation.tree import Tree

_READY = """anyio anyio._backends._asyncio anyio._backends._trio asyncio cryptography.x509
fastapi flask freezegun h11 httpx httpx2 hypothesis litestar msgspec time_machine trio trustme
uvicorn xdist.plugin pytest_cov.plugin pytest_timeout anyio.pytest_plugin faker
_pytest.assertion.rewrite opentelemetry.sdk.trace multiprocessing statistics unittest.mock"""
_ARGUMENTS = """-x -q -o addopts= -m 'not slow' -n 0 -p no:cacheprovider --tb=short --assert=plain
--hypothesis-seed=0"""
_MEMORY = 12 << 30
_PATIENCE = 30
"""Seconds that a process may take longer than its tests did without a mutant, five times."""
_DOUBTFUL = 0.15
"""A test that takes longer waits for something: only twice is a failure one."""


class End(Enum):
    KILLED = "killed"
    HUNG = "hung"
    SURVIVED = "survived"
    EXPLAINED = "explained"


class Result(NamedTuple):
    mutant: Mutant
    end: End
    by: str
    """The test that noticed; for a survivor how many did not."""
    seconds: float


class Runner:
    def __init__(self, tree: Tree, tests: Tests, rounds: Optional[int] = None) -> None:
        self._tree = tree
        self._tests = tests
        self._result = tree.work / "result.json"
        self.log = tree.work / "last.log"
        self._rounds = rounds
        self._sound: Set[str] = set()

    def prepare(self) -> None:
        """Import what tests import, but not the package, compile that, and see a test pass."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in _READY.split():
                with suppress(ImportError):
                    importlib.import_module(name)
        for folder in ("src", "tests"):
            compileall.compile_dir(self._tree.root / folder, quiet=1)
        loaded = [name for name in sys.modules if name.partition(".")[0] == "novabilling"]
        assert not loaded, loaded
        quickest = min(self._tests.seconds, key=self._tests.seconds.__getitem__)
        state, _ = self._in_a_fork([quickest])
        assert state == "passed", f"{quickest} does not pass without a mutant: see {self.log}"

    def run(self, mutant: Mutant) -> Result:
        started = time.monotonic()
        end, by = self._end(mutant)
        while end is End.KILLED and not self._passes_otherwise(by):
            self._tests.forget(by)
            end, by = self._end(mutant)
        return Result(mutant, end, by, time.monotonic() - started)

    def _end(self, mutant: Mutant) -> Tuple[End, str]:
        shown = 0
        with self._tree.changed(mutant.module, mutant.after):
            for tests in self._tests.rounds(mutant)[: self._rounds]:
                state, test = self._verdict(tests)
                if state != "passed":
                    return (End.HUNG if state == "hung" else End.KILLED), test
                shown += len(tests)
        return End.SURVIVED, f"{shown} tests"

    def _passes_otherwise(self, test: str) -> bool:
        """Say whether a test passes here without a mutant, which is found out once."""
        if test not in self._tests.seconds or test in self._sound:  # what is no test: a module
            return True
        if self._in_a_fork([test])[0] != "passed":
            return False
        self._sound.add(test)
        return True

    def _verdict(self, tests: List[str]) -> List[str]:
        """Run tests; what hung or failed after a wait is run once more, alone."""
        left = list(tests)
        while left:
            state, test = self._in_a_fork(left)
            slow = self._tests.seconds.get(test, 0.0) > _DOUBTFUL
            if state == "passed" or not (slow or state == "hung"):
                return [state, test]
            alone = [test] if test in left else left
            again, _ = self._in_a_fork(alone)
            if again != "passed":
                return [again, test]
            left = left[left.index(alone[-1]) + 1 :]
        return ["passed", ""]

    def _in_a_fork(self, tests: List[str]) -> List[str]:
        with suppress(FileNotFoundError):
            self._result.unlink()
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            self._be_the_fork(tests)
        took = sum(self._tests.seconds.get(test, 0.0) for test in tests)
        killed = _wait(child, _PATIENCE + 5 * took)
        state, test = read(self._result) or ["failed", "the start"]
        if state == "running":
            state = "hung" if killed else "failed"
        return [state, test]

    def _be_the_fork(self, tests: List[str]) -> None:
        """Run tests in the copy and end this process, whatever its threads do."""
        code = 1
        try:
            os.setsid()
            resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, _MEMORY))
            os.environ.update(environment(self._tree), PYTHONDONTWRITEBYTECODE="1")
            sys.dont_write_bytecode = True
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.chdir(self._tree.root)
            sys.path[:0] = [str(self._tree.root), str(self._tree.root / "src")]
            for name in [name for name in sys.modules if name.partition(".")[0] == "tests"]:
                del sys.modules[name]
            chosen = Chosen(tests, self._tests.seconds, self._result)
            named = dict.fromkeys(test.partition("::")[0] for test in tests)
            files = [name for name in named if (self._tree.root / name).exists()]
            code = pytest.main(
                [*shlex.split(_ARGUMENTS), f"--rootdir={self._tree.root}", *files], [chosen]
            )
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _wait(child: int, seconds: float) -> bool:
    """Wait for a child and end its group; say whether it took too long."""
    end = time.monotonic() + seconds
    while True:
        done, _ = os.waitpid(child, os.WNOHANG)
        if done or time.monotonic() > end:
            break
        time.sleep(0.01)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    if not done:
        os.waitpid(child, 0)
    return not done


def log_of(runner: Runner) -> str:
    return Path(runner.log).read_text("utf-8", "replace")
