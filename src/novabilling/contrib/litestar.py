"""Results as what routes of Litestar return, and request structs as what they take.

    app = Litestar([invoice_of], plugins=[NovaBillingPlugin()])

Litestar writes structs by itself as well, but as the server does: with its names and words, and
with secrets in clear. This needs `novabilling[litestar]`.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Dict, Generator, List, Mapping, Type, Union, cast

import msgspec
from litestar.dto import AbstractDTO, DTOFieldDefinition
from litestar.exceptions import ValidationException
from litestar.openapi.spec import OpenAPIType, Reference, Schema
from litestar.plugins import OpenAPISchemaPlugin, SerializationPlugin
from litestar.response import Response as LitestarResponse
from litestar.typing import FieldDefinition
from typing_extensions import override

from .._serialization.reading import read
from .._serialization.serializable import Serializable, Writable
from .._serialization.shapes import Kind, Shape, plan_of, shape_of, words_of
from .._words.decoders import UNREADABLE
from ..types._common import PaginatedResponse, PaginationMeta

if TYPE_CHECKING:
    from litestar._openapi.schema_generation import SchemaCreator


class NovaBillingPlugin(SerializationPlugin, OpenAPISchemaPlugin):
    """Write results, pages and responses as `to_dict(mode="json")`, and describe them so.

    A route whose annotation names them may return them as they are, in lists and in dicts; what it
    takes is read by `from_dict()`, and answered with 400 where that refuses it. Under `Any`, and in
    structs and dataclasses of your own, Litestar writes them by itself: put the dict there.
    """

    def supports_type(self, field_definition: FieldDefinition) -> bool:
        """Say whether a type is one of this SDK."""
        return field_definition.is_subclass_of(Writable)

    def create_dto_for_type(self, field_definition: FieldDefinition) -> Type[AbstractDTO[Any]]:
        """Make what writes and reads the values of one annotation."""
        name = f"NovaBillingDTO[{field_definition.annotation}]"
        return type(name, (_PlainDTO,), {"annotation": field_definition.annotation})

    @staticmethod
    def is_plugin_supported_type(value: Any) -> bool:
        """Say whether a class is one of this SDK."""
        return isinstance(value, type) and issubclass(value, Writable)

    def is_plugin_supported_field(self, field_definition: FieldDefinition) -> bool:
        """Say whether a type is one of this SDK."""
        return not field_definition.is_union and field_definition.is_subclass_of(Writable)

    def to_openapi_schema(
        self, field_definition: FieldDefinition, schema_creator: SchemaCreator
    ) -> Schema:
        """Describe a class of this SDK."""
        of: Any = field_definition.origin or field_definition.annotation
        held = field_definition.inner_types
        schema = schema_creator.create_component_schema(
            field_definition, required=[], property_fields={}, title=_title(of, held)
        )
        schema.description = cleandoc(of.__doc__ or "")
        if issubclass(of, Serializable):
            _describe_struct(schema, of, schema_creator)
        else:
            _describe_answer(schema, of, held, schema_creator)
        return schema


class _PlainDTO(AbstractDTO[Any]):
    annotation: Any = Any

    @classmethod
    def create_for_field_definition(cls, *_: Any, **__: Any) -> None:
        """Make nothing: what Litestar would generate is not needed."""

    @classmethod
    @override
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:
        return True

    @classmethod
    @override
    def generate_field_definitions(
        cls, model_type: Type[Any]
    ) -> Generator[DTOFieldDefinition, None, None]:
        yield from ()

    @classmethod
    @override
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        return False

    @classmethod
    @override
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: SchemaCreator
    ) -> Union[Reference, Schema]:
        if field_definition.is_subclass_of(LitestarResponse):
            field_definition = field_definition.inner_types[0]
        return schema_creator.for_field_definition(field_definition)

    def data_to_encodable_type(self, data: Any) -> Any:
        if isinstance(data, LitestarResponse):
            data.content = _plain(data.content)  # pyright: ignore[reportUnknownMemberType]
            return data  # pyright: ignore[reportUnknownVariableType]
        return _plain(data)

    def decode_bytes(self, value: bytes) -> Any:
        try:
            found = _decoder.decode(value)
        except (*UNREADABLE, InvalidOperation) as exc:
            raise ValidationException(f"the body is no JSON: {exc}") from None
        return self.decode_builtins(found)

    def decode_builtins(self, value: Any) -> Any:
        try:
            return read("data", value, shape_of(self.annotation))
        except (ValueError, TypeError) as exc:
            raise ValidationException(str(exc)) from None


_decoder = msgspec.json.Decoder(float_hook=Decimal)  # amounts stay exact


def _plain(data: Any) -> Any:
    if isinstance(data, Writable):
        return data.to_dict(mode="json")
    if isinstance(data, Mapping):
        return {key: _plain(item) for key, item in data.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(data, (list, tuple, set)):
        return [_plain(item) for item in cast("List[Any]", data)]
    return data


def _title(of: Any, held: Any) -> str:
    return "".join([of.__name__, *(f"[{field.annotation.__name__}]" for field in held)])


def _describe_struct(schema: Schema, of: Any, creator: SchemaCreator) -> None:
    plan = plan_of(of)
    properties: Dict[str, Union[Reference, Schema]] = {}
    for field in plan.fields:
        properties[field.name] = _schema_of(field.shape, creator)
    for one in plan.computed:
        found = _schema_of(one.shape, creator)
        if isinstance(found, Schema):
            found.read_only, found.description = True, one.about or None
        properties[one.name] = found
    schema.properties = properties
    if plan.sent:
        schema.required = [field.name for field in plan.fields if field.required]
        schema.additional_properties = False
    else:
        schema.required = list(properties)


def _describe_answer(schema: Schema, of: Any, held: Any, creator: SchemaCreator) -> None:
    data = creator.for_field_definition(held[0]) if held else Schema()
    schema.properties = {"data": data}
    if issubclass(of, PaginatedResponse):
        meta = creator.for_field_definition(FieldDefinition.from_annotation(PaginationMeta))
        schema.properties = {"data": Schema(type=OpenAPIType.ARRAY, items=data), "meta": meta}
    schema.required = list(schema.properties)


def _schema_of(shape: Shape, creator: SchemaCreator) -> Union[Reference, Schema]:
    if shape.kind == "struct":
        found = creator.for_field_definition(FieldDefinition.from_annotation(shape.of))
    elif shape.kind == "list":
        found = Schema(type=OpenAPIType.ARRAY, items=_schema_of(shape.of, creator))
    else:
        words = words_of(shape)
        found = Schema(**_BY_KIND[shape.kind], enum=list(words) if words else None)
    return Schema(one_of=[found, Schema(type=OpenAPIType.NULL)]) if shape.optional else found


_TEXT: Dict[str, Any] = {"type": OpenAPIType.STRING}
_BY_KIND: Dict[Kind, Dict[str, Any]] = {
    "amount": {**_TEXT, "format": "decimal"},
    "any": {},
    "bytes": {**_TEXT, "content_encoding": "base64"},
    "decimal": {**_TEXT, "format": "decimal"},
    "flag": {"type": OpenAPIType.BOOLEAN},
    "literal": _TEXT,
    "map": {"type": OpenAPIType.OBJECT},
    "moment": {**_TEXT, "format": "date-time"},
    "open_words": _TEXT,
    "text": _TEXT,
    "time": {**_TEXT, "format": "date-time"},
    "time_or_text": _TEXT,
    "utf8": _TEXT,
    "whole": {"type": OpenAPIType.INTEGER},
    "word": _TEXT,
}
