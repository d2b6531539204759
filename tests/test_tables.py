"""Tables of results: each column holds what the result holds, exactly, whatever rows there are."""

from __future__ import annotations

import json
import os
import sys
import threading
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, List, get_type_hints

import anyio
import anyio.to_thread
import msgspec
import pytest

from novabilling import types
from novabilling.sandbox import Sandbox
from novabilling.tables import export, to_arrow
from novabilling.types import (
    ApiKey,
    Customer,
    Invoice,
    InvoiceItem,
    Message,
    Payment,
    Plan,
    Subscription,
)
from tests.facts import FACTS
from tests.recording import response, result_of, successes
from tests.samples import exchange

pa = pytest.importorskip("pyarrow")

NOW = datetime(2026, 1, 31, 12, 30, 1, 5, tzinfo=timezone.utc)
DECIMAL = pa.decimal128(38, 20)
TIME = pa.timestamp("us", tz="UTC")


def invoice(**fields: Any) -> Invoice:
    given = {
        "id": "inv_1",
        "invoice_number": "INV-1",
        "customer_id": "cus_1",
        "amount": Decimal("0.1"),
        "currency": "NGN",
        "status": "paid",
        "due_date": NOW,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Invoice(**{**given, **fields})


def customer(**fields: Any) -> Customer:
    given = {"id": "c", "external_id": "u", "email": "e", "currency": "NGN"}
    return Customer(**{**given, "created_at": NOW, "updated_at": NOW, **fields})


def computed(row: Any) -> List[str]:
    return [
        name
        for cls in type(row).__mro__
        for name, value in vars(cls).items()
        if isinstance(value, property) and not name.startswith("_")
    ]


def same(value: Any, shown: Any) -> bool:
    """Compare what a result holds with what Python reads out of a table."""
    if isinstance(value, msgspec.Struct):
        names = {*value.__struct_fields__, *computed(value)}
        shown = json.loads(shown) if isinstance(shown, str) else shown
        return set(shown) == names and all(same(getattr(value, n), shown[n]) for n in names)
    if isinstance(value, list) and isinstance(shown, list):
        return len(value) == len(shown) and all(map(same, value, shown))
    if isinstance(value, (dict, list)) and isinstance(shown, str):
        shown = json.loads(shown)
        return len(value) == len(shown) and (value == shown or all(map(same, value, shown)))
    if isinstance(value, Decimal):  # text within JSON
        return value == Decimal(shown) and not isinstance(shown, float)
    if isinstance(value, datetime) and isinstance(shown, str):
        return value == datetime.fromisoformat(shown.replace("Z", "+00:00"))
    return bool(value == shown)


SECRET = ("ApiKey", "Login", "Registration", "Tenant", "TokenPair", "Webhook")
RECORDED = [f for f in FACTS if issubclass(f.returns, msgspec.Struct) and successes(f.operation)]


@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
@pytest.mark.parametrize("fact", RECORDED, ids=lambda fact: fact.operation)
def test_every_recorded_result_is_held_as_it_is(fact):
    rows: List[Any] = []
    for answer in successes(fact.operation):
        data = result_of(fact, response(answer)).data
        rows += data if fact.is_list else [data]

    table = to_arrow(rows, of=fact.returns)

    assert table.num_rows == len(rows)
    assert table.schema == to_arrow([], of=fact.returns).schema
    if fact.returns.__name__ not in SECRET:
        assert all(map(same, rows, table.to_pylist()))


def test_recorded_results_of_all_kinds_are_looked_at():
    assert len(RECORDED) > 100
    assert same(
        invoice(customer=customer()), to_arrow([invoice(customer=customer())]).to_pylist()[0]
    )
    assert not same(invoice(), to_arrow([invoice(amount=Decimal("0.2"))]).to_pylist()[0])


RESULTS = [
    of
    for of in map(types.__dict__.get, types.__all__)
    if isinstance(of, type) and issubclass(of, msgspec.Struct) and not of.__is_sent__
]


@pytest.mark.parametrize("of", RESULTS)
def test_the_columns_follow_from_the_type_alone(of):
    schema = to_arrow([], of=of).schema

    fields = list(of.__struct_fields__)
    assert schema.names[: len(fields)] == fields
    assert not any(pa.types.is_null(field.type) for field in schema)


def test_the_types_of_columns():
    schema = to_arrow([], of=Invoice).schema

    found = {name: schema.field(name).type for name in schema.names}
    assert found["id"] == found["status"] == found["pdf_url"] == found["metadata"] == pa.string()
    assert found["amount"] == found["total"] == DECIMAL
    assert found["paid_at"] == TIME
    assert found["items"] == pa.list_(
        pa.struct(
            [
                ("description", pa.string()),
                ("quantity", DECIMAL),
                ("amount", DECIMAL),
                ("type", pa.string()),
                ("unit_amount", DECIMAL),
            ]
        )
    )
    assert pa.types.is_struct(found["customer"])
    assert pa.types.is_struct(to_arrow([], of=Subscription).schema.field("plan").type)
    prices = to_arrow([], of=Plan).schema.field("prices").type
    assert pa.types.is_struct(prices.value_type)
    assert to_arrow([], of=Plan).schema.field("active").type == pa.bool_()
    assert to_arrow([], of=Plan).schema.field("features").type == pa.list_(pa.string())


def test_objects_that_could_hold_one_another_without_end_are_json_inside_of_others():
    nested = invoice(customer=customer(invoices=[invoice(id="inv_2", amount=Decimal("7.5"))]))

    inner = to_arrow([nested])["customer"][0]["invoices"].as_py()

    (found,) = json.loads(inner)
    assert (found["id"], found["amount"], found["total"]) == ("inv_2", "7.5", "7.5")
    assert found["created_at"] == "2026-01-31T12:30:01.000005Z"


def test_none_beside_objects_and_lists():
    plans = [
        invoice(id="1"),
        invoice(id="2", customer=customer(name="Ada"), metadata={"items": []}),
        invoice(id="3", payments=[]),
    ]

    table = to_arrow(plans)

    assert table["customer"].is_null().to_pylist() == [True, False, True]
    assert table["customer"][1]["name"].as_py() == "Ada"
    assert table["payments"].to_pylist() == [None, None, []]
    assert table["metadata"].to_pylist() == [None, '{"items":[]}', None]
    assert all(map(same, plans, table.to_pylist()))


EXACT = ["9007199254740993.1", "999999999999999", "0.00030000000000000003", "-0.0001", "0"]


@pytest.mark.parametrize("amount", EXACT)
def test_amounts_are_exact(amount):
    (held,) = to_arrow([invoice(amount=Decimal(amount))])["amount"].to_pylist()

    assert held == Decimal(amount)


def test_what_the_server_computed_in_floats_is_exact():
    quantities = [0.1 + 0.2, 1 / 3, 1e-7, 123456789.12345679, 3]
    items = [{"description": "d", "quantity": q, "unitAmount": 0.1} for q in quantities]

    row = invoice(metadata={"items": items})

    held = to_arrow([row])["items"][0].as_py()
    assert [float(item["quantity"]) for item in held] == quantities
    assert same(row.items, held)


@pytest.mark.parametrize("amount", ["1E-21", "1E+18", "0.123456789012345678901"])
def test_what_does_not_fit_is_an_error_and_not_rounded(amount):
    rows = [invoice(), invoice(id="inv_9", amount=Decimal(amount))]

    with pytest.raises(ValueError, match=r"Invoice inv_9: amount .*does not fit decimal128.*csv"):
        to_arrow(rows)


def test_what_does_not_fit_in_an_object_is_named_too():
    row = invoice(metadata={"items": [{"quantity": 1, "unitAmount": 1e-30}]})

    with pytest.raises(ValueError, match=r"Invoice inv_1: amount 1E-30 does not fit"):
        to_arrow([row])


def test_secrets_are_masked():
    row = ApiKey(id="k", key="sk_live_canary", name="n", scopes=["read"], created_at=NOW)

    table = to_arrow([row])

    assert table["key"].to_pylist() == ["********"]
    assert table["scopes"].to_pylist() == [["read"]]
    assert get_type_hints(ApiKey)["key"] is str


# What rows may be


@pytest.fixture
def client():
    client = Sandbox(seed=1).client()
    for number in range(1203):
        client.customers.create(external_id=f"u{number}", email="a@b.co", currency="NGN")
    return client


@pytest.mark.filterwarnings("ignore:this is one page")
def test_rows_pages_and_answers(client):
    page = client.customers.list(limit=3)
    one = client.customers.get(page[0].id)

    assert to_arrow(client.customers.iter())["external_id"][0].as_py() == "u1202"
    assert to_arrow(client.customers.iter()).num_rows == 1203
    assert to_arrow(page).num_rows == 3
    assert to_arrow([page, client.customers.list(page=2, limit=5)]).num_rows == 8
    assert to_arrow(page.data[:2]).num_rows == 2
    assert to_arrow([one]).num_rows == 1
    assert to_arrow(row for row in page if row.external_id == "u1202").num_rows == 1


def test_no_rows_have_the_columns_of_their_iter(client):
    for rows in (client.invoices.iter(), client.payments.iter(customer_id="c")):
        table = to_arrow(rows)

        assert table.num_rows == 0
        assert "amount" in table.schema.names
    events = to_arrow(client.events.iter_by_subscription("c" + 24 * "1"))
    assert "transaction_id" in events.schema.names


def test_no_rows_of_an_unknown_type_are_an_error_that_says_what_to_do(client):
    with pytest.raises(ValueError, match="of=Invoice"):
        to_arrow(client.invoices.list())
    assert to_arrow(client.invoices.list(), of=Invoice).num_rows == 0


BAD_ROWS = [
    (None, "must be what an iter"),
    (3, "must be what an iter"),
    ("inv_1", "must be what an iter"),
    (invoice(), "must be what an iter"),
    ([{"id": 1}], "must be results of the SDK, not dict"),
    ([invoice(), Message(message="m")], "of one type, not Invoice and Message"),
]


@pytest.mark.parametrize(("rows", "problem"), BAD_ROWS)
def test_other_rows_are_refused(rows, problem):
    with pytest.raises(TypeError, match=problem):
        to_arrow(rows)


def test_rows_of_another_type_than_was_said():
    with pytest.raises(TypeError, match="of one type, not Payment and Invoice"):
        to_arrow([invoice()], of=Payment)


@pytest.mark.parametrize("of", [dict, "Invoice", List[Invoice]])
def test_what_is_no_type_of_results_is_refused(of):
    with pytest.raises(TypeError, match="of must be a type of results, such as Invoice, not"):
        to_arrow([], of=of)


def test_a_missing_pyarrow_is_said_before_anything_is_read(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "novabilling.tables._arrow", raising=False)
    monkeypatch.delattr("novabilling.tables._arrow", raising=False)

    def rows():
        pytest.fail("it was read")
        yield

    with pytest.raises(ImportError, match=r"novabilling\[tables\]"):
        to_arrow(rows())


# Other libraries


def shop():
    client = Sandbox(seed=1).client()
    for number in range(4):
        payer = client.customers.create(
            external_id=f"u{number}", email="a@b.co", currency="NGN", metadata={"n": number}
        ).data
        client.invoices.create(
            customer_id=payer.id,
            items=[{"description": "d", "amount": 0.1 + number, "quantity": 3}],
            due_date="2027-01-01",
        )
    return client


TOTAL = Decimal("19.2")


def test_pandas():
    pytest.importorskip("pandas")

    frame = to_arrow(shop().invoices.iter()).to_pandas()

    assert frame["total"].sum() == TOTAL
    assert str(frame["created_at"].dtype.tz) == "UTC"
    assert frame["customer"][0]["external_id"] == "u3"


def test_polars():
    polars = pytest.importorskip("polars")

    frame = polars.from_arrow(to_arrow(shop().invoices.iter()))

    assert frame["total"].sum() == TOTAL
    assert frame.schema["created_at"] == polars.Datetime("us", "UTC")
    assert frame["customer"].struct.field("external_id").to_list() == ["u3", "u2", "u1", "u0"]
    lines = frame.explode("items")["items"].struct
    assert (lines.field("quantity").cast(polars.Int64) == 3).all()


def test_duckdb():
    duckdb = pytest.importorskip("duckdb")
    invoices = to_arrow(shop().invoices.iter())

    found = duckdb.query(
        "SELECT sum(total), max(customer.metadata->>'n'), sum(len(items)) FROM invoices"
    ).fetchall()

    assert found == [(TOTAL, "3", 4)]
    assert invoices.num_rows == 4


def test_the_line_items_of_a_recorded_invoice():
    rows = result_of(
        next(f for f in FACTS if f.operation == "GET /invoices/{id}"),
        response(exchange("invoice-get")),
    ).data

    (items,) = to_arrow([rows])["items"].to_pylist()

    assert [InvoiceItem(**{k: v for k, v in i.items() if k != "unit_amount"}) for i in items] == (
        rows.items
    )


# Tasks


@pytest.mark.anyio
async def test_a_canceled_export_leaves_no_file(tmp_path):
    written = anyio.Event()

    async def rows():
        for number in range(2500):
            yield customer(id=str(number))
        written.set()
        await anyio.sleep_forever()

    async def canceled():
        await export(rows(), tmp_path / "1.parquet")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(canceled)
        await written.wait()
        assert len(os.listdir(tmp_path)) == 1
        tasks.cancel_scope.cancel()

    assert os.listdir(tmp_path) == []


@pytest.mark.anyio
async def test_the_loop_goes_on_while_a_chunk_is_written(tmp_path, monkeypatch):
    at_the_disk, go_on = threading.Event(), threading.Event()

    def write(self, chunk):
        at_the_disk.set()
        assert go_on.wait(30)

    monkeypatch.setattr("novabilling._network.downloads.Sink.write", write)

    async def rows():
        yield customer()

    async def exported():
        await export(rows(), tmp_path / "1.jsonl")

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(exported)
        await anyio.to_thread.run_sync(at_the_disk.wait, 30)
        go_on.set()
