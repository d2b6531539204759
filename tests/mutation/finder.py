"""Finds all places of a module that may be changed."""

from __future__ import annotations

import ast
import re
import sys
from typing import List, Optional, Set, Tuple, Union

from tests.mutation.operators import (
    ARITHMETIC,
    COMPARISONS,
    LISTS_OF_NAMES,
    LOGGERS,
    METHODS,
    NEGATED_BY_COMPARISON,
    TYPES,
    UNORDERED,
    Change,
)

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def changes(source: str) -> List[Change]:
    """Return all changes of a module; a few of them do not compile."""
    found = _Finder(source)
    found.visit(ast.parse(source))
    return found.changes


def compiles(source: str) -> bool:
    try:
        compile(source, "a mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


class _Finder(ast.NodeVisitor):
    def __init__(self, source: str) -> None:
        self.changes: List[Change] = []
        self._data = source.encode()
        self._starts = [0]
        for line in self._data.splitlines(keepends=True):
            self._starts.append(self._starts[-1] + len(line))
        self._scopes: List[ast.AST] = []
        self._statement: Optional[ast.stmt] = None
        self._skipped: Set[int] = set()

    def visit(self, node: ast.AST) -> None:
        if id(node) in self._skipped:
            return
        outer = self._statement
        if isinstance(node, ast.stmt):
            self._statement = node
        for kind in type(node).__mro__[:-1]:
            getattr(self, f"_at_{kind.__name__}", lambda _: None)(node)
        scoped = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        if scoped:
            self._visit_scope(node)
        else:
            self.generic_visit(node)
        self._statement = outer

    def _visit_scope(self, node: ast.AST) -> None:
        """Visit what runs outside (decorators, defaults, bases) there, and the body inside."""
        body: List[ast.stmt] = getattr(node, "body", [])
        inside = {id(statement) for statement in body}
        for child in ast.iter_child_nodes(node):
            if id(child) not in inside:
                self.visit(child)
        self._scopes.append(node)
        for statement in body:
            self.visit(statement)
        self._scopes.pop()

    # What is left alone.

    def _skip(self, *nodes: Optional[ast.AST]) -> None:
        self._skipped.update(id(node) for node in nodes if node is not None)

    def _at_Module(self, node: ast.Module) -> None:
        self._skip_docstrings(node.body)

    def _at_ClassDef(self, node: ast.ClassDef) -> None:
        self._skip_docstrings(node.body)

    def _skip_docstrings(self, body: List[ast.stmt]) -> None:
        """Leave strings alone that stand for themselves: those of modules, attributes and so on."""
        for statement in body:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                self._skip(statement)

    def _at_FunctionDef(self, node: Function) -> None:
        self._skip_docstrings(node.body)
        self._skip(node.returns)
        if any("overload" in ast.dump(decorator) for decorator in node.decorator_list):
            self._skip(*node.body, node.args)

    _at_AsyncFunctionDef = _at_FunctionDef

    def _at_arg(self, node: ast.arg) -> None:
        self._skip(node.annotation)

    def _at_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._skip(node.annotation)
        self._at_Assign(node)

    def _at_Subscript(self, node: ast.Subscript) -> None:
        """Leave types alone that are written as values: `Word = Union[...]`."""
        if isinstance(node.value, ast.Name) and node.value.id in TYPES:
            self._skip(node)
            self._skip(*ast.iter_child_nodes(node))

    def _is_left_alone(self, call: ast.Call) -> bool:
        called = call.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            return called.value.id in LOGGERS
        return isinstance(called, ast.Name) and called.id in ("cast", "TypeVar", "ParamSpec")

    # What is changed.

    def _offset(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column

    def _span(self, node: ast.AST) -> Tuple[int, int]:
        start = self._offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        end = self._offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        return start, end

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._data[start:end].decode()

    def _add(self, operator: str, start: int, end: int, text: str) -> None:
        line = self._data.count(b"\n", 0, start) + 1
        statement = self._statement
        assert statement is not None
        first, last = statement.lineno, statement.end_lineno or statement.lineno
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body:
            first, last = line, max(line, self._data.count(b"\n", 0, end) + 1)
        names = [getattr(scope, "name", "") for scope in self._scopes]
        inside = any(not isinstance(scope, ast.ClassDef) for scope in self._scopes)
        scope = ".".join(names)
        function = scope if inside else ""
        self.changes.append(
            Change(operator, start, end, text, line, (first, last), function, scope)
        )

    def _replace(self, operator: str, node: ast.AST, text: str) -> None:
        self._add(operator, *self._span(node), text)

    def _between(self, operator: str, left: ast.AST, right: ast.AST, old: str, new: str) -> None:
        """Replace a sign or word between two operands, whatever parentheses are there."""
        start, end = self._span(left)[1], self._span(right)[0]
        pattern = rf"\b{old}\b".replace(" ", r"\s+") if old[0].isalpha() else re.escape(old)
        gap = re.sub(rb"#[^\n]*", lambda m: b" " * len(m.group()), self._data[start:end])
        found = re.search(pattern.encode(), gap)
        if found is not None:
            self._add(operator, start + found.start(), start + found.end(), new)

    def _at_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for sign, left, right in zip(node.ops, operands, operands[1:]):
            self._between("comparison", left, right, *COMPARISONS[type(sign)])

    def _at_BoolOp(self, node: ast.BoolOp) -> None:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:]):
            self._between("and/or", left, right, old, new)

    def _at_BinOp(self, node: ast.BinOp) -> None:
        pair = ARITHMETIC.get(type(node.op))
        if pair is not None:
            self._between("arithmetic", node.left, node.right, *pair)

    def _at_AugAssign(self, node: ast.AugAssign) -> None:
        pair = ARITHMETIC.get(type(node.op))
        if pair is not None:
            old, new = pair
            self._between("arithmetic", node.target, node.value, f"{old}=", f"{new}=")
        self._remove(node)

    def _at_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.USub)):
            self._replace("unary operator", node, self._text(node.operand))

    def _negate(self, test: ast.expr) -> None:
        if isinstance(test, (ast.UnaryOp, ast.Constant)) or self._text(test) == "TYPE_CHECKING":
            return
        alone = isinstance(test, ast.Compare) and len(test.ops) == 1
        if alone and isinstance(test.ops[0], NEGATED_BY_COMPARISON):  # type: ignore[attr-defined]
            return
        self._replace("negated condition", test, f"(not ({self._text(test)}))")

    def _at_If(self, node: ast.If) -> None:
        if self._text(node.test) == "TYPE_CHECKING":
            self._skip(*node.body)
        self._negate(node.test)

    def _at_While(self, node: ast.While) -> None:
        self._negate(node.test)

    def _at_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)

    def _at_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)

    def _at_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._replace("constant", node, str(not value))
        elif isinstance(value, (int, float)):
            self._replace("constant", node, repr(value + 1))
        elif isinstance(value, (str, bytes)) and len(value.split()) <= 1:  # more is for readers
            other = "XX" if isinstance(value, str) else b"XX"
            self._replace("text", node, repr(value + other))  # type: ignore[operator]

    def _at_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Leave texts for readers alone; Python 3.12 is the first that says where values stand."""
        old = sys.version_info < (3, 12)
        self._skip(*(n for n in node.values if old or isinstance(n, ast.Constant)))

    def _remove(self, node: ast.stmt, by: str = "pass") -> None:
        self._replace("removed statement", node, by)

    def _at_Assign(self, node: Union[ast.Assign, ast.AnnAssign]) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(isinstance(n, ast.Name) and n.id in LISTS_OF_NAMES for n in targets):
            self._skip(node.value)
        if isinstance(targets[0], (ast.Attribute, ast.Subscript)) and node.value is not None:
            self._remove(node)

    def _at_Expr(self, node: ast.Expr) -> None:
        value = node.value.value if isinstance(node.value, ast.Await) else node.value
        if isinstance(value, ast.Call) and not self._is_left_alone(value):
            self._remove(node)

    def _at_Return(self, node: ast.Return) -> None:
        if node.value is None:
            self._remove(node)
        elif self._text(node.value) not in ("None", "False"):
            self._replace("returned None", node.value, "None")

    def _at_Raise(self, node: ast.Raise) -> None:
        self._remove(node)
        if isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            self._replace("exception type", node.exc.func, "Exception")

    def _at_Delete(self, node: ast.Delete) -> None:
        self._remove(node)

    def _at_Break(self, node: ast.Break) -> None:
        self._replace("break/continue", node, "continue")

    def _at_Continue(self, node: ast.Continue) -> None:
        self._replace("break/continue", node, "break")

    def _at_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        for kind in filter(None, kinds):
            self._replace("exception type", kind, "*()" if len(kinds) > 1 else "()")

    def _at_Call(self, node: ast.Call) -> None:
        if self._is_left_alone(node):
            self._skip(*ast.iter_child_nodes(node))
            return
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        for first, second in zip(node.args[:1], node.args[1:2]):
            if name not in UNORDERED and self._text(first) != self._text(second):
                start, end = self._span(first)[0], self._span(second)[1]
                between = self._data[self._span(first)[1] : self._span(second)[0]].decode()
                swapped = self._text(second) + between + self._text(first)
                self._add("swapped arguments", start, end, swapped)
        for keyword in node.keywords:
            if keyword.arg is not None:
                self._replace("dropped argument", keyword, "**{}")
        if name == "suppress":
            for kind in node.args:
                self._replace("exception type", kind, "*()")
        if name in METHODS:
            end = self._span(node.func)[1]
            self._add("function", end - len(name), end, METHODS[name])
