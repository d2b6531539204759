"""Leaves out the tests that need what WebAssembly has not: threads, sockets, processes, Trio.

A test that asks for one of them fails with an error that says so, and is skipped; what fails in
any other way is a failure.
"""

from __future__ import annotations

import errno
import socket
from typing import Any, Generator, List, Optional

import hypothesis
import pytest

TEXTS = {
    "can't start new thread": "threads",
    "does not support processes": "processes",
}
ERRNOS = {
    errno.ENOSYS: "a function of the system",
    errno.ENOTSUP: "a function of the system",
    errno.EHOSTUNREACH: "sockets",
    errno.EAFNOSUPPORT: "sockets",
    errno.ENOPROTOOPT: "sockets",
}


OTHERS = {
    "test_a_canceled_task_leaves_no_file_although_its_thread_goes_on": "there are no threads",
    "test_a_cause_of_the_system_is_of_its_own_type": "the ssl of Pyodide is a stand-in",
    "test_without_uvicorn_one_line_says_what_to_install": "there are no sockets",
    "test_a_new_file_has_the_mode_that_the_umask_leaves": "its files have no umask",
    "test_every_message_of_the_page_comes": "there are no sockets and no psycopg",
    **{
        f"test_an_error_is_found_under_its_class[{name}]": "there are no sockets and no psycopg"
        for name in ["nobody", "no_host", "no_server", "plain", "encrypted", "refusing_proxy"]
    },
}
"""Tests of what is not there, and why."""

hypothesis.settings.register_profile("wasm", deadline=None)
hypothesis.settings.load_profile("wasm")


def refuse(*_: object) -> None:
    raise OSError(errno.ENOSYS, "there are no sockets here")


for name in ("bind", "connect", "connect_ex", "listen"):
    setattr(socket.socket, name, refuse)


class Xdist:
    """The hook of a plugin that is not here, and that tests/conftest.py answers."""

    @pytest.hookspec
    def pytest_xdist_auto_num_workers(self, config: pytest.Config) -> int:  # type: ignore[empty-body]
        """Return how many processes there shall be."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Xdist)


def missing(error: Optional[BaseException]) -> Optional[str]:
    """Return what an error, or one that it is made of, says is not there."""
    while error is not None:
        if isinstance(error, ModuleNotFoundError):
            return str(error.name)
        if isinstance(error, OSError) and error.errno in ERRNOS:
            return ERRNOS[error.errno]
        if str(error).startswith("module 'os' has no attribute"):
            return "a function of the system"
        for text, what in TEXTS.items():
            if text in str(error):
                return what
        for inner in getattr(error, "exceptions", ()):
            if missing(inner):
                return missing(inner)
        error = error.__cause__ or error.__context__
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    """Trio needs an operating system."""
    on_trio = [item for item in items if "trio" in params(item).values()]
    config.hook.pytest_deselected(items=on_trio)
    for item in items:
        reason = OTHERS.get(item.name) or OTHERS.get(item.name.partition("[")[0])
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
    items[:] = [item for item in items if item not in set(on_trio)]


def params(item: pytest.Item) -> Any:
    return getattr(getattr(item, "callspec", None), "params", {})


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    report = yield
    if report.failed and "ModuleNotFoundError" in str(report.longrepr):
        report.outcome = "skipped"
        reason = str(report.longrepr).rstrip().splitlines()[-1]
        report.longrepr = (str(collector.path), 0, f"Skipped: {reason}")
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: Any) -> Generator[None, Any, Any]:
    report = yield
    what = missing(call.excinfo.value) if report.failed else None
    if what:
        report.outcome = "skipped"
        report.longrepr = (str(item.path), 0, f"Skipped: it needs {what}")
    return report
