"""What the arguments of a resource are, and the bodies and queries that they become."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, Optional, Type, Union, cast

from msgspec import UNSET, Struct

from .._runtime.secrets import Secret
from .checks import Convert, count
from .currencies import warn_of_decimals
from .encoding import encode, query_text
from .numbers import type_of
from .vocabulary import camel


def credentials(name: str, value: Secret[Any]) -> Secret[Any]:
    """Take masked provider credentials: their keys are sent in camel case."""
    if not isinstance(value.reveal(), Mapping):
        raise TypeError(f"{name} must be a dict, not {type(value.reveal()).__name__}")
    for key in value.reveal():
        if not isinstance(key, str):  # never shown: it may be a secret in the wrong place
            raise TypeError(f"{name}: keys must be str, not {type_of(key)}")
    return Secret({camel(key): item for key, item in value.reveal().items()})


_wire_name = lru_cache(maxsize=4096)(camel)


class not_null(Struct, frozen=True):  # reads as a declaration: `plan_id=not_null(identifier)`
    """Declare an argument that None does not clear: it is checked like every other value."""

    convert: Convert


class Arguments:
    """What the arguments of one resource are, by their public names.

    What is not declared is not sent, so a method with many arguments passes `**locals()`; a test
    compares the declarations with the methods that do. `wire` names those whose wire name is not
    the public one in camel case, `second_names` other names of declared ones: a call may use
    either, and not both.
    """

    def __init__(
        self,
        wire: Optional[Mapping[str, str]] = None,
        second_names: Optional[Mapping[str, str]] = None,
        **declared: Union[Convert, not_null],
    ) -> None:
        self._wire = dict(wire or {})
        self._not_null: FrozenSet[str] = frozenset(
            name for name, convert in declared.items() if isinstance(convert, not_null)
        )
        self._converts: Dict[str, Convert] = {"page": count(1), "limit": count(1, 100)}
        for name, convert in declared.items():
            self._converts[name] = convert.convert if isinstance(convert, not_null) else convert
        for second, first in (second_names or {}).items():
            self._converts[second] = self._converts[first]
            self._wire[second] = self._wire.get(first) or camel(first)
            if first in self._not_null:
                self._not_null |= {second}

    def declares(self, name: str) -> bool:
        """Say whether an argument of this name is sent."""
        return name in self._converts

    def fields(self, values: Mapping[str, Any], prefix: str = "") -> Dict[str, Any]:
        """Translate to wire names and values: what is UNSET is left out, None is null.

        An amount that its currency cannot express is warned about, where both stand together.
        """
        fields: Dict[str, Any] = {}
        for name, value in values.items():
            convert = self._converts.get(name)
            if convert is None or value is UNSET:
                continue
            if value is not None or name in self._not_null:
                value = convert(prefix + name, value)
            wire_name = self._wire.get(name) or _wire_name(name)
            if wire_name in fields:
                both = [n for n in values if (self._wire.get(n) or _wire_name(n)) == wire_name]
                raise TypeError(f"{' and '.join(both)} are one argument: give one of them")
            fields[wire_name] = value
        if fields.get("currency") is not None:
            warn_of_decimals(fields, prefix)
        return fields

    # `self, /`: an argument of the API may be called self, and must not clash with this one.
    def body(self, /, **values: Any) -> Secret[bytes]:
        """Write the JSON body of a request."""
        return encode(self.fields(values))

    def query(self, /, **values: Any) -> Dict[str, str]:
        """Write the query of a request: what is UNSET or None is not sent."""
        given = {name: value for name, value in values.items() if value is not None}
        return {name: query_text(name, value) for name, value in self.fields(given).items()}


NO_ARGUMENTS = Arguments()


def structs(
    of: Any,
    arguments: Arguments,
    distinct: str = "",
    result: Optional[Type[Struct]] = None,
    **aliases: str,
) -> Convert:
    """Declare an argument that takes a list of request structs, or of dicts with their keys.

    `distinct` names a field whose value the server takes once, `aliases` other keys that such a
    dict may use for a field. What the server sent of it, the `result`, can be sent again: of it
    the fields of the struct are taken, and None is what was left out.
    """
    known = of.__struct_fields__

    def convert_one(name: str, value: object) -> Dict[str, object]:
        if result is not None and isinstance(value, result):
            read = {field: getattr(value, field) for field in known}
            value = of(**{field: item for field, item in read.items() if item is not None})
        if not isinstance(value, of):
            if not isinstance(value, Mapping):
                raise TypeError(f"{name} must be {of.__name__} or a dict")
            given = cast("Mapping[str, Any]", value)
            fields = {aliases.get(key, key): item for key, item in given.items()}
            if len(fields) < len(given):
                raise ValueError(f"{name}: two of its keys mean the same")
            value = _struct_from(name, fields)
        return arguments.fields({f: getattr(value, f) for f in known}, prefix=f"{name}.")

    def _struct_from(name: str, given: Mapping[str, object]) -> object:
        unknown = sorted(str(key) for key in given if key not in known)
        if unknown:
            raise ValueError(f"{name}: unknown {', '.join(unknown)}; it takes {', '.join(known)}")
        try:
            return of(**given)
        except TypeError as exc:
            raise ValueError(f"{name}: {exc}") from None

    def convert(name: str, value: object) -> List[Dict[str, object]]:
        if isinstance(value, (str, bytes, Mapping, Struct)) or not isinstance(value, Iterable):
            raise TypeError(f"{name} must be a list")
        items = cast("Iterable[object]", value)
        found = [convert_one(f"{name}[{index}]", item) for index, item in enumerate(items)]
        taken: List[object] = []
        for item in found if distinct else ():
            if item[distinct] in taken:
                twice = f"two of them have the {distinct} {item[distinct]!r}"
                raise ValueError(f"{name}: {twice}; the server takes each once")
            taken.append(item[distinct])
        return found

    return convert
