"""Amounts in their currency: its decimals, its smallest units, and what it cannot express."""

from __future__ import annotations

from decimal import Context, Decimal
from types import MappingProxyType
from typing import Any, Iterator, List, Mapping, Tuple, Union, cast, get_args

from .checks import currency as currency_code
from .checks import money
from .literals import Currency
from .numbers import python_number, type_of
from .warnings import warn

_OTHER_DECIMALS = {
    **dict.fromkeys(("UGX", "TZS", "RWF", "XOF", "GNF", "XAF", "JPY"), 0),
    **dict.fromkeys(("TND", "LYD"), 3),
}

CURRENCY_DECIMALS: Mapping[str, int] = MappingProxyType(
    {code: _OTHER_DECIMALS.get(code, 2) for code in get_args(Currency)}
)
"""How many decimals each currency of `currencies.list()` has: NGN 2, XOF 0, TND 3."""

_EXACT = Context(prec=100, traps=[])
_KEPT = Decimal("0.0001")


def to_minor_units(amount: Union[int, float, Decimal], currency: Union[Currency, str]) -> int:
    """Write an amount in the smallest units of its currency, as Stripe and Paystack do.

    19.99 USD is 1999 cents, 500 XOF is 500: it has no smaller unit.

    Raises:
        ValueError: The amount has more decimals than the currency, or the currency is unknown.
        TypeError: The amount is no number.
    """
    decimals = _decimals(currency)
    units = money("amount", amount).scaleb(decimals, _EXACT)
    if units != units.to_integral_value():
        raise ValueError(f"amount: {amount} has more decimals than {currency} ({decimals})")
    return int(units)


def from_minor_units(units: int, currency: Union[Currency, str]) -> Decimal:
    """Read an amount that is given in the smallest units of its currency; it is exact.

    1999 of USD is `Decimal("19.99")`, 500 of XOF is `Decimal("500")`.

    Raises:
        ValueError: The currency is unknown.
        TypeError: The units are no int.
    """
    decimals = _decimals(currency)
    whole = python_number("units", units)
    if isinstance(whole, bool) or not isinstance(whole, int):
        raise TypeError(f"units must be an int, not {type_of(units)}")
    return Decimal(f"{whole:d}e-{decimals}")


def _decimals(currency: str) -> int:
    decimals = CURRENCY_DECIMALS.get(currency_code("currency", currency))
    if decimals is None:
        raise ValueError(
            f"currency: NovaBilling does not say how many decimals {currency} has; "
            "it is not in CURRENCY_DECIMALS"
        )
    return decimals


def warn_of_decimals(fields: Mapping[str, Any], prefix: str) -> None:
    """Warn of amounts that nobody can pay in the currency that stands beside them."""
    code: str = fields["currency"]
    decimals = CURRENCY_DECIMALS.get(code)
    if decimals is None:
        return
    for name, amount in _amounts(fields):
        if not _fits(amount, decimals):
            shown = f"{amount.normalize(_EXACT):f}"
            warn(
                f"{prefix}{name}: {shown} {code} is sent as it is, but {code} has "
                f"{decimals or 'no'} decimals: nobody can pay it"
            )


def _fits(amount: Decimal, decimals: int) -> bool:
    kept = amount.quantize(_KEPT, context=_EXACT)
    return kept.is_nan() or kept == kept.quantize(Decimal(f"1e-{decimals}"), context=_EXACT)


def _amounts(fields: Mapping[str, Any]) -> Iterator[Tuple[str, Decimal]]:
    """Name the amounts of a call by their public names; a price counts times its quantity."""
    if fields.get("amount") is not None:
        yield "amount", fields["amount"]
    if fields.get("discountType") == "FIXED_AMOUNT":
        yield "discount_value", fields["discountValue"]
    for index, item in enumerate(cast("List[Mapping[str, Any]]", fields.get("items") or ())):
        yield f"items[{index}]", _product(item.get("unitAmount"), item.get("quantity"))
    for name, wire in (("paid_credits", "paidCredits"), ("granted_credits", "grantedCredits")):
        if wire in fields:
            yield name, _product(fields.get("rateAmount", 1), fields[wire])


def _product(price: object, quantity: object) -> Decimal:
    factors = [Decimal(repr(n)) if isinstance(n, float) else n for n in (price, quantity)]
    one, other = (Decimal(n) if isinstance(n, (int, Decimal)) else Decimal() for n in factors)
    return _EXACT.multiply(one, other)
