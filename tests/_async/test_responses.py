from __future__ import annotations

import copy
import json
import pickle
from datetime import datetime, timedelta, timezone

import httpx
import pytest

from novabilling import BadRequestError, NotFoundError, ResponseDecodeError
from novabilling.types import PaginationMeta, RateLimit
from tests.samples import body_of
from tests.support import CUSTOMER, TOKEN, Server, page, problem

from .calls import call

pytestmark = pytest.mark.anyio

DELETED = {"message": "Customer deleted"}
META = {"total": 41, "page": 2, "limit": 20, "totalPages": 3}
WHOLE = PaginationMeta(total=41, page=2, limit=20, total_pages=3)
ONE = PaginationMeta(total=1, page=1, limit=1, total_pages=1)


def answer(body, status=200, **headers):
    return Server(httpx.Response(status, json=body, headers=headers))


@pytest.mark.parametrize(
    "body",
    [
        CUSTOMER,
        {"data": CUSTOMER},
        {"data": CUSTOMER, "meta": None},
        {"statusCode": 200, "message": "ok", "data": CUSTOMER},
        {**CUSTOMER, "data": "a field that this version does not know"},
    ],
)
async def test_an_object_is_read_bare_or_inside_data(client_for, body):
    found = await client_for(answer(body)).customers.get("cus_1")

    assert found.data.id == "cus_1"
    assert found.data.external_id == "usr_1"
    assert found.data.created_at == datetime(2026, 11, 22, 18, 54, 51, 406000, timezone.utc)


@pytest.mark.parametrize("body", [DELETED, {"data": DELETED}])
async def test_a_message_is_read_bare_or_inside_data(client_for, body):
    deleted = await client_for(answer(body)).customers.delete("cus_1")

    assert deleted.data.message == "Customer deleted"


@pytest.mark.parametrize(
    ("body", "meta"),
    [
        ([CUSTOMER], ONE),
        ({"data": [CUSTOMER]}, ONE),
        ({"data": [CUSTOMER], "meta": None}, ONE),
        ({"data": [CUSTOMER], "meta": {}}, ONE),
        ({"data": [CUSTOMER], "meta": META}, WHOLE),
        ({"meta": META, "data": [CUSTOMER]}, WHOLE),
        ({"data": {"data": [CUSTOMER], "meta": META}}, WHOLE),
        ({"data": {"data": [CUSTOMER]}}, ONE),
        (
            {"data": [CUSTOMER], "meta": {"total": 41, "page": 2, "perPage": 20, "totalPages": 3}},
            WHOLE,
        ),
        ({"data": [CUSTOMER], "meta": {"total": 41, "page": 2, "limit": 20}}, WHOLE),
        ({"data": [CUSTOMER], "meta": {**META, "next": "unknown"}}, WHOLE),
        (
            {"data": [CUSTOMER], "meta": {"total": 41, "page": 2, "limit": 0}},
            PaginationMeta(total=41, page=2, limit=0, total_pages=0),
        ),
        (
            {"data": [CUSTOMER], "meta": {"total": 41, "page": 2, "limit": 0, "totalPages": 3}},
            PaginationMeta(total=41, page=2, limit=0, total_pages=3),
        ),
        (
            {"data": [CUSTOMER], "meta": {"total": 40, "limit": 20}},
            PaginationMeta(total=40, page=1, limit=20, total_pages=2),
        ),
        (
            {"data": [CUSTOMER], "meta": {"total": 41}},
            PaginationMeta(total=41, page=1, limit=1, total_pages=41),
        ),
    ],
)
async def test_a_list_is_read_in_every_envelope(client_for, body, meta):
    found = await client_for(answer(body)).customers.list()

    assert [customer.id for customer in found.data] == ["cus_1"]
    assert found.meta == meta


@pytest.mark.parametrize("body", [[], {"data": []}])
async def test_an_empty_list_is_page_one_of_one(client_for, body):
    found = await client_for(answer(body)).plans.list()

    assert found.data == []
    assert found.meta == PaginationMeta(total=0, page=1, limit=0, total_pages=1)


async def test_a_bare_list_is_one_page_of_its_length(client_for):
    found = await client_for(answer([CUSTOMER] * 3)).customers.list()

    assert found.meta == PaginationMeta(total=3, page=1, limit=3, total_pages=1)


async def test_white_space_around_an_answer_is_nothing(client_for):
    content = b"\n\t " + json.dumps([CUSTOMER]).encode() + b"\r\n"
    server = Server(httpx.Response(200, content=content))

    found = await client_for(server).customers.list()

    assert len(found.data) == 1


async def test_a_page_is_iterated_by_its_items(client_for):
    rows = [{**CUSTOMER, "id": f"cus_{n}"} for n in range(3)]

    found = await client_for(Server(page(rows))).customers.list()

    assert [customer.id for customer in found] == ["cus_0", "cus_1", "cus_2"]
    assert list(found) == found.data


async def test_fields_that_this_version_does_not_know_are_kept_in_the_raw_answer(client_for):
    found = await client_for(answer({**CUSTOMER, "loyalty": "gold"})).customers.get("cus_1")

    assert not hasattr(found.data, "loyalty")
    assert found.http.json()["loyalty"] == "gold"


