from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from novabilling._call.retries import (
    RetryBudget,
    backoff,
    fate_of_status,
    may_have_been_applied,
    may_repeat,
    retry_after,
)

CLASSES = ["read", "idempotent", "keyed", "once"]
NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize("repeat", CLASSES)
@pytest.mark.parametrize(
    ("status", "fate"),
    [
        (302, "refused"),
        (400, "refused"),
        (404, "refused"),
        (408, "unknown"),
        (409, "refused"),
        (429, "unsent"),
        (501, "refused"),
        (502, "unknown"),
        (503, "unknown"),
        (504, "unknown"),
        (505, "refused"),
    ],
)
def test_a_status_tells_what_became_of_the_attempt(status, repeat, fate):
    assert fate_of_status(status, repeat) == fate


@pytest.mark.parametrize(
    ("repeat", "fate"),
    [("read", "refused"), ("idempotent", "refused"), ("once", "refused"), ("keyed", "unknown")],
)
def test_a_500_leaves_only_the_fate_of_keyed_posts_open(repeat, fate):
    assert fate_of_status(500, repeat) == fate


@pytest.mark.parametrize(
    ("fate", "repeatable"),
    [
        ("unsent", CLASSES),
        ("unknown", ["read", "idempotent", "keyed"]),
        ("refused", []),
        ("applied", []),
    ],
)
def test_the_fate_and_the_class_decide_whether_to_repeat(fate, repeatable):
    assert [repeat for repeat in CLASSES if may_repeat(fate, repeat)] == repeatable


@pytest.mark.parametrize(
    ("fate", "status", "applied"),
    [
        ("unsent", None, False),
        ("unsent", 429, False),
        ("refused", 400, False),
        ("refused", 302, True),
        ("refused", 304, True),
        ("refused", 307, False),
        ("refused", 308, False),
        ("refused", 500, True),
        ("refused", 501, True),
        ("unknown", None, True),
        ("unknown", 408, True),
        ("unknown", 500, True),
        ("unknown", 503, True),
        ("applied", None, True),
        ("applied", 200, True),
    ],
)
def test_only_a_write_may_have_been_applied(fate, status, applied):
    assert not may_have_been_applied(fate, "read", status)
    for repeat in ("idempotent", "keyed", "once"):
        assert may_have_been_applied(fate, repeat, status) is applied


@pytest.mark.parametrize(
    ("retries", "longest"), [(0, 0.5), (1, 1), (2, 2), (3, 4), (4, 8), (5, 8), (10_000, 8)]
)
def test_the_wait_is_drawn_from_nothing_to_a_bound_that_doubles(retries, longest):
    drawn = [backoff(retries) for _ in range(2000)]

    assert 0 <= min(drawn) < longest * 0.1
    assert longest * 0.9 < max(drawn) <= longest


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("0", 0.0),
        ("7", 7.0),
        (" 7 ", 7.0),
        ("007", 7.0),
        ("1.5", 1.5),
        ("3600", 3600.0),
        ("9" * 20, 1e20),
        ("9" * 400, float("inf")),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 14:00:30 +0200", 30.0),
        ("Sunday, 22-Nov-26 12:00:30 GMT", 30.0),
        ("Sun Nov 22 12:00:30 2026", 30.0),
        ("Mon, 23 Nov 2026 12:00:00 GMT", 86400.0),
        ("Sun, 22 Nov 2026 11:59:30 GMT", 0.0),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("+5", None),
        ("5s", None),
        ("5 5", None),
        ("1e1", None),
        ("0x10", None),
        ("1_0", None),
        (".5", None),
        ("5.", None),
        ("inf", None),
        ("nan", None),
        ("\u0665", None),
        ("Sun, 99 Nov 2026 12:00:30 GMT", None),
        ("Sun, 22 Nov 99999 12:00:30 GMT", None),
        ("Sun, 22 Nov 2026 12:00:30 +9999999999", None),
    ],
)
def test_a_retry_after_is_seconds_or_a_date_and_junk_is_ignored(value, seconds):
    assert retry_after(value, NOW) == seconds


def test_a_retry_after_counts_from_now():
    moment = datetime.now(timezone.utc) + timedelta(seconds=100)

    seconds = retry_after(moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))

    assert seconds is not None
    assert 80 < seconds <= 100


def test_a_budget_holds_fifty_retries():
    budget = RetryBudget()

    assert [budget.spend() for _ in range(51)] == [True] * 50 + [False]


def test_ten_successes_are_worth_a_retry():
    budget = RetryBudget()
    while budget.spend():
        pass

    for _ in range(9):
        budget.refund()
    assert not budget.spend()
    budget.refund()

    assert [budget.spend(), budget.spend()] == [True, False]


def test_a_full_budget_does_not_grow():
    budget = RetryBudget()
    for _ in range(1000):
        budget.refund()

    assert [budget.spend() for _ in range(51)] == [True] * 50 + [False]
