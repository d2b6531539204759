"""Files of results: whole or not there, in memory that does not grow, and safe to open."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
from datetime import datetime, timezone
from decimal import Decimal

import pytest

from novabilling import NotFoundError, webhooks
from novabilling.sandbox import Sandbox
from novabilling.tables import export, to_arrow
from novabilling.types import ApiKey, Customer, Invoice, Message, UsageEventInput, WebhookEvent

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 1, 31, 12, 30, tzinfo=timezone.utc)
ROWS = 2300


@pytest.fixture
def client():
    return Sandbox(seed=1).async_client()


def customer(number, **fields):
    given = {"id": f"cus_{number}", "external_id": "u", "email": "e", "currency": "NGN"}
    return Customer(**{**given, "created_at": NOW, "updated_at": NOW, **fields})


async def rows_of(count, error=None):
    for number in range(count):
        yield customer(number)
    if error is not None:
        raise error


async def each(*rows):
    for number in range(len(rows)):
        yield rows[number]


def read_csv(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def read_parquet(path):
    from pyarrow import parquet

    return parquet.read_table(path).to_pylist()


READERS = {".csv": read_csv, ".jsonl": read_lines, ".parquet": read_parquet}
SUFFIXES = sorted(READERS)


@pytest.fixture(params=SUFFIXES)
def path(request, tmp_path):
    """Name a file of each format."""
    if request.param == ".parquet":
        pytest.importorskip("pyarrow")
    return tmp_path / f"rows{request.param}"


# What the files hold


async def test_all_rows_are_written_in_their_order(path):
    assert await export(rows_of(ROWS), path) == ROWS

    found = READERS[path.suffix](path)
    assert [row["id"] for row in found] == [f"cus_{number}" for number in range(ROWS)]
    assert os.listdir(path.parent) == [path.name]


async def test_what_a_client_iterates_over_is_written(path, client):
    for number in range(3):
        payer = await client.customers.create(
            external_id=f"u{number}", email="a@b.co", currency="NGN"
        )
        await client.invoices.create(
            customer_id=payer.data.id,
            items=[{"description": "Seats", "amount": 19.99, "quantity": 3}],
            due_date="2027-01-01",
        )

    assert await export(client.invoices.iter(), str(path)) == 3

    totals = [Decimal(row["total"]) for row in READERS[path.suffix](path)]
    assert totals == [Decimal("59.97")] * 3


async def test_a_table_of_all_rows():
    pytest.importorskip("pyarrow")

    table = await to_arrow(rows_of(ROWS))

    assert table["id"].to_pylist() == [f"cus_{number}" for number in range(ROWS)]


async def test_no_rows_make_a_file_with_the_columns_of_their_iter(path, client):
    assert await export(client.invoices.iter(status="void"), path) == 0

    assert READERS[path.suffix](path) == []
    if path.suffix == ".csv":
        assert path.read_text("utf-8").startswith("id,invoice_number,")


async def test_no_rows_of_an_unknown_type(path):
    if path.suffix == ".jsonl":
        assert await export(rows_of(0), path) == 0
        assert path.read_bytes() == b""
        return
    with pytest.raises(ValueError, match="of=Invoice"):
        await export(rows_of(0), path)
    assert os.listdir(path.parent) == []
    assert await export(rows_of(0), path, of=Invoice) == 0


async def test_objects_are_columns_of_csv_and_lists_are_json(tmp_path):
    invoice = Invoice(
        id="inv_1",
        invoice_number="INV-1",
        customer_id="cus_1",
        amount=Decimal("1E+3"),
        currency="NGN",
        status="paid",
        due_date=NOW,
        created_at=NOW,
        updated_at=NOW,
        metadata={"items": [{"description": 'a "b", c', "quantity": 2, "unitAmount": 0.5}]},
        customer=customer(1, name="Ada\nLovelace", active_subscriptions=2),
    )

    await export(each(invoice), tmp_path / "1.csv")

    (row,) = read_csv(tmp_path / "1.csv")
    assert row["amount"] == "1000"
    assert row["created_at"] == "2026-01-31T12:30:00Z"
    assert row["customer.name"] == "Ada\nLovelace"
    assert row["customer.active_subscriptions"] == "2"
    assert row["paid_at"] == row["subscription.plan.active"] == ""
    (item,) = json.loads(row["items"])
    assert (item["description"], item["quantity"], item["unit_amount"]) == ('a "b", c', "2", "0.5")
    assert json.loads(row["metadata"]) == invoice.metadata


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", [*FORMULAS, "Ada", "", "a=1", "'=1"])
async def test_text_that_a_spreadsheet_takes_for_a_formula_is_quoted(text, tmp_path):
    row = customer(1, name=text, total_spent=Decimal(-5))

    await export(each(row), tmp_path / "safe.csv")
    await export(each(row), tmp_path / "as_it_is.csv", escape_formulas=False)

    (safe,), (plain,) = read_csv(tmp_path / "safe.csv"), read_csv(tmp_path / "as_it_is.csv")
    assert safe["name"] == (f"'{text}" if text in FORMULAS else text)
    assert plain["name"] == text
    assert safe["total_spent"] == plain["total_spent"] == "-5"  # a number is no text


async def test_secrets_are_masked(path):
    key = ApiKey(id="k", key="sk_live_canary", name="n", scopes=["read"], created_at=NOW)

    await export(each(key), path)

    assert READERS[path.suffix](path)[0]["key"] == "********"
    assert b"canary" not in path.read_bytes()


async def test_lines_of_json_may_be_of_any_types(tmp_path):
    await export(each(customer(1), Message(message="m")), tmp_path / "1.jsonl")

    assert read_lines(tmp_path / "1.jsonl")[1] == {"message": "m"}


async def test_a_line_of_an_event_is_read_again(tmp_path):
    event = webhooks.parse(b'{"event":"a.b","data":{},"timestamp":"2026-11-22T18:54:51Z"}')

    await export(each(event), tmp_path / "1.jsonl")

    assert WebhookEvent.from_dict(read_lines(tmp_path / "1.jsonl")[0]) == event


@pytest.mark.parametrize("name", ["1.csv", "1.parquet"])
async def test_requests_have_no_columns(tmp_path, name):
    event = UsageEventInput(subscription_id="s", code="c")

    with pytest.raises(TypeError, match=r"UsageEventInput is no result .*: \.jsonl takes it"):
        await export(each(event), tmp_path / name)

    assert os.listdir(tmp_path) == []
    assert await export(each(event), tmp_path / "1.jsonl") == 1
    assert UsageEventInput.from_dict(read_lines(tmp_path / "1.jsonl")[0]) == event


# Whole or not at all


class Stopped(Exception):
    """An error of the rows."""


ERRORS = [Stopped(), KeyboardInterrupt(), NotFoundError("gone")]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("before", [None, b"as it was"])
async def test_an_error_leaves_what_was_there(path, error, before):
    if before is not None:
        path.write_bytes(before)

    with pytest.raises(type(error)):
        await export(rows_of(ROWS, error), path)

    assert os.listdir(path.parent) == ([] if before is None else [path.name])
    assert before is None or path.read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a limit of the system stands for a full disk")
@pytest.mark.parametrize("limit", [0, 1000, 30_000])
async def test_a_full_disk_leaves_what_was_there(path, limit):
    import resource

    path.write_bytes(b"as it was")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            await export(rows_of(ROWS), path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert os.listdir(path.parent) == [path.name]
    assert path.read_bytes() == b"as it was"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
async def test_a_file_that_is_replaced_keeps_its_mode(path):
    path.write_bytes(b"")
    path.chmod(0o640)

    await export(rows_of(1), path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o640


async def test_rows_of_two_types_leave_no_file(tmp_path):
    with pytest.raises(TypeError, match=r"of one type, not Customer and Message; \.jsonl takes"):
        await export(each(customer(1), Message(message="m")), tmp_path / "1.csv")
    assert os.listdir(tmp_path) == []


async def test_an_amount_that_does_not_fit_leaves_no_file(tmp_path):
    pytest.importorskip("pyarrow")
    row = customer(1, total_spent=Decimal("1E-25"))

    with pytest.raises(ValueError, match="Customer cus_1: total_spent"):
        await export(each(row), tmp_path / "1.parquet")
    assert os.listdir(tmp_path) == []
    await export(each(row), tmp_path / "1.csv")
    assert read_csv(tmp_path / "1.csv")[0]["total_spent"] == "0.0000000000000000000000001"


# Before anything is read


def unread():
    pytest.fail("it was read")
    yield


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("rows.xlsx", r"must end in \.parquet, \.csv, \.jsonl, not 'rows\.xlsx'"),
        ("rows", "must end in"),
        ("folder.csv", "must be a regular file"),
    ],
)
async def test_a_bad_path_is_refused(tmp_path, name, problem):
    (tmp_path / "folder.csv").mkdir()

    with pytest.raises(ValueError, match=problem):
        await export(unread(), tmp_path / name)
    with pytest.raises(TypeError, match="path must be a str or a path"):
        await export(unread(), sys.stdout)
    with pytest.raises(FileNotFoundError):
        await export(unread(), tmp_path / "nowhere" / "rows.csv")


# Progress


class Terminal:
    """What stderr is when somebody looks at it."""

    def __init__(self, is_terminal):
        self.isatty = lambda: is_terminal
        self.text = ""

    def write(self, text):
        self.text += text

    def flush(self):
        pass


class Rows:
    """What `iter()` returns, with the number of all rows."""

    def __init__(self, count, total):
        self._rows = rows_of(count)
        self.total = total

    def __aiter__(self):
        return self._rows


@pytest.fixture
def clock(monkeypatch):
    """Let each look at the clock take a tenth of a second."""
    times = iter(range(10**9))
    monkeypatch.setattr("novabilling.tables._progress.monotonic", lambda: next(times) / 10)


def look(monkeypatch, columns=120):
    """Make stderr a terminal; pytest puts its own in between a fixture and the test."""
    shown = Terminal(True)
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("COLUMNS", str(columns))
    return shown


async def test_a_terminal_shows_rows_rate_and_the_time_that_is_left(clock, tmp_path, monkeypatch):
    terminal = look(monkeypatch)
    await export(Rows(200, 400), tmp_path / "1.csv")

    lines = terminal.text.split("\r")
    assert "1.csv  [#####...............]  25 %  100 of 400 rows  10 rows/s  0:30 left" in [
        line.rstrip() for line in lines
    ]
    assert lines[-1].startswith("1.csv  200 rows  10 rows/s  in 0:20")
    assert lines[-1].endswith("\n")


async def test_a_terminal_shows_rows_and_rate_where_the_total_is_not_known(
    clock, tmp_path, monkeypatch
):
    terminal = look(monkeypatch)
    await export(rows_of(36_100), tmp_path / "1.jsonl")

    assert "\r1.jsonl  36,000 rows  10 rows/s" in terminal.text
    assert "left" not in terminal.text
    assert "in 1:00:10" in terminal.text


async def test_a_page_says_how_many_there_are(clock, tmp_path, client, monkeypatch):
    for number in range(5):
        await client.customers.create(external_id=f"u{number}", email="a@b.co", currency="NGN")
    page = await client.customers.list(limit=2)
    terminal = look(monkeypatch)

    await export(each(page), tmp_path / "1.csv")
    export(page, tmp_path / "2.csv")  # nothing to wait for: it is read

    assert "2 of 5 rows" in terminal.text
    assert "1 of 2 rows" in terminal.text


async def test_an_export_that_stops_leaves_the_line(clock, tmp_path, monkeypatch):
    terminal = look(monkeypatch)
    with pytest.raises(Stopped):
        await export(rows_of(3, Stopped()), tmp_path / "1.csv")

    assert terminal.text.endswith("and stopped\n")


async def test_a_narrow_terminal(clock, tmp_path, monkeypatch):
    terminal = look(monkeypatch, columns=20)

    await export(rows_of(3), tmp_path / "1.csv")

    assert max(map(len, terminal.text.split("\r"))) <= 20


@pytest.mark.parametrize("shown", [Terminal(False), None])
async def test_it_is_quiet_where_nobody_looks(monkeypatch, tmp_path, shown):
    monkeypatch.setattr(sys, "stderr", shown)

    await export(rows_of(3), tmp_path / "1.csv")

    assert shown is None or shown.text == ""


def closed():
    stream = io.StringIO()
    stream.close()
    return stream


class Gone:
    """What stderr is when its terminal was closed."""

    def write(self, text):
        raise OSError(5, "Input/output error")


@pytest.mark.parametrize("progress", [None, True])
@pytest.mark.parametrize("stderr", [None, closed(), Gone()], ids=["none", "closed", "gone"])
async def test_an_export_goes_on_without_a_terminal(monkeypatch, tmp_path, stderr, progress):
    monkeypatch.setattr(sys, "stderr", stderr)

    assert await export(rows_of(3), tmp_path / "1.csv", progress=progress) == 3

    assert len(read_csv(tmp_path / "1.csv")) == 3


async def test_progress_can_be_switched(tmp_path, monkeypatch):
    terminal = look(monkeypatch)
    await export(rows_of(3), tmp_path / "1.csv", progress=False)
    assert terminal.text == ""

    monkeypatch.setattr(sys, "stderr", Terminal(False))
    await export(rows_of(3), tmp_path / "1.csv", progress=True)
    assert "3 rows" in sys.stderr.text
