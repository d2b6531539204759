"""The methods as the reference shows them: their docstrings, and calls like those in them."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from importlib import import_module
from typing import Any, Dict, List

from novabilling import NovaBilling
from tests.operations import METHODS
from tests.pages import DOCS
from tests.stage import Stage as Stage

SITE = DOCS / "site"


def site_module(name: str) -> Any:
    """Import a module of what builds the site."""
    if str(SITE) not in sys.path:
        sys.path.append(str(SITE))
    return import_module(name)


class Documented:
    """The parts of the docstring of a method."""

    def __init__(self, resource: str, method: str) -> None:
        self.name = f"{resource}.{method}"
        client = NovaBilling(token="sk")
        self.function: Any = getattr(getattr(client, resource), method)
        self.text = inspect.getdoc(self.function) or ""
        self.parameters: List[str] = list(inspect.signature(self.function).parameters)

    def section(self, title: str) -> str:
        found = re.search(rf"^{title}:\n((?:(?: .*)?\n)*)", self.text + "\n", re.MULTILINE)
        return found[1] if found else ""

    def entries(self, title: str) -> Dict[str, str]:
        """Return the entries of a section by their names."""
        found = re.findall(r"^    ([\w, ]+): (.+(?:\n {8}.+)*)", self.section(title), re.MULTILINE)
        return {name: " ".join(text.split()) for name, text in found}

    @property
    def head(self) -> str:
        """What stands before the sections."""
        return re.split(r"\n\n(?=\w+:\n)", self.text)[0]

    @property
    def example(self) -> str:
        return inspect.cleandoc("\n" + self.section("Example")) + "\n"


ALL = {f"{resource}.{method}": Documented(resource, method) for resource, method in METHODS}


def calls_of(example: str) -> List[str]:
    """Return the methods of the client that an example calls."""
    method_of = site_module("colours").method_of
    return [method for node in ast.walk(ast.parse(example)) if (method := method_of(node))]


def call_again(name: str, names: Dict[str, Any], /, **changed: Any) -> Any:
    """Make the call of an example once more, with other arguments perhaps.

    The names are those that the example has left.
    """
    method_of = site_module("colours").method_of
    tree = ast.parse(ALL[name].example)
    call: Any = [node for node in ast.walk(tree) if method_of(node) == name][-1]
    kept = [keyword for keyword in call.keywords if keyword.arg not in changed]
    call.keywords = [*kept, *(ast.keyword(n, ast.Name(n, ast.Load())) for n in changed)]
    code = compile(ast.fix_missing_locations(ast.Expression(call)), name, "eval")
    return eval(code, {**names, **changed})
