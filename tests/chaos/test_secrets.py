"""What the user put in shows in nothing that a fault can lead to."""

from __future__ import annotations

import logging
import os
import pickle
import traceback
import warnings
from typing import Any, Callable, Dict, List

import anyio
import pytest

import novabilling
from novabilling import NovaBillingError
from tests.chaos.calls import COLOURS, client_of, finish, run
from tests.chaos.server import FAULTS, serving
from tests.support import TOKEN

pytestmark = pytest.mark.usefixtures("short_waits")

CANARY = "canary"  # part of all that must not show, also of the token
PACKAGE = os.path.dirname(novabilling.__file__) + os.sep

CALLS: Dict[str, Callable[[Any], Any]] = {
    "read": lambda c: c.customers.get("cus_1"),
    "login": lambda c: c.auth.login(email="a@b.co", password="canary-password"),
    "reset password": lambda c: c.auth.reset_password(
        token="canary-reset", new_password="canary-password"
    ),
    "provider": lambda c: c.payment_providers.create(
        type="stripe", credentials={"secret_key": "canary-key", "more": {"a": ["canary"]}}
    ),
    "provider by its second name": lambda c: c.payment_providers.configure(
        provider_name="STRIPE", credentials={"secret_key": "canary-key"}
    ),
    "provider update": lambda c: c.payment_providers.update(
        "pp_1", credentials={"secret_key": "canary-key"}
    ),
}


def shown_by(error: BaseException) -> List[str]:
    """Write all that an error can show, with the local variables of the package's frames."""
    shown = [str(error), repr(error), repr(vars(error)), repr(error.args)]
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    shown += trace.format_exception_only()
    frames = [frame for frame in trace.stack if frame.filename.startswith(PACKAGE)]
    shown += [f"{frame.filename}:{frame.name}: {frame.locals}" for frame in frames]
    for other in (error.__cause__, error.__context__, *getattr(error, "exceptions", ())):
        if other is not None:
            shown += shown_by(other)
    return shown


async def error_of(call: Callable[[Any], Any], client: Any) -> List[Exception]:
    """Return the error that a call ends with, if it does."""
    try:
        await finish(call(client))
    except Exception as exc:
        return [exc]
    return []


def leaks(error: BaseException) -> List[str]:
    return [text[:500] for text in shown_by(error) if CANARY in text]


def frames_of_package(error: BaseException) -> int:
    trace = traceback.extract_tb(error.__traceback__)
    return sum(frame.filename.startswith(PACKAGE) for frame in trace)


CASES = [(name, "asyncio") for name in FAULTS] + [(name, "sync") for name in list(FAULTS)[::3]]


@pytest.mark.parametrize(("name", "colour"), CASES)
def test_no_fault_shows_what_the_user_put_in(server, caplog, colour, name):
    fault = FAULTS[name]
    names = ["provider"] if fault.slow else list(CALLS)
    timeout = 0.1 if fault.slow else 10
    caplog.set_level(logging.DEBUG)
    errors: List[BaseException] = []

    async def main() -> None:
        options = {"timeout": timeout, "max_retries": 0, "max_response_bytes": 1 << 20}
        client = client_of(colour, server.url, **options)
        planned = client.with_options(headers={"X-Plan": name})
        for call in names:
            errors.extend(await error_of(CALLS[call], planned))
        await finish(client.close() if colour == "sync" else client.aclose())

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        run(colour, main)

    assert len(errors) == len(names) or fault.fate in ("fine", "moved", "moved late", "moved whole")
    for error in errors:
        assert isinstance(error, NovaBillingError)
        assert frames_of_package(error) > 2
        assert leaks(error) == []
        assert CANARY.encode() not in pickle.dumps(error)
    ours = [vars(record) for record in caplog.records if record.name.startswith("novabilling")]
    assert len(ours) >= len(names)
    assert CANARY not in repr(ours)
    assert CANARY not in repr([str(warning.message) for warning in warned])


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("accepts", ["reset", "close", "stall", "banner", "bad-request"])
def test_no_connection_that_fails_shows_what_the_user_put_in(loop, colour, accepts):
    errors: List[BaseException] = []

    async def main() -> None:
        client = client_of(colour, server.url, timeout=0.2, max_retries=0)
        for call in CALLS.values():
            errors.extend(await error_of(call, client))
        await finish(client.close() if colour == "sync" else client.aclose())

    with serving(loop, accepts=accepts) as server:
        run(colour, main)

    assert len(errors) == len(CALLS)
    assert [text for error in errors for text in leaks(error)] == []


STEPS = ["stall-in-request", "stall", "stall-in-head", "stall-in-body", "429-negative"]


@pytest.mark.parametrize("colour", ["asyncio", "trio"])
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("step", STEPS)
def test_a_call_that_is_canceled_shows_nothing(server, monkeypatch, colour, call, step):
    """Error trackers keep the traceback of a cancellation as well."""
    monkeypatch.setattr("random.uniform", lambda _, __: 30)  # it is canceled in a retry's wait
    errors: List[BaseException] = []

    async def main() -> None:
        async with client_of(colour, server.url) as client:
            planned = client.with_options(headers={"X-Plan": step})

            async def ask() -> None:
                try:
                    await CALLS[call](planned)
                except BaseException as exc:
                    errors.append(exc)
                    raise

            async with anyio.create_task_group() as group:
                group.start_soon(ask)
                with anyio.fail_after(5):
                    while not server.ledger.received:
                        await anyio.sleep(0.001)
                await anyio.sleep(0.02)  # so that the answer, if there is one, arrives
                group.cancel_scope.cancel()

    run(colour, main)

    assert not isinstance(errors[0], Exception)
    assert frames_of_package(errors[0]) > 2
    assert leaks(errors[0]) == []


class FullDisk:
    """A file that takes no byte."""

    def write(self, data: bytes) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("colour", COLOURS)
def test_a_file_that_cannot_be_written_shows_no_token(server, colour):
    async def main() -> BaseException:
        client = client_of(colour, server.url)
        try:
            await finish(client.invoices.download_pdf("inv_1", FullDisk()))
        except OSError as exc:
            return exc
        finally:
            await finish(client.close() if colour == "sync" else client.aclose())
        raise AssertionError

    error = run(colour, main)

    assert frames_of_package(error) > 5
    assert leaks(error) == []


class Interrupt(BaseException):
    """What a signal handler raises, such as KeyboardInterrupt."""


def test_a_call_that_a_signal_interrupts_shows_nothing(server):
    import signal

    def interrupt(*_: object) -> None:
        raise Interrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for call in CALLS.values():
            with client_of("sync", server.url, headers={"X-Plan": "stall"}) as client:
                signal.setitimer(signal.ITIMER_REAL, 0.05)
                with pytest.raises(Interrupt) as caught:
                    call(client)
            assert frames_of_package(caught.value) > 5
            assert leaks(caught.value) == []
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_the_token_was_sent_all_the_time(server):
    """The canary of these tests is one."""
    with client_of("sync", server.url) as client:
        client.customers.get("cus_1")

    assert CANARY in TOKEN
    assert server.ledger.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
