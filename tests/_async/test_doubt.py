from __future__ import annotations

import httpx
import pytest

from novabilling import (
    BadRequestError,
    ConflictError,
    NotFoundError,
    RateLimitError,
)
from tests.support import Server, problem

from .calls import call

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("first", [httpx.ReadTimeout("slow"), problem(503)])
async def test_a_404_to_a_repeated_delete_counts_as_deleted(client_for, clock, first):
    server = Server(first, problem(404, "Customer not found"))

    deleted = await call(client_for(server), "DELETE")

    assert "Deleted" in deleted.data.message
    assert deleted.http.status_code == 404
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "second",
    [
        problem(404, "Cannot DELETE /api/customers/cus_1"),
        httpx.Response(404, html="<html><body>no such host</body></html>"),
    ],
)
async def test_a_404_of_a_router_to_a_repeated_delete_deletes_nothing(client_for, clock, second):
    server = Server(httpx.ReadTimeout("slow"), second)

    with pytest.raises(NotFoundError, match="is base_url right") as caught:
        await call(client_for(server), "DELETE")

    assert caught.value.may_have_been_applied


async def test_the_doubt_about_a_delete_outlasts_attempts_that_did_nothing(client_for, clock):
    server = Server(problem(502), problem(429), problem(404))

    deleted = await call(client_for(server), "DELETE")

    assert deleted.http.status_code == 404


@pytest.mark.parametrize("first", [httpx.ConnectError("refused"), problem(429)])
async def test_a_404_to_a_delete_that_was_never_carried_out_is_an_error(client_for, clock, first):
    server = Server(first, problem(404))

    with pytest.raises(NotFoundError) as caught:
        await call(client_for(server), "DELETE")

    assert not caught.value.may_have_been_applied


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    ("status", "error"), [(400, BadRequestError), (409, ConflictError), (429, RateLimitError)]
)
async def test_a_write_refused_after_an_attempt_of_unknown_fate_may_have_been_applied(
    client_for, clock, method, status, error
):
    server = Server(problem(503), problem(status))

    with pytest.raises(error) as caught:
        await call(client_for(server), method)

    assert caught.value.may_have_been_applied


async def test_a_404_to_a_repeated_patch_may_have_been_applied(client_for, clock):
    server = Server(httpx.ReadError("reset"), problem(404))

    with pytest.raises(NotFoundError) as caught:
        await call(client_for(server), "PATCH")

    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_a_write_refused_after_attempts_that_did_nothing_was_not_applied(
    client_for, clock, method
):
    server = Server(httpx.ConnectError("refused"), problem(429), problem(400))

    with pytest.raises(BadRequestError) as caught:
        await call(client_for(server), method)

    assert not caught.value.may_have_been_applied


async def test_a_get_is_never_said_to_have_been_applied(client_for, clock):
    server = Server(problem(503), problem(400))

    with pytest.raises(BadRequestError) as caught:
        await call(client_for(server), "GET")

    assert not caught.value.may_have_been_applied
