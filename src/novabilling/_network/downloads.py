"""Where a download goes: a path that only ever holds the whole file, or a file of the user's."""

from __future__ import annotations

import os
import stat
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
        self.written: int = 0
        self.head: bytes = b""
        """The first bytes of what was written, up to eight."""
        self._over = False
        self._path: Optional[str] = None
        self._file: Optional[IO[bytes]] = None
        if hasattr(to, "write"):
            self._file = to
            seekable = getattr(to, "seekable", None)
            self._start = to.tell() if seekable is not None and seekable() else None
        elif isinstance(to, (str, os.PathLike)):
            path = os.fsdecode(to)  # pyright: ignore[reportUnknownArgumentType]
            self._given = path
            self._replaced = _regular_file(path)
            self._path = os.path.realpath(path)
        else:
            raise TypeError("to must be a path or a binary file object")

    @property
    def can_restart(self) -> bool:
        """Say whether another attempt may write from the beginning."""
        return self._path is not None or self._start is not None or not self.written

    def restart(self) -> None:
        """Begin a new attempt with nothing written."""
        if self._path is not None:
            self._remove()
            # Not after the file: a name as long as the system allows would be too long then.
            self._part = os.path.join(os.path.dirname(self._path), f".{uuid4().hex}.part")
            try:
                self._file = open(self._part, "xb", opener=self._open)  # noqa: SIM115  # until commit
            except OSError as exc:
                exc.filename = self._given  # nobody knows the file beside it
                raise
            self._keep_rights(self._part)
            if self._over:  # a call that is canceled does not wait for the thread that is in here
                self._remove()
        elif self.written and self._file is not None and self._start is not None:
            self._file.seek(self._start)
            self._file.truncate()
        self.written = 0
        self.head = b""

    def _open(self, path: str, flags: int) -> int:
        """Make a file that nobody may read who may not read the one that it will replace."""
        return os.open(path, flags, 0o666 if self._replaced is None else 0o600)

    def _keep_rights(self, path: str) -> None:
        if self._replaced is None:
            return
        if hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(path, self._replaced.st_uid, self._replaced.st_gid)
        os.chmod(path, stat.S_IMODE(self._replaced.st_mode))

    def write(self, chunk: bytes) -> None:
        if self._file is not None:
            self.written += len(chunk)
            self.head = (self.head + chunk[:8])[:8]
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
            with suppress(OSError):  # a full disk: what cannot be written goes anyway
                file.close()
            with suppress(FileNotFoundError):
                os.unlink(self._part)


def _regular_file(path: str) -> Optional[os.stat_result]:
    """Look at the file that a download replaces, if there is one."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise ValueError(
            f"to must be a regular file or a new one, and {path!r} is neither; "
            "open a device or a pipe yourself and pass the file object"
        )
    return found
