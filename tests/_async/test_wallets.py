from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal

import httpx
import pytest

from novabilling import BadRequestError, NotFoundError, ServerError
from novabilling.types import Wallet, WalletTopUp, WalletTransaction
from tests.samples import Case, body_of, name_of, recorded, sent, shape
from tests.support import Server, problem, two_pages

pytestmark = pytest.mark.anyio

CASES = [
    Case(lambda c: c.list(), "GET /api/wallets", None, "wallets-list", [Wallet]),
    Case(
        lambda c: c.list(customer_id="cus_1", status="terminated", page=2, limit=7),
        "GET /api/wallets?customerId=cus_1&status=TERMINATED&page=2&limit=7",
        None,
        "wallets-list-filters",
        [Wallet],
    ),
    Case(
        lambda c: c.create(customer_id="cus_1", currency="kes"),
        "POST /api/wallets",
        {"customerId": "cus_1", "currency": "KES"},
        "wallet-create-minimal",
        Wallet,
    ),
    Case(
        lambda c: c.create(
            customer_id="cus_1",
            currency="NGN",
            name=None,
            rate_amount=Decimal("2.5"),
            paid_credits=100,
            granted_credits=20.5,
            expiration_at=datetime(2030, 1, 1, tzinfo=timezone.utc),
            metadata={"my_key": 1},
            created_at="2026-01-02",
        ),
        "POST /api/wallets",
        {
            "customerId": "cus_1",
            "currency": "NGN",
            "name": None,
            "rateAmount": 2.5,
            "paidCredits": 100,
            "grantedCredits": 20.5,
            "expirationAt": "2030-01-01T00:00:00Z",
            "metadata": {"my_key": 1},
            "createdAt": "2026-01-02",
        },
        "wallet-create",
        Wallet,
    ),
    Case(lambda c: c.get("wal_1"), "GET /api/wallets/wal_1", None, "wallet-get", Wallet),
    Case(
        lambda c: c.update("wal_1", name=None, expiration_at=None, metadata=None),
        "PATCH /api/wallets/wal_1",
        {"name": None, "expirationAt": None, "metadata": None},
        "wallet-update-nulls",
        Wallet,
    ),
    Case(
        lambda c: c.terminate("wal_1"),
        "DELETE /api/wallets/wal_1",
        None,
        "wallet-terminate",
        Wallet,
    ),
    Case(
        lambda c: c.create_transaction(
            wallet_id="wal_1",
            paid_credits=Decimal("1.5"),
            granted_credits=2,
            voided_credits=0.5,
            metadata={"order": "A1"},
        ),
        "POST /api/wallets/transactions",
        {
            "walletId": "wal_1",
            "paidCredits": 1.5,
            "grantedCredits": 2,
            "voidedCredits": 0.5,
            "metadata": {"order": "A1"},
        },
        "wallet-top-up-all-three",
        WalletTopUp,
    ),
    Case(
        lambda c: c.get_transactions("wal_1"),
        "GET /api/wallets/wal_1/transactions",
        None,
        "wallet-transactions",
        [WalletTransaction],
    ),
    Case(
        lambda c: c.get_transactions(
            wallet_id="wal_1",
            status="settled",
            transaction_status="purchased",
            transaction_type="inbound",
            page=1,
            limit=2,
        ),
        "GET /api/wallets/wal_1/transactions"
        "?status=SETTLED&transactionStatus=PURCHASED&transactionType=INBOUND&page=1&limit=2",
        None,
        "wallet-transactions-filters",
        [WalletTransaction],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_each_method_sends_its_request_and_returns_its_type(client_for, case):
    server = Server(recorded(case.answer))

    result = await case.call(client_for(server).wallets)

    assert sent(server) == (case.sends, case.body)
    assert shape(result) == case.returns


async def test_iter_goes_through_all_pages_with_its_filters(client_for):
    server = two_pages(body_of("wallet-get"))

    wallets = client_for(server).wallets.iter(customer_id="cus_1", status="active")
    found = [wallet.id async for wallet in wallets]

    assert found == ["1", "2"]
    assert server.paths == [
        f"GET /api/wallets?customerId=cus_1&status=ACTIVE&page={n}&limit=100" for n in (1, 2)
    ]


async def test_iter_transactions_goes_through_all_pages_with_its_filters(client_for):
    server = two_pages(body_of("wallet-transactions")["data"][0])

    transactions = client_for(server).wallets.iter_transactions(
        "wal_1", status="pending", transaction_status="voided", transaction_type="outbound"
    )
    found = [transaction.id async for transaction in transactions]

    query = "status=PENDING&transactionStatus=VOIDED&transactionType=OUTBOUND"
    assert found == ["1", "2"]
    assert server.paths == [
        f"GET /api/wallets/wal_1/transactions?{query}&page={n}&limit=100" for n in (1, 2)
    ]


async def test_a_wallet_has_decimals_and_its_customer(client_for):
    wallet = (await client_for(Server(recorded("wallet-create"))).wallets.get("wal_1")).data

    assert wallet.status == "active"
    assert wallet.rate_amount == Decimal("2.5")
    assert wallet.credits_balance == Decimal("120.5")
    assert wallet.balance == Decimal("301.25")
    assert wallet.metadata == {"k": "v"}
    assert wallet.customer.external_id == "usr_1001"


async def test_a_top_up_has_its_transactions_and_the_wallet_after_it(client_for):
    server = Server(recorded("wallet-top-up-all-three"))

    top_up = (await client_for(server).wallets.create_transaction(wallet_id="wal_1")).data

    assert [
        (one.transaction_type, one.transaction_status, one.status, one.credit_amount)
        for one in top_up.transactions
    ] == [
        ("outbound", "voided", "settled", Decimal("0.5")),
        ("inbound", "granted", "settled", Decimal(2)),
        ("inbound", "purchased", "settled", Decimal("1.5")),
    ]
    assert top_up.wallet.credits_balance == Decimal("133.5")


@pytest.mark.parametrize(
    "filters",
    [{"status": "purchased"}, {"transaction_status": "settled"}, {"transaction_type": "voided"}],
    ids=str,
)
async def test_the_words_of_one_filter_are_not_those_of_another(client_for, filters):
    server = Server(recorded("wallet-transactions"))

    with pytest.raises(ValueError, match=r"^\w+ must be one of "):
        await client_for(server).wallets.get_transactions("wal_1", **filters)

    assert server.requests == []


# Terminating

TERMINATED = recorded("wallet-terminate")
AGAIN = problem(400, "Wallet is already terminated")
ONCE_MORE = ["DELETE /api/wallets/wal_1", "DELETE /api/wallets/wal_1", "GET /api/wallets/wal_1"]


async def test_a_terminated_wallet_is_returned(client_for):
    wallet = (await client_for(Server(TERMINATED)).wallets.terminate("wal_1")).data

    assert wallet.status == "terminated"
    assert wallet.terminated_at is not None
    assert wallet.balance == 0


@pytest.mark.parametrize("first", [httpx.ReadTimeout("slow"), problem(503)])
async def test_a_400_to_a_repeated_terminate_reads_the_wallet(client_for, clock, first):
    server = Server(first, AGAIN, TERMINATED)

    answer = await client_for(server).wallets.terminate("wal_1")

    assert server.paths == ONCE_MORE
    assert answer.data.status == "terminated"
    assert answer.http.status_code == 200


async def test_a_400_to_a_repeated_terminate_of_an_active_wallet_is_an_error(client_for, clock):
    server = Server(problem(502), problem(400, "No"), recorded("wallet-get"))

    with pytest.raises(BadRequestError, match="No") as caught:
        await client_for(server).wallets.terminate("wal_1")

    assert server.paths == ONCE_MORE
    assert caught.value.may_have_been_applied


@pytest.mark.parametrize("first", [httpx.ConnectError("refused"), problem(429)])
async def test_a_400_to_a_terminate_that_was_never_carried_out_is_an_error(
    client_for, clock, first
):
    server = Server(first, AGAIN)

    with pytest.raises(BadRequestError, match="already terminated") as caught:
        await client_for(server).wallets.terminate("wal_1")

    assert server.paths == ["DELETE /api/wallets/wal_1"] * 2
    assert not caught.value.may_have_been_applied


async def test_a_wallet_that_was_terminated_before_is_a_bad_request(client_for):
    server = Server(AGAIN)

    with pytest.raises(BadRequestError, match="already terminated"):
        await client_for(server).wallets.terminate("wal_1")

    assert len(server.requests) == 1


async def test_a_terminate_may_have_worked_though_the_wallet_cannot_be_read(client_for, clock):
    server = Server(httpx.ReadError("reset"), AGAIN, problem(500))

    with pytest.raises(ServerError) as caught:
        await client_for(server).wallets.terminate("wal_1")

    assert server.paths == ONCE_MORE
    assert caught.value.may_have_been_applied


async def test_a_404_to_a_terminate_is_an_error_also_when_repeated(client_for, clock):
    server = Server(problem(503), problem(404))

    with pytest.raises(NotFoundError) as caught:
        await client_for(server).wallets.terminate("wal_1")

    assert caught.value.may_have_been_applied
