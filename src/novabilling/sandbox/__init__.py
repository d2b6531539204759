"""A NovaBilling server in memory, for trying the SDK and for tests."""

from ._server import Sandbox

__all__ = ["Sandbox"]
