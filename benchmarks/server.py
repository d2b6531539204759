"""A server in a process of its own, so that the CPU of a client is measured alone.

`python -m benchmarks.server` serves until its input ends; see `serve`.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple, Tuple
from urllib.request import urlopen

import trustme

from benchmarks.payloads import ANSWERS

ROOT = Path(__file__).resolve().parents[1]


class Counts(NamedTuple):
    """Connections that are open, and the most at once since the counts were last asked for."""

    open: int
    peak: int


class Server(NamedTuple):
    http: str
    https: str
    control: str
    authority: str
    """The path of the certificate to trust."""

    def counts(self) -> Counts:
        """Ask for the connections."""
        with urlopen(self.control) as answer:
            return Counts(*json.loads(answer.read()))


class Connection(asyncio.Protocol):
    """Answer as the table says, and count the connections."""

    open = peak = 0
    answers: Dict[Tuple[bytes, bytes], bytes]
    transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.rest = b""
        Connection.open += 1
        Connection.peak = max(Connection.peak, Connection.open)

    def connection_lost(self, _: object) -> None:
        Connection.open -= 1

    def data_received(self, data: bytes) -> None:
        self.rest += data
        while True:
            head, separator, rest = self.rest.partition(b"\r\n\r\n")
            length = length_of(head)
            if not separator or len(rest) < length:
                return
            self.rest = rest[length:]
            method, target, _ = head.split(b" ", 2)
            path = target.partition(b"?")[0]
            self.transport.write(Connection.answers[method, path])


class Control(asyncio.Protocol):
    """Tell the counts, on a port of its own so that it does not count itself."""

    transport: Any

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, _: bytes) -> None:
        self.transport.write(answer([Connection.open, Connection.peak]))
        Connection.peak = Connection.open


def length_of(head: bytes) -> int:
    _, _, value = head.lower().partition(b"\r\ncontent-length:")
    return int(value.partition(b"\r\n")[0] or 0)


def answer(value: Any, status: bytes = b"200 OK") -> bytes:
    body = json.dumps(value, separators=(",", ":")).encode()
    head = b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
    return head % (status, len(body)) + body


async def run() -> None:
    """Print where the server is, and serve until the input ends."""
    loop = asyncio.get_running_loop()
    Connection.answers = {
        (method.encode(), path.encode()): answer(
            value, b"201 Created" if method == "POST" else b"200 OK"
        )
        for (method, path), value in ANSWERS.items()
    }
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    urls = []
    for protocol, tls in ((Connection, None), (Connection, context), (Control, None)):
        listener = await loop.create_server(protocol, "127.0.0.1", 0, ssl=tls, backlog=20_000)
        port = listener.sockets[0].getsockname()[1]
        urls.append(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    with authority.cert_pem.tempfile() as path:
        print(json.dumps([*urls, path]), flush=True)
        await loop.run_in_executor(None, sys.stdin.read)


@contextmanager
def serve() -> Iterator[Server]:
    """Run the server in another process while the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Server(*json.loads(process.stdout.readline()))
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(run())
