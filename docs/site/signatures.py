"""Makes the signatures of the reference easier to read, and completes the docstrings.

A method of a resource gets what is declared about it, and its example in both colours; a struct
the fields that it has from others.
"""

from __future__ import annotations

import re
import sys
from functools import reduce
from pathlib import Path
from typing import Any, Dict, List, Union

import griffe

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2] / "src")]

import methods  # noqa: E402

from novabilling import types  # noqa: E402
from novabilling._serialization.docstrings import about_fields  # noqa: E402

Annotation = Union[str, griffe.Expr, None]

# What the source calls an annotation, and what a reader knows it as.
PLAIN: Dict[str, Annotation] = {
    "AbsoluteUrl": "str",
    "Date": "datetime | date | str",
    "Percentage": "Decimal",
    "Timestamp": "datetime",
}


TWINS = {"InvoiceItemParam": "InvoiceItemDto", "InvoiceItemUnitAmountParam": "InvoiceItemDto"}
"""The structs that have the fields of a dict, where they are not of its name."""
RESOURCE = re.compile(r"novabilling\._sync\.resources\.(\w+)\.\w+\.(\w+)")
"""A method of a resource, which the module is named after."""


class Signatures(griffe.Extension):
    """Writes `X | None` for `Optional[X]`, and nothing at all of UNSET's type."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        for signature in (func, *(func.overloads or ())):
            for parameter in signature.parameters:
                parameter.annotation = plain(parameter.annotation)
                if str(parameter.default).startswith("DEFAULT_"):
                    parameter.default = value_of(parameter.default)
            signature.returns = plain(signature.returns)
        resource = RESOURCE.fullmatch(func.path)
        if resource and func.docstring and not func.name.startswith("_"):
            func.docstring.value = methods.completed(*resource.groups(), func.docstring.value)
        elif func.docstring:
            func.docstring.value = methods.with_code(func.docstring.value)

    def on_attribute(self, *, attr: griffe.Attribute, **_: Any) -> None:
        attr.annotation = plain(attr.annotation)

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        if cls.docstring is None:
            return
        head, title, own = cls.docstring.value.partition("\n\nAttributes:\n")
        if title or inherited(cls):
            cls.docstring.value = f"{head}\n\nAttributes:\n{inherited(cls)}{own}"
        elif listed(cls):
            cls.docstring.value = f"{head}\n\nAttributes:\n{listed(cls)}"
            for name in fields(cls):  # not once more, below
                cls.members[name].docstring = None


def value_of(default: Annotation) -> Annotation:
    """Return the value of a constant of ours."""
    resolved = getattr(default, "resolved", None)
    return resolved.value if resolved is not None else default


def public_type(cls: griffe.Class) -> Any:
    """Return a class of `novabilling.types` itself, and None of any other."""
    of = getattr(types, cls.name, None) if cls.path.startswith("novabilling.types.") else None
    return of if isinstance(of, type) else None


def listed(cls: griffe.Class) -> str:
    """Return the entries of fields whose sentences stand below them, or in another class."""
    of = public_type(cls)
    twin = TWINS.get(cls.name, cls.name.replace("Param", "Input"))
    if cls.name.endswith("Param") and of is not None:
        said = about_fields(getattr(types, twin))
        said["unit_amount"] = said.get("amount", "")
        hints = {name: getattr(h, "__forward_arg__", h) for name, h in of.__annotations__.items()}
        return "".join(f"    {name} ({hint}): {said[name]}\n" for name, hint in hints.items())
    members = {name: cls.members[name].docstring for name in fields(cls)}
    said = {name: " ".join(doc.value.split()) if doc else "" for name, doc in members.items()}
    return "".join(f"    {name}: {text}\n" for name, text in said.items())


def inherited(cls: griffe.Class) -> str:
    """Return the sentences of the fields that a struct has from others."""
    of = public_type(cls)
    if of is None:
        return ""
    said = about_fields(of)
    hints = {
        name: hint
        for base in reversed(of.__mro__[1:])
        for name, hint in vars(base).get("__annotations__", {}).items()
    }
    names = [name for name in said if name not in vars(of).get("__annotations__", {})]
    return "".join(f"    {name} ({hints[name]}): {said[name]}\n" for name in names)


def fields(cls: griffe.Class) -> List[str]:
    """Return the public fields of a class: what has a type and is no property."""
    return [
        name
        for name, member in cls.members.items()
        if not name.startswith("_")
        and member.is_attribute
        and not {"property", "cached"} & set(member.labels)
        and member.annotation
    ]


def plain(annotation: Annotation) -> Annotation:
    """Write an annotation as one would say it."""
    if isinstance(annotation, griffe.ExprName):
        return PLAIN.get(annotation.name, annotation)
    if not isinstance(annotation, griffe.ExprSubscript):
        return annotation
    name = getattr(annotation.left, "name", "")
    parts = [plain(part) for part in elements(annotation.slice)]
    if name in ("Omittable", "Optional", "Union", "Word"):
        rest: List[Annotation] = [part for part in parts if str(part) != "UnsetType"]
        return union([*rest, "None"] if name == "Optional" else rest)
    inner = parts[0] if len(parts) == 1 else griffe.ExprTuple(parts, implicit=True)
    return griffe.ExprSubscript(annotation.left, inner)


def elements(inner: Union[str, griffe.Expr]) -> List[Union[str, griffe.Expr]]:
    return list(inner.elements) if isinstance(inner, griffe.ExprTuple) else [inner]


def union(parts: List[Annotation]) -> Annotation:
    flat = {str(part): part for part in parts}
    return reduce(lambda left, right: griffe.ExprBinOp(left, "|", right), flat.values())
