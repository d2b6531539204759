"""A login session: which calls go by it, how it is renewed, and what is said when it cannot be."""

from __future__ import annotations

import copy
import logging
import pickle

import httpx
import pytest
from msgspec import structs

from novabilling import (
    APIConnectionError,
    AsyncNovaBilling,
    BadRequestError,
    LoginSession,
    MissingTokenError,
    NotFoundError,
    NovaBilling,
    NovaBillingTimeoutError,
    UnauthorizedError,
)
from tests.logins import EMAIL, LOGIN, PASSWORD, REFRESH, LoginServer, refusal
from tests.support import BASE_URL

pytestmark = pytest.mark.anyio

ME = "GET /tenants/me"
DOWN = httpx.ConnectError("connection refused")
LOST = httpx.ReadError("reset")


@pytest.fixture
def server():
    return LoginServer()


@pytest.fixture
def login_client(client_for, server):
    """Make a client with an API key and a login session."""

    def make(**options):
        given = {"token": server.sandbox.token, "login": server.session(), **options}
        return with_time_of(server, client_for(server, **given))

    return make


def with_time_of(server, client):
    """Give a client the time of the server, as a sandbox does."""
    client._caller.config = structs.replace(client._caller.config, now=lambda: server.now)
    return client


def asked(server):
    """Return what the server was asked, and by which credential."""
    found = [(one.operation, one.credential) for one in server.asked]
    server.asked.clear()
    return found


# Which credential


async def test_each_call_sends_what_it_needs(login_client, server):
    client = login_client()

    await client.tenants.get_me()
    await client.customers.list()
    await client.currencies.list()
    await client.api_keys.list()
    await client.payment_methods.get_by_customer("cus_1")
    await client.webhooks.list()

    assert asked(server) == [
        (LOGIN, "none"),
        (ME, "login"),
        ("GET /customers", "key"),
        ("GET /currencies", "none"),
        ("GET /tenants/me/api-keys", "login"),
        ("GET /payment-methods/customer/cus_1", "login"),
        (ME, "login"),
    ]


async def test_a_request_of_the_user_sends_what_its_path_asks_for(login_client, server):
    client = login_client()

    for path in ("/tenants/me", "/customers", "/currencies", "/payment-methods/customer/cus_1"):
        await client.request("GET", path)
    await client.request("POST", "/auth/forgot-password", body={"email": EMAIL})

    found = [credential for _, credential in asked(server)]
    assert found == ["none", "login", "key", "none", "login", "none"]


async def test_without_a_token_everything_goes_by_the_login(login_client, server):
    client = login_client(token=None)

    await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
    await client.currencies.list()

    assert asked(server) == [
        (LOGIN, "none"),
        ("POST /customers", "login"),
        ("GET /currencies", "none"),
    ]


async def test_without_a_login_everything_goes_by_the_token(login_client, server):
    client = login_client(login=None, token=server.sandbox.jwt)

    await client.tenants.get_me()
    await client.customers.list()
    await client.currencies.list()

    assert [credential for _, credential in asked(server)] == ["login", "login", "none"]


async def test_nothing_is_sent_before_a_call_needs_the_login(login_client, server):
    client = login_client()

    await client.customers.list()

    assert asked(server) == [("GET /customers", "key")]


async def test_a_copy_may_have_another_login_or_none(login_client, server):
    client = login_client(login=None, token=None)
    copied = client.with_options(login=server.session())

    await copied.tenants.get_me()
    await copied.with_options(token=server.sandbox.token).customers.list()
    await copied.with_options(timeout=5).tenants.get_me()
    with pytest.raises(UnauthorizedError):  # the http_client may have added a credential
        await copied.with_options(login=None).tenants.get_me()

    assert asked(server) == [
        (LOGIN, "none"),
        (ME, "login"),
        ("GET /customers", "key"),
        (ME, "login"),
        (ME, "none"),
    ]


async def test_a_call_that_needs_a_login_is_refused_before_it_is_sent_without_one():
    client = AsyncNovaBilling(base_url="http://127.0.0.1:9")

    with pytest.raises(MissingTokenError, match=r"login token from auth\.login"):
        await client.with_options(login=None).tenants.get_me()


