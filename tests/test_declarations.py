"""A resource that passes `**locals()` sends what it declares: nothing is dropped in silence."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Dict, Iterator, List, Set, Tuple

import pytest

from novabilling._async import resources
from novabilling._resources.payments import PaymentFilter
from novabilling._words.arguments import Arguments


def methods_with_locals() -> Iterator[Tuple[str, ast.AST, str, Dict[str, Any]]]:
    """Find each method that passes `**locals()`, and the name of what it passes them to."""
    for module_info in iter_modules(resources.__path__):
        module = import_module(f"{resources.__name__}.{module_info.name}")
        for method in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef)):
                continue
            for call in ast.walk(method):
                if passes_locals(call):
                    name = call.func.value.id  # type: ignore[attr-defined]
                    yield f"{module_info.name}.{method.name}", method, name, vars(module)


def passes_locals(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and any(
        keyword.arg is None
        and isinstance(keyword.value, ast.Call)
        and getattr(keyword.value.func, "id", "") == "locals"
        for keyword in node.keywords
    )


def parameters_of(method: Any) -> List[str]:
    found = [*method.args.args, *method.args.kwonlyargs]
    return [parameter.arg for parameter in found if parameter.arg != "self"]


def names_used_by(method: ast.AST) -> Set[str]:
    loads = (n for n in ast.walk(method) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
    return {name.id for name in loads}


FOUND = list(methods_with_locals())


@pytest.mark.parametrize(
    ("method", "declared_in", "names"), [f[1:] for f in FOUND], ids=[f[0] for f in FOUND]
)
def test_every_argument_of_a_method_is_declared_or_used_by_name(method, declared_in, names):
    arguments: Arguments = names[declared_in]

    silent = [
        name
        for name in parameters_of(method)
        if not arguments.declares(name) and name not in names_used_by(method)
    ]
    assert silent == []


def test_the_methods_that_are_looked_at_are_those_with_many_arguments():
    assert len(FOUND) >= 30


def test_an_argument_that_is_not_declared_would_be_found():
    source = "def create(self, *, name, code):\n    return _ARGUMENTS.body(**locals())\n"
    method = ast.parse(source).body[0]

    assert any(passes_locals(node) for node in ast.walk(method))
    assert parameters_of(method) == ["name", "code"]
    assert "code" not in names_used_by(method)


def test_a_filter_that_the_customers_payments_do_not_know_is_refused():
    with pytest.raises(NotImplementedError, match="currency"):
        PaymentFilter({"status": "SUCCEEDED", "currency": "NGN"})


def test_every_filter_of_the_payments_is_known_with_a_customer():
    list_payments: Any = next(f for f in FOUND if f[0] == "payments.list")
    arguments: Arguments = list_payments[3]["_ARGUMENTS"]
    values = {"customer_id": "cus_1", "status": "failed", "date_from": "2026", "date_to": "2027"}
    given = {name: values.get(name, "x") for name in parameters_of(list_payments[1])}

    PaymentFilter(arguments.query(**{**given, "page": 1, "limit": 1}))