async def test_the_keys_of_metadata_are_left_alone(client_for):
    metadata = {"my_key": 1, "myKey": [{"a_b": None}], "externalId": "x"}

    found = await client_for(answer({**CUSTOMER, "metadata": metadata})).customers.get("cus_1")

    assert found.data.metadata == metadata


async def test_fields_that_are_left_out_are_none(client_for):
    body = {k: v for k, v in CUSTOMER.items() if k not in ("name", "country", "metadata")}

    found = await client_for(answer(body)).customers.get("cus_1")

    assert (found.data.name, found.data.country, found.data.metadata) == (None, None, None)


async def test_results_are_read_only(client_for):
    found = await client_for(answer(CUSTOMER)).customers.get("cus_1")

    with pytest.raises(AttributeError):
        found.data.name = "Grace"


async def test_the_http_answer_has_status_headers_and_bytes(client_for):
    server = answer(CUSTOMER, 201, etag='W/"1"')

    found = await client_for(server).customers.get("cus_1")

    assert found.http.status_code == 201
    assert found.http.headers["etag"] == 'W/"1"'
    assert json.loads(found.http.content) == CUSTOMER


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_the_request_of_an_answer_has_only_method_and_url(client_for, method):
    client = client_for(answer(CUSTOMER), headers={"X-A": "a"})

    found = await call(client, method)

    request = found.http.request
    assert request.method == method
    assert str(request.url) == "https://billing.example/api/customers/cus_1"
    assert set(request.headers) <= {"host", "content-length"}
    assert request.content == b""
    assert TOKEN.encode() not in pickle.dumps(found)


LIMITS = {"x-ratelimit-limit": "100", "x-ratelimit-remaining": "97", "x-ratelimit-reset": "42"}


async def test_the_rate_limit_is_read_from_the_headers(client_for):
    client = client_for(answer([CUSTOMER], **LIMITS))

    listed = await client.customers.list()

    assert listed.rate_limit == RateLimit(limit=100, remaining=97, reset=42)
    assert (listed.rate_limit.limit, listed.rate_limit.reset) == (100, 42)


async def test_the_rate_limit_is_there_for_one_object_as_well(client_for):
    found = await client_for(answer(CUSTOMER, **LIMITS)).customers.get("cus_1")

    assert found.rate_limit == RateLimit(limit=100, remaining=97, reset=42)


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("value", [None, "", "many", "-1", "1.5", "\xb2", "9" * 4301])
async def test_a_rate_limit_that_is_not_whole_is_none(client_for, name, value):
    headers = {k: v for k, v in {**LIMITS, name: value}.items() if v is not None}
    headers = httpx.Headers(headers, encoding="latin-1")
    server = Server(httpx.Response(200, json=CUSTOMER, headers=headers))

    found = await client_for(server).customers.get("cus_1")

    assert found.rate_limit is None


DUPLICATES = [lambda r: pickle.loads(pickle.dumps(r)), copy.copy, copy.deepcopy]


@pytest.mark.parametrize("duplicate", DUPLICATES)
async def test_a_response_can_be_pickled_and_copied(client_for, duplicate):
    found = await client_for(answer(CUSTOMER, **LIMITS)).customers.get("cus_1")

    again = duplicate(found)

    assert type(again) is type(found)
    assert again is not found
    assert again.data == found.data
    assert again.rate_limit == found.rate_limit
    assert again.http.status_code == 200
    assert again.http.json() == CUSTOMER
    assert again.http.headers == found.http.headers
    assert again.http.url == found.http.url


@pytest.mark.parametrize("duplicate", DUPLICATES)
async def test_a_page_can_be_pickled_and_copied(client_for, duplicate):
    found = await client_for(Server(page([CUSTOMER], total=41, totalPages=3))).customers.list()

    again = duplicate(found)

    assert type(again) is type(found)
    assert (again.data, again.meta, list(again)) == (found.data, found.meta, list(found))
    assert again.http.content == found.http.content


async def test_an_answer_behind_redirects_can_be_pickled(client_for):
    hop = httpx.Response(302, headers={"location": "/there"})
    found = await client_for(Server(hop, httpx.Response(200, json=CUSTOMER))).customers.get("cus_1")

    again = pickle.loads(pickle.dumps(found))

    assert [r.status_code for r in again.http.history] == [302]
    assert TOKEN.encode() not in pickle.dumps(found)


async def test_the_repr_of_a_response_shows_its_data(client_for):
    client = client_for(answer(CUSTOMER))

    shown = repr(await client.customers.get("cus_1"))

    assert shown.startswith("Response(data=Customer(id='cus_1'")
    assert shown.endswith("status=200)")


