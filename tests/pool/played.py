"""Byte streams that play answers from a list of bytes: no socket, no server, no wait."""

from __future__ import annotations

import ssl
from typing import List, Optional

import pytest

from novabilling._network.byte_streams import AsyncByteStream, ByteStream
from novabilling._network.time_limits import TimeLimits
from novabilling._runtime.secrets import Secret


class _Recording:
    """What is to be read, and what was done to the stream."""

    def __init__(self, parts: List[bytes]) -> None:
        self.parts = parts
        self.written: List[bytes] = []
        self.connected_to = ""
        self.closed = False

    def is_readable(self) -> bool:
        return self.closed

    def shutdown(self) -> None:
        self.closed = True

    forget = shutdown

    def _next(self) -> bytes:
        return self.parts.pop(0) if self.parts else b""


class PlayedStream(_Recording):
    def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: TimeLimits
    ) -> None:
        self.connected_to = f"{host}:{port}"

    def read(self, limits: TimeLimits) -> bytes:
        return self._next()

    def write(self, data: Secret[bytes], limits: TimeLimits) -> None:
        self.written.append(data.reveal())

    def close(self) -> None:
        self.closed = True


class AsyncPlayedStream(_Recording):
    async def connect(
        self, host: str, port: int, context: Optional[ssl.SSLContext], limits: TimeLimits
    ) -> None:
        self.connected_to = f"{host}:{port}"

    async def read(self, limits: TimeLimits) -> bytes:
        return self._next()

    async def write(self, data: Secret[bytes], limits: TimeLimits) -> None:
        self.written.append(data.reveal())

    async def aclose(self) -> None:
        self.closed = True


class Player:
    """Give each new connection a stream; `streams` are those that were asked for."""

    def __init__(self, colour: str, monkeypatch: pytest.MonkeyPatch, *answers: List[bytes]) -> None:
        self._answers = list(answers)
        self.streams: List[_Recording] = []
        self._colour = colour
        name = (
            "novabilling._sync.transport.pool.Stream"
            if colour == "sync"
            else "novabilling._async.transport.pool.AsyncStream"
        )
        monkeypatch.setattr(name, self._connect)

    def _connect(self) -> _Recording:
        parts = list(self._answers.pop(0))
        stream = PlayedStream(parts) if self._colour == "sync" else AsyncPlayedStream(parts)
        self.streams.append(stream)
        return stream


def conforms(stream: PlayedStream, async_stream: AsyncPlayedStream) -> None:
    """Let a type checker compare them with the contracts."""
    _: ByteStream = stream
    __: AsyncByteStream = async_stream
