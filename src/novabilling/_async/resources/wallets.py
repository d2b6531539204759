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
        """List one page of wallets, the newest first; `limit` is 1 to 100 (default 20)."""
        filters = _ARGUMENTS.query(customer_id=customer_id, status=status)
        return await self._list(Wallet, Route("/wallets"), filters, page=page, limit=limit)

    def iter(
        self, *, customer_id: Optional[str] = None, status: Optional[WalletStatus] = None
    ) -> AsyncPaginator[Wallet]:
        """Iterate over all wallets that `list` would page through."""
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
        """Create a wallet, one of several perhaps; a credit is worth `rate_amount` (default 1).

        That is in major units of `currency`: at 1, a credit is one naira and not one kobo. Sent
        twice it makes two wallets, so it is never repeated after it may have worked.
        """
        metadata = self._marked(metadata)
        body = _ARGUMENTS.body(**locals())
        return await self._post(Wallet, Route("/wallets"), body, repeat="once", keys_first=True)

    async def get(self, wallet_id: str) -> Response[Wallet]:
        """Get a wallet with its customer."""
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
        """Change what is given; None clears a field."""
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

        Raises:
            BadRequestError: It was terminated before.
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

        Sent twice it counts twice, so it is never repeated after it may have worked. Calls at the
        same time may take away more than there is: have a lock of your own, also between processes.
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
        """List one page of a wallet's transactions, the newest first (`limit` default 20)."""
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
        """Iterate over all transactions that `get_transactions` would page through."""
        route = Route("/wallets/{wallet_id}/transactions", wallet_id)
        return self._iter(WalletTransaction, route, _TRANSACTIONS.query(**locals()))
