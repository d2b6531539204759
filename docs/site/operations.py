"""What is declared about each method, in words: operation, credential, repeats, evidence.

All of it is read from the declarations: the route and the class of repetition in the method, the
credential of its class, and the evidence above it.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from functools import lru_cache
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Set

from novabilling._reconcile import declared
from novabilling._reconcile.declared import (
    Counted,
    Evidence,
    Filled,
    Gone,
    Made,
    Paid,
    Reached,
    Unknown,
    addresses_of,
)
from novabilling._sync import resources
from novabilling._sync.resource import Resource

VERBS = {"_get": "GET", "_list": "GET", "_iter": "GET", "_one": "GET"}
VERBS.update(_post="POST", _patch="PATCH", _delete="DELETE")
RETRIES = {
    "read": "after every failure that may pass, such as no answer, 408, 429, 502, 503 and 504.",
    "idempotent": "after every failure that may pass, also where the first attempt may"
    " have worked.",
    "keyed": "after every failure that may pass, and after a 500. The server knows the"
    " `transaction_id` and counts no event twice.",
    "once": "only where nothing was sent, and after a 429. Where the call may have been"
    " carried out, the error says so: `may_have_been_applied=True`.",
}
"""The classes of repetition: after what the SDK sends a call again."""
GONE_IS_DONE = " A 404 to a later attempt counts as done."
IN_BRIEF = {
    "read": "and again after failures that may pass",
    "idempotent": "and again after failures that may pass",
    "keyed": "and again after failures that may pass or a 500",
    "once": "and never again once it may have worked",
}
TOKENS = {
    "none": "without a token",
    "login token": "with a login token",
    "API key or login token": "with an API key or a login token",
}
KEYS_FIRST = " A 500 that says that a key is taken is a `ConflictError`: nothing was done."


class Declared(NamedTuple):
    """What is declared about one method."""

    operations: List[str]
    """As "POST /customers/{customer_id}": writes first, then what is read besides."""
    credential: str
    repeat: str
    keys_first: bool
    evidence: Optional[Evidence]


@lru_cache(maxsize=None)
def resource_classes() -> Dict[str, Any]:
    """Return the classes of all resources by the names of the client's attributes."""
    found: Dict[str, Any] = {}
    for name in vars(resources.Resources):
        if not name.startswith("_"):
            module = __import__(f"{resources.__name__}.{name}", fromlist=["*"])
            found[name] = next(
                one
                for one in vars(module).values()
                if isinstance(one, type) and issubclass(one, Resource) and one is not Resource
            )
    return found


def declared_of(resource: str, method: str) -> Declared:
    """Return what is declared about a method."""
    of = resource_classes()[resource]
    calls = list(_calls(of, method, set()))
    reads = [one for one in calls if one.startswith("GET")]
    writes = [one for one in calls if not one.startswith("GET")]
    operations = list(dict.fromkeys([*writes, *reads]))
    evidence = declared.DECLARED.get(operations[0]) if writes else None
    keywords = _keywords(of, method, set())
    repeat = "read"
    if writes:
        repeat = keywords.get("repeat", "idempotent")
    credential = "API key or login token"
    if of._login_only:
        credential = "login token"
    if not of._needs_token or not operations:
        credential = "none"
    return Declared(operations, credential, repeat, bool(keywords.get("keys_first")), evidence)


@lru_cache(maxsize=None)
def _tree(of: Any, method: str) -> Optional[ast.AST]:
    function = inspect.getattr_static(of, method)
    if not inspect.isfunction(function):  # `verify`, which sends nothing
        return None
    return ast.parse(textwrap.dedent(inspect.getsource(function)))


def _calls(of: Any, method: str, seen: Set[str]) -> Iterator[str]:
    """Yield the operations of a method, and those of the methods that it calls."""
    seen.add(method)
    tree = _tree(of, method)
    if tree is None:
        return
    found = sorted(
        (node for node in ast.walk(tree) if isinstance(node, ast.Call)),
        key=lambda node: (node.lineno, node.col_offset),
    )
    verbs = dict.fromkeys(verb for node in found if (verb := _verb(node)))
    routes = dict.fromkeys(_routes(of, tree, found))
    followed = [name for node in found if (name := _own(of, node)) and name not in seen]
    if routes and not verbs:  # its route is sent by another method
        trees = [_tree(of, name) for name in followed]
        nodes = [node for one in trees if one is not None for node in ast.walk(one)]
        verbs = dict.fromkeys(
            verb for node in nodes if isinstance(node, ast.Call) and (verb := _verb(node))
        )
    yield from (f"{verb} {route}" for route in routes for verb in verbs)
    for name in followed:
        yield from _calls(of, name, seen)


