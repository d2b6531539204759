"""A loopback server of threads and blocking sockets that misbehaves as it is told.

It counts the connections that are open at once as the client left them: one that the client has
closed does not count, even if the server has not noticed yet.

`python -m tests.pool.servers` serves `echo` in a process of its own: see `serve_apart`.
"""

from __future__ import annotations

import json
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set
from urllib.parse import unquote

from tests.support import CUSTOMER

ROOT = Path(__file__).resolve().parents[2]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Request(NamedTuple):
    method: str
    path: str
    headers: Dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Return the last part of the path, which the answer names."""
        return unquote(self.path.partition("?")[0].rpartition("/")[2])


def answer(id: str, head: bytes = HEAD) -> bytes:
    """Write a customer of this id as a whole answer."""
    body = json.dumps({**CUSTOMER, "id": id, "message": "done"}).encode()
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


class Peer:
    """One connection, as the server sees it."""

    def __init__(self, server: Server, sock: Any) -> None:
        self.server = server
        self.sock = sock
        self.requests = 0
        self._rest = b""

    def read(self) -> Optional[Request]:
        """Read the next request; None at the end."""
        head = self._read_until(lambda data: b"\r\n\r\n" in data)
        if head is None:
            return None
        text, _, self._rest = head.partition(b"\r\n\r\n")
        first, *lines = text.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", 0))
        body = self._read_until(lambda data: len(data) >= length)
        if body is None:
            return None
        self._rest = body[length:]
        self.requests += 1
        return Request(method, path, headers, body[:length])

    def _read_until(self, complete: Callable[[bytes], bool]) -> Optional[bytes]:
        data = self._rest
        while not complete(data):
            more = self.sock.recv(65536)
            if not more:
                return None
            data += more
        return data

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def send_together(self, *parts: bytes) -> None:
        """Send parts, over TLS each in a record of its own, that arrive in one segment."""
        cork = getattr(socket, "TCP_CORK", None)  # Linux
        if cork is None:
            self.send(b"".join(parts))
            return
        self.sock.setsockopt(socket.IPPROTO_TCP, cork, 1)
        for part in parts:
            self.send(part)
        self.sock.setsockopt(socket.IPPROTO_TCP, cork, 0)

    def await_arrival(self) -> None:
        """Wait until the client's system has all that was sent, however busy the machine is."""
        if sys.platform != "linux":
            self.pause(0.05)
            return
        import fcntl
        import termios

        while any(fcntl.ioctl(self.sock, termios.TIOCOUTQ, bytes(4))):
            self.pause(0.001)

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the test."""
        if self.server.stopping.wait(seconds):
            raise ConnectionAbortedError

    def drip(self, data: bytes, seconds: float = 0.05) -> None:
        """Send a byte at a time."""
        for n in range(len(data)):
            self.send(data[n : n + 1])
            self.pause(seconds)

    def silence(self) -> None:
        """Say nothing more until the client goes."""
        while self.sock.recv(65536):
            pass

    def close(self) -> None:
        self.sock.close()
        raise ConnectionAbortedError

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def is_gone(self) -> bool:
        """Say whether the client has closed the connection, without reading from it."""
        ended = getattr(select, "POLLRDHUP", 0)  # Linux; elsewhere the count may be too high
        try:
            poll = select.poll()
            poll.register(self.sock, ended)
            return bool(poll.poll(0))
        except (OSError, ValueError):
            return True


Behaviour = Callable[[Peer, Request], None]


def echo(peer: Peer, request: Request) -> None:
    """Answer with a customer of the id that was asked for."""
    peer.send(answer(request.id))


def echo_in_pieces(peer: Peer, request: Request) -> None:
    """Answer in four pieces, so that there are more points to stop at."""
    data = answer(request.id)
    for start in range(0, len(data), len(data) // 4 + 1):
        peer.send(data[start : start + len(data) // 4 + 1])
        peer.pause(0.002)


def drip_head(peer: Peer, request: Request) -> None:
    peer.drip(HEAD + b"X-Padding: " + b"x" * 10000)


def drip_body(peer: Peer, request: Request) -> None:
    peer.send(HEAD + b"Content-Length: 10000\r\n\r\n")
    peer.drip(b" " * 10000)


def flood_interim(peer: Peer, request: Request) -> None:
    while True:
        peer.send(b"HTTP/1.1 102 Processing\r\n\r\n")
        peer.pause(0.02)


def silence(peer: Peer, request: Request) -> None:
    peer.silence()


def half_an_answer(peer: Peer, request: Request) -> None:
    peer.send(answer(request.id)[:-20])
    peer.silence()


def put_off(peer: Peer, request: Request) -> None:
    """Answer that the client may come again in half a minute."""
    peer.send(b"HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n")


class Server:
    """Accept connections on a port of the loopback, and behave."""

    def __init__(
        self,
        behave: Behaviour,
        tls: Optional[ssl.SSLContext],
        accepts: bool,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self._behave = behave
        self._tls = tls
        self._accepts = accepts
        self._lock = threading.Lock()
        self._threads: List[threading.Thread] = []
        self._listener = socket.create_server((host, port), backlog=2048)
        self.stopping = threading.Event()
        self.live: Set[Peer] = set()
        self.accepted = 0
        self.peak = 0
        self.requests: List[Request] = []
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://{host}:{self.port}"

    def run(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.stopping.is_set():
                sock.close()
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = Peer(self, sock)
            with self._lock:
                self.live.add(peer)
                self.accepted += 1
                if len(self.live) > self.peak:
                    open_ones = sum(not p.is_gone() for p in self.live)
                    self.peak = max(self.peak, open_ones)
            thread = threading.Thread(target=self._serve, args=(peer,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, peer: Peer) -> None:
        try:
            if not self._accepts:
                peer.silence()
            if self._tls is not None:
                peer.sock = self._tls.wrap_socket(
                    peer.sock, server_side=True, do_handshake_on_connect=False
                )
                peer.sock.do_handshake()
            while True:
                request = peer.read()
                if request is None:
                    break
                self.requests.append(request)
                self._behave(peer, request)
        except (OSError, ValueError):  # the client went, or the test is over
            pass
        finally:
            with self._lock:
                self.live.discard(peer)
            peer.sock.close()

    def settle(self, count: int) -> int:
        """Return the number of open connections, once it is `count` or two seconds are over."""
        end = time.monotonic() + 2
        while len(self.live) != count and time.monotonic() < end:
            time.sleep(0.002)
        return len(self.live)

    def stop(self) -> None:
        self.stopping.set()
        socket.create_connection(self._listener.getsockname()).close()
        with self._lock:
            for peer in self.live:
                with suppress(OSError):
                    socket.socket.shutdown(peer.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        for thread in self._threads:
            thread.join(5)
        self._listener.close()


@contextmanager
def serve(
    behave: Behaviour = echo,
    *,
    tls: Optional[ssl.SSLContext] = None,
    accepts: bool = True,
    host: str = "127.0.0.1",
    port: int = 0,
) -> Iterator[Server]:
    """Serve a behaviour; with `accepts=False` connections are made and nothing is said."""
    server = Server(behave, tls, accepts, host, port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join(5)
        server.close()


class Apart:
    """A server in a process of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.peak = 0
        self.accepted = 0


@contextmanager
def serve_apart() -> Iterator[Apart]:
    """Serve `echo` in another process; its counts are there when the block is left."""
    command = [sys.executable, "-m", "tests.pool.servers"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        server = Apart(process.stdout.readline().strip())
        try:
            yield server
        finally:
            process.stdin.write("\n")
            process.stdin.flush()
            server.peak, server.accepted = json.loads(process.stdout.readline())


def bomb(megabytes: int) -> bytes:
    """Compress so many MB of spaces."""
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    spaces = b" " * (1 << 20)
    return b"".join(packer.compress(spaces) for _ in range(megabytes)) + packer.flush()


if __name__ == "__main__":
    with serve() as here:
        print(here.url, flush=True)  # noqa: T201
        sys.stdin.readline()
        print(json.dumps([here.peak, here.accepted]), flush=True)  # noqa: T201
