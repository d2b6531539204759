"""Where a download goes: a path that only ever holds the whole file, or a file of the user's."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, Optional, Union
from uuid import uuid4

if TYPE_CHECKING:
    PathLike = os.PathLike[str]
else:
    PathLike = os.PathLike  # takes no parameter at run time on Python 3.8

Target = Union[str, PathLike, IO[bytes]]


class Sink:
    """Write the chunks of one answer; starting over discards what an earlier attempt wrote."""

    def __init__(self, to: Any) -> None:
        self.used: bool = False
        self.written: int = 0
        self._over = False
        self._path: Optional[str] = None
        self._file: Optional[IO[bytes]] = None
        if hasattr(to, "write"):
            self._file = to
            seekable = getattr(to, "seekable", None)
            self._start = to.tell() if seekable is not None and seekable() else None
        elif isinstance(to, (str, os.PathLike)):
            self._path = os.path.abspath(os.fspath(to))
        else:
            raise TypeError("to must be a path or a binary file object")

    @property
    def can_restart(self) -> bool:
        """Say whether another attempt may write from the beginning."""
        return self._path is not None or self._start is not None or not self.written

    def restart(self) -> None:
        """Begin a new attempt with nothing written."""
        self.used = True
        if self._path is not None:
            self._remove()
            # Not after the file: a name as long as the system allows would be too long then.
            self._part = os.path.join(os.path.dirname(self._path), f".{uuid4().hex}.part")
            self._file = open(self._part, "xb")  # noqa: SIM115  # closed by commit or discard
            if self._over:  # a call that is canceled does not wait for the thread that is in here
                self._remove()
        elif self.written and self._file is not None and self._start is not None:
            self._file.seek(self._start)
            self._file.truncate()
        self.written = 0

    def write(self, chunk: bytes) -> None:
        if self._file is not None:
            self.written += len(chunk)
            while chunk:  # a raw file may take a part of it
                chunk = chunk[self._file.write(chunk) or len(chunk) :]

    def commit(self) -> None:
        """Put the whole file in its place."""
        if self._path is None or self._file is None:
            return
        self._file.close()
        os.replace(self._part, self._path)
        self._file = None

    def discard(self) -> None:
        """Remove what was written to a path; a file object of the user's is left alone."""
        self._over = True
        self._remove()

    def _remove(self) -> None:
        if self._path is None:
            return
        file, self._file = self._file, None
        if file is not None:
            file.close()
            with suppress(FileNotFoundError):
                os.unlink(self._part)
