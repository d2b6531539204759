"""Wherever a call over our own connections fails, its frames show neither token nor content."""

from __future__ import annotations

import sys
import traceback
from types import FrameType
from typing import Any, Callable, List, Optional

import pytest

import novabilling
from tests.pool.played import Player
from tests.pool.support import client_of
from tests.pool.test_bytes import URL, answer, chunked

CANARY = "canary"  # part of the token as well
PASSWORD = "canary-password"
PACKAGE = novabilling.__path__[0]
ROOMS = (f"{PACKAGE}/_sync/transport/", f"{PACKAGE}/_network/", f"{PACKAGE}/_call/attempt.py")


class Bug(Exception):
    """Something that nobody has foreseen."""


def failing_at(number: int) -> Callable[[FrameType, str, Any], Any]:
    """Make a trace function that raises at the so-manieth line that moves bytes."""
    left = number

    def trace(frame: FrameType, event: str, _: object) -> Optional[Callable[..., Any]]:
        nonlocal left
        if not frame.f_code.co_filename.startswith(ROOMS):
            return None
        if event == "line":
            left -= 1
            if left == 0:
                raise Bug
        return trace

    return trace


def shown_by(error: BaseException) -> List[str]:
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in trace.stack if frame.filename.startswith(PACKAGE)]
    return [f"{frame.filename}:{frame.lineno} {frame.name}: {frame.locals}" for frame in frames]


@pytest.mark.parametrize("whole", [answer(), chunked()], ids=["length", "chunked"])
def test_no_line_that_fails_shows_what_the_user_put_in(monkeypatch, whole):
    """Each line in turn, from the first to the last."""
    seen = 0
    for number in range(1, 2000):
        Player("sync", monkeypatch, [whole[:100], whole[100:]])
        with client_of("sync", URL) as client:
            before = sys.gettrace()
            sys.settrace(failing_at(number))
            try:
                client.auth.reset_password(token=PASSWORD, new_password=PASSWORD)
                break
            except Bug as exc:
                error = exc
            finally:
                sys.settrace(before)
        leaks = [frame for frame in shown_by(error) if CANARY in frame]
        assert leaks == []
        seen += 1
    assert seen > 100
