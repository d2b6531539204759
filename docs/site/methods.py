"""Completes the docstring of a method: what is declared about it, and its example twice."""

from __future__ import annotations

import inspect
import re
from textwrap import dedent, indent
from typing import Any, Dict, List

from colours import asynchronous
from operations import declared_of, endpoint, looked_up, resource_classes, retries, second_call

EXAMPLE = re.compile(r"\n\nExample:\n((?: {4}.*\n|\n)+)")
BRIEF = re.compile(r"\n\nSends `(?:.+\n)+(?=\n)")
"""What the table says as well, for `help()`."""
ARGUMENTS = re.compile(r"\n\n(?=(?:Args|Raises|Example):\n)")


def completed(resource: str, method: str, docstring: str) -> str:
    """Return a docstring with a table of what is declared, and an example in both colours."""
    text = BRIEF.sub("\n", inspect.cleandoc(docstring) + "\n")
    example = EXAMPLE.search(text)
    shown = both(dedent(example[1])) if example else ""
    text = EXAMPLE.sub("\n", text)
    head, *sections = ARGUMENTS.split(text)
    return "\n\n".join(filter(None, [head, table(resource, method, docstring), *sections, shown]))


def with_code(docstring: str) -> str:
    """Return a docstring of anything else with its example as code, not as a text."""
    text = inspect.cleandoc(docstring) + "\n"
    example = EXAMPLE.search(text)
    if example is None:
        return docstring
    code = dedent(example[1]).strip()
    return f"{EXAMPLE.sub('', text)}\n\n**Example:**\n\n```python\n{code}\n```\n"


def both(example: str) -> str:
    """Show an example to the users of either client."""
    tabs: Dict[str, str] = {"Sync": example, "Async": asynchronous(example)}
    blocks = (
        f'=== "{name}"\n\n' + indent(f"```python\n{code.strip()}\n```", "    ")
        for name, code in tabs.items()
    )
    return "\n\n".join(["**Example:**", *blocks])


def table(resource: str, method: str, docstring: str) -> str:
    """Write what is declared about a method, a row for each part that there is."""
    said = declared_of(resource, method)
    if not said.operations:  # `verify` sends nothing
        return ""
    function: Any = getattr(resource_classes()[resource], method)
    required = {
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
    }
    rows: Dict[str, str] = {
        "Endpoint": "; also ".join(f"`{endpoint(one)}`" for one in said.operations),
        "Credential": said.credential,
        "Retries": retries(said),
        "A second call": second_call(said, docstring, required),
        "Did it happen?": looked_up(said),
    }
    lines: List[str] = [f"| {name} | {text} |" for name, text in rows.items() if text]
    return "\n".join(["| | |", "|---|---|", *lines])
