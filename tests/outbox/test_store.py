"""The store on the disk: what survives, who may read it, and who sends what others left."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Deque, Iterator, List

import pytest

from novabilling import NovaBilling, OutboxError, OutboxFullError
from novabilling._outbox import settling
from novabilling._outbox.entries import Dead, Settlement, Waiting
from novabilling._outbox.schedule import Batch
from novabilling._outbox.sqlite import connecting, disk, room
from novabilling._outbox.sqlite import folder as folders
from novabilling._outbox.sqlite.locks import FileLock
from novabilling._outbox.sqlite.spool import Spool
from novabilling._outbox.verdicts import Outcome
from novabilling.outbox import Outbox, SQLiteStore
from tests.outbox.billing import Billing
from tests.support import BASE_URL, TOKEN

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).resolve().parents[1] / "data"
posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")


def body(number: int) -> bytes:
    return (
        f'{{"subscriptionId":"usr_1","transactionId":"t{number}","code":"calls",'
        '"timestamp":"2026-11-22T18:54:51.406Z"}'
    ).encode()


_stores: List[SQLiteStore] = []


def store_in(folder: Any, **options: Any) -> SQLiteStore:
    store = SQLiteStore(folder, **options)
    store.bind(BASE_URL)
    _stores.append(store)
    return store


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while _stores:
        _stores.pop().close()


def names(store: SQLiteStore) -> List[str]:
    """Claim everything; return the ids."""
    store.claim(0)
    entries = store.claim(1_000_000)
    return [
        entry.body.decode().partition('"transactionId":"')[2].partition('"')[0] for entry in entries
    ]


def in_another_process(folder: Path, code: str) -> subprocess.Popen[bytes]:
    """Run code with a `store`; it prints a line when it is ready, and waits then."""
    program = (
        "import sys, time, os\n"
        "from tests.outbox.test_store import store_in, body\n"
        f"store = store_in({str(folder)!r})\n{code}\n"
        "print('ready', flush=True)\nsys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()


# What survives


def test_events_of_a_killed_process_are_adopted_in_their_order(tmp_path):
    process = in_another_process(
        tmp_path, "store.add([body(n) for n in range(3)]); store.add([body(3)])"
    )
    kill(process)

    assert names(store_in(tmp_path)) == ["t0", "t1", "t2", "t3"]


def test_a_living_process_keeps_its_spool_and_another_one_sends_it(tmp_path):
    process = in_another_process(tmp_path, "store.add([body(1)])")
    store = store_in(tmp_path)
    try:
        (entry,) = store.claim(10)
        store.settle(Settlement(done=[entry]))
        assert store.counts().due == 0
        assert list(tmp_path.glob("*.spool"))
    finally:
        kill(process)

    store.close()
    store.claim(0)
    assert store.pending() == 0
    store.close()
    assert not list(tmp_path.glob("*.spool*"))


def test_one_process_at_a_time_sends(tmp_path):
    process = in_another_process(tmp_path, "store.add([body(1)]); assert len(store.claim(9)) == 1")
    store = store_in(tmp_path)
    try:
        store.add([body(2)])
        assert store.claim(10) == []
        assert not store.leads()
    finally:
        kill(process)

    assert sorted(names(store)) == ["t1", "t2"]  # also what the other one had claimed
    assert store.leads()


def test_a_new_process_goes_on_with_the_spool_of_one_that_is_gone(tmp_path):
    kill(in_another_process(tmp_path, "store.add([body(1)])"))
    store = store_in(tmp_path)

    store.add([body(2)])

    assert len(list(tmp_path.glob("*.spool"))) == 1
    assert names(store) == ["t1", "t2"]


def test_claims_are_given_once_and_settled_at_once(tmp_path):
    store = store_in(tmp_path)
    store.add([body(n) for n in range(10)])
    first, second = store.claim(4), store.claim(100)

    assert len(first) + len(second) == 10
    assert store.claim(100) == []
    store.settle(Settlement(done=second[2:]))
    store.settle(
        Settlement(
            done=first[:2],
            waiting=[
                Waiting(e, time.time() + 60, time.time(), "no subscription") for e in first[2:]
            ],
            dead=[Dead(e, "no code") for e in second[:2]],
        )
    )
    counts = store.counts()

    assert (counts.due, counts.waiting, counts.dead) == (0, 2, 2)
    assert store.pending() == 0
    store.add([body(11)])
    assert store.counts().due == 1
    assert names(store) == ["t11"]


def test_depth_is_right_whatever_the_order_of_settling(tmp_path):
    store = store_in(tmp_path)
    store.add([body(n) for n in range(10)])
    entries = store.claim(100)

    store.settle(Settlement(done=entries[5:]))
    assert store.counts().due == 5
    store.settle(Settlement(done=entries[5:]))
    assert store.counts().due == 5
    store.close()
    store = store_in(tmp_path)
    store.add([body(99)])
    assert store.counts().due == 6
    assert names(store) == ["t0", "t1", "t2", "t3", "t4", "t99"]


def test_events_that_wait_come_again_when_they_are_due(tmp_path):
    store = store_in(tmp_path)
    store.add([body(1)])
    (entry,) = store.claim(9)
    store.settle(Settlement(waiting=[Waiting(entry, time.time() + 0.2, 5.0, "why")]))

    assert store.claim(9) == []
    time.sleep(0.25)
    (again,) = store.claim(9)
    assert (again.since, again.body) == (5.0, entry.body)
    assert store.claim(9) == []
    store.settle(Settlement(done=[again]))
    assert store.counts().waiting == 0


def test_a_commit_is_shared_by_those_who_wait_and_each_has_its_own_error(tmp_path):
    store = store_in(tmp_path)
    store.add([body(0)])
    spool = store._own()
    done: List[int] = []
    commits = []
    write = spool._commits._write

    def slow(bodies: List[bytes]) -> None:
        commits.append(len(bodies))
        if b"broken" in bodies:
            raise ValueError("broken")
        time.sleep(0.05)
        write(bodies)

    spool._commits._write = slow

    def add(number: int) -> None:
        try:
            store.add([b"broken" if number == 7 else body(number)])
            done.append(number)
        except ValueError:
            pass

    threads = [threading.Thread(target=add, args=[n]) for n in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [n for n in range(1, 21) if n != 7]
    assert len(commits) < 30
    assert max(commits) > 5
    assert len(names(store)) == 20


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no timers")
def test_a_signal_handler_may_record_in_the_middle_of_recording(tmp_path):
    store = store_in(tmp_path)
    store.add([body(0)])
    handled = []

    def handler(*_: object) -> None:
        handled.append(1)
        store.add([body(100_000 + len(handled))])

    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for number in range(1, 2000):
            store.add([body(number), body(number + 10_000)])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert handled
    assert len(set(names(store))) == 1 + 2 * 1999 + len(handled)


def test_a_signal_handler_in_the_middle_of_recording_waits_for_no_other_thread(tmp_path):
    store = store_in(tmp_path, max_events=9)
    store.add([body(0)])
    spool, recorded = store._own(), threading.Event()

    def hold() -> None:  # as a sender does, which waits for the spool
        with store._lock.held:
            held.set()
            recorded.wait(5)

    held, other = threading.Event(), threading.Thread(target=hold)
    with spool.gate.lock:  # this thread records
        other.start()
        held.wait(5)
        started = time.monotonic()
        store.add([body(1)])  # in a handler
        recorded.set()
        took = time.monotonic() - started
    other.join()

    assert took < 4
    assert names(store) == ["t0", "t1"]


def test_what_a_signal_handler_recorded_is_kept_when_it_ends_the_call(tmp_path):
    store = store_in(tmp_path)
    many = [body(number) for number in range(2000)]

    def add_for_ever(many: List[bytes]) -> None:
        while True:
            store.add(many)

    def handler(*_: object) -> None:
        store.add([body(100_000)])
        raise SystemExit

    before = signal.signal(signal.SIGALRM, handler)
    try:
        store.add(many)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(SystemExit):
            add_for_ever(many)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert "t100000" in names(store)


def test_an_interrupt_while_another_process_writes_leaves_no_open_transaction(tmp_path):
    store = store_in(tmp_path)
    store.add([body(0)])
    other = sqlite3.connect(store._own().path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["ROLLBACK"])

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    release.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            store.add([body(1), body(2)])
    finally:
        signal.signal(signal.SIGALRM, before)
    store.add([body(3)])

    found = other.execute("SELECT count(*) FROM events WHERE body = ?", (body(3),)).fetchone()
    assert found == (1,)
    other.close()


def test_an_interrupt_leaves_the_events_of_others_to_them(tmp_path):
    store = store_in(tmp_path)
    store.add([body(0)])
    spool = store._own()
    write, begun, go = spool._commits._write, threading.Event(), threading.Event()

    def interrupted(bodies: List[bytes]) -> None:
        spool._commits._write = write
        begun.set()
        go.wait(10)
        raise KeyboardInterrupt

    spool._commits._write = interrupted
    caught: List[BaseException] = []

    def first() -> None:
        try:
            store.add([body(1)])
        except KeyboardInterrupt as error:
            caught.append(error)

    threads = [threading.Thread(target=first)]
    threads[0].start()
    assert begun.wait(10)
    threads += [threading.Thread(target=store.add, args=[[body(n)]]) for n in (2, 3)]
    for thread in threads[1:]:
        thread.start()
    go.set()
    for thread in threads:
        thread.join()

    assert caught
    assert set(names(store)) >= {"t0", "t2", "t3"}


def test_an_interrupt_that_comes_while_events_of_others_are_taken_loses_none(tmp_path):
    store = store_in(tmp_path)
    store.add([body(0)])
    commits = store._own()._commits

    class Interrupted(Deque[Any]):
        def popleft(self) -> Any:
            super().popleft()
            raise KeyboardInterrupt

    other = threading.Thread(target=store.add, args=[[body(1)]])
    with store._own().gate.lock:  # as another thread that commits
        other.start()
        while not commits._tickets:
            time.sleep(0.001)
        commits._tickets = Interrupted(commits._tickets)
        with pytest.raises(KeyboardInterrupt):
            store.add([body(2)])
        commits._tickets = deque(commits._tickets)
    other.join()

    assert "t1" in names(store)


# Forks


@posix
def test_a_forked_child_records_into_a_spool_of_its_own(tmp_path):
    store = store_in(tmp_path)
    store.add([body(1)])
    assert len(store.claim(9)) == 1
    pid = os.fork()
    if pid == 0:
        try:
            store.add([body(2)])
            assert store.claim(9) == []  # the parent sends
            os._exit(0)
        finally:
            os._exit(1)

    assert os.waitpid(pid, 0)[1] == 0
    store.add([body(3)])
    assert len(list(tmp_path.glob("*.spool"))) == 2
    time.sleep(1.01)  # until it looks at the folder again
    assert sorted(names(store)) == ["t2", "t3"]


@posix
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_forks_while_threads_record_lose_nothing_and_stop_nobody(tmp_path):
    store = store_in(tmp_path)
    stop = threading.Event()
    counts = [0, 0]

    def record(which: int) -> None:
        while not stop.is_set():
            store.add([body(which * 1_000_000 + counts[which])])
            counts[which] += 1

    threads = [threading.Thread(target=record, args=[n]) for n in range(2)]
    for thread in threads:
        thread.start()
    try:
        pids = []
        for child in range(8):
            pid = os.fork()
            if pid == 0:
                try:
                    for number in range(50):
                        store.add([body(10_000_000 + child * 1000 + number)])
                    os._exit(0)
                finally:
                    os._exit(1)
            pids.append(pid)
        assert {os.waitpid(pid, 0)[1] for pid in pids} == {0}
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert len(names(store)) == sum(counts) + 8 * 50


@posix
def test_the_lock_of_a_parent_ends_with_it_though_its_child_lives(tmp_path):
    code = (
        "store.add([body(1)])\n"
        "assert store.claim(0) == []\n"
        "pid = os.fork()\n"
        "if pid == 0: os.close(1); time.sleep(60); os._exit(0)\n"
        "print('child', pid, flush=True)\n"
    ).replace(
        "print('child', pid, flush=True)",
        "open(os.path.join(store.folder, 'pid'), 'w').write(str(pid))",
    )
    kill(in_another_process(tmp_path, code))
    try:
        assert names(store_in(tmp_path)) == ["t1"]
    finally:
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)


@posix
def test_an_outbox_sends_in_a_forked_child_as_well(tmp_path):
    """The child's sender starts with its first event; the parent has not sent at all."""
    from tests.outbox.ledger import serving

    with serving() as server:
        client = NovaBilling(token=TOKEN, base_url=server.url)
        outbox = Outbox(client, SQLiteStore(tmp_path), linger=0)
        outbox.start()
        time.sleep(0.1)
        outbox._store.close()  # it has sent nothing, and does not lead any more
        outbox._sender.held.stop()
        pid = os.fork()
        if pid == 0:
            try:
                outbox.record(subscription_id="usr_1", code="calls")
                os._exit(0 if outbox.flush(10) else 2)
            finally:
                os._exit(1)
        assert os.waitpid(pid, 0)[1] == 0
        assert server.ledger()["counted"] == 1
        outbox.close()


