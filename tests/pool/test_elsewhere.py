"""Redirects to other servers: each request arrives where it is meant to, over whatever is open."""

from __future__ import annotations

import socket
from typing import Any, Iterator

import pytest

from tests.pool.servers import Behaviour, Peer, Request, Server, echo, serve
from tests.pool.support import play


def to(url: str) -> Behaviour:
    """Redirect what asks for `cus_away`, and answer the rest."""

    def behave(peer: Peer, request: Request) -> None:
        if request.id == "cus_away":
            head = f"HTTP/1.1 302 Found\r\nLocation: {url}/cus_there\r\nContent-Length: 0\r\n\r\n"
            peer.send(head.encode())
        else:
            echo(peer, request)

    return behave


@pytest.fixture
def other() -> Iterator[Server]:
    """Serve on another host, on a port that is free on ours as well."""
    try:
        with serve(host="127.0.0.2") as server:
            yield server
    except OSError:
        pytest.skip("this system has no 127.0.0.2")


async def there_and_back(api: Any) -> None:
    assert await api.get("cus_1") == "cus_1"
    assert await api.get("cus_away") == "cus_there"
    assert await api.get("cus_2") == "cus_2"


def test_another_host_of_the_same_port_is_another_server(way, other):
    if way.carrier == "proxy":
        pytest.skip("a proxy gets all requests")
    try:
        socket.create_server(("127.0.0.1", other.port)).close()
    except OSError:
        pytest.skip("the port is taken here")

    with serve(to(other.url), port=other.port) as home:
        way.play(home, there_and_back)
        assert [r.id for r in home.requests] == ["cus_1", "cus_away", "cus_2"]
        assert [r.id for r in other.requests] == ["cus_there"]
        assert other.requests[0].headers["host"] == f"127.0.0.2:{other.port}"


def test_a_connection_to_another_origin_leaves_the_idle_one_of_the_home(colour):
    with serve() as other, serve(to(other.url)) as home:
        play(colour, home.url, there_and_back)
        assert (home.accepted, other.accepted) == (1, 1)


def test_a_full_pool_gives_up_an_idle_connection_for_another_origin(colour):
    with serve() as other, serve(to(other.url)) as home:
        play(colour, home.url, there_and_back, max_connections=1)
        assert (home.accepted, other.accepted) == (2, 1)
        assert home.peak + other.peak <= 2


def test_a_connection_to_another_origin_is_closed_after_its_exchange(colour):
    async def script(api: Any) -> None:
        await there_and_back(api)
        assert other.settle(0) == 0
        await there_and_back(api)

    with serve() as other, serve(to(other.url)) as home:
        play(colour, home.url, script)
        assert (home.accepted, other.accepted) == (1, 2)
