"""Whatever is done in whatever order: each event is in one place, and none is lost."""

from __future__ import annotations

import tempfile
import time
from typing import Any, Dict, List

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from novabilling._outbox.entries import Dead, Entry, Settlement, Waiting
from novabilling.outbox import SQLiteStore
from tests.outbox.test_store import body
from tests.support import BASE_URL


class Storing(RuleBasedStateMachine):
    """A store beside what it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.places: Dict[bytes, str] = {}
        self.open()

    def make(self) -> Any:
        if not hasattr(self, "folder"):
            self.folder = tempfile.TemporaryDirectory()
        return SQLiteStore(self.folder.name)

    def open(self) -> None:
        self.store = self.make()
        self.store.bind(BASE_URL)
        self.claimed: List[Entry] = []

    def teardown(self) -> None:
        self.store.close()
        self.remove()

    def remove(self) -> None:
        self.folder.cleanup()

    @rule(count=st.integers(1, 5))
    def add(self, count: int) -> None:
        bodies = [body(self.number + n) for n in range(count)]
        self.number += count
        self.store.add(bodies)
        self.places.update(dict.fromkeys(bodies, "due"))

    @rule(most=st.integers(0, 7))
    def claim(self, most: int) -> None:
        entries = self.store.claim(most)
        assert len(entries) <= most
        bodies = [entry.body for entry in entries]
        assert len(set(bodies)) == len(bodies)
        assert not {entry.body for entry in self.claimed} & set(bodies)
        assert {self.places[one] for one in bodies} <= {"due", "waiting"}
        self.claimed += entries

    @precondition(lambda self: self.claimed)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        outcome = Settlement()
        for entry in data.draw(st.lists(st.sampled_from(self.claimed), unique_by=id)):
            became = data.draw(st.sampled_from(["done", "waiting", "dead"]))
            if became == "done":
                outcome.done.append(entry)
            elif became == "dead":
                outcome.dead.append(Dead(entry, "why"))
            else:
                since = time.time() if entry.since is None else entry.since
                outcome.waiting.append(Waiting(entry, time.time() - 1, since, "why"))
            self.places[entry.body] = became
            self.claimed.remove(entry)
        self.store.settle(outcome)

    @rule(again=st.booleans())
    def mend(self, again: bool) -> None:
        letters = self.store.dead_letters(None, 3)
        act = self.store.requeue if again else self.store.discard
        assert act(letters) == len(letters)
        for letter in letters:
            number = int(str(letter.event.transaction_id)[1:])
            self.places[body(number)] = "due" if again else "done"

    @rule()
    def restart(self) -> None:
        self.store.close()
        self.open()

    @invariant()
    def all_are_where_they_should_be(self) -> None:
        counts = self.store.counts()
        places = list(self.places.values())
        assert counts.due == places.count("due")
        assert counts.waiting == places.count("waiting")
        assert counts.dead == places.count("dead")


FEW = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestStoring = Storing.TestCase
TestStoring.settings = FEW


def test_the_same_is_true_of_a_table_of_postgres(database):
    class StoringInATable(Storing):
        def make(self) -> Any:
            return database.store(poll=0, notify=False)

        def remove(self) -> None:
            database.execute(f'TRUNCATE "{database.table}"')

    run_state_machine_as_test(StoringInATable, settings=FEW)