# Files of others, old, new and broken


def test_a_file_of_a_newer_format_is_left_alone_and_it_is_said(tmp_path, caplog):
    store = store_in(tmp_path)
    store.add([body(1)])
    store.close()
    (path,) = tmp_path.glob("*.spool")
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 99")
    db.close()

    store.add([body(2)])

    assert names(store) == ["t2"]
    assert "its format is 99, this version knows 1" in caplog.text
    assert path.exists()
    store.close()


def test_a_broken_file_is_left_alone_and_it_is_said(tmp_path, caplog):
    (tmp_path / "0123.spool").write_bytes(b"no database, " * 1000)
    store = store_in(tmp_path)
    store.add([body(1)])

    assert names(store) == ["t1"]
    assert "0123.spool cannot be used and is left alone" in caplog.text
    assert store.counts().due == 1
    store.close()


def test_a_spool_that_breaks_later_does_not_stop_the_others(tmp_path, caplog):
    process = in_another_process(tmp_path, "store.add([body(n) for n in range(2000)])")
    kill(process)
    (path,) = tmp_path.glob("*.spool")
    Spool(str(path)).close()  # so that nothing is left in its log
    content = path.read_bytes()
    path.write_bytes(content[:20_000] + b"\xff" * (len(content) - 20_000))

    store = store_in(tmp_path)
    store.claim(0)
    store.add([body(9999)])
    found = names(store)

    assert "t9999" in found
    assert "is left alone" in caplog.text
    store.close()


