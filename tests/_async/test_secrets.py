from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import traceback

import httpx
import pytest

import novabilling
from novabilling import (
    AsyncNovaBilling,
    LoginSession,
    NovaBillingError,
    ServerError,
    UnauthorizedError,
)
from tests.support import TOKEN, Server, problem

pytestmark = pytest.mark.anyio

CANARY = "canary"  # part of all that must not show, also of the token
PASSWORD = "canary-password"
PACKAGE = os.path.dirname(novabilling.__file__) + os.sep


async def login(client, password=PASSWORD):
    await client.auth.login(email="a@b.c", password=password)


async def register(client, password=PASSWORD):
    await client.auth.register(name="A", email="a@b.c", password=password, company_name="B")


async def refresh(client, secret=PASSWORD):
    await client.auth.refresh(refresh_token=secret)


async def reset_password(client, secret=PASSWORD):
    await client.auth.reset_password(token=PASSWORD, new_password=secret)


async def reset_password_by(client, secret=PASSWORD):
    await client.auth.reset_password(token=secret, new_password=PASSWORD)


async def create_provider(client, credentials=None):
    credentials = credentials or {"secret_key": PASSWORD, "more": {"a": [PASSWORD]}}
    await client.payment_providers.create(type="stripe", credentials=credentials)


async def configure_provider(client, credentials=None):
    credentials = credentials or {"secret_key": PASSWORD}
    await client.payment_providers.configure(provider_name="STRIPE", credentials=credentials)


async def update_provider(client, credentials=None):
    credentials = credentials or {"secret_key": PASSWORD}
    await client.payment_providers.update("pp_1", credentials=credentials)


async def read(client):
    await client.customers.get("cus_1")


SENDING_PASSWORDS = [login, register, refresh, reset_password, reset_password_by]
SENDING_CREDENTIALS = [create_provider, configure_provider, update_provider]
CALLS = [read, *SENDING_PASSWORDS, *SENDING_CREDENTIALS]


def chained(request):
    cause = ValueError(str(request.headers.raw) + str(request.content))
    raise httpx.ReadError("reset", request=request) from cause


FAILURES = {
    "connect error": httpx.ConnectError("refused"),
    "read error with a cause": chained,
    "connect timeout": httpx.ConnectTimeout("slow"),
    "read timeout": httpx.ReadTimeout("slow"),
    "bad request": problem(400, "No", errors=[{"field": "a", "message": "a must be b"}]),
    "unauthorized": problem(401),
    "conflict": problem(409),
    "rate limit": problem(429),
    "server error": problem(500),
    "gateway": httpx.Response(502, content=b"<html>"),
    "redirect": httpx.Response(302, headers={"location": "https://other.example/"}),
    "bad json": httpx.Response(200, content=b'{"id'),
    "wrong type": httpx.Response(200, json={"id": 5}),
    "bug in a hook": KeyError("a bug"),
}


def shown_by(error):
    """Write all that an error can show: texts, and local variables of the package's frames."""
    shown = [str(error), repr(error), repr(vars(error)), repr(error.args)]
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown.append("".join(trace.format_exception_only()))
    frames = [frame for frame in trace.stack if frame.filename.startswith(PACKAGE)]
    shown.extend(f"{frame.name}: {frame.locals}" for frame in frames)
    for other in (error.__cause__, error.__context__):
        if other is not None:
            shown += shown_by(other)[0]
    return shown, len(frames)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_no_failure_shows_what_the_user_put_in(client_for, clock, caplog, call, failure):
    client = client_for(Server(failure), max_retries=1)
    caplog.set_level(logging.DEBUG, "novabilling")

    with pytest.raises((NovaBillingError, KeyError)) as caught:
        await call(client)

    shown, frames = shown_by(caught.value)
    assert frames > 2
    assert CANARY not in "\n".join(shown)
    assert CANARY.encode() not in pickle.dumps(caught.value)
    ours = [record for record in caplog.records if record.name.startswith("novabilling")]
    assert CANARY not in repr([vars(record) for record in ours])


def echo(request):
    """Refuse a request and repeat all that came with it, as some validators do."""
    said = f"not {request.content.decode()} by {request.headers.get('authorization')}"
    errors = [{"field": "password", "message": said}]
    return problem(400, said, errors=errors, value=json.loads(request.content or "{}"))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("token", [TOKEN, lambda: TOKEN], ids=["token", "callable"])
async def test_what_a_server_repeats_is_masked_in_the_error(client_for, caplog, call, token):
    client = client_for(echo, token=token)
    caplog.set_level(logging.DEBUG, "novabilling")

    with pytest.raises(NovaBillingError) as caught:
        await call(client)

    error = caught.value
    shown = shown_by(error)[0]
    assert "********" in str(error) or call is read
    assert CANARY not in "\n".join(shown)
    assert CANARY not in error.http.text
    assert CANARY.encode() not in pickle.dumps(error)
    assert CANARY not in caplog.text


