"""What the docstring of a struct says, of itself and of its fields: read where a schema is made."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any, Dict, Optional

_ATTRIBUTES = "\n\nAttributes:\n"


def about(docstring: Optional[str]) -> str:
    """Return what a docstring says before it comes to the fields."""
    return cleandoc(docstring or "").partition(_ATTRIBUTES)[0]


def about_fields(of: Any) -> Dict[str, str]:
    """Return the sentence of each field, of a class and of those it is derived from."""
    found: Dict[str, str] = {}
    for base in reversed(of.__mro__):
        own: Dict[str, Any] = base.__dict__
        section = cleandoc(own.get("__doc__") or "").partition(_ATTRIBUTES)[2]
        for name, text in re.findall(r"^    (\w+): (.+(?:\n {8}.+)*)", section, re.MULTILINE):
            found[name] = " ".join(text.split())
    return found