def spool_with_a_broken_table(folder: Path, table: str) -> Path:
    """Make a spool that a process has left, with all that there can be, and break a table of it."""
    process = in_another_process(folder, "store.add([body(n) for n in range(600)])")
    kill(process)
    (path,) = folder.glob("*.spool")
    store, now = store_in(folder), time.time()
    entries = store.claim(200)
    store.settle(
        Settlement(
            waiting=[Waiting(entry, now + 60, now, "not yet") for entry in entries[:100]],
            dead=[Dead(entry, "never") for entry in entries[100:]],
        )
    )
    store.close()
    db = sqlite3.connect(path)
    roots = db.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = ?", (table,)).fetchall()
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with open(path, "r+b") as file:
        for (root,) in roots:  # of the table, and of its index
            file.seek((root - 1) * 4096)
            file.write(b"\xff" * 4096)
    return path


@pytest.mark.parametrize("table", ["waiting", "dead"])
def test_a_broken_table_of_a_process_that_is_gone_keeps_nobody_from_recording(
    tmp_path, caplog, table
):
    path = spool_with_a_broken_table(tmp_path, table)
    store = store_in(tmp_path)

    store.add([body(9999)])

    assert names(store).count("t9999") == 1
    assert store.counts().due == 1
    assert len(store.dead_letters(None, 1000)) == (100 if table == "waiting" else 0)
    assert caplog.text.count(f"{path} cannot be used and is left alone") == 1
    assert path.exists()


