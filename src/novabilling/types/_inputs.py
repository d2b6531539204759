"""The structured arguments: each is a small struct, or a dict with the same keys.

A dict has the name of its struct with `Param` for `Input`. Two classes make one such dict where
some keys may be left out: Python 3.8 has no `NotRequired`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar, List, Mapping, Optional, Sequence, TypedDict, Union

from msgspec import UNSET, UnsetType

from .._serialization.serializable import Serializable
from .._words.checks import Date
from .._words.fields import hash_of
from .._words.literals import Currency

Amount = Union[int, float, Decimal]
"""An amount of money in the major unit: 15000 NGN is fifteen thousand naira, and no kobo.

It is sent exactly, with at most 4 decimals. `to_minor_units` and `from_minor_units` translate for
those who count in kobo and cents.
"""


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


class _Quantity(TypedDict, total=False):
    quantity: Amount


class InvoiceItemParam(_Quantity):
    """A line of a new invoice as a dict: the keys of `InvoiceItemDto`; `quantity` may be absent."""

    description: str
    amount: Amount


class InvoiceItemUnitAmountParam(_Quantity):
    """The same with `unit_amount`, the server's own name, for `amount`."""

    description: str
    unit_amount: Amount


class PriceInput(Input, frozen=True):
    """What a new plan costs for one billing interval in one currency, in its major units."""

    currency: Union[Currency, str]
    amount: Amount


class PriceParam(TypedDict):
    """What a plan or an add-on costs in one currency as a dict: the keys of `PriceInput`."""

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


class _GraduatedRangeParam(TypedDict):
    from_value: int
    per_unit_amount: Amount


class GraduatedRangeParam(_GraduatedRangeParam, total=False):
    """What units from one number to another cost as a dict: the keys of `GraduatedRangeInput`.

    `from_value` and `per_unit_amount` must be there.
    """

    to_value: Optional[int]
    flat_amount: Amount


class ChargeFilterInput(Input, frozen=True):
    """Other prices for events whose property `key` has one of these values."""

    key: str
    values: List[str]
    properties: Union[Mapping[str, Any], UnsetType] = UNSET

    def __hash__(self) -> int:
        return hash_of(self)


class _ChargeFilterParam(TypedDict):
    key: str
    values: Sequence[str]


class ChargeFilterParam(_ChargeFilterParam, total=False):
    """Other prices for some events as a dict: `key`, `values`, and `properties` if need be."""

    properties: Mapping[str, Any]


class MetricFilterInput(Input, frozen=True):
    """A property of events by which a metric can be split."""

    key: str
    values: List[str]

    def __hash__(self) -> int:
        return hash_of(self)


class MetricFilterParam(TypedDict):
    """A property of events as a dict: `key` and `values`."""

    key: str
    values: Sequence[str]


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

    def __hash__(self) -> int:
        return hash_of(self)


class _UsageEventParam(TypedDict):
    subscription_id: str
    code: str


class UsageEventParam(_UsageEventParam, total=False):
    """One use of something as a dict: the keys of `UsageEventInput`.

    `subscription_id` and `code` must be there.
    """

    transaction_id: str
    timestamp: Date
    properties: Mapping[str, Any]
