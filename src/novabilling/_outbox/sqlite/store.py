"""A store of SQLite databases in a folder, one for each process that records."""

from __future__ import annotations

import os
import sqlite3
from typing import (
    TYPE_CHECKING,
    Callable,
    Dict,
    Iterable,
    List,
    Optional,
    Sequence,
    Set,
    Tuple,
    TypeVar,
    Union,
)

from ..._call.configuration import check_count
from ..._call.errors import OutboxError
from ..._runtime.forks import OfProcess, RenewedLock
from ..entries import Counts, DeadLetter, Entry, Report, Settlement, Target, event_of, moment
from .claims import Claims
from .disk import disk_left
from .failures import as_outbox_errors, may_pass
from .folder import (
    leave_alone,
    make,
    opened,
    own_spool,
    read_report,
    sender_path,
    spools,
    write_report,
)
from .locks import FileLock
from .room import Room
from .spool import DeadRow, Spool

if TYPE_CHECKING:
    from ..store import Place

T = TypeVar("T")

DEFAULT_MAX_EVENTS = 10_000_000
DEFAULT_MAX_BYTES = 4 * 1024**3


class _Open:
    """What a process has open."""

    def __init__(self) -> None:
        self.own: Optional[Tuple[Spool, FileLock]] = None
        self.claims: Optional[Claims] = None


