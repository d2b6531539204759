"""The reference is whole: every parameter, field, error, repeat and example has its words."""

from __future__ import annotations

import ast
import builtins
import inspect
import io
import pydoc
import re
import warnings
from contextlib import redirect_stdout, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple, get_args, get_type_hints

import anyio
import msgspec
import pytest

import novabilling
from novabilling import ConflictError, NovaBilling, NovaBillingError, outbox, sandbox, types
from novabilling._serialization.docstrings import about, about_fields
from tests.facts import FACTS, HELPERS
from tests.operations import IDS, KEYED, KEYS_FIRST, NEEDED, POSTS
from tests.pages import DOCS
from tests.reference import ALL, Stage, call_again, calls_of, site_module

SRC = Path(novabilling.__file__).parent
NAMES = list(ALL)
STRUCTS = [
    of
    for of in (getattr(types, name) for name in types.__all__)
    if isinstance(of, type) and issubclass(of, msgspec.Struct)
]


def annotations_of(of: type) -> Dict[str, Any]:
    """Return the annotations of a class itself."""
    found: Dict[str, Any] = vars(of).get("__annotations__", {})
    return found


on_the_site = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")


@pytest.fixture(scope="module")
def stage() -> Stage:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Stage()


# What a docstring says


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_has_a_sentence_in_its_order(name):
    method = ALL[name]

    said = method.entries("Args")
    assert list(said) == method.parameters
    for text in said.values():
        assert text[0].isupper() or text[0] in '`"0123456789', text
        assert text.endswith("."), text


WITHOUT_EFFECT = ("econd name of", "gnored by", "ithout effect", "Not sent", "Refused")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "webhooks.verify"])
def test_a_parameter_says_what_none_and_unset_mean(name):
    hints, said = get_type_hints(ALL[name].function), ALL[name].entries("Args")
    change = ".update" in name  # says it once, for all

    for parameter in inspect.signature(ALL[name].function).parameters.values():
        text = said[parameter.name]
        if any(words in text for words in WITHOUT_EFFECT):
            continue
        if type(None) in get_args(hints[parameter.name]):
            assert "None" in text, parameter.name
        if parameter.default is types.UNSET and not change and name not in NEEDED:
            assert re.search("[Uu]nset", text), parameter.name
    if change and name not in ("subscriptions.update", "plans.update_price"):
        assert "Change what is given" in ALL[name].head


SET_BEFORE: Dict[str, Any] = {
    "country": "GB",
    "description": "All of it",
    "expiration_at": "2027-01-01",
    "features": ["One"],
    "field_name": "gb",
    "invoice_display_name": "Calls",
    "invoice_grace_period_days": 2,
    "metadata": {"order": "17"},
    "min_amount_cents": 100,
    "name": "Another",
    "net_payment_terms": 14,
    "overridden_charges": [{}],
    "overridden_minimum_commitment": 5,
    "overridden_prices": [{}],
    "progressive_billing_threshold": 5,
    "properties": {"amount": 1},
    "webhook_url": "https://shop.example.com/webhooks",
}


@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
@pytest.mark.parametrize("name", [name for name in NAMES if ".update" in name])
def test_none_does_what_the_sentences_of_a_change_say(name, stage):
    resource, _, method = name.partition(".")
    for parameter, text in ALL[name].entries("Args").items():
        if not re.search("None (clears|leaves|switches)|cannot be cleared", text):
            continue
        names = stage.reset()
        change = getattr(getattr(names["client"], resource), method)
        ids = [names[id_] for id_ in IDS[resource][method].split()]
        if "cannot be cleared" in text:
            with pytest.raises(NovaBillingError):
                change(*ids, **{parameter: None})
            continue
        for value in (SET_BEFORE[parameter], None):
            changed = change(*ids, **{parameter: value}).data
            assert (getattr(changed, parameter) is None) is (value is None)


def lengths() -> Iterator[Tuple[str, str, int]]:
    """Find the arguments of which a sentence says how long they may be."""
    for name, method in ALL.items():
        for parameter, text in method.entries("Args").items():
            most = re.search(r"(?:at most|\d+ to) (\d+) characters", text)
            if most:
                yield name, parameter, int(most[1])


FRESH = {
    "code": "another",
    "email": "another@example.com",
    "external_id": "another",
    "token_id": "another",
}
"""Keys that the example has not used up."""


@on_the_site
@pytest.mark.parametrize(("name", "parameter", "most"), list(lengths()))
def test_an_argument_may_be_as_long_as_its_sentence_says(name, parameter, most, stage):
    known = ALL[name].parameters if name != "events.create" else []
    keys = {key: value for key, value in FRESH.items() if key in known}
    for length in (most, most + 1):
        names = stage.reset()
        with redirect_stdout(io.StringIO()):
            exec(compile(ALL[name].example, name, "exec"), names)
        text = {**keys, parameter: "a" * length}
        if length == most:
            with suppress(ConflictError):  # it was not refused for its length
                call_again(name, names, **text)
            continue
        with pytest.raises((NovaBillingError, ValueError), match=r"characters"):
            call_again(name, names, **text)


