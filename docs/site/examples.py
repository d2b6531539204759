"""Makes a page of each example: what it is about, its source, and what it prints when it runs."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any, Dict, List, NamedTuple

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT)]

from tests.pages import code_of  # noqa: E402

QUIET = ["-q", "-p", "no:cacheprovider", "-c", os.devnull]
"""What makes of pytest here what it is in a project of one's own."""


class Example(NamedTuple):
    """An example by the name of its page, with its files and the command that runs it, if any."""

    name: str
    title: str
    files: List[Path]
    command: List[str]


EXAMPLES = [
    Example(name, title, [ROOT / "examples" / f"{name}.py"], [f"examples/{name}.py"])
    for name, title in (
        ("quickstart", "A customer's whole life"),
        ("script", "A script"),
        ("worker", "A worker between processes"),
        ("back_office", "A back office with a login"),
        ("trio_program", "A program on Trio"),
        ("fastapi_service", "A FastAPI service"),
        ("litestar_service", "A Litestar service"),
    )
]
EXAMPLES += [
    Example(
        name,
        title,
        [ROOT / "examples" / name / file for file in ("app.py", "test_app.py")],
        ["-m", "pytest", *QUIET, f"examples/{name}"],
    )
    for name, title in (
        ("app_tests", "An app with its tests"),
        ("app_process", "An app in another process, with its tests"),
    )
]
EXAMPLES.append(
    Example(
        "stream_consumer",
        "A consumer of a Redis stream",
        [ROOT / "examples" / "stream_consumer.py"],
        [],  # a machine that builds this site has no Redis
    )
)


def on_files(files: Any, config: Any) -> None:
    """Add the pages, each of a run of now."""
    for example in EXAMPLES:
        path = f"examples/{example.name}.md"
        files.append(File.generated(config, path, content=page_of(example)))


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Lead from the other pages to those of the examples."""
    return re.sub(r"\(\.\./examples/(\w+)(?:\.py)?\)", r"(examples/\1.md)", markdown)


def page_of(example: Example) -> str:
    shown = [f'```python title="{path.name}"\n{code_of(path)}```\n' for path in example.files]
    about = description(example.files[0])
    page = [f"# {example.title}\n", f"{about}\n", "## Source\n", *shown]
    if example.command:
        command = " ".join(["python", *(part for part in example.command if part not in QUIET)])
        page.append("## Output\n")
        page.append(f"`{command}` prints, when this site was built:\n")
        page.append(f"```text\n{output_of(example)}```\n")
    return "\n".join(page)


def source_of(path: Path) -> str:
    return path.read_text("utf-8")


def description(path: Path) -> str:
    """Write the docstring as Markdown: what is indented there are commands."""
    text = ast.get_docstring(ast.parse(source_of(path))) or ""
    commands = re.compile(r"(?:^    .*(?:\n|\Z))+", re.MULTILINE)
    return commands.sub(lambda found: f"```text\n{dedent(found[0]).rstrip()}\n```\n", text)


def output_of(example: Example) -> str:
    environment: Dict[str, str] = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    for name in ("NOVABILLING_TOKEN", "NOVABILLING_LIVE", "NOVABILLING_WEBHOOK_SECRET"):
        environment.pop(name, None)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    done = subprocess.run(  # our own examples
        [sys.executable, *example.command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise PluginError(f"the example {example.name} fails:\n{done.stdout}{done.stderr}")
    return re.sub(r" in [\d.]+s$", "", done.stdout, flags=re.MULTILINE)
