"""Dates, codes, flags, pages, text and words: what is sent, and what is refused before."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta, timezone

import httpx
import pytest

from novabilling import webhooks
from tests.asking import NEW_CUSTOMER, connect, customer_text, refuses
from tests.support import Nowhere, page

# Dates


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2027, 2, 28, 12, 30, tzinfo=timezone.utc), "2027-02-28T12:30:00Z"),
        (
            datetime(2027, 2, 28, 1, 30, tzinfo=timezone(timedelta(hours=3))),
            "2027-02-27T22:30:00Z",
        ),
        (datetime(2027, 1, 1, 0, 0, 0, 1, tzinfo=timezone.utc), "2027-01-01T00:00:00.000001Z"),
        (date(2027, 2, 28), "2027-02-28"),
        ("2025-02-28T00:00:00Z", "2025-02-28T00:00:00Z"),
        ("2027-W09", "2027-W09"),
    ],
)
def test_a_date_is_sent_in_utc_and_a_string_as_it_is(value, text):
    assert json.loads(customer_text(created_at=value))["createdAt"] == text


def test_a_date_in_a_query_is_written_in_the_same_way():
    client, server = connect(page([]))

    client.invoices.list(
        date_from=date(2026, 1, 1), date_to=datetime(2026, 2, 1, tzinfo=timezone.utc)
    )

    assert dict(server.request.url.params) == {
        "dateFrom": "2026-01-01",
        "dateTo": "2026-02-01T00:00:00Z",
    }


def test_a_naive_datetime_is_refused():
    refuses(
        ValueError,
        lambda c: c.invoices.list(date_from=datetime(2027, 1, 1)),
        "^date_from must have a time zone",
    )


def test_a_time_zone_without_an_offset_is_none():
    refuses(
        ValueError,
        lambda c: c.invoices.list(date_from=datetime(2027, 1, 1, tzinfo=Nowhere())),
        "^date_from must have a time zone",
    )
    with pytest.raises(ValueError, match=r"^now must have a time zone"):
        webhooks.verify("{}", "0" * 64, "whsec", now=datetime(2027, 1, 1, tzinfo=Nowhere()))


def test_a_time_outside_of_the_years_that_utc_has_is_refused():
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))

    refuses(ValueError, lambda c: c.invoices.list(date_from=first), "^date_from must be of")


@pytest.mark.parametrize("value", [1_700_000_000, 1.5, True, ["2027-01-01"]])
def test_a_date_of_another_type_is_refused(value):
    refuses(TypeError, lambda c: c.invoices.list(date_to=value), "^date_to must be a datetime")


# Currencies, flags, numbers, text


@pytest.mark.parametrize(("value", "code"), [("NGN", "NGN"), ("ngn", "NGN"), ("zZz", "ZZZ")])
def test_a_currency_is_sent_in_upper_case_whether_known_or_not(value, code):
    assert json.loads(customer_text(currency=value))["currency"] == code


@pytest.mark.parametrize(
    "value", ["", "NG", "NGNN", "N1N", "NGN\n", "ñgn", "\u017fss", " NGN", 566, True]
)
def test_a_currency_that_is_not_three_ascii_letters_is_refused(value):
    refuses(ValueError, lambda c: c.customers.list(currency=value), "^currency must be a code")


@pytest.mark.parametrize(("value", "text"), [(True, "true"), (False, "false")])
def test_a_flag_in_a_query_is_written_as_the_server_reads_it(value, text):
    client, server = connect(httpx.Response(200, json=[]))

    client.plans.list(active=value)

    assert server.paths == [f"GET /api/plans?isActive={text}"]


@pytest.mark.parametrize("value", [1, 0, "true", "False", "", []])
@pytest.mark.parametrize(
    "call",
    [
        lambda c, value: c.plans.list(active=value),
        lambda c, value: c.plans.update("pln_1", active=value),
        lambda c, value: c.payment_providers.update("pro_1", active=value),
        lambda c, value: c.subscriptions.cancel("sub_1", cancel_at_period_end=value),
        lambda c, value: c.subscriptions.change_plan("sub_1", plan_id="p", prorate=value),
    ],
)
def test_a_flag_takes_nothing_but_true_and_false(call, value):
    refuses(TypeError, lambda c: call(c, value), "must be True or False")


LISTS = ["customers", "subscriptions", "invoices", "payments"]


@pytest.mark.parametrize("resource", LISTS)
@pytest.mark.parametrize(
    "bounds", [{"page": 0}, {"page": -1}, {"limit": 0}, {"limit": -2}, {"limit": 101}], ids=str
)
def test_page_and_limit_out_of_bounds_are_refused(resource, bounds):
    (name,) = bounds
    refuses(ValueError, lambda c: getattr(c, resource).list(**bounds), f"^{name} must be")


@pytest.mark.parametrize("resource", LISTS)
@pytest.mark.parametrize("bounds", [{"page": True}, {"page": 1.0}, {"limit": "20"}], ids=str)
def test_page_and_limit_of_another_type_are_refused(resource, bounds):
    refuses(ValueError, lambda c: getattr(c, resource).list(**bounds), "must be an int")


@pytest.mark.parametrize("bounds", [{"page": 0}, {"limit": 101}], ids=str)
def test_page_and_limit_are_checked_where_the_page_is_made_here(bounds):
    refuses(ValueError, lambda c: c.payments.list(customer_id="cus_1", **bounds))


@pytest.mark.parametrize("bounds", [{"page": 1}, {"page": 10**6}, {"limit": 1}, {"limit": 100}])
def test_page_and_limit_within_bounds_are_sent(bounds):
    client, server = connect(page([]))

    client.customers.list(**bounds)

    assert dict(server.request.url.params) == {k: str(v) for k, v in bounds.items()}


@pytest.mark.parametrize("months", [0, -1])
def test_months_below_one_are_refused(months):
    refuses(ValueError, lambda c: c.analytics.get_churn_cohorts(months=months), "^months must be")


@pytest.mark.parametrize("name", ["email", "name", "country"])
def test_text_of_another_type_is_refused(name):
    refuses(
        TypeError,
        lambda c: c.customers.create(**{**NEW_CUSTOMER, name: 42}),
        f"^{name} must be a str, not int",
    )


def test_free_text_is_sent_unchanged():
    assert json.loads(customer_text(name=' Ünï "☃" \x01/é '))["name"] == ' Ünï "☃" \x01/é '


def test_a_query_is_percent_encoded():
    client, server = connect(page([]))

    client.customers.list(search="a b&c=d/é+%?#")

    assert server.paths == ["GET /api/customers?search=a%20b%26c%3Dd%2F%C3%A9%2B%25%3F%23"]


# Words


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.subscriptions.list(status="cancelled"),
        lambda c: c.subscriptions.iter(status="cancelled"),
        lambda c: c.subscriptions.create(
            customer_id="c", plan_id="p", currency="NGN", status="cancelled"
        ),
    ],
)
def test_an_unknown_word_is_refused_with_the_public_ones(call):
    refuses(
        ValueError,
        call,
        "^status must be one of active, past_due, canceled, trialing, paused, expired; "
        "not 'cancelled'$",
    )


@pytest.mark.parametrize("interval", ["wee\u212aly", "WEE\u212aLY"])
def test_a_letter_that_only_looks_like_one_is_refused(interval):
    refuses(
        ValueError,
        lambda c: c.plans.create(name="a", code="a", billing_interval=interval),
        "^billing_interval must be one of hourly, daily, weekly",
    )


@pytest.mark.parametrize("value", [1, True, ["active"], b"active"])
def test_a_word_of_another_type_is_refused(value):
    refuses(ValueError, lambda c: c.subscriptions.list(status=value), "^status must be one of")


@pytest.mark.parametrize("value", ["FINALIZED", "Void"])
def test_a_public_word_in_another_case_is_refused_where_it_is_not_the_wire_word(value):
    refuses(ValueError, lambda c: c.invoices.list(status=value), "^status must be one of draft, ")


@pytest.mark.parametrize("field", ["createdAt", "created", "", "subscriptions", "CREATED_AT", []])
def test_a_sort_field_that_is_not_a_column_by_its_python_name_is_refused(field):
    refuses(ValueError, lambda c: c.customers.list(sort_by=field), "^sort_by must be one of id, ")


@pytest.mark.parametrize("events", ["invoice.paid", 5])
def test_a_list_of_words_is_not_a_single_one(events):
    refuses(TypeError, lambda c: c.webhooks.create(url="https://a.co", events=events), "^events")
