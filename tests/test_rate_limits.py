"""The client's line beside the server's counting, over a network that reorders answers."""

from __future__ import annotations

import heapq
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from itertools import count
from random import Random
from typing import Any, Callable, List, NamedTuple

import pytest

from novabilling._call.rate_limits import LimitHeaders, OperationLimit, Turn, limit_headers
from novabilling._runtime import concurrency
from novabilling.sandbox._errors import HttpError
from novabilling.sandbox._world.rate_limit import RateLimit

START = datetime(2026, 6, 1, tzinfo=timezone.utc)
LIMIT = 100


class Result(NamedTuple):
    done: int
    refused: int
    seconds: float


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency, "monotonic", lambda: Network.clock)


class Network:
    """Calls that arrive, are counted and answered after random times, on a clock of its own."""

    clock = 0.0

    def __init__(self, seed: int, latency: float) -> None:
        self.random = Random(seed)
        self.latency = latency
        self.now = 0.0
        self.server = RateLimit(LIMIT)
        self.limit = OperationLimit()
        self.refused = 0
        self.done = 0
        self._order = count()
        self._events: List[Any] = []

    def at(self, moment: float, work: Callable[..., None], *args: Any) -> None:
        heapq.heappush(self._events, (moment, next(self._order), work, args))

    def soon(self, work: Callable[..., None], *args: Any) -> None:
        self.at(self.now + self.random.uniform(0.001, self.latency), work, *args)

    def run(self) -> Result:
        last = 0.0
        while self._events:
            self.now, _, work, args = heapq.heappop(self._events)
            Network.clock = self.now
            done = self.done
            work(*args)
            last = self.now if self.done > done else last
        return Result(self.done, self.refused, last)

    def call(self) -> None:
        turn = Turn(self.limit)
        turn.wait = Waiting(self, turn)
        if self.limit.start(turn):
            self.soon(self.arrive, turn)
        else:
            self.limit.join(turn, first=False)
            self.look_at_the_clock(turn)

    def look_at_the_clock(self, turn: Turn) -> None:
        if turn.given or not self.limit.watches_clock(turn):
            return
        if self.limit.start(turn):
            self.soon(self.arrive, turn)
        else:
            seconds = self.limit.seconds_until(turn, self.now)
            self.at(self.now + max(seconds, 0.001), self.look_at_the_clock, turn)

    def arrive(self, turn: Turn) -> None:
        try:
            headers = self.server.hit("create", START + timedelta(seconds=self.now))
        except HttpError as error:
            self.soon(self.refuse, turn, float(dict(error.headers)["Retry-After"]))
        else:
            self.soon(self.answer, turn, [(k.encode(), v.encode()) for k, v in headers])

    def answer(self, turn: Turn, headers: Any) -> None:
        self.done += 1
        self.limit.answered(turn, limit_headers(headers))

    def refuse(self, turn: Turn, seconds: float) -> None:
        self.refused += 1
        self.limit.refused(turn, seconds)
        self.limit.join(turn, first=True)
        self.look_at_the_clock(turn)

    def call_of_another(self) -> None:
        with suppress(HttpError):
            self.server.hit("create", START + timedelta(seconds=self.now))


class Waiting:
    """What is woken: a call whose turn was given goes, the first of the line sets its alarm."""

    def __init__(self, network: Network, turn: Turn) -> None:
        self.network = network
        self.turn = turn

    def wake(self) -> None:
        if self.turn.given:
            self.network.soon(self.network.arrive, self.turn)
        else:
            self.network.at(self.network.now, self.network.look_at_the_clock, self.turn)


@pytest.mark.parametrize("latency", [0.002, 0.2, 5.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_burst_is_done_in_the_minutes_that_the_limit_dictates(seed, latency):
    network = Network(seed, latency)
    network.at(0.0, network.call)
    for _ in range(499):
        network.at(10.5, network.call)

    result = network.run()

    assert result.done == 500
    assert result.refused <= 5
    assert result.seconds <= 10.5 + 4 * 60 + 20 * latency


@pytest.mark.parametrize("rate", [0.5, 1.5, 2.5, 20.0])
@pytest.mark.parametrize("seed", range(3))
def test_a_steady_stream_is_held_up_no_more_than_needed(seed, rate):
    network = Network(seed, 0.2)
    for number in range(600):
        network.at(number / rate, network.call)

    result = network.run()

    assert result.done == 600
    assert result.refused <= 6
    assert result.seconds <= max(600 / rate, 600 / LIMIT * 60) + 15


@pytest.mark.parametrize("seed", range(5))
def test_another_process_at_the_address_delays_the_calls_and_loses_none(seed):
    network = Network(seed, 0.1)
    network.at(0.0, network.call)
    for number in range(299):
        network.at(1.0, network.call)
        network.at(number * 2.0, network.call_of_another)  # 30 a minute

    result = network.run()

    assert result.done == 300
    assert result.refused <= 15


@pytest.mark.parametrize("seed", range(3))
def test_a_count_that_the_server_never_gives_back_ends_with_one_block(seed):
    network = Network(seed, 0.1)
    counts = network.server._counts
    network.call_of_another()
    counts["create"].hits.extend([1e12] * 60)  # never expire, until the operation is blocked
    network.at(0.0, network.call)
    for _ in range(149):
        network.at(1.0, network.call)

    result = network.run()

    assert result.done == 150
    assert result.refused <= 2


class Bell:
    """What is told that its turn may have come."""

    rung = False

    def wake(self) -> None:
        self.rung = True


@pytest.mark.parametrize("last", ["answered", "unanswered"])
def test_the_line_is_woken_when_the_server_names_no_limit_any_more(last):
    Network.clock = 0.0
    limit = OperationLimit()
    refused, unnamed, under_way, waiting = (Turn(limit) for _ in range(4))
    waiting.wait = bell = Bell()
    for turn in (refused, unnamed, under_way):
        assert limit.start(turn)
    limit.refused(refused, 5.0)
    assert not limit.start(waiting)
    limit.join(waiting, first=False)

    limit.answered(unnamed, None)
    assert not limit.watches_clock(waiting)  # an answer is awaited
    if last == "answered":
        limit.answered(under_way, None)
    else:
        limit.unanswered(under_way, True)

    assert bell.rung
    assert limit.watches_clock(waiting)


def test_who_has_a_deadline_is_woken_when_nothing_remains():
    Network.clock = 0.0
    limit = OperationLimit()
    first, on_its_way, waiting, in_a_hurry = (Turn(limit) for _ in range(4))
    waiting.wait, in_a_hurry.wait = Bell(), Bell()
    in_a_hurry.ends = 5.0
    assert limit.start(first)
    limit.answered(first, LimitHeaders(3, 1, 60))
    assert limit.start(on_its_way)
    for turn in (waiting, in_a_hurry):
        assert not limit.start(turn)
        limit.join(turn, first=False)

    limit.answered(on_its_way, LimitHeaders(3, 0, 60))

    assert in_a_hurry.wait.rung
    assert limit.seconds_until(in_a_hurry, 0.0) > 5.0
