"""The TLS settings that all clients share, and TLS over an async socket."""

from __future__ import annotations

import codecs
import os
import ssl
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Callable, Optional, TypeVar

from .._runtime.concurrency import async_time_limit
from .._runtime.forks import RenewedLock
from .bad_settings import BadCertificateFile
from .socket_state import READ_SIZE

if TYPE_CHECKING:
    from .byte_streams import AsyncSocket

T = TypeVar("T")

_lock = RenewedLock()


def tls_context() -> ssl.SSLContext:
    """Return the context by httpx's conventions: certifi's roots, or SSL_CERT_FILE or _DIR."""
    with _lock.held:
        return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@lru_cache(maxsize=4)
def _context(file: Optional[str], folder: Optional[str]) -> ssl.SSLContext:
    codecs.lookup("idna")  # of host names; a codec that cannot be loaded once is never again
    _check("SSL_CERT_FILE", file, os.path.isfile)
    _check("SSL_CERT_DIR", folder, os.path.isdir)
    try:
        context = _default_context(file, folder)
    except (OSError, ssl.SSLError) as exc:
        if not file and not folder:
            raise
        named = f"SSL_CERT_FILE {file!r}" if file else f"SSL_CERT_DIR {folder!r}"
        raise BadCertificateFile(f"{named} holds no certificates in PEM ({exc})") from None
    context.set_alpn_protocols(["http/1.1"])
    return context


def _default_context(file: Optional[str], folder: Optional[str]) -> ssl.SSLContext:
    """Do what httpx does by itself, without loading it: that would be most of a cold start."""
    if file or folder:
        return ssl.create_default_context(cafile=file or None, capath=None if file else folder)
    try:
        import certifi
    except ImportError:  # it comes with httpx, and not with httpx2
        return ssl.create_default_context()
    return ssl.create_default_context(cafile=certifi.where())


def _check(variable: str, path: Optional[str], is_there: Callable[[str], bool]) -> None:
    if path and not is_there(path):
        why = "is not there"
        if os.path.exists(path):
            is_file = is_there is os.path.isfile
            why = "is a folder: SSL_CERT_DIR names one" if is_file else "is no folder"
        raise BadCertificateFile(f"{variable} names {path!r}, which {why}")


class AsyncTls:
    """TLS over a socket; `is_readable` sees what has arrived and was not read."""

    def __init__(self, stream: AsyncSocket, context: ssl.SSLContext, host: str) -> None:
        self.sock = stream.sock
        self._stream = stream
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    async def handshake(self) -> None:
        """Agree on keys, and check the server's certificate."""
        await self._call(self._tls.do_handshake)

    async def receive_soon(self, size: int) -> Optional[bytes]:
        """Let others run, and return what has come by then; nothing at the end, None before it."""
        if self._incoming.pending or self._tls.pending():  # or records of a byte would pile up
            with suppress(ssl.SSLWantReadError):
                return self._read(size)
        data = await self._stream.receive_soon(READ_SIZE)
        if data is not None:
            self._feed(data)
            with suppress(ssl.SSLWantReadError):
                return self._read(size)
        return None

    async def receive(self, size: int, seconds: Optional[float]) -> bytes:
        """Wait for bytes and return them; nothing at the end."""
        with async_time_limit(seconds):
            return await self._call(self._read, size)

    def _read(self, size: int) -> bytes:
        try:
            return self._tls.read(size)
        except ssl.SSLWantReadError:
            raise
        except ssl.SSLError as exc:
            if isinstance(exc, ssl.SSLEOFError) or "UNEXPECTED_EOF" in str(exc):
                return b""  # many servers end without a word
            raise

    def send_now(self, data: memoryview) -> memoryview:
        """Return all of it: what TLS makes of it may have to wait."""
        return data

    async def send(self, data: memoryview) -> None:
        """Write all of it."""
        while data:
            data = data[await self._call(self._tls.write, data) :]

    async def _call(self, work: Callable[..., T], *args: object) -> T:
        while True:
            try:
                result = work(*args)
            except ssl.SSLWantReadError:  # noqa: PERF203  # its way to ask for more
                await self._flush()
                # A flood of records without content must let others run, also their time limits.
                data = await self._stream.receive_soon(READ_SIZE)
                self._feed(await self._stream.receive(READ_SIZE, None) if data is None else data)
            else:
                await self._flush()
                return result

    def _feed(self, data: bytes) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._stream.send(memoryview(self._outgoing.read()))

    def is_readable(self) -> bool:
        """Say whether something has arrived that was not read."""
        try:
            self._tls.read(1)
        except ssl.SSLWantReadError:  # what was there, if anything, was no content
            return bool(self._incoming.pending)
        except ssl.SSLError:
            return True
        return True

    def close(self) -> None:
        """Close the connection without a farewell, as HTTP allows."""
        self._stream.close()