async def test_a_session_belongs_to_one_server(login_client, server):
    session = server.session()
    login_client(login=session)

    login_client(login=session)
    AsyncNovaBilling(base_url=f"{BASE_URL}/api/", login=session)
    with pytest.raises(ValueError, match=r"belongs to a client of https://billing\.example"):
        AsyncNovaBilling(base_url="https://other.example", login=session)
    with pytest.raises(ValueError, match="belongs to"):
        AsyncNovaBilling(base_url="https://other.example").with_options(login=session)


@pytest.mark.parametrize("login", ["owner@example.com", {"email": EMAIL}, 5])
async def test_a_login_is_a_session(client_for, server, login):
    with pytest.raises(TypeError, match="login must be a LoginSession or None"):
        client_for(server, login=login)
    with pytest.raises(TypeError, match="login must be a LoginSession or None"):
        client_for(server).with_options(login=login)


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({}, ValueError, "needs email and password, or a refresh_token"),
        ({"email": EMAIL}, ValueError, "belong together"),
        ({"password": "canary"}, ValueError, "belong together"),
        ({"email": EMAIL, "password": ""}, ValueError, "must not be empty"),
        ({"refresh_token": ""}, ValueError, "must not be empty"),
        ({"refresh_token": "********"}, ValueError, "refresh_token: this is a masked secret"),
        ({"email": EMAIL, "password": "********"}, ValueError, "password: this is a masked"),
        ({"email": 5, "password": "canary"}, TypeError, "email must be a str"),
        ({"email": EMAIL, "password": b"canary"}, TypeError, "password must be a str"),
        ({"refresh_token": 5}, TypeError, "refresh_token must be a str"),
        ({"email": EMAIL, "password": "canary\ud800"}, ValueError, "surrogates"),
        ({"refresh_token": "canary", "on_change": 5}, TypeError, "on_change must be a function"),
    ],
)
async def test_what_makes_no_session_is_refused_without_showing_it(arguments, error, words):
    with pytest.raises(error, match=words) as caught:
        LoginSession(**arguments)

    assert "canary" not in repr(caught.value)


# Renewal


async def test_a_token_is_renewed_ahead_of_its_end(login_client, server):
    client = login_client()
    await client.tenants.get_me()

    server.advance(seconds=2999)
    await client.tenants.get_me()
    assert server.renewals == {LOGIN: 1}
    server.advance(seconds=302)
    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 1, REFRESH: 1}
    assert {one.status for one in server.asked} == {200}


async def test_the_clock_of_this_machine_may_be_wrong(client_for, server):
    client = client_for(server, login=server.session())  # years from the server's time

    for _ in range(3):
        await client.tenants.get_me()

    assert server.renewals == {LOGIN: 1}


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_a_refused_token_is_renewed_and_the_call_sent_once_more(
    login_client, server, clock, method
):
    client = login_client(token=None, max_retries=0)
    made = await client.customers.create(external_id="a", email="a@b.co", currency="NGN")
    server.end_tokens()
    server.asked.clear()

    if method == "GET":
        await client.customers.get(made.data.id)
    elif method == "POST":
        await client.customers.create(external_id="b", email="a@b.co", currency="NGN")
    elif method == "PATCH":
        await client.customers.update(made.data.id, name="Ada")
    else:
        await client.customers.delete(made.data.id)

    assert [one.operation.split()[0] for one in server.asked] == [method, "POST", method]
    assert [one.status for one in server.asked][:2] == [401, 200]
    assert server.renewals == {REFRESH: 1}
    assert clock.slept in ([], [0.0])


async def test_a_token_that_is_refused_again_and_again_ends_with_the_401(login_client, server):
    client = login_client()
    server.faults[ME] = [refusal() for _ in range(100)]

    with pytest.raises(UnauthorizedError, match="has not expired") as caught:
        await client.tenants.get_me()

    assert caught.value.may_have_been_applied is False
    assert asked(server) == [(LOGIN, "none"), (ME, "login"), (REFRESH, "none"), (ME, "login")]


async def test_tokens_that_the_server_never_takes_are_not_renewed_for_ever(login_client, server):
    client = login_client()
    server.faults[ME] = [refusal() for _ in range(200)]

    for _ in range(60):
        with pytest.raises(UnauthorizedError):
            await client.tenants.get_me()

    assert 1 < sum(server.renewals.values()) <= 11


