"""What the ORM and the database do to rows: types, keys, references, pages, rollback."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict

import pytest

from novabilling.sandbox._errors import HttpError, QueryError
from novabilling.sandbox._http.paging import checked_page, unchecked_page
from novabilling.sandbox._javascript import values as js
from novabilling.sandbox._store.clock import Clock
from novabilling.sandbox._store.database import Database, newest_first
from novabilling.sandbox._store.rows import require
from novabilling.sandbox._store.schema import MODELS

MOMENT = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def db() -> Database:
    return Database(MODELS, Clock(lambda: MOMENT))


def customer(db: Database, name: str = "u1") -> Dict[str, Any]:
    return db["customer"].create({"externalId": name, "email": "a@b.co", "currency": "NGN"})


def plan(db: Database) -> Dict[str, Any]:
    return db["plan"].create({"name": "P", "code": "p", "billingInterval": "MONTHLY"})


def subscription(db: Database) -> Dict[str, Any]:
    return db["subscription"].create(
        {
            "customerId": customer(db)["id"],
            "planId": plan(db)["id"],
            "currency": "NGN",
            "currentPeriodStart": MOMENT,
            "currentPeriodEnd": MOMENT,
        }
    )


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (9999.99, "9999.99"),
        (0.00005, "0.0001"),
        (0.00004, "0"),
        (0.1 + 0.2, "0.3"),
        (1234567890123.1234, "1234567890123.123"),
        ("12.3400", "12.34"),
        (-5, "-5"),
        (Decimal("1.5"), "1.5"),
    ],
)
def test_decimals(db: Database, amount: Any, text: str) -> None:
    row = db["planPrice"].create({"planId": plan(db)["id"], "currency": "NGN", "amount": amount})
    assert js.stringify(row["amount"]) == f'"{text}"'


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        ({"name": None}, "Argument `name` must not be null."),
        ({"name": 5}, "Argument `name`: Invalid value provided. Expected String or "
         "StringFieldUpdateOperationsInput, provided Int."),
        ({"description": 1.5}, "Argument `description`: Invalid value provided. Expected String or "
         "NullableStringFieldUpdateOperationsInput or Null, provided Float."),
        ({"isActive": "x"}, "Argument `isActive`: Invalid value provided. Expected Boolean or "
         "BoolFieldUpdateOperationsInput, provided String."),
        ({"netPaymentTerms": True}, "Argument `netPaymentTerms`: Invalid value provided. Expected "
         "Int or NullableIntFieldUpdateOperationsInput or Null, provided Boolean."),
        ({"netPaymentTerms": 2**31},
         "Unable to fit integer value '2147483648' into an INT4 (32-bit signed integer)."),
        ({"progressiveBillingThreshold": {}},
         "Argument `progressiveBillingThreshold`: Invalid value provided. Expected Decimal or "
         "NullableDecimalFieldUpdateOperationsInput or Null, provided Object."),
        ({"progressiveBillingThreshold": 1e15},
         "Value out of range for the type: numeric field overflow"),
        ({"progressiveBillingThreshold": "999999999999999.99999"},
         "Value out of range for the type: numeric field overflow"),
        ({"createdAt": js.INVALID_DATE}, "Invalid value for argument `createdAt`: "
         "Provided Date object is invalid. Expected Date."),
        ({"createdAt": "2027"}, "Argument `createdAt`: Invalid value provided. Expected DateTime "
         "or DateTimeFieldUpdateOperationsInput, provided String."),
        ({"billingInterval": "monthly"},
         "Invalid value for argument `billingInterval`. Expected BillingInterval."),
        ({"zz": 1}, "Unknown argument `zz`. Available options are marked with ?."),
    ],
)  # fmt: skip
def test_values_a_column_refuses(db: Database, data: Dict[str, Any], detail: str) -> None:
    row = plan(db)
    with pytest.raises(QueryError) as caught:
        db["plan"].update(row["id"], data)
    assert caught.value.detail == detail
    assert caught.value.message == f"\nInvalid `db.plan.update()` invocation:\n\n\n{detail}"


def test_no_row_is_asked_for_without_an_id(db: Database) -> None:
    with pytest.raises(QueryError) as caught:
        db["plan"].find(id=None)
    assert caught.value.detail == "Argument `id` must not be null."


def test_a_missing_column(db: Database) -> None:
    with pytest.raises(QueryError) as caught:
        db["plan"].create({"name": "P"})
    assert caught.value.detail == "Argument `code` is missing."


@pytest.mark.parametrize("text", ["a\x00", "\ud800"])
def test_text_the_database_cannot_keep(db: Database, text: str) -> None:
    with pytest.raises(HttpError):
        db["customer"].update(customer(db)["id"], {"metadata": {"a": [text]}})


def test_json_keys_are_reordered_and_whole_numbers_cut(db: Database) -> None:
    row = db["customer"].update(
        customer(db)["id"], {"metadata": {"bb": 1, "é": 2, "a": {"d": 1, "c": 2}}}
    )
    assert list(row["metadata"]) == ["a", "bb", "é"]
    assert list(row["metadata"]["a"]) == ["c", "d"]
    assert db["customer"].update(row["id"], {"netPaymentTerms": 1.9})["netPaymentTerms"] == 1


def test_unique_keys_and_references(db: Database) -> None:
    price = {"planId": plan(db)["id"], "currency": "NGN", "amount": 1}
    db["planPrice"].create(price)
    with pytest.raises(QueryError) as caught:
        db["planPrice"].create(price)
    assert caught.value.detail.endswith('on the fields: (`"planId"`, `currency`)')
    with pytest.raises(QueryError) as caught:
        db["planPrice"].create({**price, "planId": "nope"})
    assert caught.value.detail.endswith("on the constraint: `PlanPrice_planId_fkey`")


def test_deleting_follows_references(db: Database) -> None:
    sub = subscription(db)
    invoice = db["invoice"].create(
        {
            "invoiceNumber": "1",
            "customerId": sub["customerId"],
            "subscriptionId": sub["id"],
            "amount": 1,
            "currency": "NGN",
            "dueDate": MOMENT,
        }
    )
    with pytest.raises(QueryError, match="Subscription_planId_fkey"):
        db["plan"].delete(sub["planId"])
    db["subscription"].delete(sub["id"])
    assert db["invoice"].rows[invoice["id"]]["subscriptionId"] is None
    note = {"invoiceId": invoice["id"], "customerId": sub["customerId"], "amount": 1}
    note_id = db["creditNote"].create({**note, "currency": "NGN", "reason": "OTHER"})["id"]
    with pytest.raises(QueryError, match="CreditNote_customerId_fkey"):
        db["customer"].delete(sub["customerId"])
    assert invoice["id"] in db["invoice"].rows
    db["creditNote"].delete(note_id)
    db["customer"].delete(sub["customerId"])
    assert not db["invoice"].rows


def test_a_transaction_is_all_or_nothing(db: Database) -> None:
    def write() -> None:
        with db.transaction("tx.plan.create()"):
            plan(db)
            plan(db)

    with pytest.raises(QueryError, match=r"Invalid `tx\.plan\.create"):
        write()
    assert not db["plan"].rows


def test_an_empty_update_changes_nothing(db: Database) -> None:
    row = customer(db)
    assert db["customer"].update(row["id"], {"name": js.UNDEFINED}) == row


def test_find_and_require(db: Database) -> None:
    row = customer(db)
    assert db["customer"].find(id=row["id"], name=js.UNDEFINED) == [row]
    assert db["customer"].first(externalId="nope") is None
    assert require(db, "customer", row["id"]) == row
    with pytest.raises(HttpError, match="Credit note not found"):
        require(db, "creditNote", None)
    with pytest.raises(QueryError, match=r"subscription.findMany"):
        db["subscription"].find(status="active")


@pytest.mark.parametrize(
    ("query", "names", "meta"),
    [
        ({}, "43210", (5, 1, 20, 1)),
        ({"limit": "2", "page": "2"}, "21", (5, 2, 2, 3)),
        ({"limit": "-2"}, "10", (5, 1, -2, -2)),
        ({"limit": "x", "page": "0"}, "43210", (5, 1, 20, 1)),
        ({"limit": "1.5"}, "4", (5, 1, 1.5, 4)),
        ({"page": "9"}, "", (5, 9, 20, 1)),
    ],
)
def test_unchecked_pages(db: Database, query: Any, names: str, meta: Any) -> None:
    rows = newest_first([customer(db, str(n)) for n in range(5)])
    page = unchecked_page(rows, query, "wallet", lambda row: {"n": row["externalId"]})
    assert "".join(row["n"] for row in page["data"]) == names
    assert tuple(page["meta"].values()) == meta


def test_pages_of_next_to_nothing_have_no_number(db: Database) -> None:
    page = unchecked_page([customer(db, "1")], {"limit": "1e-320"}, "x")
    assert page["data"] == []
    assert js.stringify(page["meta"]).endswith('"totalPages":null}')


def test_whole_limits_and_names_of_their_own(db: Database) -> None:
    rows = [customer(db, str(n)) for n in range(3)]
    page = unchecked_page(rows, {"perPage": "1.5"}, "x", read=js.parse_int, limit_name="perPage")
    assert page["meta"] == {"total": 3, "page": 1, "perPage": 1, "totalPages": 3}


@pytest.mark.parametrize(
    ("page", "message"), [(-1, "can only be positive, found: -40"), (1e20, "64-bit signed")]
)
def test_pages_out_of_reach(page: float, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        checked_page([], {"page": page}, "customer")
