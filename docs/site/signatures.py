"""Makes the signatures of the reference easier to read, and lists the fields of the structs."""

from __future__ import annotations

from functools import reduce
from typing import Any, Dict, List, Union

import griffe

Annotation = Union[str, griffe.Expr, None]

# What the source calls an annotation, and what a reader knows it as.
PLAIN: Dict[str, Annotation] = {
    "AbsoluteUrl": "str",
    "Date": "datetime | date | str",
    "Percentage": "Decimal",
    "Timestamp": "datetime",
}


class Signatures(griffe.Extension):
    """Writes `X | None` for `Optional[X]`, and nothing at all of UNSET's type."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        for signature in (func, *(func.overloads or ())):
            for parameter in signature.parameters:
                parameter.annotation = plain(parameter.annotation)
                if str(parameter.default).startswith("DEFAULT_"):
                    parameter.default = value_of(parameter.default)
            signature.returns = plain(signature.returns)

    def on_attribute(self, *, attr: griffe.Attribute, **_: Any) -> None:
        attr.annotation = plain(attr.annotation)

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        names = [] if cls.docstring is None else fields(cls)
        if names and cls.docstring:
            cls.docstring.value += "\n\nAttributes:\n" + "".join(f"    {n}: \n" for n in names)


def value_of(default: Annotation) -> Annotation:
    """Return the value of a constant of ours."""
    resolved = getattr(default, "resolved", None)
    return resolved.value if resolved is not None else default


def fields(cls: griffe.Class) -> List[str]:
    """Return the public fields of a struct or an error: what has a type and no docstring."""
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
