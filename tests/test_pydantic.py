"""Results and request structs in models of pydantic: validation, serialization, JSON schema."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, List, Optional

import jsonschema
import pytest

pydantic: Any = pytest.importorskip("pydantic", minversion="2.4")

from pydantic import BaseModel, TypeAdapter, ValidationError  # noqa: E402

from novabilling.types import (  # noqa: E402
    AnyWebhookEvent,
    ChargeFilterInput,
    Customer,
    GraduatedRangeInput,
    Invoice,
    InvoiceEvent,
    InvoiceItemDto,
    InvoicePdf,
    MetricFilterInput,
    PaginatedResponse,
    PaginationMeta,
    PriceInput,
    Response,
    Tenant,
    UnknownEvent,
    UsageEventInput,
    Webhook,
    WebhookEvent,
)
from tests.results import events, one_answer_of_each, one_of_each  # noqa: E402
from tests.test_plain_data import AMOUNT, AT, CUSTOMER, EVENT, INVOICE, TENANT  # noqa: E402

EACH = list(one_of_each().items())
INPUTS: List[Any] = [
    ChargeFilterInput,
    GraduatedRangeInput,
    InvoiceItemDto,
    MetricFilterInput,
    PriceInput,
    UsageEventInput,
]


class Order(BaseModel):
    """A model of a user."""

    invoice: Invoice
    customers: List[Customer] = []
    meta: Optional[PaginationMeta] = None
    free: Any = None


def errors_of(of: Any, value: Any) -> List[Any]:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(of).validate_python(value)
    return [(error["loc"], error["type"]) for error in caught.value.errors()]


# Values


@pytest.mark.parametrize(("of", "row"), EACH, ids=lambda value: getattr(value, "__name__", ""))
def test_every_result_is_written_as_its_own_methods_write_it(of, row):
    adapter = TypeAdapter(of)

    assert json.loads(adapter.dump_json(row)) == row.to_dict(mode="json")
    assert adapter.dump_python(row, mode="json") == row.to_dict(mode="json")
    assert adapter.dump_python(row) == row.to_dict()


@pytest.mark.parametrize(("of", "row"), EACH, ids=lambda value: getattr(value, "__name__", ""))
def test_every_result_is_read_as_its_own_method_reads_it(of, row):
    adapter = TypeAdapter(of)

    assert adapter.validate_python(row) is row
    assert adapter.validate_python(row.to_dict(secrets=True)) == row
    assert adapter.validate_json(row.to_json(secrets=True)) == row
    assert type(adapter.validate_json(row.to_json(secrets=True))) is of


def test_results_are_fields_of_models():
    order = Order(invoice=INVOICE, customers=[CUSTOMER])

    found = json.loads(order.model_dump_json())

    assert order.invoice is INVOICE
    assert found["invoice"]["total"] == "9007199254740993.10"
    assert order.model_dump()["invoice"] == INVOICE.to_dict()
    assert Order.model_validate_json(order.model_dump_json()) == order


def test_results_are_written_where_no_type_says_what_stands_there():
    order = Order(invoice=INVOICE, free={"list": [CUSTOMER], "one": TENANT})

    found = json.loads(order.model_dump_json())["free"]

    assert found == {
        "list": [CUSTOMER.to_dict(mode="json")],
        "one": TENANT.to_dict(mode="json"),
    }


def test_parts_of_results_can_be_left_out():
    order = Order(invoice=INVOICE)

    found = order.model_dump(include={"invoice": {"id": True, "customer": {"id"}}})
    without = TypeAdapter(Invoice).dump_python(INVOICE, exclude_none=True)

    assert found == {"invoice": {"id": "inv_1", "customer": {"id": "cus_1"}}}
    assert "subscription" not in without


def test_secrets_are_masked():
    assert "sk_live_1" not in TypeAdapter(Tenant).dump_json(TENANT).decode()
    assert "sk_live_1" not in str(TypeAdapter(Tenant).dump_python(TENANT))


def test_events_are_read_as_what_their_type_says():
    adapter = TypeAdapter(AnyWebhookEvent)

    for event in events():
        found = adapter.validate_json(adapter.dump_json(event))
        assert (type(found), found) == (type(event), event)
        assert adapter.validate_python(event) is event
        assert TypeAdapter(WebhookEvent).validate_json(event.to_json()) == event
        assert json.loads(TypeAdapter(WebhookEvent).dump_json(event)) == event.to_dict(mode="json")


def test_an_event_of_several_classes_is_written_by_what_all_have():
    event = next(event for event in events() if isinstance(event, InvoiceEvent))

    found = json.loads(TypeAdapter(InvoiceEvent).dump_json(event))

    assert set(found["data"]) == {"invoice_id", "invoice_number", "customer_id"}


def test_words_of_a_newer_server_pass():
    data = {**INVOICE.to_dict(mode="json"), "status": "disputed", "new_field": 1}

    found = TypeAdapter(Invoice).validate_python(data)

    assert found.status == "disputed"
    assert json.loads(TypeAdapter(Invoice).dump_json(found))["status"] == "disputed"


def test_times_are_moved_to_utc():
    data = {**INVOICE.to_dict(), "due_date": "2026-01-01T01:00:00+01:00"}

    found = TypeAdapter(Invoice).validate_python(data).due_date

    assert found == datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert found.tzinfo is timezone.utc


# Errors


def test_errors_are_those_of_pydantic():
    invoice = INVOICE.to_dict(mode="json")

    assert errors_of(Invoice, {**invoice, "amount": "abc"}) == [(("amount",), "decimal_parsing")]
    assert errors_of(Invoice, {**invoice, "amount": "NaN"}) == [(("amount",), "finite_number")]
    assert errors_of(Invoice, {**invoice, "due_date": "2026-01-01T00:00:00"}) == [
        (("due_date",), "timezone_aware")
    ]
    assert errors_of(Invoice, {**invoice, "due_date": "0001-01-01T00:00:00+01:00"}) == [
        (("due_date",), "value_error")
    ]
    assert errors_of(Invoice, {**invoice, "customer": {"id": 1}})[0] == (
        ("customer", "id"),
        "string_type",
    )
    assert errors_of(Invoice, {**invoice, "amount": "1e99"}) == [((), "value_error")]
    assert errors_of(Invoice, "inv_1") == [((), "dict_type")]
    assert errors_of(InvoicePdf, {"url": None, "content": 1}) == [(("content",), "bytes_type")]
    assert errors_of(InvoicePdf, {"url": None, "content": "a"}) == [(("content",), "value_error")]
    assert errors_of(Webhook, {"id": "1", "url": "u", "events": [], "status": "x"}) == [
        (("status",), "literal_error")
    ]


def test_requests_are_checked_before_they_are_made():
    assert errors_of(InvoiceItemDto, {"descripton": "x", "amount": "12"}) == [
        (("description",), "missing"),
        (("descripton",), "extra_forbidden"),
    ]
    event = {"subscription_id": "s", "code": "c"}
    assert errors_of(UsageEventInput, {**event, "transaction_id": None}) == [
        (("transaction_id",), "string_type")
    ]
    found = errors_of(UsageEventInput, {**event, "timestamp": "yesterday"})
    assert {loc[0] for loc, _ in found} == {"timestamp"}


def test_amounts_of_requests_are_exact():
    text = '{"description": "Pro", "amount": "9007199254740993.10"}'

    found = TypeAdapter(InvoiceItemDto).validate_json(text)

    assert found == InvoiceItemDto("Pro", AMOUNT)
    assert TypeAdapter(InvoiceItemDto).validate_python({"description": "x", "amount": 19.99}) == (
        InvoiceItemDto("x", Decimal("19.99"))
    )


def test_events_that_are_to_be_sent_come_back():
    adapter = TypeAdapter(UsageEventInput)
    bare = UsageEventInput(subscription_id="s", code="c")

    assert adapter.validate_json(adapter.dump_json(bare)) == bare
    assert json.loads(adapter.dump_json(bare)) == {"subscription_id": "s", "code": "c"}
    assert json.loads(adapter.dump_json(EVENT)) == EVENT.to_dict(mode="json")
    assert adapter.validate_json(EVENT.to_json()).timestamp == AT


def test_a_file_is_written_as_base64():
    adapter = TypeAdapter(InvoicePdf)
    pdf = InvoicePdf(url=None, content=b"%PDF \xff\x00")

    assert json.loads(adapter.dump_json(pdf)) == pdf.to_dict(mode="json")
    assert adapter.validate_json(adapter.dump_json(pdf)) == pdf
    assert errors_of(InvoicePdf, {"url": None, "content": "%"}) == [(("content",), "value_error")]


def test_only_answers_of_calls_are_answers():
    page = one_answer_of_each()[PaginatedResponse[Customer]]
    adapter = TypeAdapter(PaginatedResponse[Customer])

    assert adapter.validate_python(page) is page
    assert json.loads(adapter.dump_json(page)) == page.to_dict(mode="json")
    assert errors_of(PaginatedResponse[Customer], page.to_dict()) == [((), "value_error")]
    assert errors_of(Response[Customer], CUSTOMER) == [((), "value_error")]
    assert json.loads(TypeAdapter(Response).dump_json(one_answer_of_each()[Response[Customer]]))


# Schemas


def schema_of(of: Any, mode: str) -> Dict[str, Any]:
    kind: Any = mode
    found: Dict[str, Any] = TypeAdapter(of).json_schema(mode=kind)
    jsonschema.Draft202012Validator.check_schema(found)
    return found


def defined(schema: Dict[str, Any], name: str) -> Dict[str, Any]:
    found: Dict[str, Any] = schema.get("$defs", {}).get(name, schema)
    return found


@pytest.mark.parametrize(("of", "row"), EACH, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_written_and_read_is_what_the_schemas_say(of, row):
    for mode in ("serialization", "validation"):
        schema = schema_of(of, mode)
        jsonschema.Draft202012Validator(schema).validate(row.to_dict(mode="json"))
        assert defined(schema, of.__name__)["title"] == of.__name__
        assert defined(schema, of.__name__)["description"].startswith(of.__doc__.split("\n")[0])


def test_the_schema_of_an_invoice():
    written = defined(schema_of(Invoice, "serialization"), "Invoice")
    fields = written["properties"]

    amount = {name: value for name, value in fields["amount"].items() if name != "description"}
    assert amount == {"type": "string", "format": "decimal", "title": "Amount"}
    assert fields["status"]["enum"] == ["draft", "finalized", "paid", "failed", "void"]
    assert fields["due_date"]["format"] == "date-time"
    assert fields["customer"]["anyOf"] == [{"$ref": "#/$defs/Customer"}, {"type": "null"}]
    assert fields["total"]["readOnly"] is True
    assert fields["total"]["description"] == "Return the amount of the whole invoice."
    assert written["required"] == list(fields)

    read = defined(schema_of(Invoice, "validation"), "Invoice")
    assert "total" not in read["properties"]
    assert read["required"][-1] == "updated_at"


@pytest.mark.skipif(
    tuple(map(int, pydantic.VERSION.split(".")[:2])) < (2, 10), reason="pydantic 2.10 can do it"
)
def test_fields_are_described_beside_what_they_refer_to():
    for mode in ("serialization", "validation"):
        schema = schema_of(Invoice, mode)
        fields = defined(schema, "Invoice")["properties"]
        assert (
            fields["amount"]["description"] == "What is owed in all, in major units of `currency`."
        )
        assert fields["customer"]["description"].startswith("The customer; None where")
        assert defined(schema, "Customer")["description"] == "A person or business that is billed."
        assert defined(schema, "Invoice")["description"] == "What a customer owes."


def test_the_schemas_of_requests():
    item = schema_of(InvoiceItemDto, "validation")

    assert item["required"] == ["description", "amount"]
    assert item["additionalProperties"] is False
    assert item["properties"]["quantity"]["default"] == 1
    assert schema_of(PriceInput, "validation")["properties"]["currency"]["enum"][:2] == [
        "ZAR",
        "NGN",
    ]
    assert schema_of(UsageEventInput, "serialization")["required"] == ["subscription_id", "code"]
    assert "null" in str(schema_of(GraduatedRangeInput, "validation")["properties"]["to_value"])
    for of in INPUTS:
        assert schema_of(of, "serialization")["title"] == of.__name__


def test_the_schema_of_a_model_has_each_result_once():
    schema = Order.model_json_schema(mode="serialization")

    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(schema["$defs"]) >= {"Customer", "Invoice", "Payment", "Subscription", "Plan"}
    assert schema["properties"]["invoice"] == {"$ref": "#/$defs/Invoice"}


def test_an_answer_has_a_schema():
    schema = schema_of(PaginatedResponse[Customer], "serialization")

    assert schema["title"] == "PaginatedResponse[Customer]"
    assert schema["required"] == ["data", "meta"]
    assert schema["properties"]["data"]["items"] == {"$ref": "#/$defs/Customer"}


def test_an_unknown_event_has_a_schema():
    schema = schema_of(UnknownEvent, "serialization")

    assert schema["properties"]["payload"]["type"] == "string"
