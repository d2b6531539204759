from __future__ import annotations

import httpx
import pytest

from novabilling import APIStatusError, ServerError
from tests.support import BASE_URL, CUSTOMER, TOKEN, Server, page

from .calls import call

pytestmark = pytest.mark.anyio

OK = httpx.Response(200, json=CUSTOMER)
ALL = [301, 302, 303, 307, 308]
HERE = "https://billing.example/api/there"


def to(location, status=302):
    return httpx.Response(status, headers={"location": location})


def addresses(server):
    return [str(request.url) for request in server.requests]


@pytest.mark.parametrize("status", ALL)
@pytest.mark.parametrize(
    ("location", "target"),
    [
        (HERE, HERE),
        ("/api/there", HERE),
        ("../there", "https://billing.example/api/there"),
        ("//other.example/x?a=b", "https://other.example/x?a=b"),
        ("https://other.example:8443/x#part", "https://other.example:8443/x"),
        ("http://billing.example/x", "http://billing.example/x"),
    ],
)
async def test_a_get_is_followed_anywhere(client_for, status, location, target):
    server = Server(to(location, status), OK)

    found = await client_for(server).customers.get("cus_1")

    assert addresses(server) == ["https://billing.example/api/customers/cus_1", target]
    assert found.data.id == "cus_1"
    assert str(found.http.url) == target.partition("?")[0]


async def test_a_get_is_followed_twenty_times(client_for):
    server = Server(*[to(f"/hop/{n}") for n in range(20)], OK)

    found = await client_for(server).customers.get("cus_1")

    assert len(server.requests) == 21
    assert len(found.http.history) == 20


async def test_a_get_is_not_followed_more_than_twenty_times_and_not_retried(client_for, clock):
    server = Server(*[to(f"/hop/{n}") for n in range(21)], OK)

    with pytest.raises(APIStatusError, match="'/hop/20'"):
        await client_for(server).customers.get("cus_1")

    assert len(server.requests) == 21
    assert clock.slept == []


async def test_a_loop_ends_after_twenty_redirects_and_is_not_retried(client_for, clock):
    server = Server(lambda r: to("/api/b" if r.url.path == "/api/a" else "/api/a", 307))

    with pytest.raises(APIStatusError) as caught:
        await client_for(server).customers.get("cus_1")

    assert len(server.requests) == 21
    assert clock.slept == []
    assert caught.value.status_code == 307


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303])
@pytest.mark.parametrize("location", [HERE, "/api/there"])
async def test_a_write_is_not_followed_where_its_method_might_change(
    client_for, clock, method, status, location
):
    server = Server(to(location, status), OK)

    with pytest.raises(APIStatusError, match="was not followed") as caught:
        await call(client_for(server), method)

    assert len(server.requests) == 1
    assert clock.slept == []
    assert caught.value.status_code == status
    assert type(caught.value) is APIStatusError


NONSENSE = [
    "javascript:x",
    "http://[bad",
    "",
    "mailto:ada@example.com",
    "ftp://billing.example/x",
    "file:///etc/passwd",
    "http:",
    "http://",
    "http://billing.example:99999/",
    "https://billing.example:0/",
    "http://billing.example:port/",
    "http://a..b/",
    "http://xn--/",
    "http://" + "a" * 64 + "/",
    "https://ada:pw@billing.example/x",
    "https://billing.example/" + "a" * 70_000,
]


@pytest.mark.parametrize("location", NONSENSE)
async def test_a_redirect_to_nonsense_is_refused_at_once_and_not_retried(
    client_for, clock, location
):
    server = Server(to(location, 307))
    client = client_for(server)

    with pytest.raises(APIStatusError, match="was not followed") as caught:
        await client.customers.get("cus_1")
    with pytest.raises(APIStatusError, match="was not followed"):
        await call(client, "PATCH")

    assert len(server.requests) == 2
    assert clock.slept == []
    assert caught.value.status_code == 307
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("status", ALL)
async def test_a_redirect_without_a_target_is_an_error(client_for, clock, status):
    server = Server(httpx.Response(status))

    with pytest.raises(APIStatusError) as caught:
        await client_for(server).customers.get("cus_1")

    assert len(server.requests) == 1
    assert caught.value.status_code == status


