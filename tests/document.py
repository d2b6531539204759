"""What the server accepts: a table of our own, made from its document and corrected.

The table says of each operation which names stand in its query and body, of what kind each is, and
which of them the server cannot do without: those end in an exclamation mark. A kind is a type of
JSON, a list of words, `@` before the name of a struct, or `[]` behind the kind of a list's items.

The document itself lies beside the repository, for those who have it. A test compares the two;
`python -m tests.document` writes the table anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator

from tests.facts import Fact

PATH = Path(__file__).resolve().parents[2] / "shared" / "api" / "openapi.json"
DOCUMENT: Dict[str, Any] = json.loads(PATH.read_text("utf-8")) if PATH.exists() else {}
TABLE_PATH = Path(__file__).parent / "data" / "operations.json"
TABLE: Dict[str, Any] = json.loads(TABLE_PATH.read_text("utf-8"))

WRONG: Dict[str, Dict[str, Any]] = {
    # Read by the server and not documented.
    "PATCH /plans/{id}/prices/{priceId}": {"amount": "number"},
    "POST /portal/customers/{externalId}/invoices/{invoiceId}/checkout": {"callbackUrl": "string"},
    # Documented as lists of strings.
    "POST /plan-overrides": {"overriddenPrices": "object[]", "overriddenCharges": "object[]"},
    "PATCH /plan-overrides/{id}": {
        "overriddenPrices": "object[]",
        "overriddenCharges": "object[]",
    },
}
REFUSED = {("GET /analytics/payments", "provider")}
"""A query parameter that is documented, and refused with 400."""


# From the document to the table


def table_of(document: Dict[str, Any]) -> Dict[str, Any]:
    """Say the same as the document, of what can be sent."""
    schemas = document["components"]["schemas"]
    operations = {
        f"{verb.upper()} {path}": _operation(f"{verb.upper()} {path}", said, schemas)
        for path, verbs in document["paths"].items()
        for verb, said in verbs.items()
    }
    sent = {name for said in operations.values() for name in _names_in(said)}
    found: Dict[str, Any] = {}
    while sent - found.keys():
        name = min(sent - found.keys())
        found[name] = _fields(schemas[name])
        sent |= set(_names_in(found[name]))
    return {"operations": operations, "structs": found}


def _operation(name: str, said: Any, schemas: Dict[str, Any]) -> Dict[str, Any]:
    short = name.replace(" /api/", " /")
    query = {
        p["name"]: _kind(p["schema"])
        for p in said.get("parameters", [])
        if p["in"] == "query" and (short, p["name"]) not in REFUSED
    }
    content = said.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = schemas[schema["$ref"].split("/")[-1]]
    body = {**_fields(schema), **WRONG.get(short, {})}
    return {**({"query": query} if query else {}), **({"body": body} if body else {})}


def _fields(schema: Any) -> Dict[str, Any]:
    needed = schema.get("required", [])
    return {
        name + "!" * (name in needed): _kind(field)
        for name, field in schema.get("properties", {}).items()
    }


def _kind(schema: Any) -> Any:
    if "$ref" in schema:
        return "@" + schema["$ref"].split("/")[-1]
    if schema.get("type") == "array":
        return f"{_kind(schema['items'])}[]"
    return schema.get("enum") or schema.get("type", "object")


def _names_in(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for kind in said.values():
            yield from _names_in(kind)
    elif isinstance(said, str) and said.startswith("@"):
        yield said.strip("@[]")


def written(table: Dict[str, Any]) -> str:
    """Write the table, a line for each operation and struct."""
    parts = []
    for part, rows in table.items():
        lines = [f"    {json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items()]
        parts.append(f'  "{part}": {{\n' + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


# From the table to what is compared with requests


def query_schemas(fact: Fact) -> Dict[str, Any]:
    """Return what the server reads of the query."""
    said = TABLE["operations"][operation_in_table(fact)]
    return {name.rstrip("!"): _schema(kind) for name, kind in said.get("query", {}).items()}


def body_schema(fact: Fact) -> Any:
    """Return what the server reads of the body."""
    return _object(TABLE["operations"][operation_in_table(fact)].get("body", {}))


def struct_schema(name: str) -> Any:
    """Return what the server reads of a part of a body."""
    return _object(TABLE["structs"][name])


def operation_in_table(fact: Fact) -> str:
    return f"{fact.method} /api{fact.template}"


def _object(fields: Dict[str, Any]) -> Any:
    return {
        "type": "object",
        "properties": {name.rstrip("!"): _schema(kind) for name, kind in fields.items()},
        "required": [name[:-1] for name in fields if name.endswith("!")],
    }


def _schema(kind: Any) -> Any:
    if isinstance(kind, list):
        return {"type": "string", "enum": kind}
    if kind.endswith("[]"):
        return {"type": "array", "items": _schema(kind[:-2])}
    return struct_schema(kind[1:]) if kind.startswith("@") else {"type": kind}


KINDS = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def mismatches(value: Any, schema: Any, at: str = "body") -> Iterator[str]:
    """Yield where a value is not what a schema says; all that it names must be there."""
    kind = schema["type"]
    if not isinstance(value, KINDS[kind]) or (kind == "number" and isinstance(value, bool)):
        yield f"{at} is {value!r}, no {kind}"
    elif kind == "array":
        assert value, at
        for item in value:
            yield from mismatches(item, schema["items"], f"{at}[]")
    elif kind == "object" and "properties" in schema:
        if value.keys() != schema["properties"].keys():
            yield f"{at} has {sorted(value)}, not {sorted(schema['properties'])}"
        for key in value.keys() & schema["properties"].keys():
            yield from mismatches(value[key], schema["properties"][key], f"{at}.{key}")


if __name__ == "__main__":
    TABLE_PATH.write_text(written(table_of(DOCUMENT)), "utf-8")