async def test_the_repr_of_a_page_shows_how_many_there_are_and_the_first(client_for):
    rows = [{**CUSTOMER, "id": f"cus_{n}"} for n in range(4)]
    empty, full = page([]), page(rows, total=250, page=2, totalPages=13)
    currencies = [{"code": "NGN", "symbol": "N", "name": "Naira", "decimals": 2}]

    shown = [
        repr(await client_for(Server(empty)).customers.list()),
        repr(await client_for(Server(full)).customers.list()),
        repr(await client_for(answer(currencies)).currencies.list()),
    ]

    assert shown == [
        "PaginatedResponse(0 of 0, page 1 of 1)",
        "PaginatedResponse(4 of 250, page 2 of 13: cus_0, cus_1, cus_2, ...)",
        "PaginatedResponse(1 of 1, page 1 of 1: NGN)",
    ]


async def test_timestamps_are_in_utc_whatever_offset_they_come_with(client_for):
    row = body_of("plan-get")
    row["createdAt"] = "2026-11-22T15:54:51.406-03:00"
    row["prices"][0]["createdAt"] = "2026-11-22T20:24:51.406+05:30"
    plans = client_for(answer([row])).plans

    (plan,) = (await plans.list()).data

    for moment, hour in ((plan.created_at, 18), (plan.prices[0].created_at, 14)):
        assert moment.tzinfo == timezone.utc
        assert (moment.hour, moment.minute) == (hour, 54)


@pytest.mark.parametrize("sign", [b"\\u002b", b"\\u002B", b"+"])
async def test_a_sign_that_is_escaped_is_an_offset_as_well(client_for, sign):
    content = httpx.Response(
        200, json={**CUSTOMER, "createdAt": "2026-11-22T20:00:00-02:00"}
    ).content
    answer = httpx.Response(200, content=content.replace(b"-02:00", sign + b"02:00"))

    found = await client_for(Server(answer)).customers.get("cus_1")

    assert found.data.created_at.isoformat() == "2026-11-22T18:00:00+00:00"


async def test_dates_in_metadata_stay_as_they_are_sent(client_for):
    metadata = {"at": "2026-11-22T18:54:48+01:00", "list": [{"at": "12:00"}]}
    row = {**CUSTOMER, "metadata": metadata, "updatedAt": "2026-11-22T00:30:00+01:00"}

    customer = (await client_for(answer(row)).customers.get("cus_1")).data

    assert customer.metadata == metadata
    assert customer.updated_at == datetime(2026, 11, 21, 23, 30, tzinfo=timezone.utc)


BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize("wrap", [lambda row: row, lambda row: {"data": row}])
async def test_a_mark_of_the_byte_order_before_an_object_is_no_part_of_it(client_for, wrap):
    content = BOM + json.dumps(wrap(CUSTOMER)).encode()

    found = await client_for(Server(httpx.Response(200, content=content))).customers.get("cus_1")

    assert found.data.id == "cus_1"
    assert found.http.content == content


@pytest.mark.parametrize("listed", [httpx.Response(200, json=[CUSTOMER]), page([CUSTOMER])])
async def test_a_mark_of_the_byte_order_before_a_list_is_no_part_of_it(client_for, listed):
    server = Server(httpx.Response(200, content=BOM + listed.content))

    found = await client_for(server).customers.list()

    assert [row.id for row in found] == ["cus_1"]


async def test_a_mark_of_the_byte_order_before_an_error_is_no_part_of_it(client_for):
    refusal = problem(400, "Validation failed", errors=[{"field": "a", "message": "a is wrong"}])
    server = Server(httpx.Response(400, content=BOM + refusal.content))

    with pytest.raises(BadRequestError, match="Validation failed") as caught:
        await call(client_for(server), "POST")

    assert [row.field for row in caught.value.errors] == ["a"]


async def test_a_mark_of_the_byte_order_alone_is_no_answer(client_for):
    with pytest.raises(ResponseDecodeError):
        await client_for(Server(httpx.Response(200, content=BOM))).customers.get("cus_1")


@pytest.mark.parametrize("status", [200, 400])
async def test_an_answer_knows_how_long_it_took(client_for, clock, status):
    def slow(request):
        clock.now += 1.25
        return httpx.Response(status, json=CUSTOMER)

    client = client_for(Server(slow))
    try:
        http = (await client.customers.get("cus_1")).http
    except BadRequestError as error:
        http = error.http

    assert http.elapsed == timedelta(seconds=1.25)
    assert pickle.loads(pickle.dumps(http)).elapsed == timedelta(seconds=1.25)


async def test_each_answer_of_a_redirect_knows_how_long_it_took(client_for, clock):
    def there(request):
        clock.now += 1
        return httpx.Response(307, headers={"location": "/there"})

    def slow(request):
        clock.now += 2
        return httpx.Response(200, json=CUSTOMER)

    http = (await client_for(Server(there, slow)).customers.get("cus_1")).http

    assert [step.elapsed.total_seconds() for step in (*http.history, http)] == [1, 2]


async def test_an_answer_that_cannot_be_decoded_knows_how_long_it_took(client_for, clock):
    def broken(request):
        clock.now += 1
        return httpx.Response(
            404, headers={"content-encoding": "br"}, stream=httpx.ByteStream(b"x")
        )

    with pytest.raises(NotFoundError) as caught:
        await client_for(Server(broken)).customers.get("cus_1")

    assert caught.value.http.elapsed == timedelta(seconds=1)
