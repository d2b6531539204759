"""Calls whose answer was lost, and each field of what is found there: what it may be, and when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Optional, Tuple

import pytest

from tests.reconciling_rows import (
    CHANGES,
    NEW_ROWS,
    STATES,
    STATUSES,
    NewRow,
    State,
    calls_of,
    other,
)

from .shop import Shop

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning"),
]
Verdict = Tuple[Optional[bool], bool]


@pytest.fixture
def shop(clock) -> Shop:
    return Shop(clock)


def of_a_new_row(row: NewRow, field: str) -> Optional[bool]:
    """Say what is known of a call if a field of a row is another one since."""
    if field in row.ignored.split():
        return True
    if not row.key:
        return None if field in row.goes_on.split() else False
    return False if field in row.key.split() else True if field in row.goes_on.split() else None


async def applied(shop: Shop, client: Any, error: Any, **fields: Any) -> Optional[bool]:
    """Say what is found out of a call if what it made or changed is shown with other fields."""
    shop.sandbox.altered = {shop.sandbox.made: fields}
    found = (await client.reconcile(error, settle=1)).applied
    shop.sandbox.altered = {}
    return found


@pytest.mark.parametrize("name", NEW_ROWS)
async def test_a_new_row_is_the_call_s_unless_a_field_is_another_that_stays(shop, name):
    row, client = NEW_ROWS[name], shop.client(name)
    for call in calls_of(name):
        shop.restore()
        error = await shop.lost(name, "after", call=call)
        later = (error.call.ended + timedelta(seconds=30)).isoformat()
        for field, value in {**row.starts_as, **error.call.fields}.items():
            shown = {row.shown_as.get(field, field): other(value), "updatedAt": later}
            assert await applied(shop, client, error, **shown) is of_a_new_row(row, field), field
            if field in row.grows.split():
                assert await applied(shop, client, error, **{field: {**value, "more": 1}})


@pytest.mark.parametrize("name", CHANGES)
async def test_a_change_was_made_where_all_fields_are_as_sent_since(shop, name):
    change, client = CHANGES[name], shop.client(name)
    growing, _, added = change.grows.partition(".")
    for call in calls_of(name):
        shop.restore()
        error = await shop.lost(name, "after", call=call)
        for field, value in error.call.fields.items():
            expected = True if field in change.ignored.split() else None
            assert await applied(shop, client, error, **{field: other(value)}) is expected, field
            if isinstance(value, dict):
                grown = {field: {**value, added or "more": 1}}
                expected = True if field == growing else None
                assert await applied(shop, client, error, **grown) is expected, field


def of_a_state(state: State, status: str, is_new: bool, is_old: bool) -> Verdict:
    """Say what is known of a call, and whether that is final, by a status and its time."""
    if status == state.wanted:
        return (False, state.is_refused) if is_old else (True, False)
    if status in state.taken.split():
        return (None if state.may_lead_back and is_new else False), False
    return (None, False) if is_new else (False, True)


@pytest.mark.parametrize("name", STATES)
async def test_a_status_says_what_it_can_by_its_time(shop, name):
    state = STATES[name]
    error = await shop.lost(name, "before")
    before = (error.call.started - timedelta(seconds=60)).isoformat()
    after = (error.call.ended + timedelta(seconds=30)).isoformat()
    of = error.call.path.split("/")[2]
    for status in STATUSES[name.partition(".")[0]].split():
        for since, updated in ((before, before), (before, after), (after, after)):
            row = {"status": status, "updatedAt": updated}
            if status == state.wanted:
                row = {**row, **state.holds, state.since: since}
            shop.sandbox.altered = {of: row}
            outcome = await shop.client(name).reconcile(error, settle=0)
            is_old = row.get(state.since, updated) == before
            expected = of_a_state(state, status, updated == after, is_old)
            assert (outcome.applied, outcome.final) == expected, (status, since, updated, outcome)


async def test_an_applied_coupon_beyond_those_that_are_shown_is_not_denied(shop):
    error = await shop.lost("coupons.apply", "before")
    shop.sandbox.altered = {shop.ours.coupon: {"_count.appliedCoupons": 21}}
    outcome = await shop.key.reconcile(error)

    assert outcome.applied is None
    assert "no such row among 0 of 21" in outcome.why
