"""The same endpoint in each framework, behind that framework's own test client."""

from __future__ import annotations

import asyncio
from typing import Any, Callable, Dict, List, NamedTuple

import pytest

from novabilling import webhooks
from tests.deliveries import BODY, SECRET


class Answer(NamedTuple):
    """What an endpoint answered."""

    status: int
    text: str


class Endpoint(NamedTuple):
    """An endpoint under /hook that puts the events in a list and answers 204."""

    post: Callable[[bytes, Dict[str, str]], Answer]
    received: List[Any]

    def deliver(self, body: bytes = BODY, secret: str = SECRET, **headers: str) -> Answer:
        """Post a body with the signature of a secret."""
        return self.post(body, {"X-Webhook-Signature": webhooks.sign(body, secret), **headers})


def in_fastapi(*args: Any, **options: Any) -> Endpoint:
    """Use the dependency in FastAPI."""
    fastapi: Any = pytest.importorskip("fastapi", reason="FastAPI is not installed")
    from novabilling.contrib.fastapi import webhook_event

    received: List[Any] = []
    app = fastapi.FastAPI()
    depends = fastapi.Depends(webhook_event(*args, **options))

    @app.post("/hook")
    async def hook(event: Any = depends) -> Any:
        received.append(event)
        return fastapi.Response(status_code=204)

    return Endpoint(post_to_asgi(app), received)


def in_starlette(*args: Any, **options: Any) -> Endpoint:
    """Use the dependency in Starlette alone."""
    pytest.importorskip("starlette", reason="Starlette is not installed")
    from starlette.applications import Starlette
    from starlette.responses import Response
    from starlette.routing import Route

    from novabilling.contrib.fastapi import webhook_event

    received: List[Any] = []
    event_of = webhook_event(*args, **options)

    async def hook(request: Any) -> Response:
        received.append(await event_of(request))
        return Response(status_code=204)

    return Endpoint(
        post_to_asgi(Starlette(routes=[Route("/hook", hook, methods=["POST"])])), received
    )


def in_flask(*args: Any, **options: Any) -> Endpoint:
    """Use the decorator in Flask."""
    flask: Any = pytest.importorskip("flask", reason="Flask is not installed")
    from novabilling.contrib.flask import webhook_view

    received: List[Any] = []
    app = flask.Flask("tests")

    @app.post("/hook")
    @webhook_view(*args, **options)
    def hook(event: Any) -> Any:
        received.append(event)
        return "", 204

    return Endpoint(post_to_flask(app), received)


def in_async_flask(*args: Any, **options: Any) -> Endpoint:
    """Use the decorator on an async view of Flask."""
    flask: Any = pytest.importorskip("flask", reason="Flask is not installed")
    pytest.importorskip("asgiref", reason="async views of Flask need asgiref")
    from novabilling.contrib.flask import webhook_view

    received: List[Any] = []
    app = flask.Flask("tests")

    @app.post("/hook")
    @webhook_view(*args, **options)
    async def hook(event: Any) -> Any:
        received.append(event)
        return "", 204

    return Endpoint(post_to_flask(app), received)


def in_django(*args: Any, **options: Any) -> Endpoint:
    """Use the decorator in Django, behind its CSRF check."""
    configure_django()
    from django.http import HttpResponse
    from django.test import Client

    from novabilling.contrib.django import webhook_view

    received: List[Any] = []

    @webhook_view(*args, **options)
    def hook(request: Any, event: Any) -> HttpResponse:
        assert request.path == "/hook"
        received.append(event)
        return HttpResponse(status=204)

    def post(body: bytes, headers: Dict[str, str]) -> Answer:
        client = Client(enforce_csrf_checks=True)
        with routed(hook):
            answer = client.post("/hook", body, "application/json", headers=headers)
        return Answer(answer.status_code, answer.content.decode())

    return Endpoint(post, received)


def in_async_django(*args: Any, **options: Any) -> Endpoint:
    """Use the decorator on an async view of Django."""
    configure_django()
    from django.http import HttpResponse
    from django.test import AsyncClient

    from novabilling.contrib.django import webhook_view

    received: List[Any] = []

    @webhook_view(*args, **options)
    async def hook(request: Any, event: Any) -> HttpResponse:
        await asyncio.sleep(0)
        received.append(event)
        return HttpResponse(status=204)

    def post(body: bytes, headers: Dict[str, str]) -> Answer:
        client: Any = AsyncClient(enforce_csrf_checks=True)
        with routed(hook):
            answer = asyncio.run(client.post("/hook", body, "application/json", headers=headers))
        return Answer(answer.status_code, answer.content.decode())

    return Endpoint(post, received)


FRAMEWORKS = [in_fastapi, in_starlette, in_flask, in_async_flask, in_django, in_async_django]


def post_to_asgi(app: Any, path: str = "/hook") -> Callable[[bytes, Dict[str, str]], Answer]:
    """Make the function that posts to an ASGI application."""
    from starlette.testclient import TestClient

    def post(body: bytes, headers: Dict[str, str]) -> Answer:
        answer = TestClient(app).post(path, content=body, headers=headers)
        return Answer(answer.status_code, answer.text)

    return post


def post_to_flask(app: Any, path: str = "/hook") -> Callable[[bytes, Dict[str, str]], Answer]:
    """Make the function that posts to a Flask application."""
    app.testing = True  # errors come through

    def post(body: bytes, headers: Dict[str, str]) -> Answer:
        answer = app.test_client().post(
            path, data=body, headers=headers, content_type="application/json"
        )
        return Answer(answer.status_code, answer.text)

    return post


def configure_django() -> None:
    """Set Django up, once, or skip the test."""
    pytest.importorskip("django", reason="Django is not installed")
    from django.conf import settings

    if not settings.configured:
        middleware = ["django.middleware.csrf.CsrfViewMiddleware"]
        settings.configure(SECRET_KEY="tests", ALLOWED_HOSTS=["*"], MIDDLEWARE=middleware)


def routed(view: Any, at: str = "/hook", **settings: Any) -> Any:
    """Put a view of Django at a path for a while."""
    from django.test import override_settings
    from django.urls import path

    return override_settings(ROOT_URLCONF=(path(at[1:], view),), **settings)
