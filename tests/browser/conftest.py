"""A Chromium without a window, for the pages that people see.

Where there is none, or no Selenium (`pip install -e ".[browser]"`), the tests are skipped;
`NOVABILLING_TEST_BROWSER=required` lets them fail instead.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, NoReturn, Optional, Tuple

import pytest

DESKTOP = (1280, 900)
PHONE = (390, 844)

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    # What the pages load from elsewhere is not to be found.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


class Browser:
    """A tab of Chromium; `driver` is Selenium's."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def look(
        self, size: Tuple[int, int] = DESKTOP, *, dark: bool = False, scale: float = 1
    ) -> None:
        """Set the size of the window, and whether the user likes it dark."""
        width, height = size
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {
                "width": width,
                "height": height,
                "deviceScaleFactor": scale,
                "mobile": width < 600,
            },
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def messages(self) -> Iterator[str]:
        """Yield what the console has said since the last time: errors, refused requests."""
        for entry in self.driver.get_log("browser"):
            yield f"{entry['level']} {entry['message']}"


def _missing() -> Optional[str]:
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        return "there is no Chromium: apt-get install chromium chromium-driver"
    try:
        import selenium  # noqa: F401
    except ImportError:
        return 'there is no Selenium: pip install "novabilling[browser]"'
    return None


def _give_up(reason: str) -> NoReturn:
    if os.environ.get("NOVABILLING_TEST_BROWSER") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextmanager
def _chromium(profile: Path, *flags: str) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    class _Patient(webdriver.Chrome):
        def get(self, url: str) -> None:  # which is sometimes back before the page is there
            super().get(url)
            while self.execute_script("return document.readyState") != "complete":
                time.sleep(0.01)

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS, *flags, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = _Patient(options, Service(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture(scope="session")
def _driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    missing = _missing()
    if missing:
        _give_up(missing)
    with _chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture
def browser(_driver: Any) -> Iterator[Browser]:
    """Give a fresh tab in the size of a desktop, light."""
    _driver.switch_to.new_window("tab")
    made = Browser(_driver)
    made.look()
    list(made.messages())
    yield made
    _driver.close()
    _driver.switch_to.window(_driver.window_handles[0])
