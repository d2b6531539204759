"""The public door: what can be imported, and the signature of every method."""

from __future__ import annotations

import inspect
import pydoc
import re
import sys
from types import FunctionType
from typing import Any, Dict, List, Literal, get_args, get_origin, get_type_hints

import pytest

import novabilling
from novabilling import AsyncNovaBilling, NovaBilling, NovaBillingError, outbox, types, webhooks
from tests.operations import (
    IDS,
    METHODS,
    NOT_SENT,
    RESOURCES,
    SECOND_ARGUMENTS,
    SECOND_METHODS,
)
from tests.support import BASE_URL, TOKEN

SYNC = NovaBilling(token=TOKEN, base_url=BASE_URL)
ASYNC = AsyncNovaBilling(token=TOKEN, base_url=BASE_URL)


def public_methods(resource: Any) -> Dict[str, Any]:
    """Return the public functions of a resource, bound to it."""
    names = [name for name in dir(type(resource)) if not name.startswith("_")]
    return {name: getattr(resource, name) for name in names}


def signature(client: Any, resource: str, method: str) -> inspect.Signature:
    return inspect.signature(getattr(getattr(client, resource), method))


# Names


@pytest.mark.parametrize("module", [novabilling, types], ids=["novabilling", "types"])
def test_all_names_everything_that_is_public_and_nothing_else(module):
    for name in module.__all__:
        getattr(module, name)

    found = {name for name in vars(module) if not name.startswith("_")}
    submodules = {n for n in found if inspect.ismodule(getattr(module, n))}
    inner = {"annotations", "Any", "List", "Optional", "TYPE_CHECKING", "import_module"}
    assert found - submodules - inner == {n for n in module.__all__ if n != "__version__"}
    assert sorted(module.__all__) == dir(module)


def test_all_names_of_types_are_imported_for_type_checkers_too():
    source = inspect.getsource(types)

    shown = re.findall(r"(\w+) as (\w+),?$", source, re.MULTILINE)
    assert sorted(name for name, alias in shown if name == alias) == sorted(types.__all__)


def test_all_names_of_the_package_are_imported_for_type_checkers_too():
    tree = inspect.getsource(novabilling)

    for name in novabilling.__all__:
        assert re.search(rf"^    {name},$|import {name}$", tree, re.MULTILINE), name


@pytest.mark.parametrize("module", [novabilling, types], ids=lambda m: m.__name__)
def test_help_shows_the_module(module):
    shown = pydoc.render_doc(module, renderer=pydoc.plaintext)

    assert all(name in shown for name in module.__all__ if not name.startswith("__"))


@pytest.mark.parametrize("module", [novabilling, types, webhooks], ids=lambda m: m.__name__)
def test_an_unknown_name_is_an_attribute_error(module):
    with pytest.raises(AttributeError, match="nonsense"):
        module.nonsense  # noqa: B018


PUBLIC_CLASSES = [
    (module, name)
    for module in (novabilling, types)
    for name in module.__all__
    if inspect.isclass(getattr(module, name))
]


@pytest.mark.parametrize("name", [name for module, name in PUBLIC_CLASSES if module is novabilling])
def test_clients_and_errors_say_that_they_come_from_the_package(name):
    assert getattr(novabilling, name).__module__ == "novabilling"


def test_every_error_is_public():
    def below(cls: type) -> List[type]:
        return [cls, *(leaf for sub in cls.__subclasses__() for leaf in below(sub))]

    names = {cls.__name__ for cls in below(NovaBillingError)}
    assert names <= set(novabilling.__all__)


def test_the_results_of_all_methods_are_public_types():
    for resource, method in METHODS:
        result = signature(SYNC, resource, method).return_annotation
        for name in re.findall(r"[A-Z]\w+", result):
            assert name in {*types.__all__, "Paginator"}, f"{resource}.{method} -> {name}"


def test_the_clients_have_the_resources_of_the_table_and_no_others():
    for client in (NovaBilling, AsyncNovaBilling):
        found = {name for name in dir(client) if not name.startswith("_")}
        assert found - {
            "close",
            "aclose",
            "on_attempt",
            "reconcile",
            "request",
            "track",
            "with_options",
        } == set(RESOURCES)


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_a_resource_has_the_methods_of_the_table_and_no_others(client, resource):
    assert set(public_methods(getattr(client, resource))) == set(IDS[resource])


