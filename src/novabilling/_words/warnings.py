"""What the SDK warns of, and where: at the line of the user that made the call."""

from __future__ import annotations

import warnings


class NovaBillingWarning(UserWarning):
    """Warns of a call that the server takes, and that will not do what it seems to."""


def warn(message: str) -> None:
    """Warn at the innermost line that is not of this package, however deep in it this is."""
    from inspect import currentframe  # most programs are never warned

    level, frame = 1, currentframe()
    while frame is not None and _is_ours(str(frame.f_globals.get("__name__"))):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, NovaBillingWarning, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module.partition(".")[0] == "novabilling"
