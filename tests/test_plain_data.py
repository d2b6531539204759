"""Results leave the process as dicts and JSON, and come back as what they were."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Dict, List, Mapping

import httpx
import msgspec
import pytest

from novabilling import types
from novabilling._runtime.secrets import MASK
from novabilling.types import (
    ChargeFilterInput,
    Customer,
    GraduatedRangeInput,
    Invoice,
    InvoiceItem,
    InvoiceItemDto,
    InvoicePaidEvent,
    InvoicePdf,
    PaginatedResponse,
    PaginationMeta,
    Payment,
    Response,
    SubscriptionAnalytics,
    Tenant,
    UnknownEvent,
    UsageEventInput,
    WebhookEvent,
)
from tests.pool.support import python
from tests.results import answers, events, one_of_each, rows, secrets_in, structs_in

AT = datetime(2026, 11, 22, 18, 54, 51, 406_000, tzinfo=timezone.utc)
AMOUNT = Decimal("9007199254740993.10")
TIMES = {"created_at": AT, "updated_at": AT}
CUSTOMER = Customer(
    id="cus_1", external_id="usr_1", email="a@b.co", currency="NGN", metadata={"a": [1]}, **TIMES
)
INVOICE = Invoice(
    id="inv_1",
    invoice_number="INV-1",
    customer_id="cus_1",
    amount=AMOUNT,
    currency="NGN",
    status="finalized",
    due_date=AT,
    customer=CUSTOMER,
    metadata={
        "items": [
            {"description": "Pro", "unitAmount": "1500.50", "quantity": 2},
            {"description": "Note: thanks", "unitAmount": 0},
        ]
    },
    **TIMES,
)
TENANT = Tenant(
    id="t", name="T", slug="t", email="a@b.co", is_active=True, api_key="sk_live_1", **TIMES
)
META = PaginationMeta(total=1, page=1, limit=20, total_pages=1)
CLASSES: List[Any] = [
    of
    for of in (getattr(types, name) for name in types.__all__)
    if isinstance(of, type) and issubclass(of, msgspec.Struct)
]


def plain_in(value: Any) -> bool:
    """Say whether JSON can hold a value as it is."""
    if isinstance(value, dict):
        return all(type(key) is str and plain_in(item) for key, item in value.items())
    if isinstance(value, list):
        return all(plain_in(item) for item in value)
    return type(value) in (str, int, float, bool, type(None))


# What is written


def test_a_result_is_written_by_its_public_names_and_words_with_what_is_computed():
    found = INVOICE.to_dict()

    assert list(found)[:3] == ["id", "invoice_number", "customer_id"]
    assert (found["status"], found["amount"], found["due_date"]) == ("finalized", AMOUNT, AT)
    assert found["total"] == AMOUNT
    assert found["notes"] == "thanks"
    assert found["items"] == [
        {
            "description": "Pro",
            "quantity": Decimal(2),
            "amount": Decimal("1500.50"),
            "type": None,
            "unit_amount": Decimal("1500.50"),
        }
    ]
    assert found["customer"]["external_id"] == "usr_1"
    assert found["subscription"] is None


def test_json_has_amounts_as_text_and_times_as_iso_8601():
    found = INVOICE.to_dict(mode="json")

    assert plain_in(found)
    assert found["amount"] == found["total"] == "9007199254740993.10"
    assert found["due_date"] == "2026-11-22T18:54:51.406000Z"
    assert found["items"][0]["quantity"] == "2"
    assert json.loads(INVOICE.to_json()) == found
    assert type(INVOICE.to_json()) is str


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1E+3", "1000"), ("0.0001", "0.0001"), ("19.990", "19.990"), ("-5", "-5"), ("1E-20", None)],
)
def test_amounts_have_all_of_their_digits_and_no_exponent(amount, text):
    line = InvoiceItem(description="x", quantity=Decimal(1), amount=Decimal(amount))

    written = line.to_dict(mode="json")["amount"]

    assert written == (text or format(Decimal(amount), "f"))
    assert InvoiceItem.from_dict(line.to_dict(mode="json")) == line


def test_times_of_other_zones_keep_their_moment():
    away = msgspec.structs.replace(CUSTOMER, created_at=AT.astimezone(timezone(timedelta(hours=1))))

    assert away.to_dict(mode="json")["created_at"] == "2026-11-22T19:54:51.406000+01:00"
    assert Customer.from_dict(away.to_dict(mode="json")) == CUSTOMER


def test_dict_of_a_result_is_its_json_form():
    assert dict(INVOICE) == INVOICE.to_dict(mode="json")
    assert dict(events()[0]) == events()[0].to_dict(mode="json")


@pytest.mark.parametrize(
    ("name", "answer"), [(name, answer) for name, answer, _ in answers()], ids=lambda x: str(x)[:30]
)
def test_every_recorded_answer_is_written_as_json(name, answer):
    found = answer.to_dict(mode="json")

    assert plain_in(found)
    assert list(found) == (["data", "meta"] if hasattr(answer, "meta") else ["data"])
    assert json.loads(answer.to_json()) == found == dict(answer)
    assert json.loads(json.dumps(found)) == found


def test_a_page_says_where_it_stands():
    page = next(answer for _, answer, _ in answers() if hasattr(answer, "meta") and answer.data)

    assert page.to_dict()["meta"] == {
        name: getattr(page.meta, name) for name in PaginationMeta.__struct_fields__
    }
    assert page.to_dict()["data"] == [row.to_dict() for row in page]


def test_a_page_has_no_item_under_a_name():
    page: Any = PaginatedResponse([CUSTOMER], META, httpx.Response(200))

    assert dict(page) == page.to_dict(mode="json")
    assert {type(key) for key in dict(page)} == {str}
    with pytest.raises(TypeError):
        page["data"]


def test_an_answer_that_holds_a_dict_is_written_as_an_answer():
    answer: Any = Response({"keys": 1, "total": Decimal("0.10")}, httpx.Response(200))

    assert dict(answer) == {"data": {"keys": 1, "total": "0.10"}}
    assert Response(None, httpx.Response(204)).to_dict() == {"data": None}


def test_a_result_is_not_changed_through_its_dict():
    for mode in ("python", "json"):
        CUSTOMER.to_dict(mode=mode)["metadata"]["a"].append(2)

    assert CUSTOMER.metadata == {"a": [1]}


def test_a_dict_is_not_changed_through_its_result():
    data = CUSTOMER.to_dict()
    metadata: Any = Customer.from_dict(data).metadata

    metadata["a"].append(2)

    assert data["metadata"] == {"a": [1]}


def test_other_modes_are_refused():
    mode: Any = "xml"

    with pytest.raises(ValueError, match="mode must be 'python' or 'json', not 'xml'"):
        CUSTOMER.to_dict(mode=mode)


def test_results_have_no_items_to_take_by_their_names():
    invoice: Any = INVOICE

    with pytest.raises(TypeError, match="'Invoice' object has attributes and no items"):
        invoice["total"]


# Back again


@pytest.mark.parametrize("mode", ["python", "json"])
def test_every_recorded_result_and_event_comes_back_as_it_was(mode):
    for row in rows():
        data = row.to_dict(mode=mode, secrets=True)
        if mode == "json":
            data = json.loads(json.dumps(data))

        assert type(row).from_dict(data) == row


@pytest.mark.parametrize("row", one_of_each().values(), ids=lambda row: type(row).__name__)
def test_copies_and_pickles_are_as_before(row):
    assert copy.deepcopy(row) == copy.copy(row) == pickle.loads(pickle.dumps(row)) == row


def test_events_come_back_as_their_class_by_the_base_of_all():
    for event in events():
        for mode in ("python", "json"):
            found = WebhookEvent.from_dict(event.to_dict(mode=mode))
            assert (type(found), found) == (type(event), event)


def test_an_event_whose_data_is_not_as_expected_comes_back_as_an_unknown_one():
    data = {"type": "invoice.paid", "data": {"x": 1}, "timestamp": AT, "payload": b"{}"}

    assert type(WebhookEvent.from_dict(data)) is UnknownEvent
    with pytest.raises(ValueError, match=r"InvoicePaidEvent\.data\.invoice_id is missing"):
        InvoicePaidEvent.from_dict(data)


def test_an_event_that_was_made_up_for_a_test_can_be_written():
    event = UnknownEvent(type="a.b", data={"n": Decimal("1.5")}, timestamp=AT, payload=b"")

    assert UnknownEvent.from_dict(event.to_dict()) == event
    assert event.to_dict(mode="json")["payload"] == ""


def test_words_and_fields_of_a_newer_server_stay():
    newer = msgspec.structs.replace(INVOICE, status="disputed")
    data = {**newer.to_dict(mode="json"), "new_field": 1, "total": "wrong"}

    assert Invoice.from_dict(data) == newer
    assert Invoice.from_dict(data).total == AMOUNT


def test_fields_with_a_default_may_be_left_out():
    needed = {name: getattr(CUSTOMER, name) for name in list(CUSTOMER.__struct_fields__)[:6]}

    assert Customer.from_dict(needed) == msgspec.structs.replace(CUSTOMER, metadata=None)


BAD: List[Any] = [
    ({"amount": "abc"}, ValueError, r"Invoice\.amount must be a number, not 'abc'"),
    ({"amount": "NaN"}, ValueError, r"Invoice: Expected a finite amount"),
    (
        {"amount": None},
        TypeError,
        r"Invoice\.amount must be Decimal or str or int or float, not No",
    ),
    ({"amount": True}, TypeError, r"Invoice\.amount must be .*, not bool"),
    ({"due_date": "soon"}, ValueError, r"Invoice\.due_date must be a time of ISO 8601, not 'soon'"),
    ({"due_date": "2026-11-22T18:54:51"}, ValueError, r"due_date must have a time zone"),
    (
        {"due_date": "0001-01-01T00:00:00+01:00"},
        ValueError,
        r"Invoice\.due_date must lie in the years 1 to 9999",
    ),
    (
        {"due_date": datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))},
        ValueError,
        r"Invoice\.due_date must lie in the years 1 to 9999",
    ),
    ({"id": 1}, TypeError, r"Invoice\.id must be str, not int"),
    ({"status": 1}, TypeError, r"Invoice\.status must be str, not int"),
    ({"metadata": []}, TypeError, r"Invoice\.metadata must be a dict, not list"),
    ({"payments": {}}, TypeError, r"Invoice\.payments must be list or tuple, not dict"),
    ({"payments": [{}]}, ValueError, r"Invoice\.payments\[0\]\.id is missing"),
    ({"customer": {}}, ValueError, r"Invoice\.customer\.id is missing: give what to_dict\(\) wr"),
    ({"customer": "cus_1"}, TypeError, r"Invoice\.customer must be a dict, not str$"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_what_a_field_cannot_hold_is_named(change, error, message):
    with pytest.raises(error, match=message):
        Invoice.from_dict({**INVOICE.to_dict(), **change})


def test_what_is_no_dict_is_refused():
    data: Any = "{}"

    with pytest.raises(
        TypeError, match=r"Invoice must be a dict, not str: parse JSON by json\.loads\(\)"
    ):
        Invoice.from_dict(data)


def test_objects_inside_may_stay_as_they_are():
    data: Dict[str, Any] = {**INVOICE.to_dict(), "customer": CUSTOMER}

    assert Invoice.from_dict(data) == INVOICE


def test_percentages_and_files_come_back():
    rates = one_of_each()[SubscriptionAnalytics]
    pdf = InvoicePdf(url=None, content=b"%PDF \xff\x00")

    assert rates.to_dict(mode="json")["churn_rate"] == format(rates.churn_rate, "f")
    assert InvoicePdf.from_dict(json.loads(pdf.to_json())) == pdf
    with pytest.raises(ValueError, match="content must be base64"):
        InvoicePdf.from_dict({"url": None, "content": "%"})


# Secrets


def test_no_secret_is_written_unless_it_is_asked_for():
    held = {secret for row in rows() for secret in secrets_in(row)}
    assert len(held) > 15

    for row in [*(answer for _, answer, _ in answers()), *rows()]:
        forms = [row.to_json(), str(row.to_dict()), str(dict(row)), str(row.to_dict(mode="json"))]
        assert not [secret for secret in held for form in forms if secret in form]


def test_secrets_are_there_when_they_are_asked_for():
    for row in rows():
        assert [s for s in secrets_in(row) if s not in row.to_json(secrets=True)] == []
        assert [s for s in secrets_in(row) if s not in str(row.to_dict(secrets=True))] == []


def test_a_secret_is_masked_and_a_missing_one_is_not():
    found = TENANT.to_dict()

    assert found["api_key"] == MASK
    assert found["webhook_secret"] is None
    assert TENANT.to_dict(secrets=True)["api_key"] == "sk_live_1"
    assert Tenant.from_dict(found).api_key == MASK


def test_what_is_masked_when_it_is_written_is_masked_in_the_repr():
    for row in one_of_each().values():
        for struct in structs_in(row):
            shown = repr(struct)
            assert not [s for s in secrets_in(struct) if s in shown], type(struct)


# What is sent

EVENT = UsageEventInput(
    subscription_id="sub_1",
    code="calls",
    transaction_id="t1",
    timestamp=AT,
    properties={"gb": Decimal("1.5"), "exact": Decimal("9007199254740993.10"), "tags": ("a",)},
)


def test_an_event_keeps_what_is_left_out():
    event = UsageEventInput(subscription_id="sub_1", code="calls")

    for mode in ("python", "json"):
        data = event.to_dict(mode=mode)
        assert data == {"subscription_id": "sub_1", "code": "calls"}
        assert UsageEventInput.from_dict(data) == event


@pytest.mark.parametrize("when", [AT, AT.astimezone(timezone(timedelta(hours=3))), "2026-11-22Z"])
def test_the_time_of_an_event_comes_back_in_either_mode(when):
    event = UsageEventInput(subscription_id="sub_1", code="calls", timestamp=when)

    for data in (event.to_dict(), json.loads(event.to_json())):
        found = UsageEventInput.from_dict(data)
        assert found == event
        assert type(found.timestamp) is type(when)


def test_a_day_comes_back_as_its_text_which_means_the_same():
    event = UsageEventInput(subscription_id="s", code="c", timestamp=date(2026, 11, 22))

    assert UsageEventInput.from_dict(event.to_dict()) == event
    assert UsageEventInput.from_dict(json.loads(event.to_json())).timestamp == "2026-11-22"


def test_numbers_that_are_yet_to_be_sent_stay_numbers_where_no_digit_is_lost():
    found = EVENT.to_dict(mode="json")

    assert plain_in(found)
    assert found["properties"] == {"gb": 1.5, "exact": "9007199254740993.10", "tags": ["a"]}
    assert UsageEventInput.from_dict(EVENT.to_dict()) == EVENT


def test_keys_that_no_request_has_are_refused():
    with pytest.raises(ValueError, match="UsageEventInput: unknown cod; it takes subscription_id"):
        UsageEventInput.from_dict({"subscription_id": "s", "code": "c", "cod": "c"})


def test_amounts_that_are_sent_are_written_as_text():
    item = InvoiceItemDto("Pro", 19.99, quantity=2)

    assert item.to_dict() == {"description": "Pro", "amount": 19.99, "quantity": 2}
    assert item.to_dict(mode="json") == {"description": "Pro", "amount": "19.99", "quantity": "2"}
    assert InvoiceItemDto.from_dict(item.to_dict()) == item
    assert InvoiceItemDto.from_dict(item.to_dict(mode="json")).amount == Decimal("19.99")


def test_ranges_and_filters_come_back():
    last = GraduatedRangeInput(from_value=0, per_unit_amount=1, to_value=None)
    prices = ChargeFilterInput("region", ["eu"], {"amount": "1"})

    for mode in ("python", "json"):
        assert GraduatedRangeInput.from_dict(last.to_dict(mode=mode)) == last
        assert "flat_amount" not in last.to_dict(mode=mode)
        assert ChargeFilterInput.from_dict(prices.to_dict(mode=mode)) == prices


# What it costs, and where


@pytest.mark.parametrize("of", CLASSES, ids=lambda of: of.__name__)
def test_every_type_has_the_three_methods(of):
    assert callable(of.to_dict)
    assert callable(of.to_json)
    assert callable(of.from_dict)


def test_a_result_is_no_larger_than_its_fields():
    fields: Any = [(name, Any) for name in Customer.__struct_fields__]
    bare = msgspec.defstruct("Bare", fields, frozen=True, kw_only=True)
    kept = {name: getattr(CUSTOMER, name) for name in CUSTOMER.__struct_fields__}

    assert sys.getsizeof(CUSTOMER) == sys.getsizeof(bare(**kept))
    assert not hasattr(CUSTOMER, "__dict__")


def test_results_of_a_class_of_the_user_have_its_properties():
    class Mine(Customer, frozen=True, kw_only=True):
        note: str = ""

        @property
        def domain(self) -> str:
            return self.email.partition("@")[2]

    mine = Mine(**{name: getattr(CUSTOMER, name) for name in CUSTOMER.__struct_fields__}, note="x")

    assert mine.to_dict() == {**CUSTOMER.to_dict(), "note": "x", "domain": "b.co"}
    assert Mine.from_dict(mine.to_dict(mode="json")) == mine


def test_what_json_does_not_know_is_written_as_what_it_is_derived_from():
    class Text(str):
        __slots__ = ()

    odd: Mapping[str, Any] = {"text": Text("a"), "day": date(2026, 1, 1), "at": AT, "set": {1}}
    customer = msgspec.structs.replace(CUSTOMER, metadata=dict(odd))

    found = customer.to_dict(mode="json")

    assert found["metadata"] == {
        "text": "a",
        "day": "2026-01-01",
        "at": "2026-11-22T18:54:51.406000Z",
        "set": [1],
    }
    assert type(found["metadata"]["text"]) is str
    with pytest.raises(TypeError, match="JSON has no form for object"):
        msgspec.structs.replace(CUSTOMER, metadata={"a": object()}).to_dict(mode="json")


def test_many_threads_may_write_a_type_for_the_first_time():
    code = """
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from novabilling.types import Message, Payment, RateLimit
made = [Message(message=str(n)) for n in range(400)]
with ThreadPoolExecutor(16) as pool:
    back = list(pool.map(lambda m: Message.from_dict(m.to_dict(mode="json")), made))
assert back == made
"""
    ended = python("-c", code)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_results_are_shared_by_threads():
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: INVOICE.to_json(), range(200)))

    assert found == {INVOICE.to_json()}


def test_nothing_is_loaded_for_it_that_is_not_asked_for():
    code = """
import sys, novabilling
from datetime import datetime, timezone
from novabilling.types import Message
message = Message(message="done")
assert Message.from_dict(dict(message)) == message and message.to_json()
hasattr(message, "__pydantic_serializer__")
print(sorted({"pydantic", "pydantic_core", "pyarrow", "sqlite3"} & set(sys.modules)))
"""
    assert python("-c", code).stdout.strip() == "[]"


@pytest.mark.parametrize("payment", [row for row in rows() if isinstance(row, Payment)][:3])
def test_written_results_are_equal_where_the_results_are(payment):
    again = copy.deepcopy(payment)

    assert (again.to_dict(), again.to_json()) == (payment.to_dict(), payment.to_json())
    assert hash(Payment.from_dict(payment.to_dict())) == hash(payment)