async def test_a_secret_with_quotes_is_masked_and_a_short_one_spoils_no_message(client_for):
    def server(request):
        return problem(400, f"credentials {json.loads(request.content)['credentials']} test it")

    client = client_for(server)
    with pytest.raises(NovaBillingError) as caught:
        await create_provider(client, {"secret_key": 'canary-"ü"-\\', "mode": "test"})

    assert CANARY not in str(caught.value)
    assert str(caught.value).count("test") == 2


@pytest.mark.parametrize("call", [login, create_provider])
async def test_a_token_from_a_callable_is_not_shown_either(client_for, call):
    client = client_for(Server(problem(400)), token=lambda: TOKEN)

    with pytest.raises(NovaBillingError) as caught:
        await call(client)

    assert CANARY not in "\n".join(shown_by(caught.value)[0])


def pair(access=f"{CANARY}-access", refresh=f"{CANARY}-refresh"):
    return httpx.Response(200, json={"accessToken": access, "refreshToken": refresh})


REFUSED = problem(401)
RENEWALS = {
    "wrong password": [REFUSED],
    "server error": [problem(500, CANARY)],
    "connect error": [httpx.ConnectError("refused")],
    "read error with a cause": [chained],
    "read timeout": [httpx.ReadTimeout("slow")],
    "gateway": [httpx.Response(200, content=f"<html>{CANARY}".encode())],
    "wrong type": [httpx.Response(200, json={"accessToken": 5, "refreshToken": CANARY})],
    "no refresh token": [httpx.Response(200, json={"accessToken": CANARY})],
    "no header holds it": [pair(f"{CANARY} {CANARY}")],
    "long refresh token": [pair(refresh=CANARY * 20_000)],
    "refused": [pair(), REFUSED, pair(), REFUSED],
    "refused, and no other": [pair(), REFUSED, REFUSED],
    "server error with the token": [pair(), problem(500)],
    "bug in a hook": [KeyError("a bug")],
    "bug in a hook with the token": [pair(), KeyError("a bug")],
}


@pytest.mark.parametrize("held", ["password", "refresh token"])
@pytest.mark.parametrize("failure", RENEWALS.values(), ids=RENEWALS)
async def test_no_failure_of_a_login_session_shows_it(client_for, clock, caplog, failure, held):
    def broken(pair):
        raise LookupError(pair.refresh_token)

    given = {"email": "a@b.c", "password": PASSWORD}
    session = LoginSession(
        **(given if held == "password" else {"refresh_token": PASSWORD}), on_change=broken
    )
    client = client_for(Server(*failure), token=None, login=session, max_retries=0)
    caplog.set_level(logging.DEBUG, "novabilling")

    with pytest.raises((NovaBillingError, KeyError)) as caught:
        await read(client)

    shown, frames = shown_by(caught.value)
    assert frames > 2
    assert CANARY not in "\n".join([*shown, repr(session), repr(vars(session))])
    assert CANARY.encode() not in pickle.dumps(caught.value)
    ours = [record for record in caplog.records if record.name.startswith("novabilling")]
    assert CANARY not in repr([vars(record) for record in ours])


@pytest.mark.parametrize(
    "given",
    [
        {"email": 5, "password": PASSWORD},
        {"email": "a@b.c", "password": "canary\ud800"},
        {"email": "a@b.c", "password": b"canary"},
        {"password": PASSWORD},
        {"refresh_token": b"canary"},
        {"refresh_token": PASSWORD, "on_change": 5},
        {"email": "a@b.c", "password": PASSWORD, "refresh_token": 5},
    ],
)
async def test_what_makes_no_login_session_is_not_shown(given):
    with pytest.raises((TypeError, ValueError)) as caught:
        LoginSession(**given)

    shown, frames = shown_by(caught.value)
    assert frames > 0
    assert "'self': 'LoginSession()'" in "\n".join(shown)
    assert CANARY not in "\n".join(shown)


BAD_SECRETS = [b"canary", 5.5, ["canary"], "canary\ud800", "canary" * 20_000]


@pytest.mark.parametrize("secret", BAD_SECRETS, ids=["bytes", "float", "list", "text", "long"])
@pytest.mark.parametrize("call", SENDING_PASSWORDS)
async def test_a_password_that_cannot_be_sent_is_not_shown(client_for, call, secret):
    server = Server(problem(400))

    with pytest.raises((TypeError, ValueError)) as caught:
        await call(client_for(server), secret)

    assert server.requests == []
    assert CANARY not in "\n".join(shown_by(caught.value)[0])


