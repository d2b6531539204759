"""Content that an event hook of the user's client has read: httpx has decoded it then."""

from __future__ import annotations

import gzip
from typing import Any, Callable

import httpx
import pytest

from novabilling import APIConnectionError, ResponseDecodeError
from tests.pool.servers import answer
from tests.pool.support import Api, client_of, raises, run
from tests.pool.test_bodies import content_of
from tests.streams import Parts

JSON = content_of(answer("cus_1"))


def read(response: httpx.Response) -> None:
    response.read()


async def async_read(response: httpx.Response) -> None:
    await response.aread()


def use_up(response: httpx.Response) -> None:
    list(response.iter_raw())


async def async_use_up(response: httpx.Response) -> None:
    async for _ in response.aiter_raw():
        pass


def close(response: httpx.Response) -> None:
    response.close()


async def async_close(response: httpx.Response) -> None:
    await response.aclose()


def play(colour: str, hooks: Any, content: bytes, coding: str, script: Any, **options: Any) -> None:
    def handle(_: httpx.Request) -> httpx.Response:
        headers = {"content-encoding": coding}
        return httpx.Response(200, headers=headers, stream=Parts(content))

    make: Callable[..., Any] = httpx.Client if colour == "sync" else httpx.AsyncClient
    hook = hooks[0] if colour == "sync" else hooks[1]
    http = make(transport=httpx.MockTransport(handle), event_hooks={"response": [hook]})
    client = client_of(colour, "http://billing.example", http_client=http, **options)

    async def main() -> None:
        await script(Api(client))

    run(colour, main)


async def get(api: Any) -> None:
    found = await api.get()
    assert found == "cus_1"


def test_it_is_not_decoded_again(colour):
    play(colour, (read, async_read), gzip.compress(JSON), "gzip", get)


def test_it_is_no_larger_than_the_client_takes(colour):
    async def script(api: Any) -> None:
        with raises(ResponseDecodeError, applied=True) as caught:
            await api.post()
        assert "max_response_bytes" in str(caught.value)

    content = gzip.compress(JSON)
    most = len(JSON) - 1
    play(colour, (read, async_read), content, "gzip", script, max_response_bytes=most)
    play(colour, (read, async_read), content, "gzip", get, max_response_bytes=most + 1)


@pytest.mark.parametrize("coding", ["gzip, gzip", "nonsense"])
def test_it_had_a_coding_that_was_asked_for(colour, coding):
    content = gzip.compress(gzip.compress(JSON)) if "gzip" in coding else JSON

    async def script(api: Any) -> None:
        with raises(ResponseDecodeError, applied=True) as caught:
            await api.post()
        assert "was not asked for" in str(caught.value)

    play(colour, (read, async_read), content, coding, script)


@pytest.mark.parametrize("hooks", [(use_up, async_use_up), (close, async_close)])
def test_what_is_gone_is_an_error(colour, hooks):
    async def script(api: Any) -> None:
        with raises(APIConnectionError) as caught:
            await api.get()
        assert "ResponseNotRead" in str(caught.value)

    play(colour, hooks, gzip.compress(JSON), "gzip", script)