async def test_a_token_is_taken_by_a_server_that_finds_something_else_wrong(login_client, server):
    client = login_client()

    for _ in range(30):
        with pytest.raises(NotFoundError):
            await client.api_keys.delete("key_none")
        server.end_tokens()

    assert sum(server.renewals.values()) == 30


async def test_a_refusal_by_the_server_that_a_redirect_leads_to_renews_nothing(
    login_client, server
):
    client = login_client()
    elsewhere = {"location": "https://elsewhere.example/api/there"}
    server.faults[ME] = [httpx.Response(302, headers=elsewhere)]
    server.faults["GET /there"] = [refusal()]

    with pytest.raises(UnauthorizedError) as caught:
        await client.tenants.get_me()

    assert "token" not in str(caught.value)  # which that server was not shown
    assert asked(server) == [(LOGIN, "none"), (ME, "login"), ("GET /there", "none")]


async def test_each_time_that_a_call_has_waited_its_token_may_have_ended(
    login_client, server, clock
):
    client = login_client()
    await client.tenants.get_me()
    server.asked.clear()

    def ends_and_is_busy(request):
        server._ended |= server._issued
        server.now += server.now.resolution * 1_000_000
        return httpx.Response(503)

    server.faults[ME] = [ends_and_is_busy, refusal(), ends_and_is_busy, refusal()]
    await client.tenants.get_me()

    assert [one.status for one in server.asked if one.operation == ME] == [503, 401, 503, 401, 200]


async def test_the_refresh_token_comes_first_and_the_password_when_it_has_ended(
    login_client, server
):
    client = login_client()
    await client.tenants.get_me()

    server.advance(hours=2)
    await client.tenants.get_me()
    server.advance(days=8)
    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 2, REFRESH: 2}
    assert [one.status for one in server.asked if one.operation == REFRESH] == [200, 401]


async def test_a_refresh_token_is_enough(login_client, server):
    client = login_client(login=LoginSession(refresh_token=server.refresh_token()))

    for _ in range(3):
        await client.tenants.get_me()
        server.advance(hours=2)

    assert server.renewals == {REFRESH: 3}


@pytest.mark.parametrize("uses_up", [False, True])
async def test_the_newest_pair_wins(login_client, server, uses_up):
    server.uses_up_refresh_tokens = uses_up
    client = login_client(login=LoginSession(refresh_token=server.refresh_token()))

    for _ in range(5):
        server.advance(hours=2)
        await client.tenants.get_me()

    assert [one.status for one in server.asked if one.operation == REFRESH] == [200] * 5


async def test_a_refresh_token_that_has_ended_is_an_error_that_says_what_to_do(
    login_client, server
):
    client = login_client(login=LoginSession(refresh_token="canary"))

    for _ in range(3):
        with pytest.raises(UnauthorizedError, match="has ended, and there is no password") as got:
            await client.tenants.get_me()

    assert "canary" not in str(got.value)
    assert (got.value.method, got.value.route) == ("GET", "/tenants/me")
    assert asked(server) == [(REFRESH, "none")]


@pytest.mark.parametrize("status", [404, 405, 409])
async def test_a_gateway_that_knows_no_refresh_ends_no_session(login_client, server, clock, status):
    client = login_client(login=LoginSession(refresh_token=server.refresh_token()), max_retries=0)
    server.faults[REFRESH] = [httpx.Response(status)]

    with pytest.raises(APIConnectionError, match=f"POST /auth/refresh: {status}"):
        await client.tenants.get_me()
    clock.now += 31
    await client.tenants.get_me()

    assert [one.status for one in server.asked if one.operation == REFRESH] == [status, 200]


async def test_a_wrong_password_is_an_error_at_once_that_says_what_to_do(
    login_client, server, clock
):
    client = login_client(login=server.session(password="canary"))

    for _ in range(3):
        with pytest.raises(UnauthorizedError, match="refuses the email and password") as got:
            await client.tenants.get_me()
    await client.customers.list()

    assert "canary" not in str(got.value)
    assert got.value.http.json()["message"] == "Invalid credentials"
    assert asked(server) == [(LOGIN, "none"), ("GET /customers", "key")]
    clock.now += 61
    with pytest.raises(UnauthorizedError):
        await client.tenants.get_me()
    assert asked(server) == [(LOGIN, "none")]