def test_a_table_that_cannot_be_read_hides_no_dead_letters_of_others(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    path = spool_with_a_broken_table(one, "dead")
    store = store_in(other)
    store.add([body(1)])
    store.settle(Settlement(dead=[Dead(entry, "never") for entry in store.claim(1)]))
    shutil.copy(path, other / "0.spool")

    letters = store.dead_letters(None, 10)

    assert [letter.event.transaction_id for letter in letters] == ["t1"]
    assert store.requeue(letters) == 1
    assert "t1" in names(store)


def test_a_spool_that_is_partly_broken_takes_no_new_events(tmp_path):
    process = in_another_process(tmp_path, "store.add([body(n) for n in range(2000)])")
    kill(process)
    (path,) = tmp_path.glob("*.spool")
    Spool(str(path)).close()
    content = path.read_bytes()
    path.write_bytes(content[:40_960] + b"\xff" * 4096 + content[45_056:])
    store = store_in(tmp_path)

    store.add([body(9999)])

    assert "t9999" in names(store) + names(store)


def test_a_process_whose_own_spool_breaks_goes_on_with_another(tmp_path, caplog):
    store = store_in(tmp_path)
    store.add([body(1)])

    def breaks(bodies: List[bytes]) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    store._own()._commits._write = breaks
    store.add([body(2)])
    store.add([body(3)])
    found = names(store) + names(store)

    assert sorted(found) == ["t1", "t2", "t3"]
    assert "is left alone: database disk image is malformed" in caplog.text


def test_a_process_whose_own_spool_cannot_be_read_goes_on_with_another(
    tmp_path, caplog, monkeypatch
):
    store = store_in(tmp_path)
    store.add([body(1)])
    broken, events_after = store._own().path, Spool.events_after

    def read(spool: Spool, seq: int, most: int) -> Any:
        if spool.path == broken:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return events_after(spool, seq, most)

    monkeypatch.setattr(Spool, "events_after", read)
    assert names(store) == []
    store.add([body(2)])

    assert names(store) == ["t2"]
    assert len([r for r in caplog.records if "is left alone" in r.message]) == 1


def test_a_spool_that_a_sender_has_called_broken_takes_no_new_events(tmp_path, monkeypatch):
    kill(in_another_process(tmp_path, "store.add([body(1)])"))
    store = store_in(tmp_path)

    def breaks(_: Spool) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "give_back", breaks)
        store.claim(0)
    store.add([body(2)])

    assert names(store) == ["t2"]


