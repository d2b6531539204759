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
"""Maps whose keys and values are the user's, or those that a charge model or provider asks for."""
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
    "LoginSession": novabilling.LoginSession,
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


def test_maps_of_anything_are_the_users_own():
    found = {name for _, name, hint in PUBLIC if any(map(is_open_map, parts(hint)))}

    assert found == OWN | OVERRIDES


@pytest.mark.parametrize("name", sorted(STRUCTURED))
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__qualname__)
def test_a_structured_argument_names_its_struct_and_the_dict_with_its_keys(function, name):
    hint = hints(function).get(name)
    if hint is None or "Webhooks" in function.__qualname__:  # the names of events are words
        return
    named = {part.__name__: part for part in parts(hint) if isinstance(part, type)}
    structs = [of for of in named.values() if issubclass(of, msgspec.Struct)]
    structs = [of for of in structs if of.__name__.endswith(("Input", "Dto"))]
    dicts = [of for of in named.values() if issubclass(of, dict)]

    assert len(structs) == 1
    assert dicts
    assert named.keys() - {"Sequence", "UnsetType", "NoneType"} <= set(types.__all__)
    for of in dicts:
        keys = {"amount" if key == "unit_amount" else key for key in hints(of)}
        assert keys == set(structs[0].__struct_fields__)


def test_the_structured_arguments_are_those_that_take_dicts_of_ours():
    found = {
        name
        for _, name, hint in PUBLIC
        for part in parts(hint)
        if isinstance(part, type) and hasattr(part, "__total__")
    }

    assert found == STRUCTURED