async def test_an_email_that_is_none_is_an_error_of_the_kind_that_the_server_says(
    login_client, server
):
    with pytest.raises(BadRequestError, match="refuses the email"):
        await login_client(login=server.session(email="nobody")).tenants.get_me()


# What may go wrong with a renewal


async def test_a_server_that_is_down_for_a_moment_is_waited_for(login_client, server, clock):
    client = login_client()
    server.faults[LOGIN] = [DOWN, httpx.Response(503)]

    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 3}
    assert len(clock.slept) == 2
    assert all(seconds > 0.2 for seconds in clock.slept)


async def test_a_server_that_stays_down_is_an_error_that_says_that_nothing_was_sent(
    login_client, server, clock
):
    client = login_client()
    server.faults[LOGIN] = [DOWN] * 100

    with pytest.raises(APIConnectionError, match="login session could not be renewed") as caught:
        await client.api_keys.create(name="CI", scopes=[])

    assert caught.value.may_have_been_applied is False
    assert caught.value.route == "/tenants/me/api-keys"
    assert server.renewals == {LOGIN: 3}


async def test_a_renewal_that_failed_is_not_tried_at_once_by_the_next_call(
    login_client, server, clock
):
    client = login_client(max_retries=0)
    server.faults[LOGIN] = [DOWN] * 100

    for _ in range(50):
        with pytest.raises(APIConnectionError):
            await client.tenants.get_me()
    assert server.renewals == {LOGIN: 1}
    clock.now += 31
    with pytest.raises(APIConnectionError):
        await client.tenants.get_me()

    assert server.renewals == {LOGIN: 2}


async def test_the_deadline_of_the_call_holds(login_client, server, clock):
    client = login_client(deadline=3, max_retries=100)
    server.faults[LOGIN] = [DOWN] * 100
    began = clock.now

    with pytest.raises(APIConnectionError):
        await client.tenants.get_me()

    assert clock.now - began <= 3


async def test_a_renewal_that_the_server_limits_waits_as_long_as_it_says(
    login_client, server, clock
):
    client = login_client()
    server.faults[LOGIN] = [httpx.Response(429, headers={"retry-after": "42"})]

    await client.tenants.get_me()

    assert clock.slept == [pytest.approx(42)]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_server_that_asks_for_a_day_is_asked_again_in_a_minute(
    login_client, server, clock, status
):
    client = login_client()
    server.faults[LOGIN] = [httpx.Response(status, headers={"retry-after": "86400"})]

    for _ in range(3):
        with pytest.raises(APIConnectionError):
            await client.with_options(max_retries=0).tenants.get_me()
    assert server.renewals == {LOGIN: 1}
    clock.now += 61
    await client.tenants.get_me()


async def test_a_renewal_ahead_of_time_that_fails_harms_no_call(login_client, server, clock):
    client = login_client(max_retries=0)
    await client.tenants.get_me()
    server.advance(seconds=3400)
    server.faults[REFRESH] = [DOWN] * 100

    for _ in range(20):
        await client.tenants.get_me()
    assert server.renewals == {LOGIN: 1, REFRESH: 1}
    clock.now += 1
    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 1, REFRESH: 2}


@pytest.mark.parametrize("lost", [LOST, httpx.ReadTimeout("slow"), httpx.Response(502)])
async def test_after_a_refresh_of_unknown_fate_the_old_token_is_tried_once(
    login_client, server, clock, lost
):
    client = login_client()
    await client.tenants.get_me()
    server.advance(hours=2)
    server.faults[REFRESH] = [lost]

    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 1, REFRESH: 2}


async def test_after_that_the_password_is_tried(login_client, server, clock):
    client = login_client()
    await client.tenants.get_me()
    server.advance(hours=2)
    server.faults[REFRESH] = [LOST] * 100

    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 2, REFRESH: 2}


async def test_a_refresh_token_that_was_used_up_in_doubt_leaves_the_password(
    login_client, server, clock
):
    server.uses_up_refresh_tokens = True
    client = login_client()
    await client.tenants.get_me()
    server.advance(hours=2)

    def lose_the_answer(request):
        server._used.add(server.last_refresh_token)
        raise LOST

    server.faults[REFRESH] = [lose_the_answer]
    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 2, REFRESH: 2}


