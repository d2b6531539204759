"""The mask that keeps a secret out of every repr, log line, traceback and pickle."""

from __future__ import annotations

from typing import Any, Generic, List, NoReturn, Tuple, TypeVar

T = TypeVar("T")

MASK = "********"


class Secret(Generic[T]):
    """Hold a value that only `reveal()` gives back."""

    __slots__ = ("__weakref__", "_value")

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        return self._value

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled or copied")


def refuse_mask(name: str, value: Secret[Any]) -> None:
    """Refuse the mask of a secret where the secret itself must stand."""
    if value.reveal() == MASK:
        raise ValueError(
            f"{name}: this is a masked secret, not the secret: write it with "
            "to_dict(secrets=True) or to_json(secrets=True)"
        )


def masked_fields(obj: Any, *secret_fields: str) -> List[Tuple[str, Any]]:
    """Return the fields of a struct, the named ones masked."""
    fields = {name: getattr(obj, name) for name in obj.__struct_fields__}
    masked = {name: MASK for name in secret_fields if fields[name] is not None}
    return list({**fields, **masked}.items())


def masked_repr(obj: Any) -> str:
    """Write the repr of a struct as its `__rich_repr__` masks it."""
    shown = (f"{name}={value!r}" for name, value in obj.__rich_repr__())
    return f"{type(obj).__name__}({', '.join(shown)})"
