"""Writes an example, which stands in a docstring without a colour, as async code."""

from __future__ import annotations

import ast
from typing import Iterator, List, Tuple

Edit = Tuple[int, int, str]
"""Where text goes, from one offset to another, and what comes in its place."""


def method_of(node: ast.AST) -> str:
    """Return "customers.get" of a call of that method of `client`, and "" of anything else."""
    method = node.func if isinstance(node, ast.Call) else None
    resource = method.value if isinstance(method, ast.Attribute) else None
    client = resource.value if isinstance(resource, ast.Attribute) else None
    if not isinstance(client, ast.Name) or client.id != "client":
        return ""
    return f"{resource.attr}.{method.attr}"


def is_iterated(method: str) -> bool:
    return method.partition(".")[2].startswith("iter")


def asynchronous(example: str) -> str:
    """Put `await` and `async` where the async client needs them.

    A call of the client stands by itself, in an assignment, with or without `.data` behind it, or
    in the head of a loop.
    """
    starts = [0]
    for line in example.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    text, done = example.encode(), 0
    for start, end, instead in sorted(_edits(example, starts), reverse=True):
        text = text[:start] + instead.encode() + text[end:]
        done += 1
    calls = [m for node in ast.walk(ast.parse(example)) if (m := method_of(node))]
    if done < sum(method != "webhooks.verify" for method in calls):
        raise ValueError(f"a call stands where it cannot be written in both colours:\n{example}")
    return text.decode()


def _edits(example: str, starts: List[int]) -> Iterator[Edit]:
    for node in ast.walk(ast.parse(example)):
        if isinstance(node, ast.For) and is_iterated(method_of(node.iter)):
            yield _insert(starts, node, "async ")
        elif isinstance(node, ast.Expr) and _waits(node.value):
            yield _insert(starts, node, "await ")
        elif isinstance(node, ast.Assign):
            yield from _assignment(node, starts)


def _assignment(node: ast.Assign, starts: List[int]) -> Iterator[Edit]:
    value = node.value
    if _waits(value):
        yield _insert(starts, value, "await ")
    elif isinstance(value, ast.Attribute) and value.attr == "data" and _waits(value.value):
        start, name = _place(starts, node), node.targets[0].id
        call = _place(starts, value.value), _place(starts, value.value, end=True)
        after = f"\n{' ' * node.col_offset}{name} = response.data"
        yield start, call[0], "response = await "
        yield call[1], _place(starts, node, end=True), after


def _waits(node: ast.AST) -> bool:
    method = method_of(node)
    return bool(method) and not is_iterated(method) and method != "webhooks.verify"


def _insert(starts: List[int], node: ast.AST, text: str) -> Edit:
    place = _place(starts, node)
    return place, place, text


def _place(starts: List[int], node: ast.AST, end: bool = False) -> int:
    line, column = (node.end_lineno, node.end_col_offset) if end else (node.lineno, node.col_offset)
    return starts[line - 1] + column