class SQLiteStore:
    """Keep events in a folder of this machine until the server has them.

    Each process has a database of its own there, so that writers do not wait for each other; those
    of processes that are gone are sent by the ones that live. The folder is made with 0700, the
    files with 0600. It belongs to one tenant: events of another server or label are left alone.

    Args:
        folder: On a disk of this machine; a network file system is an `OutboxError`.
        label: Tells tenants of one server apart. It is no secret, and stands in the files.
        sync: "normal" survives the end of a process, also by `kill -9`; "full" a loss of power as
            well, at the price of the disk's own sync for each commit.
        max_events: Of the folder, dead letters not counted; `OutboxFullError` beyond.
        max_bytes: Of the folder, about; beside them, each process has a log of some 4 MB.
    """

    def __init__(
        self,
        folder: Union[str, os.PathLike[str]],
        *,
        label: str = "",
        sync: str = "normal",
        max_events: int = DEFAULT_MAX_EVENTS,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        if sync not in ("normal", "full"):
            raise ValueError(f'sync must be "normal" or "full", not {sync!r}')
        if not isinstance(label, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"label must be a str, not {type(label).__name__}")
        self.folder: str = os.path.abspath(os.fspath(folder))
        """The absolute path of the folder."""
        self.label: str = label
        """What tells tenants of one server apart."""
        self._sync = sync
        self._target: Optional[Target] = None
        self._lock = RenewedLock()
        self._open: OfProcess[_Open] = OfProcess(_Open)
        self._room = Room(
            check_count(max_events, "max_events", 1),
            check_count(max_bytes, "max_bytes", 1),
            self._used,
        )

    def bind(self, base_url: str) -> None:
        """Say to which server the events go, and make the folder."""
        target = Target(base_url, self.label)
        if self._target not in (None, target):
            raise OutboxError(f"the store belongs to {self._target}: make another for {target}")
        self._target = target
        make(self.folder)

    @property
    def base_url(self) -> str:
        """The server that the events go to."""
        return self.target.base_url

    # Recording

    def add(self, bodies: List[bytes]) -> None:
        """Return when these events are safe, all in one commit; else `OutboxFullError`."""
        own = self._own_if_open()
        if own is None or not own.gate.is_mine():
            self._room.take(len(bodies), sum(map(len, bodies)))
        left = False
        while True:
            spool = self._own()
            with as_outbox_errors(spool.path):
                try:
                    return spool.add(bodies)
                except sqlite3.DatabaseError as error:
                    if spool.is_closed:  # by another thread: there will be a new one
                        continue
                    if may_pass(error) or left:
                        raise
                    left = True
                    self._leave(spool, error)

    def _leave(self, spool: Spool, error: Exception) -> None:
        """Go on with a new spool; the lock of one that is broken stays with this process."""
        leave_alone(spool.path, error)
        with self._lock.held:
            if self._own_if_open() is spool:
                self._open.held.own = None
                spool.close()

    def _own(self) -> Spool:
        open_ = self._open.held
        own = open_.own
        if own is None:
            with self._lock.held, as_outbox_errors():
                own = open_.own = open_.own or own_spool(self.folder, self.target, self._sync)
        return own[0]

    @property
    def target(self) -> Target:
        """Whose events they are; OutboxError before it is known."""
        if self._target is None:
            raise OutboxError("the store knows no server yet: give it to an Outbox first")
        return self._target

    def _used(self) -> Tuple[int, int, int]:
        counts, size = Counts(), 0
        with as_outbox_errors():
            free = disk_left(self.folder, spools(self.folder))
        own = self._own_if_open()
        for found, (used, unused), is_own in self._ask_all(
            lambda spool: (spool.counts(), spool.size(), spool is own)
        ):
            counts = counts.plus(found)
            size += used
            free += unused if is_own else 0
        return counts.due + counts.waiting, size, free

    # Sending

    def claim(self, most: int) -> List[Entry]:
        """Return events that nobody else sends now; none while another process sends."""
        open_ = self._open.held
        with self._lock.held, as_outbox_errors():
            if open_.claims is None:
                open_.claims = Claims.take(self.folder, self.target, self._own_if_open)
            if open_.claims is None:
                return []
            found = open_.claims.claim(most)
            own = self._own_if_open()
            if own is not None and open_.claims.has_given_up(own.path):
                self._leave(own, OutboxError("it is broken"))
            return found

    def _own_if_open(self) -> Optional[Spool]:
        own = self._open.held.own
        return None if own is None else own[0]

    def leads(self) -> bool:
        """Say whether this process sends what all processes record in the folder."""
        return self._open.held.claims is not None

    def watch(self, wake: Callable[[], object]) -> None:
        """Do nothing: the sender looks often enough."""

    def extend(self, entries: Sequence[Entry]) -> List[Entry]:
        """Return them: the lock of the sender ends with its process, and not before."""
        return list(entries)

    def settle(self, outcome: Settlement) -> None:
        """Write what became of claimed events."""
        with self._lock.held, as_outbox_errors():
            claims = self._open.held.claims
            if claims is not None:
                claims.settle(outcome)

    def mark(self) -> int:
        """Return nothing of use: the spools of this process are known."""
        return 0

    def pending(self, mark: int = 0) -> int:  # noqa: ARG002  # its own spools are known
        """Return how many events of this process, and of those that are gone, are to be sent."""
        with self._lock.held, as_outbox_errors():
            open_ = self._open.held
            mine = [] if open_.own is None else [open_.own[0]]
            if open_.claims is not None:
                mine += open_.claims.adopted()
            return sum(spool.depth() for spool in mine)

    # Looking

    def counts(self) -> Counts:
        """Count what there is in the folder."""
        found = Counts()
        for counts in self._ask_all(Spool.counts):
            found = found.plus(counts)
        return found

    def _ask_all(self, ask: Callable[[Spool], T]) -> List[T]:
        """Ask all spools of the tenant; those of other processes are open for a moment.

        One that is broken is left alone: it must not keep this process from recording.
        """
        found: List[T] = []
        with self._lock.held, as_outbox_errors():
            own = self._own_if_open()
            for path in spools(self.folder):
                spool = own if own is not None and path == own.path else opened(path)
                if spool is None:
                    continue
                try:
                    if spool.target == self.target:
                        found.append(ask(spool))
                except sqlite3.DatabaseError as error:
                    if may_pass(error):
                        raise
                    leave_alone(path, error)
                finally:
                    if spool is not own:
                        spool.close()
        return found

    def report(self, report: Report) -> None:
        """Keep what the sender says of itself, for other processes."""
        with self._lock.held:
            if self._open.held.claims is not None:
                write_report(sender_path(self.folder, self.target, ".json"), report)

    def reported(self, own: Optional[Report] = None) -> Report:
        """Return what the sender has said last: `own`, if this process sends."""
        return own or read_report(sender_path(self.folder, self.target, ".json"))

    def earlier(self) -> Report:
        """Return what the sender before this one has said last."""
        return self.reported()

    # Dead letters

    def dead_letters(self, after: Optional[Place], most: int) -> List[DeadLetter]:
        """Return a page of dead letters, those behind a place."""
        found: List[DeadLetter] = []

        def read(spool: Spool) -> None:
            if len(found) >= most or (after is not None and spool.name < after[0]):
                return
            start = after[1] if after is not None and spool.name == after[0] else 0
            for seq, at, reason, body in spool.dead_after(start, most - len(found)):
                event, place = event_of(body), (spool.name, seq)
                found.append(DeadLetter(event=event, reason=reason, at=moment(at), place=place))

        self._ask_all(read)
        return found

    def requeue(self, letters: Iterable[DeadLetter]) -> int:
        """Send dead letters once more: they are recorded anew before they are removed."""
        found: Dict[Place, DeadRow] = {}

        def read(spool: Spool, seqs: List[int]) -> int:
            rows = [row for seq in seqs for row in spool.dead_after(seq - 1, 1)]
            found.update({(spool.name, row[0]): row for row in rows if row[0] in seqs})
            return 0

        self._with([letter.place for letter in letters], read)
        if found:
            self.add([body for _, _, _, body in found.values()])
        return self._discard(list(found))

    def discard(self, letters: Iterable[DeadLetter]) -> int:
        """Remove dead letters for good; return how many there were."""
        return self._discard([letter.place for letter in letters])

    def _discard(self, places: List[Place]) -> int:
        return self._with(places, Spool.discard)

    def _with(self, places: List[Place], act: Callable[[Spool, List[int]], int]) -> int:
        """Do something in the spools that hold dead letters, each with the numbers of its own."""
        wanted: Dict[str, Set[int]] = {}
        for name, seq in places:
            wanted.setdefault(name, set()).add(seq)

        def ask(spool: Spool) -> int:
            return act(spool, sorted(wanted[spool.name])) if spool.name in wanted else 0

        return sum(self._ask_all(ask))

    # The end

    def close(self) -> None:
        """Let go of everything; an empty database is removed. It can be used again afterwards."""
        with self._lock.held:
            open_ = self._open.held
            if open_.claims is not None:
                open_.claims.close()
                open_.claims = None
            if open_.own is not None:
                (spool, lock), open_.own = open_.own, None
                empty = False
                try:
                    with as_outbox_errors():
                        empty = spool.remove_if_empty()
                finally:
                    spool.close()
                    lock.release(remove=empty)

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        return f"{type(self).__name__}({self.folder!r}{label})"
