"""Numbers that the server gives to invoices: they collide, and they may stop for good."""

from __future__ import annotations

import re
import warnings
from datetime import date, datetime, timedelta, timezone

import httpx
import pytest

from novabilling import (
    APIStatusError,
    ClientClosedError,
    ConflictError,
    NovaBillingTimeoutError,
    NovaBillingWarning,
    ServerError,
)
from novabilling.sandbox import Sandbox
from tests.samples import body_of, recorded
from tests.support import Server, page, problem

pytestmark = pytest.mark.anyio

MADE = recorded("invoice-create")
TAKEN = problem(
    500,
    "\nInvalid `db.invoice.create()` invocation:\n\n\n"
    'Unique constraint failed on the fields: (`"invoiceNumber"`)',
)
NEW = {"customer_id": "cus_1", "items": [], "due_date": "2030-01-31"}
NOW = datetime.now(timezone.utc)
ADVICE = "invoices.next_number() finds"


def invoice(number, **fields):
    given = {"id": number, "invoiceNumber": number, "createdAt": "2026-11-01T00:00:00.000Z"}
    return {**body_of("invoice-create"), **given, **fields}


class Race:
    """A server on which a create collides so often; `moving` says whether others succeed."""

    def __init__(self, collisions, moving=True, newest=None, look=None):
        self.collisions = collisions
        self.moving = moving
        self.newest = newest or invoice("INV-00001")
        self.look = look
        self.creates = 0
        self.looks = []

    def __call__(self, request):
        if request.method == "GET":
            self.looks.append(request.url.raw_path.decode())
            if self.look is not None:
                return self.look
            newest = {**self.newest, "id": f"inv_{self.creates if self.moving else 1}"}
            return page([newest])
        self.creates += 1
        return MADE if self.creates > self.collisions else TAKEN


async def test_an_invoice_whose_number_was_taken_meanwhile_is_created_again(client_for, clock):
    server = Race(2)

    made = await client_for(server).invoices.create(**NEW)

    assert made.data.invoice_number == body_of("invoice-create")["invoiceNumber"]
    assert (server.creates, server.looks) == (3, [])
    assert clock.slept == [0.1, 0.2]


async def test_all_attempts_are_told_as_those_of_one_call(client_for, clock):
    seen = []
    client = client_for(Race(2))
    client.on_attempt(seen.append)

    await client.invoices.create(**NEW)

    assert [one.attempt for one in seen] == [1, 2, 3]
    assert [one.retry_in for one in seen] == [0.1, 0.2, None]
    assert [type(one.error) for one in seen] == [ConflictError, ConflictError, type(None)]
    assert len({one.request_id for one in seen}) == 1


@pytest.mark.parametrize("number", ["", None])
async def test_an_empty_number_is_none(client_for, clock, number):
    server = Race(1)

    await client_for(server).invoices.create(**NEW, invoice_number=number)

    assert server.creates == 2


async def test_while_others_make_progress_it_goes_on_for_half_a_minute(client_for, clock):
    server = Race(100)

    with pytest.raises(ConflictError, match="others were faster each time") as caught:
        await client_for(server, max_retries=1).invoices.create(**NEW)

    assert clock.slept == [0.1, 0.2, 0.4, 0.8, 1.6, *[2.0] * 13]
    assert (server.creates, len(server.looks)) == (19, 6)
    assert caught.value.status_code == 500
    assert not caught.value.may_have_been_applied


async def test_without_time_for_two_looks_it_does_not_say_who_is_to_blame(client_for, clock):
    with pytest.raises(ConflictError, match="no time to see whether") as caught:
        await client_for(Race(100), max_retries=1, deadline=0.5).invoices.create(**NEW)

    assert "others were faster each time;" not in str(caught.value)


async def test_the_waits_are_drawn_from_nothing_to_a_bound_that_doubles(client_for, monkeypatch):
    bounds = []
    monkeypatch.setattr("random.uniform", lambda low, high: bounds.append((low, high)) or 0.0)

    await client_for(Race(6)).invoices.create(**NEW)

    assert bounds == [(0, 0.1), (0, 0.2), (0, 0.4), (0, 0.8), (0, 1.6), (0, 2.0)]


