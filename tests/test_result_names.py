"""No field of a result is hidden by an attribute of the answer that it can be read through."""

from __future__ import annotations

from typing import Any, Iterator, Set, Tuple, get_args, get_origin, get_type_hints

import pytest

from novabilling import NovaBilling
from novabilling._serialization.serializable import Writable
from novabilling.types import (
    Customer,
    Invoice,
    PaginatedResponse,
    Payment,
    Response,
    Subscription,
    WalletTransaction,
)
from tests.operations import METHODS
from tests.support import BASE_URL, TOKEN

CLIENT = NovaBilling(token=TOKEN, base_url=BASE_URL)
SAVED = {"reconciled", "request_id", "status_code"}
"""Names that answers have not got yet, and that no result may take from them."""


def public(thing: Any) -> Set[str]:
    return {name for name in dir(thing) if not name.startswith("_")}


def results() -> Iterator[Tuple[Any, Any]]:
    """Find what each method returns: the answer, and the type in it."""
    for resource, method in METHODS:
        hint = get_type_hints(getattr(getattr(CLIENT, resource), method))["return"]
        if get_origin(hint) in (Response, PaginatedResponse):
            yield get_origin(hint), get_args(hint)[0]


RESULTS = sorted(set(results()), key=lambda pair: (pair[0].__name__, pair[1].__name__))
IN_ANSWERS = [of for answer, of in RESULTS if answer is Response]


@pytest.mark.parametrize("of", IN_ANSWERS)
def test_no_field_of_a_result_has_the_name_of_an_attribute_of_its_answer(of):
    fields = public(of) - public(Writable)  # an answer is written as one, and not as its data
    assert not fields & (public(Response) | {"data"} | SAVED)


@pytest.mark.parametrize("of", [of for answer, of in RESULTS if answer is PaginatedResponse])
def test_no_field_of_what_a_page_holds_is_saved_for_answers(of):
    fields = public(of) - public(Writable)
    assert not fields & (public(Response) | {"data", "meta"} | SAVED)


def test_the_results_of_all_methods_are_looked_at():
    assert len(IN_ANSWERS) > 35
    assert {"id", "status"} <= {name for of in IN_ANSWERS for name in public(of)}


@pytest.mark.parametrize(
    ("of", "theirs", "ours"),
    [
        (Customer, "client_reference_id", "external_id"),
        (Invoice, "amount_due", "amount"),
        (Invoice, "amount_paid", "amount"),
        (Invoice, "amount_total", "amount"),
        (Invoice, "hosted_invoice_url", "pdf_url"),
        (Invoice, "invoice_pdf", "pdf_url"),
        (Invoice, "lines", "items"),
        (Invoice, "number", "invoice_number"),
        (Payment, "failure_message", "failure_reason"),
        (Payment, "payment_intent", "provider_transaction_id"),
        (Subscription, "period_start", "current_period_start"),
        (Subscription, "period_end", "current_period_end"),
        (WalletTransaction, "created", "created_at"),
    ],
)
def test_the_names_of_other_platforms_are_told_ours(of, theirs, ours):
    with pytest.raises(AttributeError, match=f"'{theirs}'; it is '{ours}' here$"):
        getattr(object.__new__(of), theirs)
