"""A NovaBilling server in memory, for trying the SDK and for tests."""

from ._deliveries import Delivery
from ._server import Sandbox, Snapshot

__all__ = ["Delivery", "Sandbox", "Snapshot"]
