"""The content of an answer as it arrives: to memory, or to a file."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Callable, Optional

from ..._call.attempt import Progress
from ..._network.answer import header, is_file
from ..._network.content_coding import ContentDecoder
from ..._runtime import concurrency

if TYPE_CHECKING:
    from ..._network.downloads import Sink


class AsyncBody:
    """Decode and keep what arrives, within the size that the client takes."""

    def __init__(
        self, max_bytes: int, sink: Optional[Sink], progress: Progress, undone: bool = False
    ) -> None:
        """Take the file for the content; what is an error, or no file, is kept in memory.

        Content is `undone` if somebody else has decoded it.
        """
        encoding = header(progress.headers, b"content-encoding")
        self._decoder = ContentDecoder(encoding, max_bytes, undone)
        self._memory = io.BytesIO()  # chunks of a few bytes would be many objects
        self._progress = progress
        wanted = sink is not None and 200 <= progress.status < 300
        self._sink = sink if wanted and is_file(progress.headers) else None

    async def start(self) -> None:
        """Begin with an empty file."""
        if self._sink is not None:
            await self._on_disk(self._sink.restart)

    async def take(self, data: bytes) -> None:
        """Keep the next bytes."""
        for piece in self._decoder.feed(data):
            self._progress.limits.check()
            if self._sink is None:
                self._memory.write(piece)
            elif piece:
                await self._on_disk(self._sink.write, piece)

    def finish(self) -> bytes:
        """Return all that was kept in memory."""
        self._decoder.finish()
        return self._memory.getvalue()

    async def _on_disk(self, work: Callable[..., None], *args: bytes) -> None:
        # A thread that writes is waited for, but not the turn to have one.
        with concurrency.async_time_limit(self._progress.limits.left("disk")):
            try:
                await concurrency.async_run(work, *args)
            except Exception:  # of the file; the timeout of the attempt is none
                self._progress.on_disk = True
                raise