async def test_a_collision_is_no_retry_and_costs_no_budget(client_for, clock):
    server = Race(7)
    client = client_for(server, max_retries=1)

    for _ in range(60):  # 420 collisions; the budget allows 50 retries
        server.creates = 0
        await client.invoices.create(**NEW)

    assert sum(client._caller.budget.spend() for _ in range(60)) == 50


async def test_retries_are_left_after_collisions(client_for, clock):
    refused = httpx.ConnectError("refused")
    server = Server(TAKEN, refused, TAKEN, refused, MADE)

    await client_for(server).invoices.create(**NEW)

    assert len(server.requests) == 5
    assert clock.slept == [0.1, 0.5, 0.2, 1.0]


async def test_collisions_give_no_further_retries(client_for, clock):
    server = Server(TAKEN, TAKEN, problem(503))

    with pytest.raises(ServerError) as caught:
        await client_for(server).invoices.create(**NEW)

    assert len(server.requests) == 3
    assert caught.value.may_have_been_applied


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        ({"invoice_number": "INV-00007"}, TAKEN),
        ({}, problem(500, "Unique constraint failed on the fields: (`id`)")),
        ({}, problem(500, "Something about invoiceNumber")),
        ({}, problem(409, "invoiceNumber")),
    ],
)
async def test_nothing_else_is_repeated(client_for, clock, given, answer):
    server = Server(answer)

    with pytest.raises(APIStatusError):
        await client_for(server).invoices.create(**NEW, **given)

    assert len(server.requests) == 1


async def test_without_retries_a_collision_is_an_error(client_for, clock):
    server = Race(1)

    with pytest.raises(ConflictError, match=r"wrote nothing\) \[POST /invoices\]$") as caught:
        await client_for(server, max_retries=0).invoices.create(**NEW)

    assert server.creates == 1
    assert not caught.value.may_have_been_applied


@pytest.mark.parametrize(
    ("deadline", "waits"), [(0.1, []), (0.2, [0.1]), (0.3, [0.1]), (0.4, [0.1, 0.2])]
)
async def test_no_wait_after_a_collision_goes_past_the_deadline(client_for, clock, deadline, waits):
    server = Race(100)

    with pytest.raises(ConflictError) as caught:
        await client_for(server, deadline=deadline).invoices.create(**NEW)

    assert clock.slept == waits
    assert not caught.value.may_have_been_applied


async def test_closing_the_client_ends_the_wait(client_for, clock):
    client = client_for(Server(TAKEN))

    async def close(seconds):
        await client.aclose()

    client._caller.transport.waits.wait = close

    with pytest.raises(ClientClosedError) as caught:
        await client.invoices.create(**NEW)
    assert not caught.value.may_have_been_applied


# The numbering has stopped


async def test_a_numbering_that_has_stopped_is_told_from_a_race(client_for, clock):
    server = Race(100, moving=False, newest=invoice("ORDER-1"))

    with pytest.raises(ConflictError) as caught:
        await client_for(server).invoices.create(**NEW)

    assert server.looks == ["/api/invoices?limit=1"] * 2
    assert server.creates == 6
    assert not caught.value.may_have_been_applied
    text = str(caught.value)
    assert text.startswith("500: Unique constraint failed on the fields")
    for part in ("the server's numbering has stopped", "ORDER-1", '"INV-<highest + 1>"', ADVICE):
        assert part in text


async def test_an_invoice_that_is_dated_ahead_is_named_with_its_day(client_for, clock):
    ahead = invoice("INV-00052", createdAt="2031-01-01T00:00:00.000Z")

    with pytest.raises(ConflictError, match=r"INV-00052, which is dated 2031-01-01; until then"):
        await client_for(Race(100, moving=False, newest=ahead)).invoices.create(**NEW)


async def test_others_that_go_on_again_are_waited_for(client_for, clock):
    server = Race(8, moving=False)
    looks = [page([invoice("INV-1")]), page([invoice("INV-2")])]

    def answer(request):
        if request.method == "GET":
            server.look = looks[len(server.looks)]
        return server(request)

    await client_for(answer).invoices.create(**NEW)

    assert (server.creates, len(server.looks)) == (9, 2)


@pytest.mark.parametrize(
    "look", [problem(400), problem(500), problem(503), httpx.Response(200, text="<html>"), page([])]
)
async def test_a_look_that_fails_says_nothing(client_for, clock, look):
    server = Race(7, moving=False, look=look)

    await client_for(server).invoices.create(**NEW)

    assert server.creates == 8


