from __future__ import annotations

from datetime import date, datetime, timezone
from decimal import Decimal

import httpx
import pytest

from novabilling import BadRequestError, NotFoundError, ResponseDecodeError
from novabilling.types import AppliedCoupon, Coupon, DeletedCoupon, Message
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem, two_pages

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/coupons", None, "coupons-list", [Coupon]),
    Case(
        lambda c: c.list(active=False, page=2, limit=5),
        "GET /api/coupons?isActive=false&page=2&limit=5",
        None,
        "coupons-list-inactive",
        [Coupon],
    ),
    Case(
        lambda c: c.create(
            code="summer20", name="Summer", discount_type="percentage", discount_value=20
        ),
        "POST /api/coupons",
        {
            "code": "summer20",
            "name": "Summer",
            "discountType": "PERCENTAGE",
            "discountValue": 20,
        },
        "coupon-create-percentage",
        Coupon,
    ),
    Case(
        lambda c: c.create(
            code="c",
            name="n",
            discount_type="fixed_amount",
            discount_value=Decimal("500.25"),
            description=None,
            currency="ngn",
            max_redemptions=1,
            applies_to_plan_ids=("pln_1", "pln_2"),
            expires_at=date(2030, 12, 31),
            created_at=datetime(2026, 1, 2, 3, tzinfo=timezone.utc),
        ),
        "POST /api/coupons",
        {
            "code": "c",
            "name": "n",
            "discountType": "FIXED_AMOUNT",
            "discountValue": 500.25,
            "description": None,
            "currency": "NGN",
            "maxRedemptions": 1,
            "appliesToPlanIds": ["pln_1", "pln_2"],
            "expiresAt": "2030-12-31",
            "createdAt": "2026-01-02T03:00:00Z",
        },
        "coupon-create-fixed",
        Coupon,
    ),
    Case(lambda c: c.get("cpn_1"), "GET /api/coupons/cpn_1", None, "coupon-get", Coupon),
    Case(
        lambda c: c.update(
            "cpn_1", name="n", description=None, active=False, expires_at="2031-01-01"
        ),
        "PATCH /api/coupons/cpn_1",
        {"name": "n", "description": None, "isActive": False, "expiresAt": "2031-01-01"},
        "coupon-update",
        Coupon,
    ),
    Case(
        lambda c: c.update(coupon_id="cpn_1"),
        "PATCH /api/coupons/cpn_1",
        {},
        "coupon-update-empty",
        Coupon,
    ),
    Case(
        lambda c: c.delete("cpn_1"),
        "DELETE /api/coupons/cpn_1",
        None,
        "coupon-delete",
        DeletedCoupon,
    ),
    Case(
        lambda c: c.apply(coupon_id="cpn_1", customer_id="cus_1"),
        "POST /api/coupons/apply",
        {"couponId": "cpn_1", "customerId": "cus_1"},
        "coupon-apply",
        AppliedCoupon,
    ),
    Case(
        lambda c: c.apply(
            coupon_id="cpn_1", customer_id="cus_1", subscription_id="sub_1", uses_remaining=3
        ),
        "POST /api/coupons/apply",
        {
            "couponId": "cpn_1",
            "customerId": "cus_1",
            "subscriptionId": "sub_1",
            "usesRemaining": 3,
        },
        "coupon-apply-subscription",
        AppliedCoupon,
    ),
    Case(
        lambda c: c.remove_applied("apc_1"),
        "DELETE /api/coupons/applied/apc_1",
        None,
        "coupon-remove-applied",
        Message,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).coupons)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_goes_through_all_pages_with_its_filter(client_for):
    server = two_pages(body_of("coupon-get"))

    found = [coupon.id async for coupon in client_for(server).coupons.iter(active=True)]

    assert found == ["1", "2"]
    assert server.paths == [
        "GET /api/coupons?isActive=true&page=1&limit=100",
        "GET /api/coupons?isActive=true&page=2&limit=100",
    ]


