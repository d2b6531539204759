"""A process that can open no more files: an error of ours says so, and what it means."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.pool.servers import HEAD, Peer, Request, answer, serve
from tests.pool.support import python

pytest.importorskip("resource", reason="Windows has no such limit")

SCRIPT = dedent("""
    import os, resource, sys
    from contextlib import suppress
    from novabilling import NovaBillingError
    from tests.pool.support import Api, client_of, run

    colour, url, spare, retries = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

    async def main():
        async with Api(client_of(colour, url, max_retries=retries)) as api:
            with suppress(NovaBillingError):
                await api.post()  # which loads what says how a write has ended
            api.client.customers
            resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
            files = []
            with suppress(OSError):
                while True:
                    files.append(os.open(os.devnull, os.O_RDONLY))
            for _ in range(spare):
                os.close(files.pop())
            try:
                await api.post()
            except NovaBillingError as error:
                print(type(error).__name__, error.may_have_been_applied, error)
            for file in files:
                os.close(file)
            print(await api.get())

    run(colour, main)
""")


def refuse_posts(peer: Peer, request: Request) -> None:
    if request.method == "GET":
        peer.send(answer(request.id))
    else:
        head = HEAD.replace(b"200 OK", b"400 Bad Request")
        peer.send(head + b'Connection: close\r\nContent-Length: 17\r\n\r\n{"message": "no"}')


@pytest.mark.parametrize("retries", [0, 1])
def test_a_connection_for_which_there_is_no_file_is_an_error_of_ours(colour, retries):
    with serve(refuse_posts) as server:
        done = python("-c", SCRIPT, colour, server.url, "0", str(retries))

    said, worked = done.stdout.splitlines()
    assert said.startswith("APIConnectionError False ")
    assert "Too many open files" in said
    assert worked == "cus_1"
    assert not done.stderr
    assert [request.method for request in server.requests] == ["POST", "GET"]


def test_an_answer_is_explained_without_a_file(colour):
    with serve(refuse_posts) as server:
        done = python("-c", SCRIPT, colour, server.url, "1", "1")

    said, worked = done.stdout.splitlines()
    assert said.startswith("BadRequestError False 400: no")
    assert worked == "cus_1"
    assert not done.stderr
    assert [request.method for request in server.requests] == ["POST", "POST", "GET"]


def test_what_was_sent_before_may_have_been_applied(colour):
    def cut(peer: Peer, request: Request) -> None:
        if request.method == "GET":
            peer.send(answer(request.id))
        else:
            peer.close()

    with serve(cut) as server:
        done = python("-c", SCRIPT, colour, server.url, "1", "1")

    said, worked = done.stdout.splitlines()
    assert said.startswith("APIConnectionError True ")
    assert worked == "cus_1"
