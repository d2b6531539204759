"""The folder of a store: who may read it, and which files are in it."""

from __future__ import annotations

import logging
import os
import sqlite3
import uuid
from contextlib import suppress
from typing import List, Optional, Set, Tuple

from ..._call.errors import OutboxError
from ..entries import Report, Target
from .connecting import remove_files
from .disk import RESERVE, keep_reserve
from .locks import FileLock
from .spool import SUFFIX, Spool, Unmade, Unusable

logger = logging.getLogger("novabilling")

_OURS = (SUFFIX, "-wal", "-shm", ".lock", ".json", ".new", RESERVE)
_NETWORK = frozenset(
    {"afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.davfs", "fuse.glusterfs", "fuse.s3fs"}
    | {"fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "orangefs", "smb3"}
)
"""File systems on which locks, or the memory that SQLite shares, cannot be relied on."""


def make(folder: str) -> None:
    """Make a folder that nobody else can read; OutboxError where a spool would not be safe."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        kind = file_system(folder)
        if kind in _NETWORK:
            raise OutboxError(
                f"{folder!r} is on a network file system ({kind}), where locks and SQLite cannot "
                "be relied on: use a folder on a disk of this machine"
            )
        names = os.listdir(folder)
        status = os.stat(folder)
        ours = hasattr(os, "getuid") and status.st_uid == os.getuid()
        if ours and status.st_mode & 0o077 and all(name.endswith(_OURS) for name in names):
            os.chmod(folder, 0o700)  # nobody else keeps anything there
        keep_reserve(folder, spools(folder))
    except OSError as error:
        raise OutboxError(f"the folder {folder!r} of the outbox cannot be used: {error}") from error


def file_system(folder: str) -> Optional[str]:
    """Return the type of the file system that a folder is on, as Linux names it."""
    path = os.path.realpath(folder)
    found: Tuple[int, Optional[str]] = (-1, None)
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                mount, _, rest = line.partition(" - ")
                point = mount.split(" ")[4].replace("\\040", " ")
                inside = point == "/" or path == point or path.startswith(f"{point}/")
                if inside and len(point) >= found[0]:
                    found = len(point), rest.split(" ")[0]
    except OSError:  # not Linux
        return None
    return found[1]


def spools(folder: str) -> List[str]:
    """Return the paths of all spools."""
    try:
        names = [name for name in os.listdir(folder) if name.endswith(SUFFIX)]
    except FileNotFoundError:
        return []
    return [os.path.join(folder, name) for name in sorted(names)]


def targets(folder: str) -> List[Target]:
    """Return whose events are in a folder."""
    found: List[Target] = []
    for path in spools(folder):
        spool = opened(path)
        if spool is not None:
            spool.close()
            if spool.target not in found:
                found.append(spool.target)
    return found


def lock_path(path: str) -> str:
    """Return the file whose lock says that the process of a spool is alive."""
    return f"{path[: -len(SUFFIX)]}.lock"


def own_spool(folder: str, target: Target, sync: str) -> Tuple[Spool, FileLock]:
    """Return a spool for this process: one that a process which is gone has left, or a new one."""
    for path in spools(folder):
        if path in _unusable:
            continue
        with suppress(PermissionError):  # of another user: the sender says that it cannot read it
            left = _taken_over(path, target, sync)
            if left is not None:
                return left
    path = os.path.join(folder, f"{uuid.uuid4().hex[:16]}{SUFFIX}")
    lock = FileLock.take(lock_path(path))
    assert lock is not None  # noqa: S101  # nobody else has the name
    spool = None
    try:
        spool = Spool(path, target, sync)
        if sync == "full":
            _sync_folder(folder)
    except BaseException:  # or there would be one more file for each event that comes
        if spool is not None:
            spool.close()
        remove_files(path)
        lock.release(remove=True)
        raise
    return spool, lock


def _taken_over(path: str, target: Target, sync: str) -> Optional[Tuple[Spool, FileLock]]:
    lock = FileLock.take(lock_path(path))
    if lock is None:
        return None
    is_there = os.path.exists(path)  # else another process has removed it meanwhile, and its name
    spool = None
    try:
        spool = opened(path, sync, target) if is_there else None
        if spool is not None and spool.target == target and spool.is_sound():
            taken, spool = (spool, lock), None
            return taken
    except BaseException:
        lock.release()
        raise
    finally:
        if spool is not None:
            spool.close()
    lock.release(remove=not is_there)
    return None


def opened(path: str, sync: str = "normal", target: Optional[Target] = None) -> Optional[Spool]:
    """Open a spool; None and a line in the log if it cannot be read.

    With a target, it is finished if its process was ended while it was made.
    """
    try:
        return Spool(path, target, sync)
    except Unmade:
        return None
    except (Unusable, sqlite3.Error) as error:
        if os.path.exists(path):
            leave_alone(path, error)
        return None


def leave_alone(path: str, error: Exception) -> None:
    """Say once that a spool cannot be used."""
    if path not in _unusable:
        _unusable.add(path)
        logger.error("The spool %s cannot be used and is left alone: %s", path, error)


_unusable: Set[str] = set()


def sender_path(folder: str, target: Target, end: str) -> str:
    """Return a file of the sender of a target: its lock, or what it says of itself."""
    from hashlib import sha256

    name = sha256(f"{target.base_url}\n{target.label}".encode()).hexdigest()[:16]
    return os.path.join(folder, f"sender-{name}{end}")


def write_report(path: str, report: Report) -> None:
    """Replace what the sender says of itself; on a full disk, that has to wait."""
    import msgspec

    new = f"{path}.new"
    with suppress(OSError):
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.encode(report))
        os.replace(new, path)


def read_report(path: str) -> Report:
    """Read what the sender has said of itself; nothing, if there was none."""
    import msgspec

    try:
        with open(path, "rb") as file:
            return msgspec.json.decode(file.read(), type=Report)
    except (OSError, msgspec.MsgspecError):
        return Report()


def _sync_folder(folder: str) -> None:
    """Make sure that the names of new files survive a loss of power."""
    if hasattr(os, "O_DIRECTORY"):
        for path in (folder, os.path.dirname(os.path.realpath(folder))):
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
