"""Clients that tests of users replace: by a mock that knows the methods, and in annotations."""

from __future__ import annotations

import ast
import inspect
from typing import Any
from unittest.mock import AsyncMock, create_autospec

import pytest

import novabilling
from novabilling import AsyncNovaBilling, NovaBilling, resources, webhooks
from tests.operations import IDS, METHODS
from tests.support import TOKEN

CLIENTS = {"sync": NovaBilling, "async": AsyncNovaBilling}


def stand_in(colour: str, **options: Any) -> Any:
    return create_autospec(CLIENTS[colour], **options)


@pytest.mark.parametrize("colour", CLIENTS)
@pytest.mark.parametrize("instance", [True, False])
def test_a_stand_in_has_every_method_of_every_resource(colour, instance):
    client = stand_in(colour, instance=instance)

    for resource, method in METHODS:
        getattr(getattr(client, resource), method)
    with pytest.raises(AttributeError):
        client.customers.find  # noqa: B018
    with pytest.raises(AttributeError):
        client.clients  # noqa: B018


@pytest.mark.parametrize("instance", [True, False])
def test_a_stand_in_knows_the_arguments(instance):
    client = stand_in("sync", instance=instance)
    client.customers.get.return_value.data.id = "cus_1"

    assert client.customers.get("cus_1").data.id == "cus_1"
    client.customers.get.assert_called_once_with("cus_1")
    with pytest.raises(TypeError):
        client.customers.get()
    with pytest.raises(TypeError):
        client.customers.create(mail="ada@example.com")


def test_a_stand_in_of_the_other_colour_is_awaited():
    client = stand_in("async", instance=True)

    assert isinstance(client.customers.get, AsyncMock)


def test_what_a_class_makes_is_such_a_stand_in():
    cls = stand_in("sync")

    cls(token=TOKEN).customers.get("cus_1")

    cls.return_value.customers.get.assert_called_once_with("cus_1")


@pytest.mark.parametrize(("colour", "cls"), CLIENTS.items())
def test_every_resource_has_its_class_in_public(colour, cls):
    client = cls(token=TOKEN)

    for name in IDS:
        of = type(getattr(client, name))
        assert getattr(resources, of.__name__) is of
        assert getattr(cls, name) is of
    assert len(resources.__all__) == 2 * (len(IDS) + len({"Pages", "Paginator"}))


def test_the_classes_are_imported_for_type_checkers_too():
    source = inspect.getsource(resources)

    for name in resources.__all__:
        assert f"import {name} as {name}\n" in source
    assert dir(resources) == sorted(resources.__all__)
    assert "resources" not in novabilling.__all__
    with pytest.raises(AttributeError, match="nonsense"):
        resources.nonsense  # noqa: B018


def test_what_type_checkers_see_of_verify_is_its_signature():
    shown = [
        ast.dump(function.args)
        for module in (webhooks, resources.Webhooks, resources.AsyncWebhooks)
        for function in ast.walk(ast.parse(inspect.getsource(inspect.getmodule(module))))
        if isinstance(function, ast.FunctionDef) and function.name == "verify"
    ]

    assert len(shown) == 3
    assert len(set(shown)) == 1
    assert resources.Webhooks.verify is webhooks.verify
