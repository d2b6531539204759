"""A program that forks with a login session: `python -m tests.pool.login_forks KIND`.

`between` forks between two calls; a colour forks in the middle of a renewal, and the child goes on
in that colour.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from typing import List

import anyio

from tests.logins import EMAIL, LOGIN, REFRESH, LoginServer, Reached, hanging
from tests.loopback import serve
from tests.pool.forks import child_of, joined


def between(reached: Reached) -> None:
    with reached.client() as client:
        client.tenants.get_me()

        def in_child() -> None:
            client.tenants.get_me()  # with the token of its parent
            reached.server.advance(hours=2)  # of the copy that the child has
            client.tenants.get_me()

        joined(child_of(in_child))
        client.tenants.get_me()

    assert reached.server.renewals == {LOGIN: 1, REFRESH: 1}


def in_the_middle(reached: Reached, colour: str) -> None:
    reached.log_in()
    reached.server.advance(hours=2)
    found: List[str] = []

    def in_child() -> None:
        signal.alarm(20)
        assert (ask() if colour == "sync" else anyio.run(ask_in_loop, backend=colour)) == EMAIL

    async def ask_in_loop() -> str:
        async with reached.async_client() as here:
            return str((await here.tenants.get_me()).data.email)

    def ask() -> str:
        return str(client.tenants.get_me().data.email)

    with hanging(reached.server, REFRESH) as (begun, over), reached.client() as client:
        threads = [threading.Thread(target=lambda: found.append(ask())) for _ in range(5)]
        for thread in threads:
            thread.start()
        assert begun.wait(10)
        time.sleep(0.1)
        child = child_of(in_child)
        while reached.server.hung < 2:  # the child has begun a renewal of its own
            time.sleep(0.01)
        over.set()
        for thread in threads:
            thread.join(10)
        joined(child)

    assert found == [EMAIL] * 5, found
    assert reached.server.renewals == {REFRESH: 2}, reached.server.renewals


def main(kind: str) -> None:
    server = LoginServer()
    with serve(server) as url:
        reached = Reached(server, url)
        if kind == "between":
            between(reached)
        else:
            in_the_middle(reached, kind)
    print("done")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1])
