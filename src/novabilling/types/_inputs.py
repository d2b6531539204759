"""The structured arguments: small structs; a dict with the same keys is accepted as well."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, List, Mapping, Union

from msgspec import UNSET, UnsetType

from .._serialization.serializable import Serializable
from .._words.checks import Date
from .._words.literals import Currency

Amount = Union[int, float, Decimal]
"""An amount of money in the major unit: 15000 NGN is fifteen thousand naira, and no kobo.

It is sent exactly, with at most 4 decimals. `to_minor_units` and `from_minor_units` translate for
those who count in kobo and cents.
"""

Fields = Mapping[str, Any]
"""A dict with the keys of a struct."""


class Input(Serializable, frozen=True):
    """Base of what is sent: no key of a dict is ignored, and its JSON is sent as it was."""

    __is_sent__: ClassVar[bool] = True


class InvoiceItemDto(Input, frozen=True):
    """A line of a new invoice; `amount` is the price of one unit, `quantity` at least 1.

    The amount is in major units of the invoice's currency: 19.99, not 1999.
    """

    description: str
    amount: Amount
    quantity: Amount = 1


class PriceInput(Input, frozen=True):
    """What a new plan costs for one billing interval in one currency, in its major units."""

    currency: Union[Currency, str]
    amount: Amount


class GraduatedRangeInput(Input, frozen=True, kw_only=True):
    """What units from one number to another cost; without `to_value` it is the last range.

    The amounts are in major units of the currency in which a subscription is billed.
    """

    from_value: int
    per_unit_amount: Amount
    to_value: Union[int, UnsetType, None] = UNSET
    flat_amount: Union[Amount, UnsetType] = UNSET


class ChargeFilterInput(Input, frozen=True):
    """Other prices for events whose property `key` has one of these values."""

    key: str
    values: List[str]
    properties: Union[Mapping[str, Any], UnsetType] = UNSET


class MetricFilterInput(Input, frozen=True):
    """A property of events by which a metric can be split."""

    key: str
    values: List[str]


class UsageEventInput(Input, frozen=True, kw_only=True):
    """One use of something that is metered.

    `subscription_id` may be the subscription's external id. `transaction_id` keeps the event from
    being counted twice; one that is left out is made up before the event is sent. `timestamp` says
    when it happened, and so in which billing period it counts; one that is left out is the time of
    the call that sends it. Give both to an event that waits in a queue.
    """

    subscription_id: str
    code: str
    transaction_id: Union[str, UnsetType] = UNSET
    timestamp: Union[Date, UnsetType] = UNSET
    properties: Union[Mapping[str, Any], UnsetType] = UNSET