async def test_a_coupon_has_public_words_decimals_and_its_applications(client_for):
    server = Server(recorded("coupon-get-with-applied"))

    coupon = (await client_for(server).coupons.get("cpn_1")).data

    assert coupon.code == "SUMMER20"
    assert coupon.discount_type == "percentage"
    assert coupon.discount_value == Decimal("20")
    assert coupon.active is True
    assert coupon.expires_at == datetime(2030, 12, 31, 23, 59, 59, tzinfo=timezone.utc)
    assert coupon.counts.applied_coupons == 2
    assert [applied.customer.name for applied in coupon.applied_coupons] == [
        "Jane Doe",
        "Chidi Okafor",
    ]
    assert coupon.applied_coupons[0].uses_remaining == 1


async def test_an_applied_coupon_holds_the_coupon_and_the_customer(client_for):
    server = Server(recorded("coupon-apply"))

    applied = (await client_for(server).coupons.apply(coupon_id="cpn_1", customer_id="cus_1")).data

    assert applied.uses_remaining == 3
    assert applied.coupon.discount_type == "percentage"
    assert applied.customer.external_id == "usr_1001"


async def test_an_expiry_cannot_be_removed_and_the_error_says_what_to_do(client_for):
    server = Server(recorded("coupon-update"))

    with pytest.raises(ValueError, match=r"^expires_at must not be None: .* far in the future$"):
        await client_for(server).coupons.update("cpn_1", name="n", expires_at=None)

    assert server.requests == []


# Deleting


async def test_a_deleted_coupon_is_a_message(client_for):
    deleted = await client_for(Server(recorded("coupon-delete"))).coupons.delete("cpn_1")

    assert deleted.data == DeletedCoupon(message="Coupon deleted", coupon=None)


async def test_a_deleted_coupon_that_was_applied_is_the_coupon_and_inactive(client_for):
    server = Server(recorded("coupon-delete-applied"))

    deleted = (await client_for(server).coupons.delete("cpn_1")).data

    assert deleted.message is None
    assert type(deleted.coupon) is Coupon
    assert deleted.coupon.active is False
    assert deleted.coupon.code == "SUMMER20"


@pytest.mark.parametrize("name", ["coupon-delete", "coupon-delete-applied"])
async def test_both_answers_to_a_deletion_are_read_in_an_envelope(client_for, name):
    wrapped = Server(httpx.Response(200, json={"data": body_of(name)}))
    bare = Server(recorded(name))

    assert (await client_for(wrapped).coupons.delete("cpn_1")).data == (
        await client_for(bare).coupons.delete("cpn_1")
    ).data


async def test_an_answer_to_a_deletion_that_is_neither_is_unreadable(client_for):
    server = Server(httpx.Response(200, json={"id": "cpn_1"}))

    with pytest.raises(ResponseDecodeError) as caught:
        await client_for(server).coupons.delete("cpn_1")

    assert caught.value.may_have_been_applied


async def test_a_404_to_a_repeated_deletion_counts_as_deleted(client_for, clock):
    server = Server(httpx.ReadTimeout("slow"), problem(404, "Coupon not found"))

    deleted = await client_for(server).coupons.delete("cpn_1")

    assert deleted.data.coupon is None
    assert "Deleted" in deleted.data.message
    assert deleted.http.status_code == 404
    assert server.paths == ["DELETE /api/coupons/cpn_1"] * 2


async def test_a_404_to_the_first_deletion_is_an_error(client_for):
    server = Server(problem(404, "Coupon not found"))

    with pytest.raises(NotFoundError, match="Coupon not found"):
        await client_for(server).coupons.delete("cpn_1")


async def test_a_code_that_is_taken_is_a_bad_request(client_for):
    server = Server(problem(400, "Coupon with this code already exists"))

    with pytest.raises(BadRequestError, match="already exists"):
        await client_for(server).coupons.create(
            code="c", name="n", discount_type="percentage", discount_value=1
        )
