"""Invoices that are created at the same time, on a server that numbers them without a lock.

1,000 with `-m slow`, which prints how many attempts they took.
"""

from __future__ import annotations

import sys
from typing import Any, Dict, Iterator, List

import pytest

from novabilling import AsyncNovaBilling, AttemptInfo, ConflictError, NovaBilling
from novabilling.sandbox import Sandbox
from tests.crowds import at_once, client_of, crowd
from tests.sandbox.test_http import serve

OVERLAP = 0.005
COUNTS = [100, pytest.param(1000, marks=pytest.mark.slow)]


class Shop:
    """A customer to bill, and what was asked of the server for it."""

    def __init__(self, colour: str, **options: Any) -> None:
        self.colour = colour
        self.sandbox = Sandbox()
        self.quiet: NovaBilling = self.sandbox.client()
        customer = self.quiet.customers.create(
            external_id="usr_1", email="ada@example.com", currency="NGN"
        )
        self.new: Dict[str, Any] = {"customer_id": customer.data.id, "due_date": "2030-01-31"}
        self.attempts: List[int] = []
        self.use(client_of(colour, self.sandbox, **options))

    def use(self, client: Any) -> None:
        self.client = client
        self.client.on_attempt(self.note)

    def note(self, info: AttemptInfo) -> None:
        if info.method == "POST" and info.retry_in is None:
            self.attempts.append(info.attempt)

    def create(self, number: int) -> Any:
        items = [{"description": f"order {number}", "amount": 1}]
        return self.client.invoices.create(**self.new, items=items)

    def check(self, ends: List[Any]) -> None:
        """Look whether each has made one invoice, and none twice."""
        errors = [end for end in ends if isinstance(end, Exception)]
        assert errors == []
        self.sandbox.overlap = 0
        made = [
            (one.items[0].description, one.invoice_number) for one in self.quiet.invoices.iter()
        ]
        assert sorted(made) == sorted(
            (f"order {n}", end.data.invoice_number) for n, end in enumerate(ends)
        )
        assert sorted(number for _, number in made) == [
            f"INV-{n:05d}" for n in range(1, len(ends) + 1)
        ]
        average = sum(self.attempts) / len(ends)
        most = max(self.attempts)
        sys.stdout.write(f"{self.colour}: {average:.2f} attempts each, at most {most}\n")
        assert len(self.attempts) == len(ends)
        assert average > 1.05  # they did collide


@pytest.mark.parametrize("count", COUNTS)
def test_all_invoices_are_created_once_ten_at_a_time(colour: str, count: int):
    shop = Shop(colour)
    shop.sandbox.overlap = OVERLAP

    shop.check(crowd(colour, shop.create, count, 10))


@pytest.fixture
def over_http(colour: str) -> Iterator[Shop]:
    shop = Shop(colour)
    cls: Any = NovaBilling if colour == "sync" else AsyncNovaBilling
    with serve(shop.sandbox) as (host, port):
        shop.use(cls(token=shop.sandbox.token, base_url=f"http://{host}:{port}"))
        yield shop


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_all_invoices_are_created_once_over_http(over_http: Shop, count: int):
    over_http.sandbox.overlap = OVERLAP

    shop = over_http
    shop.check(crowd(shop.colour, shop.create, count, 10, closes=shop.client))


def test_without_retries_the_losers_have_an_error_and_no_invoice(colour: str):
    shop = Shop(colour, max_retries=0)
    shop.sandbox.overlap = 0.2

    ends = at_once(colour, shop.create, 10)

    errors = [end for end in ends if isinstance(end, Exception)]
    assert len(errors) == 9
    assert all(type(error) is ConflictError for error in errors)
    assert not any(getattr(error, "may_have_been_applied", True) for error in errors)
    shop.sandbox.overlap = 0
    assert shop.quiet.invoices.list().meta.total == 1
