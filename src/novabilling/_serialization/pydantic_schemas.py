"""The schemas of structs and answers for pydantic: validation, serialization, JSON schema.

A schema holds the definitions of all structs that it reaches, since results hold one another.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Callable, Dict, List, Optional, get_args

from pydantic import TypeAdapter
from pydantic_core import core_schema as core

from .._runtime.secrets import MASK
from .docstrings import about, about_fields
from .reading import content_in, in_utc, moment_in
from .shapes import Field, Kind, Plan, Shape, is_unset, plan_of, words_of
from .writing import base64_text, moment_text, number_text, sent_text, time_text, to_plain

_Schema = Any  # of a TypedDict for each kind, which are too strict to be added to
_Handler = Any  # of pydantic, which is not imported
_JsonSchema = Dict[str, Any]


def schema_of_struct(of: Any, handler: _Handler) -> _Schema:
    """Return the schema of a struct class: an instance of it passes, a dict becomes one."""
    definitions = _Definitions(handler)
    return core.definitions_schema(definitions.reference(of), definitions.all())


def schema_of_answer(of: Any, source: Any, parts: Dict[str, Any], handler: _Handler) -> _Schema:
    """Return the schema of a response or page: only one that a call returned passes.

    `parts` are the types of what it holds, by their names.
    """
    fields = {
        name: core.typed_dict_field(handler.generate_schema(hint), required=True)
        for name, hint in parts.items()
    }
    title = of.__name__ + "".join(f"[{_name_of(hint)}]" for hint in get_args(source))

    def check(value: Any, _: object) -> Any:
        if isinstance(value, of):
            return value
        raise ValueError(f"must be a {of.__name__}, as a call returns it")

    def parts_of(value: Any) -> Any:
        return {name: getattr(value, name) for name in parts} if isinstance(value, of) else value

    return core.no_info_wrap_validator_function(
        check,
        core.typed_dict_schema(fields),
        serialization=_written_as(parts_of, core.typed_dict_schema(fields)),
        metadata=_described(title, of.__doc__),
    )


def _name_of(hint: Any) -> str:
    return getattr(hint, "__name__", None) or str(hint)


@lru_cache(maxsize=None)
def serializer_of(of: Any) -> Any:
    """Return what writes objects of a class where pydantic does not know what it will find."""
    return TypeAdapter(of).serializer


class _Definitions:
    """The schemas of structs, each made once, under the name that others refer to it by."""

    def __init__(self, handler: _Handler) -> None:
        self._handler = handler
        self._made: Dict[str, _Schema] = {}
        self._todo: Dict[str, Any] = {}

    def reference(self, of: Any) -> _Schema:
        ref = f"{of.__module__}.{of.__qualname__}:{id(of)}"
        self._todo.setdefault(ref, of)
        return core.definition_reference_schema(ref)

    def all(self) -> List[_Schema]:
        while len(self._made) < len(self._todo):
            for ref, of in list(self._todo.items()):
                if ref not in self._made:
                    self._made[ref] = self._struct(of, ref)
        return list(self._made.values())

    def _struct(self, of: Any, ref: str) -> _Schema:
        plan, said = plan_of(of), about_fields(of)
        fields = {
            field.name: core.typed_dict_field(
                self._field(field), required=field.required, metadata=_said(said.get(field.name))
            )
            for field in plan.fields
        }

        def make(value: Any, validate: Callable[[Any], Dict[str, Any]]) -> Any:
            return value if isinstance(value, of) else of.from_dict(validate(value))

        make.__name__ = of.__name__  # errors show it
        return core.no_info_wrap_validator_function(
            make,
            core.typed_dict_schema(fields, extra_behavior="forbid" if plan.sent else "ignore"),
            ref=ref,
            serialization=_written_as(_fields_of(of, plan), self._written(plan, said)),
            metadata=_described(of.__name__, of.__doc__, closed=plan.sent),
        )

    def _field(self, field: Field) -> _Schema:
        schema = self.of_shape(field.shape)
        if field.required or field.default is None or is_unset(field.default):
            return schema
        return core.with_default_schema(schema, default=field.default)

    def _written(self, plan: Plan, said: Dict[str, str]) -> _Schema:
        fields: Dict[str, core.TypedDictField] = {}
        for field in plan.fields:
            given = not is_unset(field.default)
            schema = self.of_shape(field.shape)
            if plan.sent and field.shape.kind == "map":
                schema["serialization"] = _in_json(sent_text, core.any_schema())
            fields[field.name] = core.typed_dict_field(
                schema, required=given, metadata=_said(said.get(field.name))
            )
        for one in plan.computed:
            more = {"readOnly": True, **({"description": one.about} if one.about else {})}
            fields[one.name] = core.typed_dict_field(
                self.of_shape(one.shape), required=True, metadata=_adding(more)
            )
        return core.typed_dict_schema(fields)

    def of_shape(self, shape: Shape) -> _Schema:
        if shape.kind == "struct":
            schema = self.reference(shape.of)
        elif shape.kind == "list":
            schema = core.list_schema(self.of_shape(shape.of))
        elif shape.kind in ("decimal", "amount"):
            schema = _decimal(self._handler.generate_schema(Decimal))
        else:
            schema = _BY_KIND[shape.kind](shape)
        return core.nullable_schema(schema) if shape.optional else schema


def _fields_of(of: Any, plan: Plan) -> Callable[[Any], Any]:
    names = [field.name for field in plan.fields] + [one.name for one in plan.computed]

    def fields_of(value: Any) -> Any:
        if not isinstance(value, of):
            return value  # pydantic warns of it
        found = {name: getattr(value, name) for name in names}
        for name in plan.secrets:
            if found[name] is not None:
                found[name] = MASK
        return {name: item for name, item in found.items() if not is_unset(item)}

    return fields_of


def _written_as(fields_of: Callable[[Any], Any], schema: _Schema) -> Any:
    """Write an object as the dict of its fields; what includes and excludes them sees that."""

    def write(value: Any, handler: Callable[[Any], Any]) -> Any:
        return handler(fields_of(value))

    return core.wrap_serializer_function_ser_schema(write, schema=schema)


def _described(title: str, docstring: Optional[str], closed: bool = False) -> Dict[str, Any]:
    more: _JsonSchema = {"title": title, "description": about(docstring)}
    if closed:
        more["additionalProperties"] = False

    def describe(schema: Any, handler: Any) -> _JsonSchema:
        written = handler.mode == "serialization"
        found: _JsonSchema = handler(schema["serialization"]["schema"] if written else schema)
        handler.resolve_ref_schema(found).update(more)
        return found

    return {"pydantic_js_functions": [describe]}


def _said(sentence: Optional[str]) -> Dict[str, Any]:
    """Describe a field, beside what it refers to; before pydantic 2.10 it stays undescribed."""
    return {"pydantic_js_updates": {"description": sentence}} if sentence else {}


def _adding(more: _JsonSchema) -> Dict[str, Any]:
    def add(schema: Any, handler: Any) -> _JsonSchema:
        found: _JsonSchema = handler(schema)
        handler.resolve_ref_schema(found).update(more)
        return found

    return {"pydantic_js_functions": [add]}


def _being(json_schema: _JsonSchema) -> Dict[str, Any]:
    def be(_: object, __: object) -> _JsonSchema:
        return dict(json_schema)

    return {"pydantic_js_functions": [be]}


def _in_json(write: Callable[[Any], Any], schema: _Schema) -> Any:
    return core.plain_serializer_function_ser_schema(write, return_schema=schema, when_used="json")


def _decimal(schema: _Schema) -> _Schema:
    """Take a number or its text, and write the text that `to_dict` writes."""
    written = core.str_schema(metadata=_being({"type": "string", "format": "decimal"}))
    return core.no_info_after_validator_function(
        lambda value: value, schema, serialization=_in_json(number_text, written)
    )


def _plainly(schema: _Schema) -> _Schema:
    """Write free content as `to_dict` does, whatever is in it."""

    def write(value: Any, info: Any) -> Any:
        return to_plain(value, info.mode == "json", secrets=False)

    schema["serialization"] = core.plain_serializer_function_ser_schema(
        write, info_arg=True, return_schema=core.any_schema()
    )
    return schema


def _time(_: Shape) -> _Schema:
    return core.no_info_after_validator_function(
        lambda value: in_utc("it", value),
        core.datetime_schema(tz_constraint="aware"),
        serialization=_in_json(time_text, _TIME_TEXT),
    )


def _time_or_text(shape: Shape) -> _Schema:
    def write(value: Any) -> Any:
        return time_text(value) if isinstance(value, datetime) else value

    schema = core.union_schema([_time(shape), core.str_schema()], mode="left_to_right")
    schema["serialization"] = _in_json(write, core.str_schema())
    return schema


def _moment(_: Shape) -> _Schema:
    own = [core.datetime_schema(tz_constraint="aware"), core.date_schema()]
    return core.no_info_before_validator_function(
        moment_in,
        core.union_schema(list(own), mode="left_to_right"),
        serialization=_in_json(moment_text, core.union_schema([*own, core.str_schema()])),
    )


def _words(shape: Shape) -> _Schema:
    """Take any text: a newer server may have more words."""
    return core.str_schema(metadata=_being({"type": "string", "enum": list(words_of(shape))}))


def _utf8(_: Shape) -> _Schema:
    text = core.str_schema()
    return core.bytes_schema(
        serialization=_in_json(lambda value: value.decode("utf-8", "replace"), text),
        metadata=_being({"type": "string"}),
    )


def _bytes(_: Shape) -> _Schema:
    described = _being({"type": "string", "contentEncoding": "base64"})
    return core.no_info_before_validator_function(
        lambda value: content_in("it", value) if isinstance(value, str) else value,
        core.bytes_schema(),
        serialization=_in_json(base64_text, core.str_schema(metadata=described)),
        metadata=described,
    )


_TIME_TEXT = core.str_schema(metadata=_being({"type": "string", "format": "date-time"}))
_BY_KIND: Dict[Kind, Callable[[Shape], _Schema]] = {
    "any": lambda _: _plainly(core.any_schema()),
    "bytes": _bytes,
    "flag": lambda _: core.bool_schema(),
    "literal": lambda shape: core.literal_schema(list(words_of(shape))),
    "map": lambda _: _plainly(core.dict_schema(core.str_schema(), core.any_schema())),
    "moment": _moment,
    "open_words": _words,
    "text": lambda _: core.str_schema(),
    "time": _time,
    "time_or_text": _time_or_text,
    "utf8": _utf8,
    "whole": lambda _: core.int_schema(),
    "word": _words,
}
