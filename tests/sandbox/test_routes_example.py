"""The example in the docstring of the routes is code that runs."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from inspect import ismodule
from pathlib import Path

import novabilling
from novabilling.sandbox import routes
from novabilling.sandbox._http import operations


def test_what_the_example_imports_is_there():
    text = routes.__doc__ or ""
    lines = re.findall(r"^    from \.\.(\S+) import (.+)$", text, re.MULTILINE)

    assert len(lines) == 3
    for module, names in lines:
        found = __import__(f"novabilling.sandbox.{module}", fromlist=["_"])
        assert all(hasattr(found, name) for name in names.split(", "))


def test_every_module_of_routes_is_loaded():
    files = {path.stem for path in Path(routes.__file__).parent.glob("*.py")} - {"__init__"}

    assert {name for name, found in vars(routes).items() if ismodule(found)} == files


def test_a_zipped_program_has_a_sandbox(tmp_path):
    source = Path(novabilling.__file__).parent
    archive = tmp_path / "program.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in source.rglob("*.py"):
            file.write(path, f"novabilling/{path.relative_to(source).as_posix()}")
    program = (
        f"import sys; sys.path.insert(0, {str(archive)!r}); import novabilling\n"
        "from novabilling.sandbox import Sandbox\n"
        "print(novabilling.__file__, Sandbox().client().customers.list().meta.total)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert done.stdout.split() == [str(archive / "novabilling" / "__init__.py"), "0"]


def test_the_modules_that_it_names_are_there():
    named = re.findall(r"`(_\w+)(?:\.(\w+))?`", routes.__doc__ or "")

    assert operations.OPERATIONS
    for room, module in named:
        __import__(f"novabilling.sandbox.{room}" + (f".{module}" if module else ""))