async def test_a_refresh_token_in_doubt_is_tried_again_where_there_is_no_password(
    login_client, server, clock
):
    client = login_client(login=LoginSession(refresh_token=server.refresh_token()), max_retries=5)
    server.faults[REFRESH] = [LOST] * 4

    await client.tenants.get_me()

    assert server.renewals == {REFRESH: 5}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, content=b"<html>"),
        httpx.Response(200, json={"accessToken": 5, "refreshToken": "canary"}),
        httpx.Response(200, json={"accessToken": "canary canary", "refreshToken": "canary"}),
        httpx.Response(200, json={"accessToken": "canary\r\nX: y", "refreshToken": "canary"}),
        httpx.Response(200, json={"accessToken": "", "refreshToken": "canary"}),
    ],
    ids=["html", "type", "space", "line break", "empty"],
)
async def test_an_answer_without_usable_tokens_is_none(login_client, server, clock, answer):
    client = login_client(max_retries=0)
    server.faults[LOGIN] = [answer]

    with pytest.raises(APIConnectionError, match="could not be renewed") as caught:
        await client.tenants.get_me()

    assert "canary" not in repr(vars(caught.value)) + str(caught.value)
    assert caught.value.may_have_been_applied is False


async def test_a_token_that_does_not_say_when_it_ends_is_renewed_after_a_401(login_client, server):
    client = login_client(login=LoginSession(refresh_token="first"))
    server.faults[REFRESH] = [
        httpx.Response(200, json={"accessToken": f"opaque{n}", "refreshToken": f"next{n}"})
        for n in range(2)
    ]
    server.faults[ME] = [httpx.Response(401)]

    with pytest.raises(UnauthorizedError):  # the sandbox knows neither
        await client.tenants.get_me()

    assert asked(server) == [(REFRESH, "none"), (ME, "login"), (REFRESH, "none"), (ME, "login")]


async def test_tokens_inside_of_data_are_read(login_client, server):
    client = login_client()
    pair = {"accessToken": server.sandbox.jwt, "refreshToken": "r"}
    server.faults[LOGIN] = [httpx.Response(200, json={"data": pair})]

    await client.tenants.get_me()


async def test_a_timeout_of_the_renewal_is_one_of_the_call(login_client, server, clock):
    client = login_client(max_retries=0)
    server.faults[LOGIN] = [httpx.ReadTimeout("slow")]

    message = "^POST /tenants/me/api-keys timed out while the login session was renewed"
    with pytest.raises(NovaBillingTimeoutError, match=message) as caught:
        await client.api_keys.create(name="CI", scopes=[])

    assert caught.value.may_have_been_applied is False


async def test_a_closed_client_renews_nothing(login_client, server):
    session = server.session()
    first, second = login_client(login=session), login_client(login=session)
    await first.aclose()

    with pytest.raises(RuntimeError, match="closed"):
        await first.tenants.get_me()
    await second.tenants.get_me()

    assert server.renewals == {LOGIN: 1}


# What is told


async def test_on_change_is_told_of_each_pair(login_client, server):
    pairs = []
    client = login_client(login=server.session(on_change=pairs.append))

    await client.tenants.get_me()
    server.advance(hours=2)
    await client.tenants.get_me()

    assert len(pairs) == 2
    assert pairs[-1].refresh_token == server.last_refresh_token
    assert server.last_refresh_token not in repr(pairs)
    again = login_client(login=LoginSession(refresh_token=pairs[-1].refresh_token))
    await again.tenants.get_me()


async def test_what_on_change_raises_harms_no_call_and_shows_nothing(login_client, server, caplog):
    def broken(pair):
        raise LookupError(f"cannot store {pair.refresh_token}")

    client = login_client(login=server.session(on_change=broken))
    caplog.set_level(logging.DEBUG)

    await client.tenants.get_me()

    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in errors] == [
        "on_change of a LoginSession failed: LookupError"
    ]
    ours = [record for record in caplog.records if record.name.startswith("novabilling")]
    assert server.last_refresh_token not in repr([vars(record) for record in ours])


