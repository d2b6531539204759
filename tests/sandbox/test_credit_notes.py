"""Credit notes beyond the recording: what they add up to and when they change."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller


@pytest.fixture
def api() -> Caller:
    return Caller(Sandbox())


@pytest.fixture
def invoice(api: Caller) -> Dict[str, Any]:
    return api.invoice(api.customer())


def body(invoice: Dict[str, Any], amount: Any, **fields: Any) -> Dict[str, Any]:
    about = {"invoiceId": invoice["id"], "customerId": invoice["customerId"]}
    return {**about, "amount": amount, "currency": "NGN", "reason": "OTHER", **fields}


def note(api: Caller, invoice: Dict[str, Any], amount: Any, **fields: Any) -> Dict[str, Any]:
    made: Dict[str, Any] = api.post("/credit-notes", **body(invoice, amount, **fields))
    return made


def test_a_voided_note_makes_room_for_another(api: Caller, invoice: Dict[str, Any]) -> None:
    first = note(api, invoice, 100)
    expected = "400 Total credit notes (100.5) would exceed invoice amount (100)"
    assert api.refusal("POST", "/credit-notes", body(invoice, 0.5)) == expected
    api.post(f"/credit-notes/{first['id']}/void")
    assert note(api, invoice, "100")["amount"] == "100"


def test_a_note_may_start_voided_and_then_counts_for_nothing(
    api: Caller, invoice: Dict[str, Any]
) -> None:
    assert note(api, invoice, 100, status="VOIDED")["status"] == "VOIDED"
    note(api, invoice, 100)


def test_the_sum_is_that_of_floats(api: Caller) -> None:
    invoice = api.invoice(api.customer(), 0.3)
    note(api, invoice, 0.1)
    expected = "400 Total credit notes (0.30000000000000004) would exceed invoice amount (0.3)"
    assert api.refusal("POST", "/credit-notes", body(invoice, 0.2)) == expected


def test_what_was_credited_before_is_added_up_exactly(api: Caller) -> None:
    invoice = api.invoice(api.customer(), 0.7)
    for amount in (0.1, 0.2, 0.4):
        assert note(api, invoice, amount)["amount"] == str(amount)


def test_an_update_is_measured_against_the_other_notes(
    api: Caller, invoice: Dict[str, Any]
) -> None:
    note(api, invoice, 40)
    path = f"/credit-notes/{note(api, invoice, 30)['id']}"
    assert api.patch(path, amount=60)["amount"] == "60"
    expected = "400 Total credit notes would exceed invoice amount"
    assert api.refusal("PATCH", path, {"amount": 60.01}) == expected


def test_an_update_may_use_the_last_fraction_of_the_invoice(api: Caller) -> None:
    # The float of 0.1 is a trifle more than the amount that is stored.
    invoice = api.invoice(api.customer(), 0.1)
    path = f"/credit-notes/{note(api, invoice, 0)['id']}"
    assert api.patch(path, amount=0.1)["amount"] == "0.1"


def test_only_drafts_are_updated_and_all_but_voided_notes_are_voided(
    api: Caller, invoice: Dict[str, Any]
) -> None:
    path = f"/credit-notes/{note(api, invoice, 1, status='FINALIZED')['id']}"
    expected = "400 Only draft credit notes can be updated"
    assert api.refusal("PATCH", path, {"metadata": {}}) == expected
    assert api.post(f"{path}/void")["status"] == "VOIDED"
    assert api.refusal("POST", f"{path}/finalize").startswith("400 Only draft credit notes")


def test_a_reason_cannot_be_taken_away(api: Caller, invoice: Dict[str, Any]) -> None:
    path = f"/credit-notes/{note(api, invoice, 1)['id']}"
    expected = "500 Argument `reason` must not be null."
    assert api.refusal("PATCH", path, {"reason": None}) == expected