@pytest.mark.parametrize("name", NAMES)
def test_every_error_has_a_sentence_and_is_one(name):
    for names, text in ALL[name].entries("Raises").items():
        for error in names.split(", "):
            found = getattr(novabilling, error, None) or getattr(builtins, error)
            assert issubclass(found, Exception)
        assert text.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_the_sections_stand_in_one_order_and_nothing_is_left_over(name):
    found = re.findall(r"^(\w+):$", ALL[name].text, re.MULTILINE)

    assert found == [title for title in ("Args", "Raises", "Example") if title in found]


@pytest.mark.parametrize("of", STRUCTS, ids=lambda of: of.__name__)
def test_every_field_has_a_sentence(of):
    said = about_fields(of)

    assert set(said) == set(of.__struct_fields__)
    for text in said.values():
        assert text[0].isupper() or text[0] in '`"0123456789', text
        assert text.endswith("."), text


@pytest.mark.parametrize("of", STRUCTS, ids=lambda of: of.__name__)
def test_a_field_is_described_once_where_it_is_declared(of):
    own = [name for name in annotations_of(of) if name in of.__struct_fields__]

    text = vars(of)["__doc__"].partition("Attributes:\n")[2]
    assert re.findall(r"^ +(\w+): ", text, re.MULTILINE)[: len(own)] == own
    assert about(of.__doc__).strip()


CARRIERS = [
    of
    for module, names in (
        (novabilling, novabilling.__all__),
        (outbox, outbox.__all__),
        (sandbox, sandbox.__all__),
        (types, ["Response", "PaginatedResponse"]),
    )
    for of in (getattr(module, name) for name in names)
    if isinstance(of, type) and any(not n.startswith("_") for n in annotations_of(of))
]


@lru_cache(maxsize=None)
def classes_in_the_source() -> List[ast.ClassDef]:
    modules = [path for path in SRC.rglob("*.py") if "_sync" not in path.parts]
    trees = [ast.parse(path.read_text("utf-8")) for path in modules]
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def sentences_below(node: ast.ClassDef) -> Dict[str, str]:
    """Return what stands below each field in the source of a class."""
    found: Dict[str, str] = {}
    for field, after in zip(node.body, [*node.body[1:], node]):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = after.value if isinstance(after, ast.Expr) else None
            found[field.target.id] = str(said.value) if isinstance(said, ast.Constant) else ""
    return found


@pytest.mark.parametrize("of", CARRIERS, ids=lambda of: of.__name__)
def test_every_field_of_errors_and_reports_has_a_sentence(of):
    named = [sentences_below(one) for one in classes_in_the_source() if one.name == of.__name__]
    (said,) = [one for one in named if set(one) == set(annotations_of(of))]
    if "\nAttributes:\n" in inspect.cleandoc(of.__doc__ or ""):  # of a struct, for `help`
        said = {**said, **about_fields(of)}

    for name, text in said.items():
        assert name.startswith("_") or text.endswith("."), name


@on_the_site
@pytest.mark.parametrize("name", NAMES)
def test_help_says_in_brief_what_the_site_has_a_table_of(name):
    site = site_module("operations")
    said = site.declared_of(*name.split("."))
    paragraphs = [" ".join(one.split()) for one in ALL[name].head.split("\n\n")]

    found = [one for one in paragraphs if one.startswith("Sends `")]
    required = {
        p.name
        for p in inspect.signature(ALL[name].function).parameters.values()
        if p.default is p.empty
    }
    wanted = [site.brief(said, ALL[name].text, required)] if said.operations else []
    assert found == wanted
    assert found == [] or paragraphs[-1] == found[0]
    shown = site_module("methods").completed(*name.split("."), ALL[name].text)
    assert "\n\nSends `" not in shown


def test_help_shows_the_operation_the_parameters_and_the_example():
    shown = pydoc.render_doc(NovaBilling(token="sk").invoices.create, renderer=pydoc.plaintext)

    for name in ("customer_id", "due_date", "notes", "currency"):
        assert re.search(rf"^ +{name}: [A-Z`]", shown, re.MULTILINE)
    assert "Sends `POST /api/invoices`" in shown
    assert "client.invoices.create(" in shown


# Errors: what the server says to an unknown id


UNKNOWN: Dict[str, Dict[str, Any]] = {
    "plans.add_price": {"currency": "EUR", "amount": 1},
    "plans.update_price": {"amount": 1},
    "subscriptions.change_plan": {"plan_id": "nobody"},
    "invoices.download_pdf": {"to": io.BytesIO()},
    "taxes.assign_to_customer": {"tax_id": "nobody"},
    "taxes.assign_to_plan": {"tax_id": "nobody"},
    "taxes.assign_to_charge": {"tax_id": "nobody"},
    "payments.refund": {"amount": 1},
}
WITH_IDS = [
    name
    for name in NAMES
    if IDS[name.partition(".")[0]][name.partition(".")[2]]
    and name not in ("webhooks.verify", "events.create_batch")
]


