"""Values that snapshots share with the present until one of them is written to."""

from __future__ import annotations

from copy import copy
from typing import Callable, Generic, TypeVar

T = TypeVar("T")


class Shared(Generic[T]):
    """A dict, list or set that is copied before the first change after a snapshot, and only then.

    Read `value`, and change what `own()` returns.
    """

    __slots__ = ("_is_shared", "value")

    def __init__(self, value: T) -> None:
        self.value = value
        self._is_shared = False

    def own(self) -> T:
        """Return the value for a change that no snapshot sees."""
        if self._is_shared:
            self.value, self._is_shared = copy(self.value), False
        return self.value

    def save(self) -> Callable[[], None]:
        """Return a function that brings the value of now back, as often as it is called."""
        saved, self._is_shared = self.value, True

        def restore() -> None:
            self.value, self._is_shared = saved, True

        return restore
