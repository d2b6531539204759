from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.services import redis_url  # noqa: F401  # a fixture


@pytest.fixture
def small_disk(tmp_path):
    """Mount a file system of 4 MB, where the machine lets us."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = (
        sys.platform == "linux"
        and os.getuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=False
        ).returncode
    )
    if not mounted:
        pytest.skip("only root may mount a file system")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)
