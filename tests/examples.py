"""Arguments made up from the signature of a method, so that none can be forgotten."""

from __future__ import annotations

import inspect
import io
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, Dict, Literal, Set, Tuple, Union, get_args, get_origin, get_type_hints

import msgspec

from tests.operations import NEEDED, NOT_SENT, SECOND_ARGUMENTS

NAMED: Dict[str, Any] = {
    "check_codes": False,  # it asks for the metrics first
    "currency": "NGN",
    "limit": 10,
    "to": "to@example.com",
}
"""Values where the type alone does not say what is accepted."""


def example_of(hint: Any) -> Any:
    """Return a value that an argument of this type takes."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return inner[0]
    if origin is Union:
        best = [part for part in inner if part is datetime or part is Decimal]
        return example_of((best or inner)[0])
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint(**{f.name: example_of(f.type) for f in msgspec.structs.fields(hint)})
    if origin is not None:
        return {"a_key": "a value"} if "Mapping" in str(origin) else [example_of(inner[0])]
    if hint is datetime:
        return datetime(2027, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
    return {str: "x1", int: 1, float: 1.5, bool: True, Decimal: Decimal("12.5")}[hint]


def arguments_of(function: Any, only_required: bool = False) -> Dict[str, Any]:
    """Return a value for each argument of a method, or for each that it cannot do without."""
    hints = get_type_hints(function)
    needed, left_out = _by_method(function)
    wanted = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty or parameter.name in needed or not only_required
        if parameter.name not in left_out
    ]
    if function.__name__ == "download_pdf":
        return {"invoice_id": "the invoice_id", "to": io.BytesIO()}
    return {
        name: NAMED[name] if name in NAMED else _id(name) or example_of(hints[name])
        for name in wanted
    }


def _by_method(function: Any) -> Tuple[Set[str], Set[str]]:
    """Return what a method needs in spite of a default, and what is a second name or not sent."""
    name = f".{function.__name__}"
    needed = {argument for method, argument in NEEDED.items() if method.endswith(name)}
    left_out: Set[str] = set()
    for table in (SECOND_ARGUMENTS, NOT_SENT):
        left_out.update(*(table[m] for m in table if m.endswith(name) and m != "plans.list"))
    return needed, left_out


def _id(name: str) -> str:
    """Return an id that says where it belongs, or nothing for what is no id."""
    return f"the {name}" if name.endswith("_id") else ""


def function_of(client: Any, name: str) -> Any:
    """Return a method by its name in the table of facts."""
    resource, _, method = name.partition("(")[0].partition(".")
    return getattr(getattr(client, resource), method)
