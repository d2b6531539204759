"""How the content of an answer becomes objects, whichever envelope it comes in.

The 1.0 server sends a bare object, a bare array, or a page `{"data": [...], "meta": {...}}`; the
hosted API may wrap the first two in `{"data": ...}`. All of them are understood everywhere.
"""

from __future__ import annotations

import re
from datetime import datetime, timezone
from functools import lru_cache
from typing import (
    Any,
    Callable,
    Dict,
    FrozenSet,
    Generic,
    List,
    Optional,
    Sized,
    Tuple,
    Type,
    TypeVar,
    Union,
    cast,
)

import msgspec

from .._words.decoders import decoder
from .._words.fields import field_reader
from ..types._common import PaginationMeta

T = TypeVar("T")

_Json = Union[bytes, msgspec.Raw]

# How a timestamp with another offset than Z ends; the first search is quick, and may be wrong.
_MAYBE_OFFSET = re.compile(rb'-\d\d:?\d\d"').search
_SIGN = rb"(?:[+-]|\\u002[BbDd])"  # some gateways escape a plus
_OFFSET = rb":\d\d(?:\.\d+)?" + _SIGN + rb'\d\d:?\d\d"'

_Limit = Union[int, float, None]
"""Some routes of the 1.0 server give a fraction back."""


class _Meta(msgspec.Struct, rename="camel"):
    total: Optional[int] = None
    page: int = 1
    limit: _Limit = None
    per_page: _Limit = None
    total_pages: Optional[int] = None


class _Page(msgspec.Struct):
    data: msgspec.Raw
    meta: Optional[_Meta] = None


class _PageOf(msgspec.Struct, Generic[T]):
    data: List[T]
    meta: Optional[_Meta] = None


def _make_decoder(of: Any, root: str) -> msgspec.json.Decoder[Any]:
    return decoder(of, field_reader(root))


def _make_list_decoders(of: Any, root: str) -> Tuple[msgspec.json.Decoder[Any], ...]:
    read_field = field_reader(root)
    return decoder(_PageOf[of], read_field), decoder(List[of], read_field)


def _required_fields(of: Any) -> FrozenSet[str]:
    fields = msgspec.structs.fields(of)
    return frozenset(field.encode_name for field in fields if field.required)


prepare_object: Callable[[Any, str], msgspec.json.Decoder[Any]]
prepare_object = lru_cache(maxsize=1024)(_make_decoder)
"""Make what reads one object of a type, before the request is sent that it is the answer to."""
prepare_list: Callable[[Any, str], Tuple[msgspec.json.Decoder[Any], ...]]
prepare_list = lru_cache(maxsize=1024)(_make_list_decoders)
"""Make what reads a page of objects of a type, and a bare list, before the request is sent."""
_required: Callable[..., FrozenSet[str]] = lru_cache(maxsize=None)(_required_fields)
_decode_keys = decoder(Dict[str, msgspec.Raw]).decode
_decode_page = decoder(_Page).decode


def decode_object(content: bytes, of: Type[T], root: str) -> T:
    """Read one object of a type, bare or inside `data`."""
    decode: Callable[[_Json], T] = prepare_object(of, root).decode
    try:
        return in_utc(content, decode(content))
    except msgspec.ValidationError:
        inner = _inside_envelope(content, of)
        if inner is None:
            raise
    return in_utc(content, decode(inner))


def _inside_envelope(content: bytes, of: Type[object]) -> Optional[msgspec.Raw]:
    try:
        keys = _decode_keys(content)
    except msgspec.ValidationError:
        return None
    return None if keys.keys() & _required(of) else keys.get("data")


def decode_list(content: bytes, of: Type[T], root: str) -> Tuple[List[T], PaginationMeta]:
    """Read a list of objects: a bare array or a page, each bare or inside `data`."""
    pages, lists = prepare_list(of, root)
    try:
        found: _PageOf[T] = pages.decode(content)
    except msgspec.ValidationError:
        return _decode_other_list(content, lists.decode)
    items = in_utc(content, found.data)
    return items, _meta(found.meta, items)


def _decode_other_list(
    content: bytes, decode: Callable[[_Json], List[T]]
) -> Tuple[List[T], PaginationMeta]:
    if content.lstrip()[:1] == b"[":
        items = in_utc(content, decode(content))
        return items, whole_list(items)
    page = _decode_page(content)
    if bytes(page.data)[:1] == b"{":
        page = _decode_page(page.data)
    items = in_utc(content, decode(page.data))
    return items, _meta(page.meta, items)


def in_utc(content: bytes, value: T) -> T:
    """Move timestamps to UTC. The 1.0 server sends no others, so most answers are not searched."""
    maybe = b"+" in content or b"\\" in content or _MAYBE_OFFSET(content)
    if maybe and re.search(_OFFSET, content):
        try:
            _move_to_utc(value)
        except OverflowError:
            raise msgspec.ValidationError("Expected a time of the years 1 to 9999") from None
    return value


def _move_to_utc(value: object) -> None:
    if isinstance(value, list):
        for item in cast("List[object]", value):
            _move_to_utc(item)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            field = getattr(value, name)
            if isinstance(field, datetime):
                msgspec.structs.force_setattr(value, name, field.astimezone(timezone.utc))
            else:
                _move_to_utc(field)


def whole_list(items: Sized) -> PaginationMeta:
    """Describe a list that the server sends whole: page 1 of 1."""
    return PaginationMeta(total=len(items), page=1, limit=len(items), total_pages=1)


def cut(rows: List[T], page: Optional[int], limit: Optional[int]) -> Tuple[List[T], PaginationMeta]:
    """Return one page of a list that the server sends whole, and where it stands."""
    page, limit = page or 1, limit or 20
    pages = -(-len(rows) // limit)
    meta = PaginationMeta(total=len(rows), page=page, limit=limit, total_pages=pages)
    return rows[(page - 1) * limit : page * limit], meta


def _meta(meta: Optional[_Meta], items: Sized) -> PaginationMeta:
    if meta is None or meta.total is None:
        return whole_list(items)
    limit = meta.limit if meta.limit is not None else meta.per_page
    limit = len(items) if limit is None else int(limit)
    pages = meta.total_pages
    if pages is None:
        pages = -(-meta.total // limit) if limit else 0
    return PaginationMeta(total=meta.total, page=meta.page, limit=limit, total_pages=pages)