@pytest.mark.filterwarnings("ignore::novabilling.NovaBillingWarning")
@pytest.mark.parametrize("name", WITH_IDS)
def test_a_method_names_the_error_for_an_id_that_nobody_has(name, stage):
    client: Any = stage.reset()["client"]
    resource, _, method = name.partition(".")
    ids = IDS[resource][method].split()
    given = {id_: "nobody" for id_ in ids if id_ != "to"}
    given.update(UNKNOWN.get(name, {}))
    error = "none"
    try:
        result = getattr(getattr(client, resource), method)(**given)
        if method.startswith("iter"):
            list(result)
    except NovaBillingError as caught:
        error = type(caught).__name__

    says = {n for names in ALL[name].entries("Raises") for n in names.split(", ")}
    assert ("NotFoundError" in says) is (error == "NotFoundError")
    assert error in {*says, "none"}


# Declarations


def plain(operation: str) -> str:
    return re.sub(r"\{\w+\}", "{}", operation)


def operations_of_the_table() -> Dict[str, List[str]]:
    found = {fact.name: [fact.operation] for fact in FACTS}
    for name, operations in HELPERS.items():
        found.setdefault(name.partition("(")[0], []).extend(operations)
    return found


@on_the_site
@pytest.mark.parametrize("name", NAMES)
def test_the_site_finds_the_operations_of_a_method(name):
    said = site_module("operations").declared_of(*name.split("."))

    wanted = [plain(one) for one in operations_of_the_table()[name]]
    found = [plain(one) for one in said.operations]
    assert set(wanted) <= set(found)
    if wanted and not wanted[0].startswith("GET"):
        assert found[0] == wanted[0]
    assert len([one for one in found if not one.startswith("GET")]) <= 1


@on_the_site
@pytest.mark.parametrize("name", NAMES)
def test_the_site_finds_the_class_of_repetition_of_a_method(name):
    said = site_module("operations").declared_of(*name.split("."))
    resource, _, method = name.partition(".")

    posts = method in POSTS.get(resource, "").split()
    if name in KEYED:
        assert said.repeat == "keyed"
    elif posts:
        assert said.repeat == "once"
    else:
        assert said.repeat in ("read", "idempotent")
    if name in KEYS_FIRST:
        assert said.keys_first
    assert (said.evidence is not None) is (said.repeat != "read")


@on_the_site
@pytest.mark.parametrize("name", NAMES)
def test_every_write_says_what_a_second_call_does(name, stage):
    site = site_module("operations")
    said = site.declared_of(*name.split("."))
    if said.repeat == "read":
        return
    required = {
        p.name
        for p in inspect.signature(ALL[name].function).parameters.values()
        if p.default is p.empty
    }

    derived = site.second_call(said, ALL[name].text, required)
    assert bool(derived) is not ("second call" in ALL[name].text)

    names = stage.reset()
    with redirect_stdout(io.StringIO()):
        exec(compile(ALL[name].example, name, "exec"), names)
    error = ""
    try:
        call_again(name, names)
    except NovaBillingError as caught:
        error = type(caught).__name__
    if derived.startswith("`NotFoundError`"):
        assert error == "NotFoundError"
    elif derived.startswith("Refused"):
        assert error in ("BadRequestError", "ConflictError")
    elif derived and "With `external_id`" not in derived:  # the example gives one
        assert not error
    assert error in {"", *ALL[name].entries("Raises")}


# Examples


@on_the_site
@pytest.mark.parametrize("name", NAMES)
def test_every_method_has_an_example_that_calls_it(name):
    assert name in calls_of(ALL[name].example)
    assert max(map(len, ALL[name].example.splitlines())) <= 88


def expected(example: str) -> List[str]:
    return re.findall(r"^ *print\(.*\)  # (.*)$", example, re.MULTILINE)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let examples write their files where nothing else is."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_runs(name, stage):
    names = stage.reset()
    example = ALL[name].example
    output = io.StringIO()

    with redirect_stdout(output):
        exec(compile(example, name, "exec"), names)

    assert output.getvalue().splitlines() == expected(example)
    assert example.count("print(") == len(expected(example))


@on_the_site
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize("name", NAMES)
def test_the_example_runs_async(name, backend, stage):
    names = stage.reset()
    names["client"] = stage.sandbox.async_client(token=lambda: stage.sandbox.jwt)
    example = site_module("colours").asynchronous(ALL[name].example)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code = compile(example, name, "exec", flags, dont_inherit=True)
    output = io.StringIO()

    async def run() -> None:
        running = eval(code, names)
        if running is not None:
            await running

    with redirect_stdout(output):
        anyio.run(run, backend=backend)

    assert output.getvalue().splitlines() == expected(example)
