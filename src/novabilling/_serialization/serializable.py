"""The base of everything that can leave the process and come back: results and request structs.

What does it is imported with the first object: most programs start without.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, ClassVar, Dict, Iterator, Mapping, Tuple

import msgspec

if TYPE_CHECKING:
    from typing import Literal

    from typing_extensions import Self


class Writable:
    """What can be written as plain data, by this SDK and by the libraries that ask for it."""

    __slots__ = ()

    def to_dict(
        self, *, mode: Literal["python", "json"] = "python", secrets: bool = False
    ) -> Dict[str, Any]:
        """Return a new dict of all fields and properties, with those of nested objects.

        Args:
            mode: "python" keeps `Decimal` and `datetime`. "json" holds what `json.dumps` can write:
                times are ISO 8601, and amounts are text, because a float loses money above 15
                digits.
            secrets: Show API keys, tokens and webhook secrets, which are "********" otherwise.
        """
        from .writing import check_mode, to_plain

        found: Dict[str, Any] = to_plain(self._content(), check_mode(mode), secrets)
        return found

    def to_json(self, *, secrets: bool = False) -> str:
        """Return `to_dict(mode="json")` as JSON.

        Args:
            secrets: Show API keys, tokens and webhook secrets, which are "********" otherwise.
        """
        from .writing import to_text

        return to_text(self._content(), secrets)

    def _content(self) -> Any:
        return self

    def __iter__(self) -> Iterator[Any]:
        """Give the pairs of `to_dict(mode="json")`: `dict()` of this is that."""
        return iter(self.to_dict(mode="json").items())

    if not TYPE_CHECKING:

        def __getitem__(self, key):  # some encoders ask whether there is one, and then for dict()
            name = type(self).__name__
            raise TypeError(f"{name!r} object has attributes and no items: see also to_dict()")

        @property
        def __pydantic_serializer__(self):  # in a field of any type, as in a dict
            if "pydantic_core" not in sys.modules:  # something else looks at all attributes
                raise AttributeError("__pydantic_serializer__")
            from .pydantic_schemas import serializer_of

            return serializer_of(type(self))

    def __json__(self, _: object = None) -> Dict[str, Any]:  # Celery, Pyramid
        return self.to_dict(mode="json")

    def __structlog__(self) -> Dict[str, Any]:
        return self.to_dict(mode="json")


class Serializable(Writable, msgspec.Struct, frozen=True):
    """Base of results and request structs: written by their public names, and read again."""

    __secret_fields__: ClassVar[Tuple[str, ...]] = ()
    __is_sent__: ClassVar[bool] = False

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make an object of what `to_dict()` returned in either mode, or of its parsed JSON.

        Properties such as `total` are computed anew. Masked secrets stay masked.

        Raises:
            ValueError, TypeError: A field is missing, or is not what it should be.
        """
        from .reading import read_struct

        made: Self = read_struct(cls.__name__, data, cls)
        return made

    if not TYPE_CHECKING:

        @classmethod
        def __get_pydantic_core_schema__(cls, source, handler):
            from .pydantic_schemas import schema_of_struct  # pydantic is there: it asks

            return schema_of_struct(cls, handler)
