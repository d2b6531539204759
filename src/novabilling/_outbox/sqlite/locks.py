"""Locks on files that die with the process that holds them, however it ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, Optional

from ..._runtime.forks import Renewed, RenewedLock

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_held: Renewed[Dict[str, FileLock]] = Renewed(dict)
_turn = RenewedLock()


class FileLock:
    """A file that this process has for itself; a forked child has it not.

    The lock of POSIX belongs to the process: it is not inherited by a child, and it ends with any
    descriptor of the file that is closed. So a file is opened here alone, and never twice.
    """

    def __init__(self, path: str, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._pid = os.getpid()

    @staticmethod
    def take(path: str) -> Optional[FileLock]:
        """Take a lock if nobody has it, in this process either; the file is made."""
        path = os.path.realpath(path)
        with _turn.held:
            if path in _held.held:
                return None
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                _lock(descriptor)
                if not _is_there(path, descriptor):  # whoever had it before has removed it
                    raise OSError
            except OSError:
                os.close(descriptor)
                return None
            lock = _held.held[path] = FileLock(path, descriptor)
            return lock

    def release(self, remove: bool = False) -> None:
        """Give it back, and remove the file if it is needed no more."""
        if self._pid != os.getpid():  # it is the parent's
            return
        with _turn.held:
            if _held.held.pop(self._path, None) is None:
                return
            if remove:
                try:
                    os.unlink(self._path)
                except OSError:  # Windows: it is open
                    remove = False
            os.close(self._descriptor)


def _is_there(path: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


if TYPE_CHECKING:

    def _lock(descriptor: int) -> None: ...

elif fcntl is not None:

    def _lock(descriptor: int) -> None:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

else:
    import msvcrt

    _msvcrt: Any = msvcrt

    def _lock(descriptor: int) -> None:
        _msvcrt.locking(descriptor, _msvcrt.LK_NBLCK, 1)