async def test_a_look_shares_the_deadline(client_for, clock):
    def slow(request):
        if request.method == "GET":
            clock.now += 30
            raise httpx.ReadTimeout("slow")
        return TAKEN

    with pytest.raises((ConflictError, NovaBillingTimeoutError)) as caught:
        await client_for(slow, deadline=5).invoices.create(**NEW)

    assert clock.slept == [0.1, 0.2]
    assert not caught.value.may_have_been_applied


@pytest.mark.parametrize(("deadline", "seconds"), [(5, 4.7), (8, 7.7), (60, 10.0), (None, 10.0)])
async def test_a_look_takes_ten_seconds_and_what_is_left_at_most(
    client_for, clock, deadline, seconds
):
    limits = []

    def answer(request):
        if request.method == "GET":
            limits.append(request.extensions["timeout"]["read"])
        return race(request)

    race = Race(3)
    await client_for(answer, deadline=deadline).invoices.create(**NEW)

    assert limits == [pytest.approx(seconds)]
    assert clock.slept[:2] == [0.1, 0.2]


# The next number


async def test_the_next_number_is_one_above_the_highest_of_all_pages(client_for):
    numbers = [
        *[f"INV-{n:05d}" for n in range(1, 100)],
        "INV-00350",
        "ORDER-900",
        "ORDER-2/INV-00901",
        "INV-2026-0001",
        "inv-00902",
        "INV-903a",
        "INV-",
        "INV-\u0661\u0662\u0663",
        f"INV-{2**53}",
        "INV-" + "9" * 5000,
        "INV-7",
    ]
    rows = [invoice(number) for number in numbers]
    server = Server(
        page(rows[:100], total=len(rows), totalPages=2, limit=100),
        page(rows[100:], total=len(rows), page=2, totalPages=2, limit=100),
    )

    assert await client_for(server).invoices.next_number() == "INV-00351"
    assert server.paths == [f"GET /api/invoices?page={n}&limit=100" for n in (1, 2)]


@pytest.mark.parametrize(
    ("numbers", "following"),
    [
        ([], "INV-00001"),
        (["A"], "INV-00001"),
        (["INV-99999"], "INV-100000"),
        (["INV-0"], "INV-00001"),
    ],
)
async def test_the_next_number_is_written_as_the_server_does(client_for, numbers, following):
    server = Server(page([invoice(number) for number in numbers]))

    assert await client_for(server).invoices.next_number() == following


async def test_the_next_number_warns_of_an_invoice_that_is_dated_ahead(client_for):
    server = Server(page([invoice("INV-00052", createdAt="2999-01-01T00:00:00.000Z")]))

    with pytest.warns(NovaBillingWarning, match=r"INV-00052, which is dated 2999-01-01") as caught:
        assert await client_for(server).invoices.next_number() == "INV-00053"
    assert [warning.filename for warning in caught] == [__file__]


# Warnings

OTHER_KIND = r"^invoice_number=.*INV-.*fail.*put your own mark into notes$"
AHEAD = r"^created_at is in the future: .*fail.*leave out created_at$"
BACK = r"^created_at without invoice_number: .*fail.*each higher"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"invoice_number": "ORDER-1"}, OTHER_KIND),
        ({"invoice_number": "INV-2026-0001"}, OTHER_KIND),
        ({"invoice_number": "ORDER-2/INV-00099"}, OTHER_KIND),
        ({"invoice_number": "inv-1"}, OTHER_KIND),
        ({"invoice_number": "INV-1\n"}, OTHER_KIND),
        ({"invoice_number": "INV-\u0661"}, OTHER_KIND),
        ({"created_at": NOW + timedelta(hours=1)}, AHEAD),
        ({"created_at": "2999-01-01"}, AHEAD),
        ({"created_at": "2999-01-01T00:00Z", "invoice_number": "INV-00001"}, AHEAD),
        ({"created_at": date(2999, 1, 1)}, AHEAD),
        ({"created_at": NOW - timedelta(hours=1)}, BACK),
        ({"created_at": "2020"}, BACK),
        ({"created_at": "2020-01-01T00:00:00", "invoice_number": ""}, BACK),
        ({"created_at": date(2020, 1, 1), "invoice_number": None}, BACK),
    ],
)
async def test_what_would_stop_the_numbering_is_sent_all_the_same_and_a_warning_says_so(
    client_for, given, message
):
    server = Server(MADE)

    with pytest.warns(NovaBillingWarning) as caught:
        await client_for(server).invoices.create(**NEW, **given)

    assert len(server.requests) == 1
    (warning,) = caught
    assert re.search(message, str(warning.message), re.DOTALL)
    assert warning.filename == __file__


