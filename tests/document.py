"""What the server says that it accepts: its own document, corrected where it was seen to differ.

The document lies beside the repository.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, Iterator

from tests.facts import Fact

PATH = Path(__file__).resolve().parents[2] / "shared" / "api" / "openapi.json"
DOCUMENT: Dict[str, Any] = json.loads(PATH.read_text("utf-8")) if PATH.exists() else {}

TEXT = {"type": "string"}
OBJECTS = {"type": "array", "items": {"type": "object"}}
WRONG: Dict[str, Dict[str, Any]] = {
    # Read by the server and not documented.
    "PATCH /plans/{id}/prices/{priceId}": {"amount": {"type": "number"}},
    "POST /portal/customers/{externalId}/invoices/{invoiceId}/checkout": {"callbackUrl": TEXT},
    # Documented as lists of strings.
    "POST /plan-overrides": {"overriddenPrices": OBJECTS, "overriddenCharges": OBJECTS},
    "PATCH /plan-overrides/{id}": {"overriddenPrices": OBJECTS, "overriddenCharges": OBJECTS},
}
REFUSED = {("GET /analytics/payments", "provider")}
"""A query parameter that is documented, and refused with 400."""


def documentation(fact: Fact) -> Any:
    return DOCUMENT["paths"]["/api" + fact.template][fact.method.lower()]


def query_schemas(fact: Fact) -> Dict[str, Any]:
    """Return what the server reads of the query."""
    found = [p for p in documentation(fact).get("parameters", []) if p["in"] == "query"]
    names = [p["name"] for p in found if (fact.operation, p["name"]) not in REFUSED]
    return {p["name"]: p["schema"] for p in found if p["name"] in names}


def resolved(schema: Any) -> Any:
    reference = schema.get("$ref")
    return DOCUMENT["components"]["schemas"][reference.split("/")[-1]] if reference else schema


def body_schema(fact: Fact) -> Any:
    """Return what the server reads of the body."""
    content = documentation(fact).get("requestBody", {}).get("content", {})
    schema = resolved(content.get("application/json", {}).get("schema", {}))
    properties = {**schema.get("properties", {}), **WRONG.get(fact.operation, {})}
    return {"type": "object", "properties": properties, "required": schema.get("required", [])}


KINDS = {
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def mismatches(value: Any, schema: Any, at: str = "body") -> Iterator[str]:
    """Yield where a value is not what a schema says; all that it names must be there."""
    schema = resolved(schema)
    kind = schema.get("type", "object")
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