@pytest.mark.parametrize(
    "credentials",
    [
        "canary",
        ["canary"],
        {"secret_key": "canary\ud800"},
        {"secret_key": "canary" * 20_000},
        {"secret_key": "canary", "more": object()},
        {"secret_key": "canary", "more": 2**70j},
    ],
    ids=["text", "list", "surrogate", "long", "object", "complex"],
)
@pytest.mark.parametrize("call", SENDING_CREDENTIALS)
async def test_credentials_that_cannot_be_sent_are_not_shown(client_for, call, credentials):
    server = Server(problem(400))

    with pytest.raises((TypeError, ValueError)) as caught:
        await call(client_for(server), credentials)

    assert server.requests == []
    assert CANARY not in "\n".join(shown_by(caught.value)[0])


@pytest.mark.parametrize("email", [5, "\ud800"])
async def test_a_password_beside_a_bad_argument_is_not_shown(client_for, email):
    server = Server(problem(400))

    with pytest.raises((TypeError, ValueError)) as caught:
        await client_for(server).auth.login(email=email, password=PASSWORD)

    assert server.requests == []
    assert CANARY not in "\n".join(shown_by(caught.value)[0])


BAD_TOKENS = ["canary 1", "canary\n", "c\xe4nary canary", b"canary", ["canary"]]


@pytest.mark.parametrize("token", BAD_TOKENS)
async def test_a_token_that_is_refused_is_not_shown(client_for, token):
    client = client_for(Server(problem(400)))

    with pytest.raises((TypeError, ValueError)) as made:
        AsyncNovaBilling(token=token)
    with pytest.raises((TypeError, ValueError)) as copied:
        client.with_options(token=token)
    with pytest.raises((TypeError, ValueError)) as asked:
        await read(client.with_options(token=lambda: token))

    for caught in (made, copied, asked):
        shown, frames = shown_by(caught.value)
        assert frames > 1
        assert CANARY not in "\n".join(shown)


@pytest.mark.parametrize(
    "options", [{"timeout": -1}, {"max_retries": -1}, {"headers": {"Host": "a"}}, {"deadline": "a"}]
)
async def test_a_token_beside_a_bad_option_is_not_shown(client_for, options):
    client = client_for(Server(problem(400)))

    with pytest.raises((TypeError, ValueError)) as made:
        AsyncNovaBilling(token=TOKEN, **options)
    with pytest.raises((TypeError, ValueError)) as copied:
        client.with_options(token=TOKEN, **options)

    for caught in (made, copied):
        assert CANARY not in "\n".join(shown_by(caught.value)[0])


def inside(thing):
    """Yield the reprs of an object of the package and of all that hangs on it."""
    yield repr(thing)
    if type(thing).__module__.startswith("novabilling"):
        yield repr(getattr(thing, "__dict__", None))
        parts = (
            thing if isinstance(thing, tuple) else vars(thing).values() if has_vars(thing) else ()
        )
        for part in parts:
            yield from inside(part)


def has_vars(thing):
    return hasattr(thing, "__dict__")


async def test_a_client_shows_no_token(client_for):
    client = client_for(Server(problem(400)))
    copied = client.with_options(token=TOKEN)

    for one in (client, copied, client.customers):
        found = list(inside(one))
        assert any("Config(" in text for text in found)
        assert CANARY not in "\n".join(found)


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
async def test_a_client_cannot_be_pickled_or_copied(client_for, duplicate):
    with pytest.raises(TypeError, match="cannot be pickled or copied"):
        duplicate(client_for(Server(problem(400))))


@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.deepcopy])
async def test_the_settings_of_a_client_cannot_be_pickled_or_copied(client_for, duplicate):
    with pytest.raises(TypeError, match="secret cannot be pickled or copied"):
        duplicate(client_for(Server(problem(400)))._caller.config)


def values(data):
    """Return the values of a struct, also of those inside, as its repr would not."""
    if isinstance(data, list):
        return [values(item) for item in data]
    if hasattr(data, "__struct_fields__"):
        return [values(getattr(data, name)) for name in data.__struct_fields__]
    return data


async def test_the_answer_of_an_error_has_a_bare_request(client_for):
    with pytest.raises(UnauthorizedError) as caught:
        await login(client_for(Server(problem(401))))

    request = caught.value.http.request
    assert (request.method, str(request.url)) == ("POST", "https://billing.example/api/auth/login")
    assert request.content == b""
    assert set(request.headers) <= {"host", "content-length"}


async def test_an_unreadable_answer_has_a_bare_request(client_for):
    with pytest.raises(novabilling.ResponseDecodeError) as caught:
        await login(client_for(Server(httpx.Response(200, content=b"<html>"))))

    assert caught.value.http.content == b"<html>"
    assert caught.value.http.request.content == b""
    assert "authorization" not in caught.value.http.request.headers


async def test_the_error_of_one_call_does_not_remember_the_last(client_for):
    client = client_for(Server(problem(500)))
    with pytest.raises(ServerError):
        await login(client)

    with pytest.raises(ServerError) as caught:
        await read(client)

    assert caught.value.__context__ is None
