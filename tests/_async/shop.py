"""A sandbox that loses answers, and clients of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from novabilling import AsyncNovaBilling, NovaBillingError
from novabilling._reconcile.declared import DECLARED
from tests.reconciling import CALLS, FAULTS, UNKNOWABLE, Losing, declared_by, needs_login, side

SMALL_PAGE = re.compile(r"[?&](limit|perPage)=(?!100(&|$))")
"""What asks for fewer rows than the server gives."""


class Shop:
    """A sandbox with two of everything, and clients."""

    def __init__(self, clock: Any) -> None:
        DECLARED.update(declared_by(AsyncNovaBilling))
        self.sandbox = Losing(clock)
        self.ours, self.theirs = side(self.sandbox, 0), side(self.sandbox, 1)
        clock.now += 60
        self._state = self.sandbox.snapshot()
        self.key = self.sandbox.async_client(max_retries=0)
        self.login = self.sandbox.async_client(max_retries=0, token=lambda: self.sandbox.jwt)
        self.others = self.sandbox.client(token=lambda: self.sandbox.jwt)

    def restore(self) -> None:
        self.sandbox.restore(self._state)

    def client(self, name: str) -> Any:
        return self.login if needs_login(name) else self.key

    async def lost(
        self, name: str, fault: str, meanwhile: Any = None, client: Any = None, call: Any = None
    ) -> Any:
        """Make a call whose answer is lost, and return its error."""
        call = call or {**CALLS, **UNKNOWABLE}[name]
        self.sandbox.lose(FAULTS[fault], meanwhile or (lambda _: None))
        with pytest.raises(NovaBillingError) as caught:
            await call(client or self.client(name), self.ours)
        self.sandbox.verbs.clear()
        self.sandbox.requests.clear()
        return caught.value

    async def lose(
        self, name: str, fault: str, meanwhile: Any = None, client: Any = None, call: Any = None
    ) -> Any:
        """Make a call whose answer is lost, and return what is found out."""
        error = await self.lost(name, fault, meanwhile, client, call)
        outcome = await (client or self.client(name)).reconcile(error)
        assert not self.sandbox.verbs.keys() - {"GET"}, name
        assert len(self.sandbox.requests) <= 6
        assert not [one for one in self.sandbox.requests if SMALL_PAGE.search(one)]
        self.sandbox.finish()
        return outcome