async def test_hooks_see_the_requests_of_a_renewal(login_client, server):
    client = login_client(token=None)
    seen = []
    client.on_attempt(lambda info: seen.append((info.route, info.status_code, info.retry_in)))
    await client.customers.list()
    server.end_tokens()

    await client.customers.list()

    assert seen == [
        ("/auth/login", 200, None),
        ("/customers", 200, None),
        ("/customers", 401, 0.0),
        ("/auth/refresh", 200, None),
        ("/customers", 200, None),
    ]


async def test_hooks_do_not_see_the_tokens(login_client, server):
    client = login_client()
    seen = []
    client.on_attempt(seen.append)

    await client.tenants.get_me()

    login, me = seen
    assert (login.route, login.http.status_code, login.http.content) == ("/auth/login", 200, b"")
    assert me.http.json()["email"] == EMAIL
    assert b"eyJ" not in pickle.dumps(login)
    assert server.last_refresh_token.encode() not in pickle.dumps(seen)


async def test_a_repeat_after_a_401_is_logged(login_client, server, caplog):
    client = login_client()
    await client.tenants.get_me()
    server.end_tokens()
    caplog.set_level(logging.INFO, "novabilling")

    await client.tenants.get_me()

    assert [record.novabilling_status_code for record in caplog.records] == [401]


async def test_a_refused_login_of_the_user_starts_no_renewal(login_client, server):
    client = login_client()

    with pytest.raises(UnauthorizedError, match=r"^401: Invalid credentials \[POST /auth/login\]$"):
        await client.auth.login(email=EMAIL, password="wrong")

    assert asked(server) == [(LOGIN, "none")]


# Hints


async def test_a_login_token_that_has_expired_is_told_from_an_api_key(login_client, server):
    expired = server.sandbox.jwt
    server.advance(seconds=3601)
    client = login_client(login=None)

    with pytest.raises(UnauthorizedError, match="expired, at 2026-06-01 13:00:00 UTC: log in"):
        await client.with_options(token=expired).tenants.get_me()
    with pytest.raises(UnauthorizedError, match="expired, at 2026-06-01 13:00:00 UTC: log in"):
        await client.with_options(token=expired).customers.list()
    with pytest.raises(UnauthorizedError, match="an API key is refused"):
        await client.tenants.get_me()
    with pytest.raises(UnauthorizedError, match="has not expired"):
        await client.with_options(token=f"{server.sandbox.jwt}x").tenants.get_me()
    with pytest.raises(UnauthorizedError, match=r"^401: Invalid credentials \(no tenant of "):
        await client.with_options(token="sk_live_unknown").customers.list()


async def test_the_hint_believes_the_clock_of_the_server(client_for, server):
    expired = server.sandbox.jwt
    server.advance(seconds=3601)

    with pytest.raises(UnauthorizedError, match="expired, at"):
        await client_for(server, token=expired).tenants.get_me()


# Tokens of a callable


async def test_a_callable_is_asked_once_more_after_a_401(login_client, server, clock):
    tokens = [server.sandbox.jwt]
    server.advance(hours=2)
    tokens.append(server.sandbox.jwt)
    given = iter([*tokens, "never"])
    client = login_client(login=None, token=lambda: next(given), max_retries=0)

    made = await client.api_keys.create(name="CI", scopes=[])

    assert made.data.name == "CI"
    assert [one.status for one in server.asked] == [401, 201]
    assert next(given) == "never"


@pytest.mark.parametrize("second", ["the same", None])
async def test_a_callable_without_another_token_leaves_the_401(login_client, server, second):
    calls = []

    def token():
        calls.append(1)
        return second if len(calls) > 1 and second is None else "sk_live_unknown"

    with pytest.raises(UnauthorizedError, match="Invalid credentials"):
        await login_client(login=None, token=token).customers.list()

    assert (len(calls), len(server.asked)) == (2, 1)


async def test_a_callable_whose_tokens_are_all_refused_is_asked_twice(login_client, server):
    calls = []

    def token():
        calls.append(1)
        return f"sk_live_{len(calls)}"

    with pytest.raises(UnauthorizedError):
        await login_client(login=None, token=token).customers.list()

    assert (len(calls), len(server.asked)) == (2, 2)


