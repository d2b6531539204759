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
    """A line of a new invoice.

    Attributes:
        description: What it is for; not empty.
        amount: The price of one unit, in major units of the invoice's currency: 19.99, not 1999. 0
            or more.
        quantity: How many units, at least 1; fractions are allowed.
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
    """What a plan or an add-on costs in one currency.

    Attributes:
        currency: The code of the currency, three letters; sent in upper case.
        amount: The price, in major units of `currency`: 19.99, not 1999. 0 or more.
    """

    currency: Union[Currency, str]
    amount: Amount


class PriceParam(TypedDict):
    """What a plan or an add-on costs in one currency as a dict: the keys of `PriceInput`."""

    currency: Union[Currency, str]
    amount: Amount


class GraduatedRangeInput(Input, frozen=True, kw_only=True):
    """What units from one number to another cost.

    Attributes:
        from_value: The first unit of it, a whole number.
        per_unit_amount: What each of its units costs, in major units of the currency in which a
            subscription is billed.
        to_value: The last unit of it, a whole number. None or unset makes it the last range.
        flat_amount: What it costs besides once it is entered, in major units. Unset is 0.
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
    """Other prices for events that have one of some values.

    Attributes:
        key: The property of events, which is a filter of the metric.
        values: The values of it that these prices are for.
        properties: The prices, as those of the charge.
    """

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
    """A property of events by which a metric can be split.

    Attributes:
        key: The property of events.
        values: The values of it that are told apart.
    """

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

    Give `transaction_id` and `timestamp` to an event that waits in a queue.

    Attributes:
        subscription_id: The id of the subscription, the server's or your own external one.
        code: The code of the metric that counts it.
        transaction_id: Your own key of the event, at most 255 characters: it is counted once. Unset
            is made up before it is sent.
        timestamp: When it happened, and so in which billing period it counts. Unset is the time of
            the call that sends it.
        properties: What the metric adds up or splits by, any JSON object.
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