def test_what_the_folder_says_is_an_error_of_the_outbox(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "LOOK_AGAIN", 0.0)
    store = store_in(tmp_path)

    def refuse(_: str) -> List[str]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(os, "listdir", refuse)
    with pytest.raises(OutboxError, match="Too many open files"):
        store.add([body(1)])


def test_a_spool_that_cannot_be_made_leaves_no_files(tmp_path, monkeypatch):
    store = store_in(tmp_path)
    before = sorted(path.name for path in tmp_path.iterdir())

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("unable to open database file")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "_make", refuse)
        for _ in range(3):
            with pytest.raises(OutboxError, match="unable to open"):
                store.add([body(1)])

    assert sorted(path.name for path in tmp_path.iterdir()) == before
    store.add([body(2)])
    assert names(store) == ["t2"]


def test_a_folder_that_cannot_be_synced_leaves_no_files(tmp_path, monkeypatch):
    store = store_in(tmp_path, sync="full")
    before = sorted(path.name for path in tmp_path.iterdir())

    def refuse(_: str) -> None:
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patched:
        patched.setattr(folders, "_sync_folder", refuse)
        with pytest.raises(OutboxError, match="Too many open files"):
            store.add([body(1)])

    assert sorted(path.name for path in tmp_path.iterdir()) == before
    store.add([body(2)])
    assert names(store) == ["t2"]


def test_a_spool_that_its_process_removes_meanwhile_is_not_made_again(tmp_path, monkeypatch):
    """A sender would go on with the file that is gone, and remove the new one unread."""
    sender, ends, begins = store_in(tmp_path), store_in(tmp_path), store_in(tmp_path)
    ends.add([body(1)])
    sender.settle(Settlement(done=sender.claim(9)))
    spools = folders.spools

    def ended_meanwhile(folder: str) -> List[str]:
        found = spools(folder)
        monkeypatch.setattr(folders, "spools", spools)
        ends.close()
        return found

    monkeypatch.setattr(folders, "spools", ended_meanwhile)
    begins.add([body(2)])
    begins.close()
    monkeypatch.setattr(sender._open.held.claims, "_scanned", 0.0)

    assert names(sender) == ["t2"]
    assert len(list(tmp_path.glob("*.lock"))) == 2  # of the sender, and of the new spool


def test_a_process_that_was_killed_while_it_made_its_spool_leaves_no_trouble(tmp_path, caplog):
    (tmp_path / "0123.spool").touch()
    store = store_in(tmp_path)
    assert names(store) == []
    store.close()

    store.add([body(1)])

    assert names(store) == ["t1"]
    assert [path.name for path in tmp_path.glob("*.spool")] == ["0123.spool"]
    assert not caplog.records
    store.close()


def test_a_spool_of_the_first_version_can_be_read(tmp_path):
    """The file was written by version 0.1.0; every later version has to read it."""
    (tmp_path / "0123.spool").write_bytes((DATA / "outbox-1.spool").read_bytes())
    store = store_in(tmp_path)

    assert names(store) == ["t1", "t2", "t3"]  # t3 was put off for longer than any wait is
    counts = store.counts()
    assert (counts.due, counts.waiting, counts.dead) == (2, 1, 1)
    (letter,) = store.dead_letters(None, 10)
    assert (letter.event.transaction_id, letter.reason) == ("t4", "no such code")
    store.close()


