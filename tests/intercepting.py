"""A company proxy: it opens TLS, and signs what it answers with an authority of its own."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from typing import Any, Callable, Iterator, List, NamedTuple

import httpx
import trustme


class Proxy(NamedTuple):
    """Where the proxy is, and the places that it was asked for a way to."""

    url: str
    asked: List[str]


@contextmanager
def intercept(
    handle: Callable[[httpx.Request], httpx.Response], authority: trustme.CA
) -> Iterator[Proxy]:
    """Answer in the place of every server with the handler; yield the proxy."""
    asked: List[str] = []

    def serve(sock: socket.socket) -> None:
        with sock, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                head += sock.recv(1)
            place = head.split(b" ")[1].decode()
            asked.append(place)
            sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            authority.issue_cert(place.rpartition(":")[0]).configure_cert(context)
            with context.wrap_socket(sock, server_side=True) as tls:
                answer(tls, f"https://{place}")

    def answer(tls: Any, origin: str) -> None:
        stream = tls.makefile("rb")
        while line := stream.readline():
            method, path, _ = line.decode().split(" ")
            headers = dict(iter_headers(stream))
            length = int(headers.get("content-length", 0))
            request = httpx.Request(
                method, origin + path, headers=headers, content=stream.read(length)
            )
            response = handle(request)
            tls.sendall(
                b"HTTP/1.1 %d OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                % (response.status_code, len(response.content), response.content)
            )

    def accept() -> None:
        with suppress(OSError):
            while True:
                sock, _ = listener.accept()
                threading.Thread(target=serve, args=(sock,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield Proxy(f"http://127.0.0.1:{listener.getsockname()[1]}", asked)
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def iter_headers(stream: Any) -> Iterator[Any]:
    while (line := stream.readline().decode().strip()) != "":
        name, _, value = line.partition(":")
        yield name.lower(), value.strip()