async def test_two_doubts_are_two_warnings(client_for):
    with pytest.warns(NovaBillingWarning) as caught:
        await client_for(Server(MADE)).invoices.create(
            **NEW, invoice_number="A", created_at="2999-01-01"
        )

    assert len(caught) == 2


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"invoice_number": None, "created_at": None},
        {"invoice_number": "INV-00001"},
        {"invoice_number": "INV-7", "created_at": "2020-01-01"},
        {"created_at": "sometime"},
    ],
)
async def test_what_harms_nothing_is_not_warned_of(client_for, given):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await client_for(Server(MADE)).invoices.create(**NEW, **given)
        await client_for(Server(MADE)).invoices.create(
            **NEW, invoice_number="INV-8", created_at=datetime.now(timezone.utc)
        )


@pytest.mark.parametrize("seconds", [-9, 0, 9])
async def test_a_time_close_to_now_is_not_the_newest_either(client_for, seconds):
    near = datetime.now(timezone.utc) + timedelta(seconds=seconds)

    with pytest.warns(NovaBillingWarning, match=BACK):
        await client_for(Server(MADE)).invoices.create(**NEW, created_at=near)


async def test_a_number_beyond_what_the_server_counts_is_warned_of(client_for):
    with pytest.warns(NovaBillingWarning, match="no further than 2\\^53"):
        await client_for(Server(MADE)).invoices.create(**NEW, invoice_number="INV-" + "9" * 20)


async def test_what_is_refused_is_not_warned_of(client_for):
    server = Server(MADE)

    with pytest.raises(ValueError, match="time zone"):
        await client_for(server).invoices.create(
            **NEW, invoice_number="A", created_at=datetime(2999, 1, 1)
        )
    assert server.requests == []


# On the sandbox


@pytest.fixture
def billing():
    return Sandbox().async_client()


async def new_invoice(client):
    customer = await client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN"
    )
    return {**NEW, "customer_id": customer.data.id}


@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
@pytest.mark.parametrize(
    "stop",
    [
        {"invoice_number": "ORDER-1"},
        {"created_at": "2020-01-01"},
        {"invoice_number": "INV-00000"},
    ],
)
async def test_an_invoice_with_the_next_number_sets_the_numbering_going(billing, clock, stop):
    new = await new_invoice(billing)
    for _ in range(3):
        await billing.invoices.create(**new)
    await billing.invoices.create(**new, **stop)

    with pytest.raises(ConflictError, match="numbering has stopped"):
        await billing.invoices.create(**new)
    number = await billing.invoices.next_number()
    await billing.invoices.create(**new, invoice_number=number)

    following = (await billing.invoices.create(**new)).data.invoice_number
    assert following == f"INV-{int(number[4:]) + 1:05d}"


@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
async def test_until_the_day_of_an_invoice_that_is_dated_ahead_numbers_are_given(billing, clock):
    new = await new_invoice(billing)
    await billing.invoices.create(**new)
    await billing.invoices.create(**new, created_at="2999-01-01")
    await billing.invoices.create(**new)

    for _ in range(2):
        with pytest.raises(ConflictError, match="dated 2999-01-01; until then"):
            await billing.invoices.create(**new)
        number = await billing.invoices.next_number()
        await billing.invoices.create(**new, invoice_number=number)


async def test_the_time_of_a_sandbox_counts_for_its_clients():
    sandbox = Sandbox(seed=1)  # in June 2026, whatever the day
    client = sandbox.async_client()
    new = await new_invoice(client)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await client.invoices.create(**new, invoice_number="INV-00050", created_at=sandbox.now())
    with pytest.warns(NovaBillingWarning, match=AHEAD):
        await client.invoices.create(**new, created_at=sandbox.now() + timedelta(days=1))
    with pytest.warns(NovaBillingWarning, match="which is dated 2026-06-02"):
        await client.invoices.next_number()
    with pytest.warns(NovaBillingWarning, match=BACK):
        await client.invoices.create(**new, created_at=sandbox.now() - timedelta(days=1))
