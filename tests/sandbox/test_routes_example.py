"""The example in the docstring of the routes is code that runs."""

from __future__ import annotations

import re

from novabilling.sandbox import routes
from novabilling.sandbox._http import operations


def test_what_the_example_imports_is_there():
    text = routes.__doc__ or ""
    lines = re.findall(r"^    from \.\.(\S+) import (.+)$", text, re.MULTILINE)

    assert len(lines) == 3
    for module, names in lines:
        found = __import__(f"novabilling.sandbox.{module}", fromlist=["_"])
        assert all(hasattr(found, name) for name in names.split(", "))


def test_the_modules_that_it_names_are_there():
    named = re.findall(r"`(_\w+)(?:\.(\w+))?`", routes.__doc__ or "")

    assert operations.OPERATIONS
    for room, module in named:
        __import__(f"novabilling.sandbox.{room}" + (f".{module}" if module else ""))
