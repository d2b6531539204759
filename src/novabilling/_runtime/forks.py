"""What a fork must not copy: locks, perhaps taken by threads that the child does not have."""

from __future__ import annotations

import os
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, ContextManager, Generic, List, Optional, TypeVar
from weakref import WeakSet

T = TypeVar("T")


class Renewed(Generic[T]):
    """Something of one process, `held`: a forked child makes it anew before anything else runs."""

    def __init__(self, make: Callable[[], T]) -> None:
        self.make = make
        self.renew()
        _renewed.add(self)

    def renew(self) -> None:
        self.held = self.make()


_renewed: WeakSet[Renewed[Any]] = WeakSet()
_of_parents: List[object] = []


class OfProcess(Renewed[T], Generic[T]):
    """Something of one process; what a child has copied is kept, for it must not be closed."""

    def renew(self) -> None:
        if hasattr(self, "held"):
            _of_parents.append(self.held)
        super().renew()


class RenewedLock(Renewed[ContextManager[bool]]):
    """A lock, `held`, that is free in a forked child, whichever thread of the parent held it.

    The cases, by the numbers in the code:

    1. Another thread of the parent held it at the fork: the child has no such thread, so nobody
       would ever release its copy. Every lock is made anew in the child, before anything else runs.
    2. The thread that forks held it itself: it is its own again in the child, and what it releases
       at the end of its block is the old lock, as `with` has kept that one.
    3. A signal handler of the same thread wants it while it is taken: it may have it twice.
    4. An interrupt comes between taking it and the block: the lock's own `__enter__`, in C, leaves
       no such moment. Methods written in Python would, and the lock would stay taken for ever.
    """

    def __init__(self, make: Callable[[], ContextManager[bool]] = threading.RLock) -> None:  # 3
        super().__init__(make)  # 1, 2, 4


def _renew_all() -> None:
    for renewed in list(_renewed):
        renewed.renew()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_renew_all)


if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property as cached_property
else:

    class cached_property:
        """The one of functools without its lock: a fork copies that as it is, perhaps taken."""

        def __init__(self, func: Callable[[Any], Any]) -> None:
            self.func = func
            self.__doc__ = func.__doc__

        def __set_name__(self, _: type, name: str) -> None:
            self.attrname = name

        def __get__(self, instance: Any, owner: Optional[type] = None) -> Any:
            if instance is None:
                return self
            return instance.__dict__.setdefault(self.attrname, self.func(instance))


if TYPE_CHECKING:
    resource = cached_property
else:

    class resource(cached_property):
        """A resource of a client, made when it is first used; of the class itself, its class.

        `unittest.mock.create_autospec` looks there for the methods that a mock may have.
        """

        def __get__(self, instance: Any, owner: Optional[type] = None) -> Any:
            if instance is not None:
                return super().__get__(instance, owner)
            module = import_module(f"{self.func.__module__}.{self.func.__name__}")
            return getattr(module, self.func.__annotations__["return"])
