"""A served sandbox in a thread, and an app that takes its webhooks."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator, List, Optional

import httpx

from novabilling.sandbox.__main__ import listen, make_server
from novabilling.sandbox._control.app import ServedApplication
from novabilling.sandbox._control.guard import Guard
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxServer
from tests import loopback


@contextmanager
def serve(
    sandbox: ServedSandbox,
    guard: Guard = Guard(),  # noqa: B008
    trusted: Optional[str] = None,
    watch: Callable[[Any], Any] = lambda application: application,
) -> Iterator[SandboxServer]:
    """Serve a sandbox with its control API in a thread."""
    with listen("127.0.0.1", 0) as listener:
        server = make_server(sandbox, watch(ServedApplication(sandbox, guard, trusted)))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            with SandboxServer(url, control_token=guard.token) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()


class App:
    """What an app got: its webhooks, the newest last."""

    def __init__(self) -> None:
        self.url = ""
        self.got: List[httpx.Request] = []
        self.statuses: List[int] = []
        """What it answers next; 200 when they are used up."""

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        status = self.statuses.pop(0) if self.statuses else 200
        return httpx.Response(status, text="thank you" if status == 200 else "no")

    @property
    def events(self) -> List[str]:
        return [request.headers["x-event-type"] for request in self.got]


@contextmanager
def app() -> Iterator[App]:
    """Run an app in a thread."""
    made = App()
    with loopback.serve(made.handle) as url:
        made.url = f"{url}/webhooks"
        yield made


def raw(server: SandboxServer, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request as it stands to the control API."""
    return httpx.request(method, f"{server.url}{path}", trust_env=False, **options)
