"""Calls that overlap: what one has checked is no longer so when it writes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, Callable, Dict, List

import anyio
import pytest

import novabilling
from novabilling import APIStatusError, AsyncNovaBilling, ConflictError, NovaBilling, ServerError
from novabilling.sandbox import Sandbox
from novabilling.sandbox.__main__ import main
from novabilling.testing import serve_sandbox
from tests.crowds import COLOURS, at_once, client_of
from tests.sandbox.test_http import serve

ADA = {"external_id": "u1", "email": "ada@example.com", "currency": "NGN"}
ITEMS = [{"description": "Licence", "amount": 100}]
LONG = 0.2
"""Long enough for threads of a busy machine to meet."""


class Crowd:
    """A sandbox with a customer, and the same call five times at once."""

    def __init__(self, colour: str, overlap: float) -> None:
        self.colour = colour
        self.sandbox = Sandbox()
        self.quiet: Any = self.sandbox.client(max_retries=0)
        self.client: Any = client_of(colour, self.sandbox, max_retries=0)
        self.customer_id: str = self.quiet.customers.create(**ADA).data.id
        self.bill: Dict[str, Any] = {
            "customer_id": self.customer_id,
            "items": ITEMS,
            "due_date": "2030-01-31",
        }
        self.sandbox.overlap = overlap

    def statuses(self, work: Callable[[Any], Any], closes: Any = None) -> List[int]:
        """Return the status of each call that failed, sorted, and 0 for those that did not."""
        ends = at_once(self.colour, lambda _: work(self.client), 5, closes)
        assert all(isinstance(end, APIStatusError) or hasattr(end, "data") for end in ends), ends
        return sorted(end.status_code if isinstance(end, APIStatusError) else 0 for end in ends)


@pytest.fixture(params=COLOURS)
def crowd(request: pytest.FixtureRequest) -> Crowd:
    return Crowd(request.param, LONG)


@pytest.fixture(params=COLOURS)
def queue(request: pytest.FixtureRequest) -> Crowd:
    return Crowd(request.param, 0)


def test_one_of_the_invoices_gets_the_number_and_the_others_are_not_made(crowd: Crowd):
    assert crowd.statuses(lambda c: c.invoices.create(**crowd.bill)) == [0, 500, 500, 500, 500]
    assert [one.invoice_number for one in crowd.quiet.invoices.iter()] == ["INV-00001"]
    assert crowd.quiet.invoices.create(**crowd.bill).data.invoice_number == "INV-00002"


def test_invoices_marked_paid_get_a_payment_from_each(crowd: Crowd):
    invoice = crowd.quiet.invoices.create(**crowd.bill).data

    assert crowd.statuses(lambda c: c.invoices.mark_paid(invoice.id)) == [0] * 5
    assert crowd.quiet.payments.list().meta.total == 5


def test_a_payment_is_refunded_by_each_and_one_refund_stays(crowd: Crowd):
    invoice = crowd.quiet.invoices.create(**crowd.bill).data
    crowd.quiet.invoices.mark_paid(invoice.id)
    payment = crowd.quiet.payments.list().data[0]

    assert crowd.statuses(lambda c: c.payments.refund(payment.id, amount=40)) == [0] * 5
    assert crowd.quiet.payments.get(payment.id).data.metadata["refundAmount"] == 40


def test_a_coupon_is_applied_by_each(crowd: Crowd):
    coupon = crowd.quiet.coupons.create(
        code="ten", name="Ten", discount_type="percentage", discount_value=10
    ).data

    def apply(client: Any) -> Any:
        return client.coupons.apply(coupon_id=coupon.id, customer_id=crowd.customer_id)

    assert crowd.statuses(apply) == [0] * 5
    found = crowd.quiet.coupons.get(coupon.id).data
    assert len(found.applied_coupons or []) == found.redemption_count == 5


CREATES: List[Callable[[Any], Any]] = [
    lambda c: c.customers.create(**{**ADA, "external_id": "u2"}),
    lambda c: c.plans.create(name="Pro", code="pro", billing_interval="monthly"),
    lambda c: c.taxes.create(name="VAT", code="vat", rate=7.5),
    lambda c: c.billable_metrics.create(name="n", code="c", aggregation_type="count"),
    lambda c: c.payment_providers.create(type="payu", credentials={}),
    lambda c: c.add_ons.create(name="n", code="c", prices=[{"currency": "NGN", "amount": 1}]),
    lambda c: c.coupons.create(
        code="ten", name="Ten", discount_type="percentage", discount_value=10
    ),
]


@pytest.mark.parametrize("create", CREATES)
def test_a_key_that_is_taken_meanwhile_is_a_500(crowd: Crowd, create: Callable[[Any], Any]):
    assert crowd.statuses(create) == [0, 500, 500, 500, 500]

    with pytest.raises(APIStatusError, match="already") as caught:
        create(crowd.quiet)
    assert caught.value.status_code in (400, 409)


def test_equal_events_are_stored_once(crowd: Crowd):
    plan = crowd.quiet.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 1}],
    ).data
    crowd.quiet.billable_metrics.create(name="n", code="calls", aggregation_type="count")
    subscription = crowd.quiet.subscriptions.create(
        customer_id=crowd.customer_id, plan_id=plan.id, currency="NGN"
    ).data
    event = {"subscription_id": subscription.id, "code": "calls", "transaction_id": "t1"}

    assert crowd.statuses(lambda c: c.events.create(**event)) == [0, 500, 500, 500, 500]
    with pytest.raises(ServerError):
        raise next(
            end
            for end in at_once(
                crowd.colour,
                lambda _: crowd.client.events.create(**{**event, "transaction_id": "t2"}),
                2,
            )
            if isinstance(end, Exception)
        )


def test_without_an_overlap_one_call_comes_after_the_other(queue: Crowd):
    assert queue.statuses(lambda c: c.invoices.create(**queue.bill)) == [0] * 5
    invoices = list(queue.quiet.invoices.iter())
    assert [one.invoice_number for one in invoices] == [f"INV-0000{n}" for n in (5, 4, 3, 2, 1)]

    marked = queue.statuses(lambda c: c.invoices.mark_paid(invoices[0].id))
    assert marked == [0, 400, 400, 400, 400]
    assert queue.quiet.payments.list().meta.total == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_calls_overlap_over_http(colour: str):
    crowd = Crowd(colour, LONG)

    with serve(crowd.sandbox) as (host, port):
        cls: Any = NovaBilling if colour == "sync" else AsyncNovaBilling
        crowd.client = cls(
            token=crowd.sandbox.token, base_url=f"http://{host}:{port}", max_retries=0
        )
        found = crowd.statuses(lambda c: c.invoices.create(**crowd.bill), closes=crowd.client)
    assert found == [0, 500, 500, 500, 500]


@pytest.mark.anyio
async def test_a_call_that_has_arrived_is_carried_out_although_its_task_is_canceled():
    crowd = Crowd("asyncio", 30)

    with anyio.move_on_after(0.05):
        await crowd.client.invoices.create(**crowd.bill)

    assert crowd.sandbox.client().invoices.list().meta.total == 1


def test_other_calls_do_not_wait_for_one_that_is_under_way():
    crowd = Crowd("sync", 0.3)
    slow = threading.Thread(target=lambda: crowd.client.invoices.create(**crowd.bill))
    slow.start()

    assert crowd.quiet.invoices.list().meta.total == 0
    slow.join()
    assert crowd.quiet.invoices.list().meta.total == 1


def test_the_overlap_can_be_changed_and_a_snapshot_keeps_it():
    sandbox = Sandbox(overlap=0.5)
    before = sandbox.snapshot()

    sandbox.overlap = 0
    assert sandbox.overlap == 0
    sandbox.restore(before)
    assert sandbox.overlap == 0.5
    for wrong in (-1, float("nan")):
        with pytest.raises(ValueError, match=r"^overlap must be 0 seconds or more, not "):
            sandbox.overlap = wrong
    with pytest.raises(ValueError, match="overlap"):
        Sandbox(overlap=-1)


@pytest.mark.parametrize("overlap", ["-1", "long", "nan"])
def test_an_overlap_that_is_no_time_is_refused(overlap: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main([f"--overlap={overlap}"])
    assert f"{overlap!r} is no time: seconds, 0 to 600" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "overlap"), [([], 0), (["--overlap", "0.02"], 0.02)])
def test_the_command_takes_an_overlap(
    arguments: List[str], overlap: float, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONPATH", str(Path(novabilling.__file__).parents[1]))
    with serve_sandbox(arguments) as server:
        assert server.request("GET", "/faults")["overlap"] == overlap


def test_a_conflict_of_the_database_has_the_same_class_as_that_of_the_server():
    crowd = Crowd("sync", LONG)
    ends = at_once("sync", lambda _: CREATES[0](crowd.client), 2)

    (error,) = [end for end in ends if isinstance(end, Exception)]
    assert isinstance(error, ConflictError)
    assert (error.status_code, error.may_have_been_applied) == (500, False)
