"""Pickles outlive versions: those that were made when the modules had other names still load."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any, Dict

import pytest

from novabilling import APIConnectionError, AttemptInfo, BadRequestError, NotFoundError
from novabilling.types import Customer, PaginatedResponse, Response

DATA = Path(__file__).parent / "data" / "before_the_rooms.pickle"


@pytest.fixture
def old() -> Dict[str, Any]:
    found: Dict[str, Any] = pickle.loads(DATA.read_bytes())
    return found


def test_results_load(old):
    assert isinstance(old["resp"], Response)
    assert isinstance(old["page"], PaginatedResponse)
    assert isinstance(old["resp"].data, Customer)
    assert [row.id for row in old["page"]] == [old["resp"].data.id]
    assert old["resp"].http.status_code == 201
    assert old["input"].code == "b"


def test_errors_load_with_all_that_they_know(old):
    missing, refused = old["e404"], old["e400"]

    assert (type(missing), missing.message) == (NotFoundError, "Payment not found")
    assert str(missing) == "404: Payment not found"
    assert (type(refused), refused.errors[0].field) == (BadRequestError, "email")
    assert old["everr"].events[0].code == "y"
    assert type(old["conn"]) is APIConnectionError


def test_attempts_load(old):
    assert type(old["info"]) is AttemptInfo
    assert old["info"].http.status_code == 201


def test_what_is_pickled_now_names_no_private_module(old):
    for name in ("e404", "conn", "info"):
        assert b"novabilling._" not in pickle.dumps(old[name])