async def test_what_a_callable_raises_after_a_401_reaches_the_caller(login_client, server):
    given = iter(["sk_live_unknown"])

    def token():
        for found in given:
            return found
        raise LookupError("the vault is empty")

    with pytest.raises(LookupError, match="vault"):
        await login_client(login=None, token=token).customers.list()


@pytest.mark.parametrize(("late", "error"), [(True, UnauthorizedError), (False, TimeoutError)])
async def test_a_callable_that_takes_too_long_after_a_401_leaves_it(
    login_client, server, clock, late, error
):
    given = iter(["sk_live_unknown"])

    def token():
        for found in given:
            return found
        clock.now += 30 if late else 0
        raise TimeoutError("the vault is slow")

    with pytest.raises(error):
        await login_client(login=None, token=token, deadline=10).customers.list()


async def test_a_callable_that_calls_the_same_client_is_told_so(login_client, server):
    async def token():
        await client.customers.list()
        return "never"

    client = login_client(login=None, token=token)

    for _ in range(2):
        with pytest.raises(MissingTokenError, match="token calls the client that waits for it"):
            await client.customers.list()

    assert server.asked == []


async def test_a_method_that_calls_by_itself_is_told_so(client_for, server):
    class Vault:
        async def newest(self):
            await client.with_options(token=self.newest).customers.list()
            return "never"

    vault = Vault()
    client = client_for(server, token=vault.newest)

    with pytest.raises(MissingTokenError, match="token calls the client that waits for it"):
        await client.customers.list()

    assert server.asked == []


async def test_a_callable_may_log_in_with_the_same_client(login_client, server):
    async def token():
        return (await client.auth.login(email=EMAIL, password=PASSWORD)).data.access_token

    client = login_client(login=None, token=token)

    await client.tenants.get_me()
    await client.tenants.get_me()

    assert server.renewals == {LOGIN: 2}


def plain_client(server, session):
    """Make a client whose calls need not wait, whatever the colour of the test."""
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(base_url=BASE_URL, http_client=http, login=session)
    return with_time_of(server, client)


async def test_on_change_may_call_a_client_of_its_session(login_client, server):
    seen = []
    session = server.session(on_change=lambda _: seen.append(other.tenants.get_me().data.email))
    other = plain_client(server, session)

    await login_client(login=session).tenants.get_me()

    assert seen == [EMAIL]


async def test_on_change_that_waits_for_itself_is_told_so(login_client, server):
    seen = []

    def store(pair):
        if seen:
            return
        server.end_tokens()  # so that this call would wait for the renewal that it is in
        with pytest.raises(MissingTokenError) as caught:
            other.tenants.get_me()
        seen.append(str(caught.value))

    session = server.session(on_change=store)
    other = plain_client(server, session)

    await login_client(login=session).tenants.get_me()

    assert server.renewals == {LOGIN: 1, REFRESH: 1}
    assert "on_change of the LoginSession, or a hook, calls the client that waits for it" in seen[0]


# Secrets


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
async def test_a_session_cannot_be_pickled_or_copied(server, duplicate):
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(server.session())


async def test_a_session_shows_nothing(login_client, server):
    session = server.session(refresh_token="canary")
    client = login_client(login=session)

    assert repr(session) == f"LoginSession(email={EMAIL!r})"
    assert repr(LoginSession(refresh_token="canary")) == "LoginSession(refresh_token='********')"
    await client.tenants.get_me()

    shown = repr([session, vars(session), vars(session._renewals), client._caller.config])
    assert "Config(" in shown
    for secret in ("canary", PASSWORD, "eyJ", server.sandbox.token):
        assert secret not in shown


@pytest.mark.parametrize(("timeout", "seconds"), [(2.5, 2.5), (None, 60), (600, 60)])
async def test_a_login_waits_as_long_as_a_call_and_never_longer_than_a_minute(
    login_client, server, timeout, seconds
):
    waits = []

    def note(request):
        if request.url.path.endswith("/auth/login"):
            waits.append(request.extensions["timeout"]["read"])
        return server(request)

    client = login_client(timeout=timeout)
    client._caller.transport._sender._first._transport.handler = note
    await client.tenants.get_me()

    assert waits == [pytest.approx(seconds, abs=0.5)]
