"""OpenTelemetry: spans of a client, metrics of an outbox; this needs `novabilling[otel]`."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Callable, Dict, Generator, Iterable, Optional, Union
from urllib.parse import urlsplit

try:
    from opentelemetry import propagate
    from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter
    from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, TracerProvider, get_tracer
except ImportError as _error:
    raise ImportError('OpenTelemetry is missing: pip install "novabilling[otel]"') from _error

from ._call.configuration import check_headers
from ._call.errors import APIStatusError
from ._call.hooks import AttemptInfo, CallInfo, hooks_of
from ._version import __version__

if TYPE_CHECKING:
    from ._async.client import AsyncNovaBilling
    from ._async.outbox.outbox import AsyncOutbox
    from ._sync.client import NovaBilling
    from ._sync.outbox.outbox import Outbox

__all__ = ["instrument", "instrument_outbox"]

_Attributes = Dict[str, Union[str, int, float]]


def instrument(
    client: Union[NovaBilling, AsyncNovaBilling], tracer_provider: Optional[TracerProvider] = None
) -> Callable[[], None]:
    """Record a span for each call of a client and its copies; return what ends that.

    The span has the attributes of the conventions for HTTP clients, and an event for each attempt.
    It holds no token, body or query, and the types of errors without their messages. The headers of
    the global propagator (`traceparent`) are sent along, only to the server.
    """
    tracer = get_tracer("novabilling", __version__, tracer_provider)
    return hooks_of(client).add(partial(_span, tracer))


@contextmanager
def _span(tracer: Tracer, call: CallInfo) -> Generator[Callable[[AttemptInfo], None], None, None]:
    with tracer.start_as_current_span(
        call.method if call.template is None else f"{call.method} {call.template}",
        kind=SpanKind.CLIENT,
        attributes=_request_attributes(call),
        record_exception=False,  # its message and traceback
        set_status_on_exception=False,
    ) as span:
        headers: Dict[str, str] = {}
        propagate.inject(headers)
        call.headers.update(check_headers(headers))
        try:
            yield partial(_record, span)
        except BaseException as error:
            span.set_status(StatusCode.ERROR)
            span.set_attribute("error.type", _error_type(error))
            span.add_event("exception", {"exception.type": _type_name(error)})
            raise


def _request_attributes(call: CallInfo) -> _Attributes:
    url = urlsplit(call.url)
    attributes: _Attributes = {
        "http.request.method": call.method,
        "server.address": url.hostname or "",
        "server.port": url.port or (443 if url.scheme == "https" else 80),
        "url.full": call.url,
    }
    if call.template is not None:
        attributes["url.template"] = call.template
    return attributes


def _record(span: Span, attempt: AttemptInfo) -> None:
    answer: _Attributes = {}
    if attempt.status_code is not None:
        answer["http.response.status_code"] = attempt.status_code
    event: _Attributes = {"novabilling.attempt": attempt.attempt, **answer}
    event["novabilling.elapsed"] = attempt.elapsed
    if attempt.error is not None:
        event["error.type"] = _error_type(attempt.error)
    if attempt.retry_in is not None:
        event["novabilling.retry_in"] = attempt.retry_in
    span.add_event("novabilling.attempt", event)
    span.set_attribute("novabilling.request_id", attempt.request_id)
    if attempt.attempt > 1:
        span.set_attribute("http.request.resend_count", attempt.attempt - 1)
    if attempt.retry_in is None:
        span.set_attributes(answer)


def _error_type(error: BaseException) -> str:
    """Return the status of an answer that is an error, as the conventions want it, or the class."""
    return str(error.status_code) if isinstance(error, APIStatusError) else _type_name(error)


def _type_name(error: BaseException) -> str:
    kind = type(error)
    if kind.__module__ == "builtins":
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


_GAUGES = {
    "depth": ("{event}", "Events that are to be sent, with those that are held"),
    "held": ("{event}", "Events that the server has refused for the moment"),
    "dead": ("{event}", "Events that were given up and are kept"),
    "oldest": ("s", "Age of the oldest event that is to be sent"),
}
_COUNTERS = {
    "sent": ("{event}", "Events that the server has taken"),
    "duplicates": ("{event}", "Events that the server had already"),
}


def instrument_outbox(
    outbox: Union[Outbox, AsyncOutbox], meter_provider: Optional[MeterProvider] = None
) -> Callable[[], None]:
    """Record how an outbox stands each time metrics are collected; return what ends that.

    The metrics are `novabilling.outbox.depth`, `held`, `dead`, `oldest` (seconds), `sent` and
    `duplicates`, of all processes of its folder. They hold no ids.
    """
    meter = get_meter("novabilling", __version__, meter_provider)
    watching = [outbox]

    def callback(name: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def observe(_: CallbackOptions) -> Iterable[Observation]:
            for watched in watching:
                value = getattr(watched._look(), name)  # pyright: ignore[reportPrivateUsage]
                yield Observation(value or 0)

        return observe

    for name, (unit, about) in _GAUGES.items():
        meter.create_observable_gauge(f"novabilling.outbox.{name}", [callback(name)], unit, about)
    for name, (unit, about) in _COUNTERS.items():
        full = f"novabilling.outbox.{name}"
        meter.create_observable_counter(full, [callback(name)], unit, about)
    return watching.clear