@pytest.mark.parametrize("status", [300, 304, 305])
async def test_other_statuses_of_300_are_not_followed(client_for, status):
    server = Server(to(HERE, status), OK)

    with pytest.raises(APIStatusError) as caught:
        await client_for(server).customers.get("cus_1")

    assert len(server.requests) == 1
    assert caught.value.status_code == status


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", ALL)
async def test_nothing_is_followed_if_redirects_are_switched_off(client_for, clock, method, status):
    server = Server(to(HERE, status), OK)
    client = client_for(server, follow_redirects=False)

    with pytest.raises(APIStatusError, match="there"):
        await call(client, method)

    assert len(server.requests) == 1
    assert clock.slept == []


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://o.example/x?token=canary", "https://o.example/x"),
        ("/x?token=canary#canary", "/x"),
        ("/x#canary", "/x"),
        ("https://ada:canary@o.example/x", "https://o.example/x"),
    ],
)
async def test_the_error_names_the_target_without_its_secrets(client_for, location, shown):
    server = Server(to(location, 302))

    with pytest.raises(APIStatusError) as caught:
        await call(client_for(server), "POST")

    assert str(caught.value) == (
        f"302: the redirect to '{shown}' was not followed [POST /customers] (may have been applied)"
    )


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 306, 307, 308, 399])
async def test_a_redirect_of_a_write_may_come_after_the_work_is_done(
    client_for, clock, method, status
):
    answers = [httpx.Response(status), *[to(there, status) for there in [HERE, *NONSENSE]]]
    server = Server(*answers)
    client = client_for(server, follow_redirects=False)
    not_carried_out = method == "GET" or status in (307, 308)

    for _ in answers:
        with pytest.raises(APIStatusError) as caught:
            await call(client, method)

        assert caught.value.may_have_been_applied is not not_carried_out
    assert (len(server.requests), clock.slept) == (len(answers), [])


async def test_a_redirect_behind_one_that_was_followed_counts(client_for):
    server = Server(to("/there", 307), to("/done", 303))

    with pytest.raises(APIStatusError, match="'/done'") as caught:
        await call(client_for(server), "POST")

    assert server.paths == ["POST /api/customers", "POST /there"]
    assert caught.value.may_have_been_applied


async def test_a_redirect_of_an_event_may_come_after_the_work_is_done(client_for):
    server = Server(to("/done", 303))

    with pytest.raises(APIStatusError) as caught:
        await client_for(server).events.create_batch([{"subscription_id": "s", "code": "c"}])

    assert len(server.requests) == 1
    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("status", ALL)
@pytest.mark.parametrize(
    ("base_url", "location", "advised"),
    [
        ("http://billing.example", "https://billing.example/api/customers", True),
        ("http://billing.example:8080", "https://billing.example:8443/api/customers", True),
        ("http://billing.example", "//billing.example/api/customers", False),
        ("http://billing.example", "https://other.example/api/customers", False),
        ("http://billing.example", "https://[billing.example", False),
        ("https://billing.example", "https://billing.example/login", False),
        ("https://billing.example", "http://billing.example/api/customers", False),
    ],
)
async def test_the_error_says_that_the_base_url_should_be_the_https_one(
    client_for, status, base_url, location, advised
):
    client = client_for(Server(to(location, status)), base_url=base_url, follow_redirects=False)

    with pytest.raises(APIStatusError, match="was not followed") as caught:
        await call(client, "POST")

    assert ("base_url should begin with https://" in caught.value.message) is advised


async def test_the_history_has_bare_requests(client_for):
    server = Server(to("/one"), to("https://other.example/two"), page([]))

    found = await client_for(server).customers.list()

    for answer in [*found.http.history, found.http]:
        assert TOKEN not in repr(answer.request.headers.raw)
        assert set(answer.request.headers) <= {"host"}
        assert answer.request.extensions == {}
    assert [str(answer.url) for answer in found.http.history] == [
        f"{BASE_URL}/api/customers",
        f"{BASE_URL}/one",
    ]
    assert [answer.headers["location"] for answer in found.http.history] == [
        "/one",
        "https://other.example/two",
    ]


async def test_a_failure_behind_a_redirect_is_retried_from_the_beginning(client_for, clock):
    server = Server(to("/there"), httpx.Response(503), OK)

    await client_for(server).customers.get("cus_1")

    assert server.paths == [
        "GET /api/customers/cus_1",
        "GET /there",
        "GET /api/customers/cus_1",
    ]


async def test_a_post_that_may_have_arrived_behind_a_redirect_is_not_retried(client_for, clock):
    server = Server(to("/there", 307), httpx.Response(502), OK)

    with pytest.raises(ServerError) as caught:
        await call(client_for(server), "POST")

    assert server.paths == ["POST /api/customers", "POST /there"]
    assert caught.value.may_have_been_applied