def test_a_log_that_goes_while_a_spool_is_removed_is_no_error(tmp_path, monkeypatch):
    store = store_in(tmp_path)
    store.add([body(1)])
    store.settle(Settlement(done=store.claim(9)))
    unlink = os.unlink

    def unlink_after_another(path: Any) -> None:
        for end in ("-wal", "-shm"):  # as SQLite does in the process that sends
            with suppress(FileNotFoundError):
                unlink(f"{path}{end}")
        unlink(path)

    other = sqlite3.connect(store._own().path)
    other.execute("SELECT count(*) FROM events").fetchall()
    monkeypatch.setattr(os, "unlink", unlink_after_another)
    monkeypatch.setattr(os.path, "exists", lambda path: True)
    store.close()

    assert [path.name for path in tmp_path.iterdir() if ".spool" in path.name] == []
    other.close()


def test_whoever_reads_a_spool_that_is_removed_leaves_nothing_of_it(tmp_path):
    process = in_another_process(tmp_path, "store.add([body(1)])")
    kill(process)
    (path,) = tmp_path.glob("*.spool")
    reader = Spool(str(path))
    for file in tmp_path.glob("*.spool*"):
        file.unlink()
    Path(f"{path}-shm").touch()  # what it made when it read, once the others were gone
    reader.close()

    assert list(tmp_path.glob("*.spool*")) == []


def test_an_event_that_is_recorded_while_the_store_closes_is_kept(tmp_path, monkeypatch):
    store = store_in(tmp_path)
    store.add([body(1)])
    store.settle(Settlement(done=store.claim(9)))
    counts, threads = Spool.counts, []

    def counted(spool: Spool) -> Any:
        found = counts(spool)
        threads.append(threading.Thread(target=store.add, args=([body(2)],)))
        threads[0].start()
        threads[0].join(0.3)  # what is counted is removed, but not what comes now
        return found

    monkeypatch.setattr(Spool, "counts", counted)
    store.close()
    threads[0].join()
    monkeypatch.undo()

    assert names(store) == ["t2"]


def test_threads_record_on_while_others_close_the_store(tmp_path, request):
    request.addfinalizer(partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-5)
    store = store_in(tmp_path)
    recorded: List[int] = []
    errors: List[BaseException] = []
    ends = time.monotonic() + 1.0

    def record(first: int) -> None:
        number = first
        try:
            while time.monotonic() < ends:
                store.add([body(number)])
                recorded.append(number)
                number += 3
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=record, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    while time.monotonic() < ends:
        store.close()
    for thread in threads:
        thread.join()

    assert not errors
    assert sorted(names(store)) == sorted(f"t{number}" for number in recorded)


def test_a_broken_spool_does_not_keep_the_store_open(tmp_path, caplog):
    process = in_another_process(tmp_path, "store.add([body(1)])")
    kill(process)
    store = store_in(tmp_path)
    store.claim(9)
    (spool,) = store._open.held.claims.adopted()
    spool._db.execute("DROP TABLE dead")  # whatever it is that cannot be read any more
    store.close()

    assert not store.leads()
    assert store_in(tmp_path).claim(0) == []


def test_files_that_cannot_be_removed_do_not_keep_a_sender(tmp_path, monkeypatch):
    left = store_in(tmp_path)
    left.add([body(1)])
    left._open.held.own[0].close()  # as a process that is gone
    left._open.held.own[1].release()
    left._open.held.own = None
    sender = store_in(tmp_path)
    sender.settle(Settlement(done=sender.claim(9)))
    store = store_in(tmp_path)
    store.add([body(2)])
    sender._open.held.claims._scanned = 0.0

    def refuse(path: Any) -> None:
        raise PermissionError(f"another process has {path} open")  # as on Windows

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refuse)
        found = sender.claim(9)

    assert [entry.body for entry in found] == [body(2)]


def test_files_that_cannot_be_removed_do_not_keep_the_store_open(tmp_path, monkeypatch):
    kill(in_another_process(tmp_path, "store.add([body(1)])"))
    store, other = store_in(tmp_path), store_in(tmp_path)
    store.claim(0)
    store.add([body(2)])
    store.settle(Settlement(done=store.claim(9)))

    def refuse(_: Any) -> None:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(os, "unlink", refuse)
        store.close()

    assert not store.leads()
    other.add([body(3)])
    assert names(other) == ["t3"]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs another user")
