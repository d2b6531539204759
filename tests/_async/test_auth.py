from __future__ import annotations

import pytest

from novabilling import UnauthorizedError
from novabilling.types import Login, Message, Registration, TokenPair
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem

pytestmark = pytest.mark.anyio

CASES = [
    Case(
        lambda c: c.register(
            name="Ada", email="a@b.co", password="correct-horse", company_name="Lagos Analytics"
        ),
        "POST /api/auth/register",
        {
            "name": "Ada",
            "email": "a@b.co",
            "password": "correct-horse",
            "companyName": "Lagos Analytics",
        },
        "auth-register",
        Registration,
    ),
    Case(
        lambda c: c.login(email="a@b.co", password="correct-horse"),
        "POST /api/auth/login",
        {"email": "a@b.co", "password": "correct-horse"},
        "auth-login",
        Login,
    ),
    Case(
        lambda c: c.refresh(refresh_token="jwt-2"),
        "POST /api/auth/refresh",
        {"refreshToken": "jwt-2"},
        "auth-refresh",
        TokenPair,
    ),
    Case(
        lambda c: c.forgot_password(email="a@b.co"),
        "POST /api/auth/forgot-password",
        {"email": "a@b.co"},
        "auth-forgot-password",
        Message,
    ),
    Case(
        lambda c: c.reset_password(token="jwt-7", new_password="brand-new"),
        "POST /api/auth/reset-password",
        {"token": "jwt-7", "newPassword": "brand-new"},
        "auth-reset-password",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).auth)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_registration_gives_the_tenant_its_key_and_a_session(client_for):
    body = body_of("auth-register")

    registered = await client_for(Server(recorded("auth-register"))).auth.register(
        name="Ada", email="a@b.co", password="p", company_name="c"
    )

    assert registered.data.tenant.slug == body["tenant"]["slug"]
    assert registered.data.tenant.webhook_secret == body["tenant"]["webhookSecret"]
    assert registered.data.api_key == body["apiKey"]
    assert registered.data.access_token == body["accessToken"]
    assert registered.data.refresh_token == body["refreshToken"]


async def test_a_client_without_a_token_may_log_in(client_for):
    server = Server(recorded("auth-login"))

    await client_for(server, token=None).auth.login(email="a@b.co", password="p")

    assert "authorization" not in server.request.headers


async def test_a_wrong_password_is_unauthorized_without_a_hint_at_login_tokens(client_for):
    server = Server(problem(401, "Invalid credentials"))

    with pytest.raises(UnauthorizedError) as caught:
        await client_for(server).auth.login(email="a@b.co", password="p")

    assert caught.value.message == "Invalid credentials"


@pytest.mark.parametrize(
    ("options", "seconds"),
    [({}, 120.0), ({"timeout": 5}, 5.0), ({"timeout": None}, None)],
    ids=["default", "of the client", "none"],
)
async def test_a_registration_may_take_longer_unless_the_client_has_a_timeout(
    client_for, options, seconds
):
    server = Server(recorded("auth-register"))

    await client_for(server, **options).auth.register(
        name="n", email="e", password="p", company_name="c"
    )

    assert server.request.extensions["timeout"]["read"] == seconds


@pytest.mark.parametrize("password", [None, 5, b"secret", ["secret"]])
async def test_a_password_that_is_not_text_is_refused_unseen(client_for, password):
    server = Server(recorded("auth-login"))

    with pytest.raises(TypeError, match="password must be a str") as caught:
        await client_for(server).auth.login(email="a@b.co", password=password)

    assert "secret" not in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (
            lambda c: c.register(name="n", email="e", password="p", company_name="c"),
            "auth-register",
        ),
        (lambda c: c.login(email="e", password="p"), "auth-login"),
        (lambda c: c.refresh(refresh_token="t"), "auth-refresh"),
    ],
    ids=["register", "login", "refresh"],
)
async def test_tokens_and_keys_are_masked_in_the_repr(client_for, call, answer):
    body = body_of(answer)

    shown = repr(await call(client_for(Server(recorded(answer))).auth))

    tenant = body.get("tenant", {"apiKey": "sk_live_", "webhookSecret": "whsec_"})
    secrets = [body["accessToken"], body["refreshToken"], tenant["apiKey"], tenant["webhookSecret"]]
    assert [secret for secret in secrets if secret in shown] == []
    assert "access_token='********'" in shown
