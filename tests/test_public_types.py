"""What the public signatures promise: `Any` stands for the user's own values and nothing else."""

from __future__ import annotations

import inspect
import typing
from datetime import datetime
from typing import Any, Dict, Iterator, List, Mapping, Tuple, get_args, get_origin, get_type_hints

import httpx
import msgspec
import pytest

import novabilling
from novabilling import AsyncNovaBilling, NovaBilling, types, webhooks
from novabilling._words.fields import Model
from tests.operations import METHODS
from tests.support import BASE_URL, TOKEN

OWN = {"credentials", "data", "fields", "metadata", "properties", "settings"}
"""Maps whose keys and values are the user's."""
FOUND = {"candidates", "data"}
"""What any call would have returned."""
OVERRIDES = {"overridden_charges", "overridden_prices"}
"""Lists of such maps: the 1.0 server takes any and stores them as empty."""
STRUCTURED = {"events", "filters", "graduated_ranges", "items", "prices"}
"""Arguments that take a struct or a dict with its keys."""

CLIENTS = [client(token=TOKEN, base_url=BASE_URL) for client in (NovaBilling, AsyncNovaBilling)]
FUNCTIONS: List[Any] = [
    *(getattr(getattr(client, resource), name) for client in CLIENTS for resource, name in METHODS),
    *(getattr(type(client), name) for client in CLIENTS for name in ("__init__", "with_options")),
    webhooks.verify,
    webhooks.sign,
]
CLASSES: List[Any] = [
    value
    for module in (novabilling, types)
    for value in (getattr(module, name) for name in module.__all__)
    if isinstance(value, type)
]


@pytest.mark.parametrize("of", [c for c in CLASSES if issubclass(c, msgspec.Struct)])
def test_nobody_changes_what_the_server_sent(of):
    assert of.__struct_config__.frozen


@pytest.mark.parametrize("of", [c for c in CLASSES if issubclass(c, (Model, types.InvoicePdf))])
def test_fields_have_no_order_that_could_be_relied_on(of):
    kinds = {parameter.kind for parameter in inspect.signature(of).parameters.values()}
    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(
    "one",
    [
        types.RateLimit(limit=1, remaining=1, reset=1),
        types.PaginationMeta(total=1, page=1, limit=1, total_pages=1),
        types.Message(message="done"),
    ],
)
def test_setting_a_field_is_an_error(one):
    with pytest.raises(AttributeError, match="immutable"):
        setattr(one, one.__struct_fields__[0], 2)


IMPORTED = {
    **{name: getattr(typing, name) for name in typing.__all__},
    **{name: getattr(types, name) for name in types.__all__},
    "Answer": object,
    "FieldError": novabilling.FieldError,
    "Self": object,
    "datetime": datetime,
    "httpx": httpx,
}
"""What the modules of public classes import, or would for type checkers."""


def hints(thing: Any) -> Dict[str, Any]:
    return get_type_hints(thing, localns=IMPORTED)


def parts(hint: Any) -> Iterator[Any]:
    """Walk through a type, without the values of maps from str to Any."""
    yield hint
    if not is_open_map(hint):
        for inner in get_args(hint):
            for part in inner if isinstance(inner, list) else [inner]:
                yield from parts(part)


def is_open_map(hint: Any) -> bool:
    is_map = isinstance(get_origin(hint), type) and issubclass(get_origin(hint), Mapping)
    return is_map and get_args(hint) == (str, Any)


PUBLIC: List[Tuple[str, str, Any]] = [
    (getattr(thing, "__qualname__", str(thing)), name, hint)
    for thing in (*FUNCTIONS, *CLASSES)
    for name, hint in hints(thing).items()
    if not name.startswith("_")
]


def test_any_stands_nowhere_but_in_maps():
    found = [name for _, name, hint in PUBLIC if Any in parts(hint)]

    assert set(found) <= OVERRIDES | FOUND


def test_maps_of_anything_are_the_users_own_or_stand_for_a_struct():
    found = {name for _, name, hint in PUBLIC if any(map(is_open_map, parts(hint)))}

    assert found == OWN | OVERRIDES | STRUCTURED


@pytest.mark.parametrize("name", sorted(STRUCTURED))
def test_a_structured_argument_names_its_struct(name):
    for function, argument, hint in PUBLIC:
        if argument == name and any(map(is_open_map, parts(hint))):
            names = {getattr(part, "__name__", "") for part in parts(hint)}
            assert names & set(types.__all__), function