def test_files_of_another_user_stop_no_recording():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "usage"
        process = in_another_process(folder, "store.add([body(1)])")  # as if by sudo
        kill(process)
        os.chown(name, 65534, 65534)
        os.chown(folder, 65534, 65534)

        read, write = os.pipe()
        child = os.fork()
        if not child:
            try:
                os.setuid(65534)
                store_in(folder).add([body(2)])
                os.write(write, b"recorded")
            except BaseException as error:
                os.write(write, repr(error).encode())
            finally:
                os._exit(0)
        os.close(write)
        os.waitpid(child, 0)
        with open(read, "rb") as answer:
            assert answer.read() == b"recorded"


def test_an_event_that_a_wrong_clock_put_off_is_tried_again(tmp_path, monkeypatch):
    real = time.time
    store = store_in(tmp_path)
    store.add([body(1)])
    (entry,) = store.claim(9)
    year = 365 * 86400.0
    due = Waiting(entry, real() + year + 5, real() + year, "why")
    store.settle(Settlement(waiting=[due]))

    (again,) = store.claim(9)
    result = settling.sort(
        Batch([again]), [Outcome("hold", "why", "event")], give_up_after=3600.0, works=True
    )

    (waiting,) = result.settlement.waiting
    assert waiting.since <= real()
    assert waiting.due <= real() + 10


def test_files_that_are_not_ours_are_not_touched(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    os.chmod(tmp_path, 0o755)
    store = store_in(tmp_path)
    store.add([body(1)])
    store.close()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert (tmp_path / "notes.txt").read_text() == "mine"


@posix
def test_an_empty_folder_that_others_can_read_is_closed_to_them(tmp_path):
    os.chmod(tmp_path, 0o755)

    store_in(tmp_path)

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@posix
def test_files_are_private_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        store = store_in(tmp_path / "usage")
        store.add([body(1)])
        store.claim(0)
    finally:
        os.umask(before)

    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "usage").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "usage").stat().st_mode) == 0o700


# What is refused


def test_a_network_file_system_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "file_system", lambda _: "nfs4")

    with pytest.raises(OutboxError, match=r"network file system \(nfs4\)"):
        store_in(tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux has /proc")
def test_the_file_system_of_a_folder_is_known(tmp_path):
    assert folders.file_system("/proc/self") == "proc"
    assert folders.file_system(str(tmp_path)) not in (None, "proc")


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(OutboxError, match="cannot be used"):
        store_in(tmp_path / "file")


def test_settings_are_checked(tmp_path):
    for options, message in (
        ({"sync": "off"}, 'sync must be "normal" or "full"'),
        ({"label": 5}, "label must be a str"),
        ({"max_events": 0}, "max_events must be at least 1"),
        ({"max_bytes": "1"}, "max_bytes must be an int"),
    ):
        with pytest.raises((TypeError, ValueError), match=message):
            SQLiteStore(tmp_path, **options)
    with pytest.raises(OutboxError, match="knows no server yet"):
        SQLiteStore(tmp_path).add([body(1)])


def test_full_is_synced_and_works(tmp_path):
    store = store_in(tmp_path / "usage", sync="full")
    store.add([body(1)])

    assert store._own()._one("PRAGMA synchronous") == 2
    assert store_in(tmp_path / "other")._target is not None
    assert names(store) == ["t1"]


def test_the_log_of_full_has_its_length_beforehand(tmp_path):
    store = store_in(tmp_path, sync="full")
    store.add([body(0)])
    (log,) = tmp_path.glob("*.spool-wal")
    length = log.stat().st_size

    for n in range(1, 800):
        store.add([body(n)])

    assert log.stat().st_size == length >= 256 * 4096
    assert len(names(store)) == 800
    assert next(iter(tmp_path.glob("*.spool"))).stat().st_size < 200 * 4096


def test_what_was_read_is_sent_when_the_next_question_fails(tmp_path, monkeypatch):
    store = store_in(tmp_path)
    store.add([body(1)])

    def fails(self, now, most):
        raise sqlite3.OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "waiting_until", fails)
        assert names(store) == []

    assert names(store) == ["t1"]


# Room


def test_limits_are_those_of_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(room, "LOOK_AGAIN", 0.0)
    process = in_another_process(tmp_path, "store.add([body(n) for n in range(8)])")
    store = store_in(tmp_path, max_events=10)
    try:
        store.add([body(100), body(101)])
        with pytest.raises(OutboxFullError):
            store.add([body(102)])
        entries = store.claim(3)
        store.settle(Settlement(done=entries))
        store.add([body(103)])
    finally:
        kill(process)


