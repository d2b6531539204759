"""Results as what routes return and tasks leave behind, in each framework."""

from __future__ import annotations

import json
import logging
from decimal import Decimal
from typing import Any, Dict, List, Optional

import jsonschema
import pytest

from novabilling._runtime.secrets import MASK
from novabilling.types import (
    Customer,
    Invoice,
    InvoiceItemDto,
    InvoiceStatus,
    Message,
    PaginatedResponse,
    Response,
    UsageEventInput,
)
from tests.contrib.frameworks import configure_django
from tests.results import one_answer_of_each, one_of_each
from tests.test_plain_data import AMOUNT, CUSTOMER, INVOICE, TENANT

ANSWERS = one_answer_of_each()
RESULTS = one_of_each()
PAGE = ANSWERS[PaginatedResponse[Customer]]
RETURNED: Dict[str, Any] = {
    **{f"/answers/{index}": pair for index, pair in enumerate(ANSWERS.items())},
    **{f"/results/{of.__name__}": (of, row) for of, row in RESULTS.items()},
    "/lists": (List[Customer], list(PAGE.data)),
    "/maybe": (Optional[Invoice], INVOICE),
}


def plain(value: Any) -> Any:
    return [plain(item) for item in value] if isinstance(value, list) else dict(value)


def returning(value: Any, annotation: Any) -> Any:
    """Make a route that returns a value, and says so if there is an annotation."""

    async def route() -> Any:
        return value

    route.__annotations__ = {} if annotation is None else {"return": annotation}
    return route


