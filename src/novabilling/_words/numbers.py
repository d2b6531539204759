"""Numbers of other libraries, such as NumPy's: exact, or refused. None of them is imported here."""

from __future__ import annotations

import operator
from decimal import Decimal
from numbers import Integral, Rational, Real


def python_number(name: str, value: object) -> object:
    """Turn a number of another class into one of Python's; all else stays as it is.

    Raises:
        ValueError: It is no float exactly, such as an extended one.
    """
    if type(value) in (int, float, bool, Decimal):
        return value
    if isinstance(value, Decimal):
        return Decimal(value)
    if isinstance(value, Integral):
        return operator.index(value)
    if isinstance(value, float):
        return float(value)
    if not isinstance(value, Real) or isinstance(value, Rational):
        return value
    number = float(value)
    if number == value or number != number:  # NaN
        return number
    raise ValueError(f"{name}: a {type_of(value)} that is no float exactly: give a Decimal")


def builtin_of(value: object) -> object:
    """Return what JSON can say of a str or number of a class of its own; all else as it is."""
    return str.__str__(value) if isinstance(value, str) else python_number("an argument", value)


def type_of(value: object) -> str:
    """Name the type of a value; a bool of NumPy is called as Python's own."""
    of = type(value)
    return of.__name__ if of.__module__ == "builtins" else f"{of.__module__}.{of.__qualname__}"