# Signatures

BY_KEYWORD = inspect.Parameter.KEYWORD_ONLY
EITHER = inspect.Parameter.POSITIONAL_OR_KEYWORD


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_ids_may_be_positional_and_all_else_is_by_keyword(resource, method):
    parameters = signature(SYNC, resource, method).parameters.values()

    kinds = {p.name: p.kind for p in parameters}
    positional = IDS[resource][method].split()
    assert list(kinds)[: len(positional)] == positional
    for name, kind in kinds.items():
        assert kind is (EITHER if name in positional else BY_KEYWORD), name


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_both_clients_have_the_same_signature(resource, method):
    ours = str(signature(SYNC, resource, method))
    theirs = str(signature(ASYNC, resource, method))

    assert ours == theirs.replace("AsyncPaginator", "Paginator")


@pytest.mark.parametrize(("resource", "method"), METHODS)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_the_annotations_of_a_method_can_be_evaluated(client, resource, method):
    function = getattr(getattr(client, resource), method)

    assert set(get_type_hints(function)) == {*inspect.signature(function).parameters, "return"}


@pytest.mark.parametrize(("resource", "method"), METHODS)
def test_a_method_can_be_awaited_unless_it_iterates_or_needs_no_server(resource, method):
    function = getattr(getattr(ASYNC, resource), method)

    assert inspect.iscoroutinefunction(function) is not (
        method.startswith("iter") or method == "verify"
    )


@pytest.mark.parametrize("method", ["__init__", "with_options"])
def test_both_clients_take_the_same_options_by_keyword_only(method):
    ours, theirs = (
        list(inspect.signature(getattr(client, method)).parameters.values())
        for client in (NovaBilling, AsyncNovaBilling)
    )

    assert [p.name for p in ours] == [p.name for p in theirs]
    assert {p.kind for p in ours[1:]} == {BY_KEYWORD}
    assert [p.default for p in ours] == [p.default for p in theirs]


ITERATED = [(r, m) for r, m in METHODS if m.startswith("iter")]


@pytest.mark.parametrize(("resource", "method"), ITERATED)
def test_iter_takes_the_filters_of_its_list_but_for_the_page(resource, method):
    beside = [m for m in IDS[resource] if m.endswith(method[len("iter") :]) and m != method]
    page_by_page = next(m for m in beside if not m.startswith("iter"))
    listed = signature(SYNC, resource, page_by_page).parameters
    iterated = signature(SYNC, resource, method).parameters

    assert {name: p.annotation for name, p in iterated.items()} == {
        name: p.annotation for name, p in listed.items() if name not in ("page", "limit")
    }


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_list_by_pages_of_the_server_has_an_iter(resource):
    paged = [
        method
        for method in IDS[resource]
        if "page" in signature(SYNC, resource, method).parameters
        and "page" not in NOT_SENT.get(f"{resource}.{method}", ())
    ]
    iterated = [m for m in IDS[resource] if m.startswith("iter")]

    assert len(paged) == len(iterated)


# Second names


@pytest.mark.parametrize(("second", "first"), SECOND_METHODS.items())
def test_a_second_name_says_of_which_method(second, first):
    resource, _, method = second.partition(".")
    function = getattr(getattr(SYNC, resource), method)

    assert f"a second name of `{first}`" in function.__doc__
    assert signature(SYNC, resource, first).return_annotation == (
        signature(SYNC, resource, method).return_annotation
    )


@pytest.mark.parametrize(("name", "seconds"), SECOND_ARGUMENTS.items())
def test_a_second_name_of_an_argument_is_documented_and_stands_behind_the_first(name, seconds):
    resource, _, method = name.partition(".")
    bound = getattr(SYNC, resource)
    text = " ".join(f"{type(bound).__doc__} {getattr(bound, method).__doc__}".split())
    order = list(signature(SYNC, resource, method).parameters)

    for second, first in seconds.items():
        assert re.search(rf"`{second}`[^.]* (is a second name|are second names)", text)
        assert order.index(second) > order.index(first)


