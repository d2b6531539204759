"""What login tokens say of themselves, when they are renewed, and who renews them."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from math import inf
from typing import Any

import pytest

from novabilling._login.renewals import LONGEST_RENEWAL, Renewals
from novabilling._login.state import Credentials, Problem, login_of, rest_after
from novabilling._login.tokens import hint_for, life_of
from novabilling._runtime.reentry import is_running, running
from novabilling._runtime.secrets import Secret
from novabilling.types import TokenPair

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc).timestamp()


def jwt(claims: Any) -> Secret[str]:
    """Make a token without its signature, which only the server can check."""
    text = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    body = base64.urlsafe_b64encode(text).rstrip(b"=").decode()
    return Secret(f"eyJ.{body}.c2ln")


@pytest.mark.parametrize(
    "token",
    [
        Secret("sk_live_1.2.3"),
        Secret("opaque"),
        Secret("a.b"),
        Secret("a.b.c.d"),
        Secret("a.\xe4.c"),
        Secret(".."),
        jwt({}),
        jwt([]),
        jwt({"exp": None}),
        jwt({"exp": "2026"}),
        jwt({"exp": True}),
        jwt({"exp": -1}),
        jwt({"exp": 1e300}),
        jwt({"exp": 1780000000, "iat": -1e300}),
        jwt(b'{"exp": 1e999}'),
        jwt(b'{"exp": NaN}'),
        jwt(b"\xff"),
        jwt(b"[" * 100_000),
    ],
)
def test_a_token_that_does_not_say_when_it_ends_says_nothing(token):
    assert life_of(token) is None
    assert hint_for(token, False, NOW) == ""
    login = login_of(token, 1, NOW, 0.5)
    assert login.renew_at == login.ends == inf


@pytest.mark.parametrize("length", range(8))
def test_the_life_of_a_token_is_read_whatever_its_length(length):
    token = jwt({"exp": 3600, "iat": 600, "sub": "x" * length})

    assert life_of(token).seconds == 3000
    assert "1970-01-01 01:00:00 UTC" in hint_for(token, False, 3600)
    assert "has not expired" in hint_for(token, False, 3599)


@pytest.mark.parametrize(
    ("claims", "earliest", "latest", "ends"),
    [
        ({"iat": 0, "exp": 3600}, 3000, 3300, 3600),  # of whatever clock
        ({"iat": NOW, "exp": NOW + 100}, 80, 90, 100),
        ({"exp": NOW + 100}, 80, 90, 100),
        ({"iat": 0, "exp": 2}, 1.6, 1.8, 2),
        ({"iat": 0, "exp": 604800}, 604200, 604500, 604800),
        ({"iat": 0, "exp": 32000000000}, 31999999400, 31999999700, 32000000000),
    ],
)
def test_a_token_is_renewed_by_the_length_of_its_life(claims, earliest, latest, ends):
    first, last = (login_of(jwt(claims), 1, NOW, chance) for chance in (1, 0))

    assert first.renew_at - NOW == pytest.approx(earliest)
    assert last.renew_at - NOW == pytest.approx(latest)
    assert last.ends - NOW == pytest.approx(ends)


@pytest.mark.parametrize("claims", [{"iat": 5, "exp": 5}, {"iat": 6, "exp": 5}, {"exp": 5}])
def test_a_token_whose_life_makes_no_sense_is_used_until_it_is_refused(claims):
    login = login_of(jwt(claims), 1, NOW, 0.5)

    assert login.renew_at == login.ends == inf


def test_rests_grow_up_to_their_longest():
    down = Problem("down")

    assert [rest_after(down, n, 1.0) for n in (1, 2, 3, 7, 1000)] == [0.5, 1, 2, 30, 30]
    assert [rest_after(down, n, 0.0) for n in (1, 2)] == [0.25, 0.5]
    assert rest_after(Problem("busy", asked=42.0), 1, 1.0) == 42
    refused = Problem("no", refused=True)
    assert [rest_after(refused, n, 0.0) for n in (1, 2, 7, 1000)] == [60, 120, 3600, 3600]


def test_a_refresh_token_in_doubt_is_tried_once_more_and_then_the_password():
    both = Credentials(login=Secret(b"{}"), refresh=Secret(b"{}"))

    assert both.step == "refresh"
    assert both.after("refresh", "unsent").doubts == 0
    once = both.after("refresh", "unknown")
    assert once.step == "refresh"
    assert once.after("refresh", "unknown").step == "login"
    assert both.after("refresh", "refused").step == "login"
    alone = Credentials(refresh=Secret(b"{}"), doubts=100)
    assert alone.step == "refresh"
    assert alone.after("refresh", "refused").step is None


class Wait:
    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        self.woken += 1

    def is_lost(self) -> bool:
        return False


def test_a_renewer_that_never_comes_back_is_given_up(clock):
    renewals = Renewals(Credentials(login=Secret(b"{}")))
    lost, second = Wait(), Wait()

    assert renewals.join(lost, NOW) == "lead"
    assert renewals.join(second, NOW) == "wait"
    clock.now += LONGEST_RENEWAL + 1
    assert renewals.join(second, NOW) == "lead"
    renewals.fail(lost, Problem("late"))
    renewals.release(lost)
    assert renewals.join(Wait(), NOW) == "wait"


def test_all_that_wait_are_woken_by_new_tokens_and_no_more_after_they_left(clock):
    renewals = Renewals(Credentials(login=Secret(b"{}")))
    leader, waiting, gone = Wait(), Wait(), Wait()
    renewals.join(leader, NOW)
    renewals.join(waiting, NOW)
    renewals.join(gone, NOW)
    renewals.leave(gone)

    token = jwt({"iat": 0, "exp": 3600}).reveal()
    renewals.install(TokenPair(access_token=token, refresh_token="r"), NOW)

    assert (leader.woken, waiting.woken, gone.woken) == (0, 1, 0)
    assert renewals.join(waiting, NOW) == "go"


def test_a_report_of_an_old_token_ends_no_new_one(clock):
    renewals = Renewals(Credentials(login=Secret(b"{}")))
    for _ in range(3):
        renewals.install(TokenPair(access_token="a", refresh_token="r"), NOW)

    assert renewals.refuse(2)
    assert renewals.join(Wait(), NOW) == "go"
    assert renewals.refuse(3)
    assert renewals.join(Wait(), NOW) == "lead"


def test_each_failure_in_a_row_rests_longer_until_there_are_tokens(clock):
    renewals = Renewals(Credentials(login=Secret(b"{}")))

    def rest_after_failure() -> float:
        leader = Wait()
        assert renewals.join(leader, NOW) == "lead"
        renewals.fail(leader, Problem("down"))
        assert isinstance(renewals.join(Wait(), NOW), Problem)
        began, rest = clock.now, renewals.rest
        clock.now += rest
        return clock.now - began

    assert [rest_after_failure() for _ in range(4)] == pytest.approx([0.5, 1, 2, 4])
    renewals.install(TokenPair(access_token="a", refresh_token="r"), NOW)
    renewals.refuse(1)
    assert rest_after_failure() == pytest.approx(0.5)


def test_tokens_that_are_never_taken_are_asked_for_ten_times_in_a_minute(clock):
    renewals = Renewals(Credentials(login=Secret(b"{}")))

    def refuse_new_ones(count: int) -> int:
        found = 0
        for _ in range(count):
            renewals.install(TokenPair(access_token="a", refresh_token="r"), NOW)
            found += renewals.refuse(renewals.current.number)
        return found

    assert refuse_new_ones(15) == 10
    clock.now += 61
    assert refuse_new_ones(15) == 10
    clock.now += 61
    for _ in range(30):
        clock.now += 7
        assert refuse_new_ones(1) == 1
    renewals.install(TokenPair(access_token="a", refresh_token="r"), NOW)
    renewals.accepted = renewals.current.number
    assert renewals.refuse(renewals.accepted)


def test_an_on_change_that_stores_nothing_because_nobody_waits_for_it_is_told_so(caplog):
    async def store(pair):
        raise AssertionError

    renewals = Renewals(Credentials(), lambda pair: store(pair))
    renewals.install(TokenPair(access_token="a", refresh_token="r"), NOW)

    assert renewals.current is not None
    assert [one.message for one in caplog.records] == [
        "on_change of a LoginSession did nothing: it must be no coroutine"
    ]


def test_what_a_function_has_started_may_call_after_its_end():
    function = object()

    with running(function):
        assert is_running(function)
        assert not is_running(object())
        with running(object()):
            assert is_running(function)
    assert not is_running(function)
