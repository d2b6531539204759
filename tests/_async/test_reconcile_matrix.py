"""Every write, each way to lose its answer: nothing wrong is said, and nearly all is known."""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

import pytest

from tests.reconciling import CALLS, FAULTS, NO_OTHER, UNKNOWABLE
from tests.reconciling_arguments import WITH_ALL_ARGUMENTS

from .shop import Shop

pytestmark = pytest.mark.anyio

KEYED = """add_ons.create|billable_metrics.create|charges.create|coupons.apply|coupons.create
customers.create|events.create|events.create_batch|payment_methods.create
payment_providers.configure|payment_providers.create|plan_overrides.create|plans.add_price
plans.create|subscriptions.create key|taxes.assign_to_customer|taxes.assign_to_plan
taxes.create""".replace("\n", "|").split("|")
TRACED = """add_ons.apply|api_keys.create|credit_notes.create|invoices.checkout|invoices.create
invoices.create_checkout|payments.create|payments.create failed|portal.create_checkout
subscriptions.create|wallets.create|wallets.create_transaction""".replace("\n", "|").split("|")

MAY_BE_EMPTIED = ["billable_metrics.update", "charges.update", "charges.update lists"]
"""Those that replace lists which are empty, as a server that failed may have left them."""


@pytest.fixture
def shop(clock) -> Shop:
    return Shop(clock)


def figures(
    title: str, truth: Dict[str, Any], outcomes: Dict[str, Any], unknown: Sequence[str] = ()
) -> None:
    """Print what was found, and fail if anything is wrong, or not known without need."""
    wrong = [n for n, o in outcomes.items() if o.applied not in (None, truth[n])]
    open_ = [n for n, o in outcomes.items() if o.applied is None]
    print(  # noqa: T201
        f"{title}: {len(outcomes)} calls, {len(wrong)} wrong, {len(open_)} not known {open_}"
    )
    assert wrong == [], [(n, truth[n], outcomes[n]) for n in wrong]
    assert open_ == [*unknown], [(n, outcomes[n].why) for n in open_]


@pytest.mark.parametrize("fault", FAULTS)
async def test_every_write_is_found_out_beside_one_who_does_the_same_elsewhere(shop, fault):
    truth, outcomes = {}, {}
    for name, call in CALLS.items():
        shop.restore()

        def bystander(_: object, name: str = name, call: Any = call) -> None:
            if name not in NO_OTHER:
                call(shop.others, shop.theirs)

        outcomes[name] = await shop.lose(name, fault, bystander)
        truth[name] = shop.sandbox.applied

    assert set(truth.values()) == {FAULTS[fault].applies}
    figures(fault, truth, outcomes)
    for name, outcome in outcomes.items():
        kind = "key" if name in KEYED else "trace" if name in TRACED else "state"
        assert outcome.evidence == (kind if outcome.applied else None), name
        assert not outcome.final, (name, outcome)  # nothing was refused
        assert outcome.why


@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
@pytest.mark.parametrize("marks", [False, True])
@pytest.mark.parametrize("fault", ["before", "after"])
async def test_every_argument_is_found_as_the_server_keeps_it(shop, fault, marks):
    truth, outcomes = {}, {}
    for name, call in WITH_ALL_ARGUMENTS.items():
        shop.restore()
        client = shop.client(name).with_options(marks=marks)
        outcomes[name] = await shop.lose(name, fault, client=client, call=call)
        truth[name] = shop.sandbox.applied

    assert set(truth.values()) == {FAULTS[fault].applies}
    unknown = MAY_BE_EMPTIED if fault == "before" else []
    figures(f"{fault}, all arguments", truth, outcomes, unknown)


@pytest.mark.parametrize("fault", FAULTS)
async def test_with_a_twin_a_single_state_key_or_mark_is_right(shop, fault):
    outcomes = {}
    for name in CALLS:
        shop.restore()
        outcomes[name] = await shop.lose(name, fault, shop.sandbox.again)

    doubled: List[str] = []
    for name, outcome in outcomes.items():
        if outcome.evidence != "trace":
            assert outcome.applied in (True, None), (name, outcome)  # the twin has done it
        if outcome.applied is None and outcome.candidates:
            doubled.append(name)
            assert len(outcome.candidates) >= 2, (name, outcome)
    if fault == "after":
        assert "invoices.create" in doubled
        assert "wallets.create_transaction" in doubled
        assert [n for n, o in outcomes.items() if o.evidence == "trace"] == []
    print(f"a twin, {fault}: two rows {doubled}")  # noqa: T201


@pytest.mark.parametrize("name", UNKNOWABLE)
async def test_what_leaves_no_trace_is_not_looked_for(shop, name):
    outcome = await shop.lose(name, "after")

    assert outcome.applied is None
    assert outcome.evidence is None
    assert outcome.why
    assert shop.sandbox.requests == []
