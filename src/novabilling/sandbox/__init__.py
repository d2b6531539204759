"""A NovaBilling server in memory, for trying the SDK and for tests."""

from ._doors.sandbox import Sandbox, Snapshot
from ._world.deliveries import Delivery

__all__ = ["Delivery", "Sandbox", "Snapshot"]
