"""What all operations of the control API share, and the files of the page."""

from __future__ import annotations

import pkgutil
from functools import partial
from typing import Callable, TypeVar

from .._served.forwarding import Forwarder
from .._served.journal import Journal
from .._served.sandbox import ServedSandbox
from .guard import Refusal
from .router import PREFIX, Asked, Page, Router

ROUTER = Router()
on = ROUTER.on

_FILES = {
    "": ("index.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
}

Result = TypeVar("Result")


class Control:
    """What the operations work on."""

    def __init__(self, sandbox: ServedSandbox, journal: Journal, forwarder: Forwarder) -> None:
        self.sandbox = sandbox
        self.journal = journal
        self.forwarder = forwarder
        self.version = 0


def refused(work: Callable[[], Result]) -> Result:
    """Do something, and answer 400 where the sandbox takes it for a mistake."""
    try:
        return work()
    except (ValueError, OverflowError) as error:
        raise Refusal(400, str(error)) from None


def is_file(path: str) -> bool:
    """Say whether a path is one of the files of the page, which hold no data."""
    return path in [f"{PREFIX}/{name}" for name in _FILES]


def _send_file(name: str, _control: Control, _asked: Asked) -> Page:
    file, kind = _FILES[name]
    content = pkgutil.get_data(__package__ or "", f"page/{file}")
    if content is None:
        raise Refusal(404, f"{file} is not installed")
    return Page(content, kind)


for _name in _FILES:
    on(f"GET /{_name}")(partial(_send_file, _name))
