"""What is wrong with the network settings of the environment; each message names its variable."""

from __future__ import annotations


class BadProxySetting(ValueError):
    """The environment names a proxy that cannot be used."""


class BadCertificateFile(OSError):
    """The environment names certificates that cannot be read."""