# Docstrings

VERBS = """
Add Apply Assign Call Cancel Change Charge Check Clear Close Configure Count Create Delete
Download End Finalize Find Get Iterate List Log Make Mark Move Pause Read Record Refund Register
Remove Renew Replace Resume Return Send Set Show Sign Start Store Stream Subscribe Take Terminate
Try Update Use Verify Void
"""


def first_word(thing: Any) -> str:
    assert thing.__doc__, thing
    return str(re.split(r"\W", thing.__doc__.strip(), maxsplit=1)[0])


@pytest.mark.parametrize(("resource", "method"), METHODS)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_the_docstring_of_a_method_starts_with_a_verb(client, resource, method):
    assert first_word(getattr(getattr(client, resource), method)) in VERBS.split()


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_docstring_of_a_resource_starts_with_a_verb(resource):
    assert first_word(type(getattr(SYNC, resource))) in VERBS.split()


@pytest.mark.parametrize(
    "function",
    [
        NovaBilling,
        AsyncNovaBilling,
        NovaBilling.with_options,
        AsyncNovaBilling.with_options,
        NovaBilling.close,
        AsyncNovaBilling.aclose,
        webhooks.verify,
        webhooks.parse,
        webhooks.sign,
    ],
)
def test_the_docstring_of_a_client_and_of_the_functions_starts_with_a_verb(function):
    assert first_word(function) in VERBS.split()


@pytest.mark.parametrize(("module", "name"), PUBLIC_CLASSES, ids=[n for _, n in PUBLIC_CLASSES])
def test_every_public_class_has_a_docstring_of_its_own(module, name):
    assert vars(getattr(module, name)).get("__doc__")


@pytest.mark.parametrize(("module", "name"), PUBLIC_CLASSES, ids=[n for _, n in PUBLIC_CLASSES])
def test_every_public_method_of_a_class_has_a_docstring(module, name):
    for attribute, value in vars(getattr(module, name)).items():
        function = value.fget if isinstance(value, property) else value
        if isinstance(function, FunctionType) and not attribute.startswith("_"):
            assert function.__doc__, f"{name}.{attribute}"


# Help at the prompt


@pytest.mark.parametrize("module", [novabilling, types, outbox], ids=lambda module: module.__name__)
def test_everything_public_has_help(module):
    for name in module.__all__:
        if inspect.isclass(found := getattr(module, name)):
            assert f"class {name}" in pydoc.render_doc(found, renderer=pydoc.plaintext)


def test_help_of_a_module_shows_its_classes():
    assert "class OutboxStats" in pydoc.render_doc(outbox, renderer=pydoc.plaintext)


@pytest.mark.parametrize("name", ["DeadLetter", "OutboxStats", "Verdict"])
def test_help_of_what_an_outbox_gives_explains_each_field(name):
    given = getattr(outbox, name)

    shown = pydoc.render_doc(given, renderer=pydoc.plaintext)

    for field in given.__struct_fields__:
        assert re.search(rf"^ \|      +{field}: \S", shown, re.MULTILINE), field


@pytest.mark.skipif(
    sys.version_info < (3, 9), reason="help() of Python 3.8 shows the alias's class"
)
@pytest.mark.parametrize(
    "name", [name for name in types.__all__ if get_origin(getattr(types, name)) is Literal]
)
def test_help_of_a_word_type_shows_its_words(name):
    literal = getattr(types, name)

    shown = pydoc.render_doc(literal, renderer=pydoc.plaintext).partition("\n    ")[2]

    assert shown.startswith("One of ")
    for word in get_args(literal):
        assert re.search(rf"[ ]{re.escape(word)}[,;.]", shown)


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("client", [SYNC, ASYNC], ids=["sync", "async"])
def test_a_resource_shows_its_methods(client, resource):
    shown = repr(getattr(client, resource))

    name, _, methods = shown.strip("<>").partition(": ")
    assert name == type(getattr(client, resource)).__name__
    assert set(methods.split(", ")) == set(IDS[resource])
    assert TOKEN not in shown