def follows(document: Dict[str, Any], path: str, body: Any) -> None:
    """Compare an answer with what an OpenAPI document says of it."""
    answer = document["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    whole = {**schema, "components": document["components"]}
    jsonschema.Draft202012Validator(whole).validate(body)


def check_document(document: Dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    names = str(document)
    for ref in {part.split("'")[0] for part in names.split("#/components/schemas/")[1:]}:
        assert ref in document["components"]["schemas"]


# FastAPI


def in_fastapi() -> Any:
    pytest.importorskip("fastapi", reason="FastAPI is not installed")
    pytest.importorskip("pydantic", minversion="2.4")
    from fastapi import FastAPI

    return FastAPI()


def browser(app: Any) -> Any:
    from fastapi.testclient import TestClient

    return TestClient(app)


def test_a_route_of_fastapi_returns_each_type_as_its_schema_says():
    app = in_fastapi()
    for path, (annotation, value) in RETURNED.items():
        app.get(path)(returning(value, annotation))
    document = app.openapi()

    check_document(document)
    for path, (_, value) in RETURNED.items():
        body = browser(app).get(path).json()
        assert body == plain(value), path
        follows(document, path, body)


def test_a_route_of_fastapi_without_a_return_type_returns_the_same():
    app = in_fastapi()
    for path, (_, value) in RETURNED.items():
        app.get(path)(returning(value, None))
    app.get("/nested")(returning({"invoice": INVOICE, "rows": [CUSTOMER]}, None))
    app.get("/typed-dict")(returning({"invoice": INVOICE}, Dict[str, Any]))

    for path, (_, value) in RETURNED.items():
        assert browser(app).get(path).json() == plain(value), path
    assert browser(app).get("/nested").json() == {
        "invoice": dict(INVOICE),
        "rows": [dict(CUSTOMER)],
    }
    assert browser(app).get("/typed-dict").json() == {"invoice": dict(INVOICE)}


def test_fastapi_loses_no_digit_and_shows_no_secret():
    app = in_fastapi()
    for path, annotation in (("/a", Invoice), ("/b", None)):
        app.get(path)(returning(INVOICE, annotation))
    for path, annotation in (("/c", type(TENANT)), ("/d", None)):
        app.get(path)(returning(TENANT, annotation))

    assert [browser(app).get(path).json()["total"] for path in ("/a", "/b")] == [str(AMOUNT)] * 2
    assert [browser(app).get(path).json()["api_key"] for path in ("/c", "/d")] == [MASK] * 2


def test_a_response_model_of_fastapi_picks_fields():
    app = in_fastapi()
    fields = {"id", "total"}
    app.get("/", response_model=Invoice, response_model_include=fields)(returning(INVOICE, None))

    assert browser(app).get("/").json() == {"id": "inv_1", "total": str(AMOUNT)}


def test_what_fastapi_takes_is_checked_and_exact():
    app = in_fastapi()
    from fastapi import Body, Query

    taken: List[Any] = []
    query: Any = Query()
    body: Any = Body()

    def take(items: List[InvoiceItemDto]) -> Message:
        taken.extend(items)
        return Message(message="done")

    def count(event: UsageEventInput = body) -> UsageEventInput:
        taken.append(event)
        return event

    def find(status: List[InvoiceStatus] = query) -> List[str]:
        return list(status)

    app.post("/items")(take)
    app.post("/events")(count)
    app.get("/invoices")(find)

    good = browser(app).post("/items", json=[{"description": "Pro", "amount": str(AMOUNT)}])
    bad = browser(app).post("/items", json=[{"descripton": "Pro", "amount": "x"}])
    event = browser(app).post("/events", json={"subscription_id": "s", "code": "c"})
    words = browser(app).get("/invoices?status=paid&status=void")
    wrong = browser(app).get("/invoices?status=PAID")

    assert good.json() == {"message": "done"}
    assert [error["type"] for error in bad.json()["detail"]] == [
        "missing",
        "decimal_parsing",
        "extra_forbidden",
    ]
    assert bad.json()["detail"][0]["loc"] == ["body", 0, "description"]
    assert event.json() == {"subscription_id": "s", "code": "c"}
    assert (words.json(), wrong.status_code) == (["paid", "void"], 422)
    assert taken == [
        InvoiceItemDto("Pro", AMOUNT),
        UsageEventInput(subscription_id="s", code="c"),
    ]
    check_document(app.openapi())


def test_a_result_that_is_taken_and_returned_has_two_schemas_in_fastapi():
    app = in_fastapi()
    from fastapi import Body

    body: Any = Body()

    def echo(invoice: Invoice = body) -> Invoice:
        return invoice

    app.post("/")(echo)

    assert browser(app).post("/", json=dict(INVOICE)).json() == dict(INVOICE)
    schemas = app.openapi()["components"]["schemas"]
    assert "total" in schemas["Invoice-Output"]["properties"]
    assert "total" not in schemas["Invoice-Input"]["properties"]


# Litestar


def in_litestar(*handlers: Any) -> Any:
    pytest.importorskip("litestar", reason="Litestar is not installed")
    from litestar import Litestar

    from novabilling.contrib.litestar import NovaBillingPlugin

    return Litestar(handlers, plugins=[NovaBillingPlugin()], logging_config=None)


def test_a_route_of_litestar_returns_each_type_as_its_schema_says():
    litestar: Any = pytest.importorskip("litestar", reason="Litestar is not installed")
    from litestar.testing import TestClient

    handlers = [
        litestar.get(path)(returning(value, annotation))
        for path, (annotation, value) in RETURNED.items()
    ]
    app = in_litestar(*handlers)
    document = app.openapi_schema.to_schema()

    check_document(document)
    with TestClient(app) as client:
        for path, (_, value) in RETURNED.items():
            body = client.get(path).json()
            assert body == plain(value), path
            follows(document, path, body)


@pytest.mark.filterwarnings("ignore:.*Reserved kwarg")  # the newest want a mark of their own
def test_what_litestar_takes_is_checked_and_exact():
    litestar: Any = pytest.importorskip("litestar", reason="Litestar is not installed")
    from litestar.testing import TestClient

    taken: List[Any] = []

    async def take(data: List[InvoiceItemDto]) -> Any:
        taken.extend(data)
        return litestar.Response({"items": data}, status_code=202)

    take.__annotations__ = {
        "data": List[InvoiceItemDto],
        "return": litestar.Response[Dict[str, List[InvoiceItemDto]]],
    }
    app = in_litestar(litestar.post("/")(take))
    item = {"description": "Pro", "amount": str(AMOUNT), "quantity": "1"}

    with TestClient(app) as client:
        good = client.post("/", content='[{"description": "Pro", "amount": 9007199254740993.10}]')
        bad = client.post("/", json=[{"descripton": "Pro"}])
        torn = [
            client.post("/", content=body)
            for body in (b"[", b"[" * 100_000, b'["\xff"]', b"[1e9999999999999999999999]")
        ]

    assert (good.status_code, good.json()) == (202, {"items": [item]})
    assert taken == [InvoiceItemDto("Pro", AMOUNT)]
    assert [answer.status_code for answer in (bad, *torn)] == [400] * 5
    assert "data[0]: unknown descripton; it takes description" in bad.json()["detail"]
    document = app.openapi_schema.to_schema()
    check_document(document)
    assert document["components"]["schemas"]["InvoiceItemDto"]["additionalProperties"] is False


# Django, Django REST framework, Flask


def test_django_writes_the_dict():
    configure_django()
    from django.http import JsonResponse

    answer = JsonResponse(INVOICE.to_dict(mode="json"))

    assert json.loads(answer.content) == dict(INVOICE)
    assert json.loads(JsonResponse(dict(PAGE)).content) == dict(PAGE)


def test_a_template_of_django_sees_the_values_of_the_result():
    configure_django()
    import django
    from django.template import Context, Engine

    django.setup()
    source = (
        "{{ invoice.total }} {{ invoice.due_date|date:'Y' }} {{ page.data.0.created_at|date:'Y' }}"
    )
    template = Engine().from_string(source)

    assert template.render(Context({"invoice": INVOICE, "page": PAGE})) == f"{AMOUNT} 2026 2026"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_django_rest_framework_writes_results_as_they_are():
    pytest.importorskip("django", reason="Django is not installed")
    configure_django()
    pytest.importorskip("rest_framework", reason="Django REST framework is not installed")
    from rest_framework.renderers import JSONRenderer

    data = {"invoice": INVOICE, "page": PAGE, "answer": ANSWERS[Response[Customer]]}

    assert json.loads(JSONRenderer().render(INVOICE)) == dict(INVOICE)
    assert json.loads(JSONRenderer().render(data)) == {k: dict(v) for k, v in data.items()}


def test_flask_writes_the_dict():
    flask: Any = pytest.importorskip("flask", reason="Flask is not installed")
    app = flask.Flask("tests")
    app.get("/made", endpoint="a")(lambda: flask.jsonify(INVOICE.to_dict(mode="json")))
    app.get("/returned", endpoint="b")(lambda: dict(PAGE))

    assert app.test_client().get("/made").get_json() == dict(INVOICE)
    assert app.test_client().get("/returned").get_json() == dict(PAGE)


# Celery, structlog


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_task_of_celery_returns_a_result_as_json():
    celery: Any = pytest.importorskip("celery", reason="Celery is not installed")
    app = celery.Celery("tests", broker="memory://", backend="cache+memory://")
    app.conf.update(task_always_eager=True, task_store_eager_result=True)

    def read() -> Invoice:
        return INVOICE

    app.task(name="invoice")(read).apply(task_id="1")
    found = app.AsyncResult("1").result

    assert found == dict(INVOICE)
    assert Invoice.from_dict(found) == INVOICE
    again = app.backend.decode(app.backend.encode({"page": PAGE, "answer": [CUSTOMER]}))
    assert again == {"page": dict(PAGE), "answer": [dict(CUSTOMER)]}


def test_structlog_writes_results_as_json_and_masks_their_secrets():
    structlog: Any = pytest.importorskip("structlog", reason="structlog is not installed")
    render = structlog.processors.JSONRenderer()

    line = render(logging.getLogger(), "info", {"event": "paid", "invoice": INVOICE, "of": TENANT})

    assert json.loads(line)["invoice"] == dict(INVOICE)
    assert json.loads(line)["of"]["api_key"] == MASK


def test_amounts_stay_text_for_who_reads_them_again():
    assert Decimal(dict(INVOICE)["amount"]) == AMOUNT
