"""The mutation run itself, on a package of two functions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import novabilling
from tests.mutation import reporting
from tests.mutation.finder import changes
from tests.mutation.operators import apply

HERE = Path(__file__).parent
TOY = '''"""A toy."""


def is_adult(age: int) -> bool:
    """Say so."""
    if age < 0:
        raise ValueError("an age is not negative")
    return age >= 18
'''
TESTS = """from novabilling.toy import is_adult


def test_the_first_year():
    assert is_adult(18)
    assert not is_adult(17)
"""


def changed(source: str) -> set[str]:
    """Return the lines that changes make."""
    before = source.splitlines()
    found = set()
    for change in changes(source):
        found |= {line.strip() for line in apply(source, change).splitlines() if line not in before}
    return found


@pytest.mark.skipif(sys.version_info < (3, 9), reason="arguments by name have no place before")
@pytest.mark.parametrize(
    ("line", "changes"),
    [
        ("a = b < c", {"a = b <= c"}),
        ("a = (b) is not (c)", {"a = (b) is (c)"}),
        ("a = b and not c", {"a = b or not c", "a = b and c"}),
        ("a.b = c // 2", {"pass", "a.b = c * 2", "a.b = c // 3"}),
        ("a -= b", {"a += b", "pass"}),
        ("a(b, c, d=e)", {"pass", "a(c, b, d=e)", "a(b, c, **{})"}),
        ("a(b.lower(), b.lower())", {"pass", "a(b.upper(), b.lower())", "a(b.lower(), b.upper())"}),
        ("a: 'int' = True", {"a: 'int' = False"}),
        ("a = 'word'", {"a = 'wordXX'"}),
        ("a = 'text for a reader'", set()),
        ("logger.debug('word', 1)", set()),
        ("a = [b for b in c if b]", {"a = [b for b in c if (not (b))]"}),
        ("raise A(b) from None", {"pass", "raise Exception(b) from None"}),
        ("with suppress(A, B): c", {"with suppress(*(), B): c", "with suppress(A, *()): c"}),
        ("a = Optional[Tuple[int, 'B']]", set()),
    ],
)
def test_what_is_changed(line, changes):
    assert changed(f"{line}\n") == changes


@pytest.mark.parametrize(
    ("head", "line", "changes"),
    [
        ("while True:", "break", {"continue", "while False:"}),
        ("def a(b: 'c' = 1) -> 'd':", "return", {"pass", "def a(b: 'c' = 2) -> 'd':"}),
        ("if TYPE_CHECKING:", "a = 1", set()),
        ("@overload\ndef a(b: 'c' = 1):", "return 1", set()),
        ("try: a\nexcept B:", "raise", {"except ():", "pass"}),
        ("def a():", "'''One.'''", set()),
    ],
)
def test_what_is_changed_in_blocks(head, line, changes):
    assert changed(f"{head}\n    {line}\n") == changes


@pytest.fixture
def toy(tmp_path):
    (tmp_path / "src/novabilling").mkdir(parents=True)
    (tmp_path / "tests/mutation").mkdir(parents=True)
    files = {
        "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
        ".gitignore": "build/\n__pycache__/\n",
        "src/novabilling/__init__.py": "",
        "src/novabilling/toy.py": TOY,
        "tests/__init__.py": "",
        "tests/test_toy.py": TESTS,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    for path in HERE.glob("[!t]*.py"):
        shutil.copy(path, tmp_path / "tests/mutation")
    shutil.copy(HERE / "tree.py", tmp_path / "tests/mutation")
    shutil.copy(HERE / "explained.txt", tmp_path / "tests/mutation")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def mutation(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.mutation", *arguments]
    names = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        command, cwd=folder, env=names, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.version_info < (3, 9), reason="arguments by name have no place before")
@pytest.mark.skipif(not hasattr(os, "fork"), reason="mutants run in forks")
@pytest.mark.skipif(shutil.which("git") is None, reason="git says what is copied")
def test_a_run_names_what_no_test_notices(toy):
    mutation(toy, "--measure", "--workers", "1")
    result = mutation(toy, "--count", "3")

    survivors = re.findall(r"^([0-9a-f]{10})  .*\n-(.*)\n\+(.*)", result.stdout, re.MULTILINE)
    assert result.returncode == 1, result.stderr
    olds = {old.strip() for _, old, _ in survivors}
    assert 'raise ValueError("an age is not negative")' in olds
    assert "return age >= 18" not in olds
    assert (toy / "src/novabilling/toy.py").read_text("utf-8") == TOY

    with (toy / "tests/mutation/explained.txt").open("a") as file:
        for name, old, new in survivors:
            file.write(f"{name} toy\n-{old}\n+{new}\n= it is a toy\n")
    again = mutation(toy, "--count", "3", "--resume")
    assert again.returncode == 0, again.stderr
    count = len(survivors)
    assert again.stdout.split()[-6:-1] == ["3", str(3 - count), str(count), "0", "100.0"]


def test_each_explained_mutant_has_a_reason():
    assert all(len(reason) > 10 for reason in reporting.explained().values())


def test_each_explained_mutant_is_of_the_code_as_it_is():
    known = []
    for line in reporting.EXPLAINED.read_text("utf-8").splitlines():
        if line[:1].isalnum():
            module = line.split()[1].partition(":")[0]
            path = Path(novabilling.__file__).parents[1] / module[len("src/") :]
            known = path.read_text("utf-8").splitlines()
        assert not line.startswith("-") or line[1:] in known, line
