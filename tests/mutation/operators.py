"""What may be changed in code, and the change of one place."""

from __future__ import annotations

import ast
from typing import NamedTuple, Tuple

COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "*"),
    ast.Pow: ("**", "*"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.BitXor: ("^", "|"),
}
METHODS = {
    "lower": "upper",
    "upper": "lower",
    "strip": "rstrip",
    "lstrip": "rstrip",
    "rstrip": "lstrip",
    "startswith": "endswith",
    "endswith": "startswith",
    "partition": "rpartition",
    "rpartition": "partition",
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
}
NEGATED_BY_COMPARISON = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)
LOGGERS = {"logger", "logging"}
# Functions whose arguments in another order are an error at once, or the same.
UNORDERED = {
    "check_amounts",
    "getattr",
    "hasattr",
    "isinstance",
    "issubclass",
    "max",
    "min",
    "suppress",
}
LISTS_OF_NAMES = {"__all__", "__slots__"}
TYPES = {
    "Annotated",
    "AsyncIterator",
    "Awaitable",
    "Callable",
    "ClassVar",
    "ContextManager",
    "Coroutine",
    "Dict",
    "Generic",
    "Iterable",
    "Iterator",
    "List",
    "Mapping",
    "Optional",
    "Protocol",
    "Sequence",
    "Set",
    "Tuple",
    "Type",
    "Union",
}


class Change(NamedTuple):
    """Text from one offset to another, in bytes, that is replaced."""

    operator: str
    start: int
    end: int
    text: str
    line: int
    lines: Tuple[int, int]
    """First and last line of the statement, or of its head if it has a body."""
    function: str
    """The qualified name of the function around it; empty if it runs at the import."""
    scope: str
    """The qualified name of the function or class around it."""


def apply(source: str, change: Change) -> str:
    data = source.encode()
    return (data[: change.start] + change.text.encode() + data[change.end :]).decode()
