"""Chromium starts, and does what the tests of the pages need."""

from __future__ import annotations

from tests.browser.conftest import PHONE, Browser

PAGE = "data:text/html,<title>Hello</title><meta name=viewport content='width=device-width'>"


def test_a_tab_has_the_size_and_the_colours_that_are_asked_for(browser: Browser):
    browser.look(PHONE, dark=True)
    browser.driver.get(PAGE)

    dark = "return matchMedia('(prefers-color-scheme: dark)').matches"
    assert browser.driver.title == "Hello"
    assert browser.driver.execute_script("return innerWidth") == PHONE[0]
    assert browser.driver.execute_script(dark) is True