@pytest.mark.parametrize(("sync", "log"), [("normal", 0), ("full", 1_050_000)])
def test_space_is_given_back_when_a_spool_is_empty(tmp_path, sync, log):
    store = store_in(tmp_path, sync=sync)
    for start in range(0, 20_000, 1000):
        store.add([body(start + n) for n in range(1000)])
    (path,) = tmp_path.glob("*.spool")
    full, _ = store._own().size()
    while True:
        entries = store.claim(1000)
        if not entries:
            break
        store.settle(Settlement(done=entries))
    time.sleep(1.01)  # until it looks at the folder again
    store.claim(0)

    assert full > 2_000_000
    assert path.stat().st_size < 100_000
    assert log <= Path(f"{path}-wal").stat().st_size <= log + 300_000


@pytest.mark.parametrize("sync", ["normal", "full"])
def test_a_full_disk_is_an_error_and_goes_on_when_it_is_freed(small_disk, monkeypatch, sync):
    monkeypatch.setattr(room, "LOOK_AGAIN", 0.0)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 2_000_000)
    billing = Billing()
    import httpx

    http = httpx.Client(transport=httpx.MockTransport(billing))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)
    outbox = Outbox(client, SQLiteStore(small_disk / "usage", sync=sync), linger=0)
    safe: List[str] = []

    def fill() -> None:
        while True:
            some = [
                {"subscription_id": "usr_1", "code": "calls", "properties": {"text": "x" * 500}}
                for _ in range(20)
            ]
            found = outbox.record_many(some)
            safe.extend(str(event.transaction_id) for event in found)

    started = time.monotonic()
    with pytest.raises(OutboxFullError, match="disk of the outbox is full"):
        fill()
    before = len(safe)
    with pytest.raises(OutboxFullError):
        fill()
    assert time.monotonic() - started < 10
    ballast.unlink()
    with pytest.raises(OutboxFullError):
        fill()
    after = len(safe)
    outbox.start()
    assert outbox.flush(30)
    outbox.record(subscription_id="usr_1", code="calls", transaction_id="last")
    outbox.close()

    assert 50 < before < after
    assert set(billing.counted) == {*safe, "last"}
    assert set(billing.counted.values()) == {1}


def test_a_sender_that_starts_on_a_full_disk_has_the_reserve(small_disk):
    folder = small_disk / "usage"
    store = store_in(folder)
    store.add([body(1)])
    store.close()
    assert (folder / disk.RESERVE).exists()
    with suppress(OSError), open(small_disk / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)

    assert names(store) == ["t1"]


def test_a_store_in_use_by_another_keeps_its_reserve(tmp_path, monkeypatch):
    monkeypatch.setattr(connecting, "BUSY", 0.05)
    store = store_in(tmp_path)
    store.add([body(1)])
    entries = store.claim(1)
    (path,) = tmp_path.glob("*.spool")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OutboxError, match="locked"):
        store.settle(Settlement(done=entries))

    assert (tmp_path / disk.RESERVE).exists()
    other.close()
    store.settle(Settlement(done=entries))
    assert names(store) == []


def test_room_is_left_for_the_log_of_each_process(tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    spools = [str(tmp_path / f"{n}.spool") for n in range(3)]
    log = connecting.PAGE * connecting.checkpoint_pages(str(tmp_path))

    left = [disk.disk_left(str(tmp_path), spools[:n]) for n in range(4)]
    Path(f"{spools[0]}-wal").write_bytes(b"x" * 1000)

    each = 3 * log + disk.SHARED_MEMORY
    assert left == [usage.free - 2 * log - n * each for n in range(4)]
    assert disk.disk_left(str(tmp_path), spools) == left[3] + 1000


# Locks


def test_a_lock_is_taken_once_and_can_be_taken_again(tmp_path):
    path = str(tmp_path / "a.lock")
    lock = FileLock.take(path)

    assert lock is not None
    assert FileLock.take(path) is None
    lock.release()
    lock.release()
    again = FileLock.take(path)
    assert again is not None
    again.release(remove=True)
    assert not os.path.exists(path)


def test_a_full_store_is_looked_at_again_however_often_it_is_asked(monkeypatch):
    now, there = [100.0], [1]
    monkeypatch.setattr("novabilling._runtime.concurrency.monotonic", lambda: now[0])
    limited = room.Room(1, 1_000_000, lambda: (there[0], 0, 1_000_000_000))
    with pytest.raises(OutboxFullError):
        limited.take(1, 100)
    there[0] = 0  # sent meanwhile

    for _ in range(9):
        now[0] += 0.01
        with suppress(OutboxFullError):
            limited.take(1, 100)
            return
    pytest.fail("nobody has looked again")
