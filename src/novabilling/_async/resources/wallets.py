"""Wallets: credits that customers pay in advance."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from msgspec import UNSET

from ..._call.call import Call, Trail
from ..._call.envelopes import decode_object
from ..._call.errors import BadRequestError, NovaBillingError, mark_as_applied
from ..._reconcile.declared import Filled, Made, Reached, shown_by
from ..._words.arguments import Arguments, not_null
from ..._words.checks import Date, Omittable, currency, identifier, money, plain, text, timestamp
from ..._words.literals import (
    Currency,
    WalletStatus,
    WalletTransactionKind,
    WalletTransactionStatus,
    WalletTransactionType,
)
from ..._words.routes import Route
from ..._words.vocabulary import word
from ...types._common import PaginatedResponse, Response
from ...types._inputs import Amount
from ...types._wallets import Wallet, WalletTopUp, WalletTransaction
from ..pagination import AsyncPaginator
from ..resource import AsyncResource

_ARGUMENTS = Arguments(
    customer_id=not_null(identifier),
    wallet_id=not_null(identifier),
    name=text,
    currency=currency,
    rate_amount=money,
    paid_credits=money,
    granted_credits=money,
    voided_credits=money,
    expiration_at=timestamp,
    created_at=timestamp,
    status=word(WalletStatus),
    metadata=plain,
)
_PARTS = {"grantedCredits": "GRANTED", "paidCredits": "PURCHASED"}
_TRANSACTIONS = Arguments(
    status=word(WalletTransactionStatus),
    transaction_status=word(WalletTransactionKind),
    transaction_type=word(WalletTransactionType),
)


class AsyncWallets(AsyncResource):
    """Create wallets, fill them, and end them."""

    async def list(
        self,
        *,
        customer_id: Optional[str] = None,
        status: Optional[WalletStatus] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[Wallet]:
        """List one page of wallets, the newest first, with their customers.

        Sends `GET /api/wallets` with an API key or a login token, and again after failures that may
        pass.

        Args:
            customer_id: Only those of this customer. None means all.
            status: "active" or "terminated". None means both.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Example:
            page = client.wallets.list(customer_id=customer_id, status="active")
            for wallet in page:
                print(wallet.credits_balance, wallet.currency)  # 1000 NGN
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, status=status)
        return await self._list(Wallet, Route("/wallets"), filters, page=page, limit=limit)

    def iter(
        self, *, customer_id: Optional[str] = None, status: Optional[WalletStatus] = None
    ) -> AsyncPaginator[Wallet]:
        """Iterate over all wallets that `list` would page through, 100 for each request.

        Sends `GET /api/wallets` with an API key or a login token, and again after failures that may
        pass.

        Args:
            customer_id: Only those of this customer. None means all.
            status: "active" or "terminated". None means both.

        Example:
            for wallet in client.wallets.iter():
                print(wallet.balance)  # 1000
        """
        filters = _ARGUMENTS.query(customer_id=customer_id, status=status)
        return self._iter(Wallet, Route("/wallets"), filters)

    @shown_by(
        "POST /wallets",
        Made(
            "/wallets?customerId={customerId}&limit=100",
            Wallet,
            drifts=("name", "expirationAt", "metadata"),
            place="/customers/{customerId}",
            parts=_PARTS,
        ),
    )
    async def create(
        self,
        *,
        customer_id: str,
        currency: Union[Currency, str],
        name: Omittable[Optional[str]] = UNSET,
        rate_amount: Omittable[Optional[Amount]] = UNSET,
        paid_credits: Omittable[Optional[Amount]] = UNSET,
        granted_credits: Omittable[Optional[Amount]] = UNSET,
        expiration_at: Omittable[Optional[Date]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
        created_at: Omittable[Optional[Date]] = UNSET,
    ) -> Response[Wallet]:
        """Create a wallet, one of several perhaps.

        Invoices of subscriptions in its currency are paid from it as far as it goes, the oldest
        wallet first. Sent twice it makes two wallets, so it is never repeated after it may have
        worked. The server sends the webhook `wallet.created`.

        Sends `POST /api/wallets` with an API key or a login token, and never again once it may have
        worked. A repeat makes another one.

        Args:
            customer_id: The id that the server gave the customer.
            currency: The code of the currency, three letters; sent in upper case.
            name: Its name. None or unset leaves it empty.
            rate_amount: What a credit is worth, in major units of `currency`, 0.0001 or more: at 1,
                a credit is one naira and not one kobo. None or unset is 1.
            paid_credits: Credits that the customer has paid for, 0 or more. None or unset is 0.
            granted_credits: Credits that are a gift, 0 or more. None or unset is 0.
            expiration_at: When it expires: from then on invoices take nothing from it; the status
                stays "active". A date is midnight UTC. None or unset is never.
            metadata: Data of your own, any JSON object. None or unset leaves it empty.
            created_at: When it was created, for imported data; a date is midnight UTC. None or
                unset is now.

        Raises:
            BadRequestError: The server refuses a field; `errors` names it.
            NotFoundError: There is no such customer.

        Example:
            wallet = client.wallets.create(
                customer_id=customer_id, currency="NGN", rate_amount=2.5, paid_credits=400
            ).data
            print(wallet.credits_balance, wallet.balance)  # 400 1000
        """
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(Wallet, Route("/wallets"), body, repeat="once", keys_first=True)

    async def get(self, wallet_id: str) -> Response[Wallet]:
        """Get a wallet with its customer.

        Sends `GET /api/wallets/{wallet_id}` with an API key or a login token, and again after
        failures that may pass.

        Args:
            wallet_id: The id that the server gave the wallet.

        Raises:
            NotFoundError: There is no such wallet.

        Example:
            wallet = client.wallets.get(wallet_id).data
            print(wallet.customer.name, wallet.balance)  # Ada Lovelace 1000
        """
        return await self._get(Wallet, Route("/wallets/{wallet_id}", wallet_id))

    @shown_by("PATCH /wallets/{wallet_id}", Reached("/wallets/{wallet_id}", Wallet))
    async def update(
        self,
        wallet_id: str,
        *,
        name: Omittable[Optional[str]] = UNSET,
        expiration_at: Omittable[Optional[Date]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[Wallet]:
        """Change what is given and leave the rest.

        The server sends the webhook `wallet.updated`.

        Sends `PATCH /api/wallets/{wallet_id}` with an API key or a login token, and again after
        failures that may pass. A repeat sets the same again.

        Args:
            wallet_id: The id that the server gave the wallet.
            name: The new name. None clears it.
            expiration_at: When it expires: from then on invoices take nothing from it; a date is
                midnight UTC. None clears it.
            metadata: What replaces the old metadata as a whole. None clears it.

        Raises:
            BadRequestError: It is terminated.
            NotFoundError: There is no such wallet.

        Example:
            wallet = client.wallets.update(wallet_id, expiration_at="2026-12-31").data
            print(wallet.expiration_at.date())  # 2026-12-31
        """
        body = _ARGUMENTS.body(name=name, expiration_at=expiration_at, metadata=metadata)
        return await self._patch(Wallet, Route("/wallets/{wallet_id}", wallet_id), body)

    @shown_by(
        "DELETE /wallets/{wallet_id}",
        Reached(
            "/wallets/{wallet_id}",
            Wallet,
            want={"status": "TERMINATED"},
            at="terminatedAt",
            before=("ACTIVE",),
            once=True,
        ),
    )
    async def terminate(self, wallet_id: str) -> Response[Wallet]:
        """End a wallet; what is left in it is lost.

        A transaction notes the credits that were lost, as "voided". The server sends the webhook
        `wallet.terminated`.

        Sends `DELETE /api/wallets/{wallet_id}` (also `GET /api/wallets/{wallet_id}`) with an API
        key or a login token, and again after failures that may pass. A repeat is refused: it is
        done.

        Args:
            wallet_id: The id that the server gave the wallet.

        Raises:
            BadRequestError: It was terminated before.
            NotFoundError: There is no such wallet.

        Example:
            wallet = client.wallets.terminate(wallet_id).data
            print(wallet.status, wallet.credits_balance)  # terminated 0
        """
        one = self._with_one_deadline()
        call = Call("DELETE", Route("/wallets/{wallet_id}", wallet_id), "idempotent", trail=Trail())
        try:
            return await one._terminate(call, wallet_id)
        except BaseException as exc:
            if not one._is_lost(call, exc):
                raise
            return await one._found(exc)

    async def _terminate(self, termination: Call, wallet_id: str) -> Response[Wallet]:
        with self._caller.watch(termination) as call:
            try:
                answer = await self._caller.send(call)
            except BadRequestError as error:
                if not error.may_have_been_applied:
                    raise
                # An earlier attempt of this call may have worked: then this is what it leads to.
                refused = error
            else:
                return Response(self._read(call, answer, decode_object, Wallet), answer)
            return await self._terminated(wallet_id, refused)

    async def _terminated(self, wallet_id: str, refused: BadRequestError) -> Response[Wallet]:
        try:
            wallet = await self.get(wallet_id)
        except NovaBillingError as error:
            mark_as_applied(error)
            raise
        if wallet.data.status != "terminated":
            raise refused
        return wallet

    @shown_by(
        "POST /wallets/transactions",
        Filled(
            "/wallets/{walletId}/transactions?limit=100",
            "/wallets/{walletId}",
            WalletTopUp,
            {"voidedCredits": "VOIDED", **_PARTS},
            WalletTransaction,
        ),
    )
    async def create_transaction(
        self,
        *,
        wallet_id: str,
        paid_credits: Omittable[Optional[Amount]] = UNSET,
        granted_credits: Omittable[Optional[Amount]] = UNSET,
        voided_credits: Omittable[Optional[Amount]] = UNSET,
        metadata: Omittable[Optional[Mapping[str, Any]]] = UNSET,
    ) -> Response[WalletTopUp]:
        """Add credits that were paid or granted, or take away voided ones: voided first.

        Each kind of credits becomes a transaction. Sent twice it counts twice, so it is never
        repeated after it may have worked. Calls at the same time may take away more than there is:
        have a lock of your own, also between processes. No webhook is sent.

        Sends `POST /api/wallets/transactions` with an API key or a login token, and never again
        once it may have worked. A repeat counts again.

        Args:
            wallet_id: The id that the server gave the wallet.
            paid_credits: Credits that the customer has paid for, 0 or more. None or unset is 0.
            granted_credits: Credits that are a gift, 0 or more. None or unset is 0.
            voided_credits: Credits to take away, at most what the wallet holds. None or unset is 0.
            metadata: Data of your own, any JSON object; each of the transactions has it. None or
                unset leaves it empty.

        Raises:
            BadRequestError: No credits are given, more are voided than there are, or the wallet is
                terminated.
            NotFoundError: There is no such wallet.

        Example:
            top_up = client.wallets.create_transaction(
                wallet_id=wallet_id, paid_credits=500, granted_credits=50
            ).data
            print(len(top_up.transactions), top_up.wallet.credits_balance)  # 2 1550
        """
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(WalletTopUp, Route("/wallets/transactions"), body, repeat="once")

    async def get_transactions(
        self,
        wallet_id: str,
        *,
        status: Optional[WalletTransactionStatus] = None,
        transaction_status: Optional[WalletTransactionKind] = None,
        transaction_type: Optional[WalletTransactionType] = None,
        page: Optional[int] = None,
        limit: Optional[int] = None,
    ) -> PaginatedResponse[WalletTransaction]:
        """List one page of a wallet's transactions, the newest first.

        Sends `GET /api/wallets/{wallet_id}/transactions` with an API key or a login token, and
        again after failures that may pass.

        Args:
            wallet_id: The id that the server gave the wallet.
            status: Whether they count; the 1.0 server makes only "settled" ones. None means all.
            transaction_status: Why credits moved: "purchased", "granted", "voided" or "invoiced".
                None means all.
            transaction_type: "inbound" or "outbound". None means both.
            page: The page to read, from 1. None means the first.
            limit: Rows per page, 1 to 100. None means 20.

        Raises:
            NotFoundError: There is no such wallet.

        Example:
            page = client.wallets.get_transactions(wallet_id, transaction_type="inbound")
            for transaction in page:
                print(transaction.transaction_status, transaction.credit_amount)  # purchased 1000
        """
        route = Route("/wallets/{wallet_id}/transactions", wallet_id)
        return await self._list(WalletTransaction, route, _TRANSACTIONS.query(**locals()))

    def iter_transactions(
        self,
        wallet_id: str,
        *,
        status: Optional[WalletTransactionStatus] = None,
        transaction_status: Optional[WalletTransactionKind] = None,
        transaction_type: Optional[WalletTransactionType] = None,
    ) -> AsyncPaginator[WalletTransaction]:
        """Iterate over all transactions that `get_transactions` would page through.

        Sends `GET /api/wallets/{wallet_id}/transactions` with an API key or a login token, and
        again after failures that may pass.

        Args:
            wallet_id: The id that the server gave the wallet.
            status: Whether they count; the 1.0 server makes only "settled" ones. None means all.
            transaction_status: Why credits moved: "purchased", "granted", "voided" or "invoiced".
                None means all.
            transaction_type: "inbound" or "outbound". None means both.

        Raises:
            NotFoundError: There is no such wallet.

        Example:
            for transaction in client.wallets.iter_transactions(wallet_id):
                print(transaction.amount)  # 1000
        """
        route = Route("/wallets/{wallet_id}/transactions", wallet_id)
        return self._iter(WalletTransaction, route, _TRANSACTIONS.query(**locals()))