def _own(of: Any, node: ast.Call) -> str:
    """Return the name of a method of the same class that is called, or ""."""
    if not isinstance(node.func, ast.Attribute):
        return ""
    name, holder = node.func.attr, node.func.value
    if not isinstance(holder, ast.Call) and not (
        isinstance(holder, ast.Name) and holder.id.islower()
    ):
        return ""  # not the resource, or a copy of it
    method = inspect.getattr_static(of, name, None)
    return name if inspect.isfunction(method) and method.__module__ == of.__module__ else ""


def _verb(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return VERBS.get(node.func.attr, "")
    if isinstance(node.func, ast.Name) and node.func.id == "Call":
        return str(ast.literal_eval(node.args[0]))
    return ""


def _routes(of: Any, tree: ast.AST, calls: List[ast.Call]) -> Iterator[str]:
    known = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }
    for node in calls:
        if isinstance(node.func, ast.Name) and node.func.id == "Route":
            template = node.args[0]
            yield known[template.id] if isinstance(template, ast.Name) else template.value
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if "_ROUTE" in names:
        yield inspect.getmodule(of)._ROUTE.template


def _keywords(of: Any, method: str, seen: Set[str]) -> Dict[str, Any]:
    """Return what a method tells about its own write, or the first that it calls."""
    seen.add(method)
    for node in ast.walk(_tree(of, method) or ast.Module([], [])):
        if not isinstance(node, ast.Call):
            continue
        found = {
            word.arg: word.value.value
            for word in node.keywords
            if word.arg in ("repeat", "keys_first") and isinstance(word.value, ast.Constant)
        }
        name = _own(of, node)
        if not found and name and name not in seen:
            found = _keywords(of, name, seen)
        if found:
            return found
    return {}


# In words


def retries(said: Declared) -> str:
    """Say when the SDK sends a call again."""
    text = f"**{said.repeat}**: {RETRIES[said.repeat]}"
    if said.operations[0].startswith("DELETE"):
        text += GONE_IS_DONE
    if said.keys_first and (not isinstance(said.evidence, Made) or said.evidence.key):
        text += KEYS_FIRST
    return text


def second_call(said: Declared, docstring: str, required: Set[str]) -> str:
    """Say what a second call does, where the evidence tells; else the docstring must say it."""
    evidence = said.evidence
    if evidence is None or "second call" in docstring:
        return ""
    if isinstance(evidence, Made):
        return _second_row(evidence, required)
    if isinstance(evidence, Reached) and evidence.test is None and not evidence.or_gone:
        return "Refused: it is done." if evidence.once else "Sets the same again."
    if isinstance(evidence, Unknown):
        parts = re.split(r": ?", evidence.why)
        reasons = [part for part in parts if "may be repeated" not in part]
        return f"May be repeated: {reasons[0]}." if len(reasons) < len(parts) else ""
    return {
        Gone: "`NotFoundError`: it is gone.",
        Counted: "Counts nothing with the same `transaction_id`. Where that is left out, each call"
        " makes up another, and counts.",
        Filled: "Counts again.",
        Paid: "Refused: it is paid.",
    }.get(type(evidence), "")


def _second_row(evidence: Made, required: Set[str]) -> str:
    keys = [re.sub("([A-Z])", r"_\1", name).lower() for name in evidence.key]
    keys = ["type" if key == "provider_name" and "type" in required else key for key in keys]
    shown = " and ".join(f"`{key}`" for key in keys)
    if not keys:
        return "Makes another one."
    if set(keys) <= required:
        return f"Refused: there is one with this {shown}."
    return f"Makes another one. With {shown}, it is refused: there is one with it."


def brief(said: Declared, docstring: str, required: Set[str]) -> str:
    """Say in the docstring, for `help()`, what the table on the site says at length."""
    first, *others = [f"`{endpoint(one)}`" for one in said.operations]
    also = f" (also {', '.join(others)})" if others else ""
    text = f"Sends {first}{also} {TOKENS[said.credential]}, {IN_BRIEF[said.repeat]}."
    again = second_call(said, docstring, required)
    for known, instead in {
        "May be": "It may be",
        "Refused": "A repeat is refused",
        "`NotFoundError`": "A repeat raises `NotFoundError`",
        "": f"A repeat {again[:1].lower()}",
    }.items():
        if again.startswith(known):
            known = known or again[:1]
            return f"{text} {instead}{again[len(known) :]}" if again else text
    return text


def looked_up(said: Declared) -> str:
    """Say where `client.reconcile` looks after a call whose answer was lost."""
    evidence = said.evidence
    if evidence is None:
        return ""
    if isinstance(evidence, Unknown):
        return f"It cannot be looked up: {evidence.why}."
    addresses = dict.fromkeys(re.sub(r"\?.*", "", one) for one in addresses_of(evidence))
    read = ", ".join(f"`{endpoint(f'GET {one}')}`" for one in addresses)
    return f"`client.reconcile` reads {read}."


def endpoint(operation: str) -> str:
    """Write an operation as it is below the server's root."""
    return operation.replace(" ", " /api", 1)
