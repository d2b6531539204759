"""Every message of the page on troubleshooting comes, and is found under its class."""

from __future__ import annotations

import asyncio
import json
import pickle
import re
import socket
import threading
import warnings
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import httpx
import pytest

import novabilling
from novabilling import AsyncNovaBilling, LoginSession, NovaBilling, NovaBillingError, webhooks
from novabilling.outbox import Outbox, PostgresStore, SQLiteStore
from novabilling.sandbox import Sandbox
from novabilling.tables import export
from tests.pages import DOCS, text_of

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

PAGE = text_of("troubleshooting.md")
SHOP = {"external_id": "usr_1", "email": "ada@example.com", "currency": "NGN"}
ITEM = {"description": "Pro", "amount": 5}
DUE = {"due_date": "2030-01-31"}


class Stage:
    """A sandbox with a client, a customer and an invoice, for what goes wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sandbox = Sandbox()
        self.client = self.sandbox.client(max_retries=0)
        self.customer = self.client.customers.create(**SHOP).data
        self.invoice = self.bill(ITEM)

    def bill(self, item: Any, **options: Any) -> Any:
        return self.client.invoices.create(
            customer_id=self.customer.id, items=[item], **{**DUE, **options}
        ).data

    def answered(self, *args: Any, **options: Any) -> Any:
        """Return a client whose server always gives this answer."""
        transport = httpx.MockTransport(lambda _: httpx.Response(*args, **options))
        return NovaBilling(token="sk", max_retries=0, http_client=httpx.Client(transport=transport))

    def owner(self, **options: Any) -> Any:
        return self.sandbox.client(token=None, login=LoginSession(**options))


CAUSES: Dict[str, Callable[[Stage], object]] = {}
"""What raises each error, by the name of the function."""


def cause(provoke: Callable[[Stage], object]) -> Callable[[Stage], object]:
    CAUSES[provoke.__name__] = provoke
    return provoke


def causes(**provoke: Callable[[Stage], object]) -> None:
    CAUSES.update(provoke)


@contextmanager
def listening(said: bytes) -> Iterator[str]:
    """Accept one connection and say this to whatever comes."""

    def serve() -> None:
        sock, _ = listener.accept()
        with sock:
            sock.recv(4096)
            sock.sendall(said)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


def ask(url: str, **options: Any) -> None:
    with NovaBilling(token="sk", base_url=url, max_retries=0, **options) as client:
        client.currencies.list()


causes(
    api_key=lambda stage: stage.client.tenants.get_me(),
    other_key=lambda stage: stage.sandbox.client(token="sk_live_other").customers.list(),
    other_login=lambda stage: stage.sandbox.client(token=f"{stage.sandbox.jwt}x").tenants.get_me(),
    password=lambda stage: stage.owner(email="owner@example.com", password="x").tenants.get_me(),
    ended=lambda stage: stage.owner(refresh_token="x").tenants.get_me(),
    forbidden=lambda stage: stage.answered(403).customers.list(),
    no_customer=lambda stage: stage.client.customers.get("cus_1"),
    no_subscription=lambda stage: stage.client.events.create(subscription_id="x", code="y"),
    no_plan=lambda stage: stage.client.plans.get_by_code("pro"),
    no_route=lambda stage: stage.answered(404, html="<p>no").customers.list(),
    no_such_path=lambda stage: stage.client.request("GET", "/fees"),
    twice=lambda stage: stage.client.customers.create(**SHOP),
    email=lambda stage: stage.client.customers.create(**{**SHOP, "email": "ada"}),
    unknown_plan=lambda stage: stage.client.subscriptions.create(
        customer_id=stage.customer.id, plan_id="x", currency="NGN"
    ),
    unprocessable=lambda stage: stage.answered(422).customers.list(),
    page_of_html=lambda stage: stage.answered(200, html="<p>log in").customers.list(),
    no_null=lambda stage: stage.client.customers.update(stage.customer.id, email=None),
    nobody=lambda stage: ask("http://127.0.0.1:1"),
    no_host=lambda stage: ask("http://billing.invalid"),
    no_token=lambda stage: NovaBilling().customers.list(),
    none_as_token=lambda stage: stage.sandbox.client(token=lambda: None).customers.list(),
    signature=lambda stage: webhooks.verify(b"{}", "0" * 64, "secret"),
    no_signature=lambda stage: webhooks.verify(b"{}", "", "secret"),
    malformed=lambda stage: webhooks.verify(b"{}", f"sha256={'0' * 64}", "secret"),
    no_server=lambda stage: PostgresStore("postgresql://x").statement(
        {"subscription_id": "x", "code": "y"}
    ),
    empty_token=lambda stage: NovaBilling(token=""),
    bearer=lambda stage: NovaBilling(token="Bearer sk"),
    no_scheme=lambda stage: NovaBilling(token="sk", base_url="api.novabilling.com"),
    decimals=lambda stage: stage.bill({**ITEM, "amount": 0.12345}),
    no_zone=lambda stage: stage.bill(ITEM, due_date=datetime(2030, 1, 31)),
    no_word=lambda stage: stage.client.invoices.list(status="payed"),  # type: ignore[arg-type]
    misspelt=lambda stage: stage.bill({"descripton": "Pro", "amount": 5}),
    empty_id=lambda stage: stage.client.invoices.get(""),
    masked=lambda stage: LoginSession(email="ada@example.com", password="********"),
    no_rows=lambda stage: export([], stage.folder / "rows.csv"),
    by_position=lambda stage: NovaBilling("sk"),  # type: ignore[misc]
    other_name=lambda stage: NovaBilling(api_key="sk"),  # type: ignore[call-arg]
    positional=lambda stage: stage.client.invoices.create(stage.customer.id),  # type: ignore[misc]
    text=lambda stage: stage.bill({**ITEM, "amount": "5"}),
    wrong_client=lambda stage: NovaBilling(http_client=httpx.AsyncClient()),  # type: ignore[arg-type]
    parsed=lambda stage: webhooks.verify({}, "0" * 64, "secret"),  # type: ignore[arg-type]
    pickled=lambda stage: pickle.dumps(stage.client),
    no_json=lambda stage: json.dumps(stage.invoice),
    stored_call=lambda stage: stage.client.reconcile({"version": 1}),  # type: ignore[arg-type]
    item=lambda stage: stage.invoice["amount"],
    field=lambda stage: stage.invoice.amout,
    major=lambda stage: stage.bill({**ITEM, "amount": 100.55}, currency="XOF"),
)


@cause
def expired(stage: Stage) -> None:
    login = stage.client.auth.login(email="owner@example.com", password="sandbox-password")
    stage.sandbox.advance(hours=2)
    stage.sandbox.client(token=login.data.access_token).tenants.get_me()


@cause
def paid(stage: Stage) -> None:
    stage.client.invoices.mark_paid(stage.invoice.id)
    stage.client.invoices.mark_paid(stage.invoice.id)


@cause
def refunded(stage: Stage) -> None:
    stage.client.invoices.mark_paid(stage.invoice.id)
    stage.client.payments.refund(stage.client.payments.list()[0].id, amount=500)


@cause
def numbered(stage: Stage) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stage.bill(ITEM, invoice_number="ORDER-1")
    stage.client.with_options(max_retries=2).invoices.create(
        customer_id=stage.customer.id, items=[ITEM], **DUE
    )


@cause
def turn(stage: Stage) -> None:
    stage.sandbox.rate_limit = 1
    client = stage.sandbox.client(deadline=3)
    client.plans.list()
    client.plans.list()


@cause
def throttled(stage: Stage) -> None:
    stage.sandbox.rate_limit = 1
    stage.client.plans.list()
    stage.client.plans.list()


@cause
def failed(stage: Stage) -> None:
    stage.sandbox.fail_next(500)
    stage.client.plans.list()


@cause
def bad_gateway(stage: Stage) -> None:
    stage.sandbox.fail_next(502)
    stage.client.plans.list()


@cause
def unavailable(stage: Stage) -> None:
    stage.sandbox.fail_next(503)
    stage.client.plans.list()


@cause
def closed_on(stage: Stage) -> None:
    stage.sandbox.drop_next()
    stage.client.plans.list()


@cause
def slow(stage: Stage) -> None:
    stage.sandbox.latency = 1
    stage.client.with_options(timeout=0.01).plans.list()


@cause
def slow_write(stage: Stage) -> None:
    stage.sandbox.latency = 1
    stage.client.with_options(timeout=0.01).customers.create(**{**SHOP, "external_id": "usr_2"})


@cause
def large(stage: Stage) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, content=b"x" * 5000))
    with httpx.Client(transport=transport) as http:
        NovaBilling(token="sk", http_client=http, max_response_bytes=1000).customers.list()


@cause
def plain(stage: Stage) -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as place:
        ask(f"https://{place}")


@cause
def encrypted(stage: Stage) -> None:
    with listening(b"\x15\x03\x01\x00\x02\x02\x46") as place:
        ask(f"http://{place}")


@cause
def no_proxy_there(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        ask("https://billing.example")


@cause
def refusing_proxy(stage: Stage) -> None:
    refusal = b"HTTP/1.1 403 Forbidden\r\n\r\n"
    with pytest.MonkeyPatch.context() as patch, listening(refusal) as place:
        patch.setenv("HTTPS_PROXY", f"http://{place}")
        ask("https://billing.example")


@cause
def no_certificates(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", "/nowhere.pem")
        ask("https://127.0.0.1:1")


@cause
def closed(stage: Stage) -> None:
    stage.client.close()
    stage.client.plans.list()


@cause
def late(stage: Stage) -> None:
    signed = datetime.now(timezone.utc) - timedelta(hours=1)
    body = b'{"event":"invoice.paid","data":{},"timestamp":"%s"}' % signed.isoformat().encode()
    webhooks.verify(body, webhooks.sign(body, "secret"), "secret")


@cause
def other_event(stage: Stage) -> None:
    now = datetime.now(timezone.utc).isoformat().encode()
    body = b'{"event":"invoice.paid","data":{},"timestamp":"%s"}' % now
    webhooks.verify(body, webhooks.sign(body, "secret"), "secret", event_type="invoice.voided")


@cause
def no_folder(stage: Stage) -> None:
    file = stage.folder / "file"
    file.touch()
    Outbox(stage.client, SQLiteStore(file)).start()


@cause
def full(stage: Stage) -> None:
    store = SQLiteStore(stage.folder, max_events=1)
    with Outbox(stage.client, store, send=False) as outbox:
        for _ in range(2):
            outbox.record(subscription_id="x", code="y")


@cause
def not_waited_for(stage: Stage) -> None:
    async def main() -> None:
        async with AsyncNovaBilling(token="sk") as client:
            answer: Any = client.customers.list()
            try:
                answer.data  # noqa: B018  # what is tested
            finally:
                answer.close()

    asyncio.run(main())


@cause
def plain_loop(stage: Stage) -> None:
    async def main() -> None:
        async with stage.sandbox.async_client() as client:
            list(client.customers.iter())  # type: ignore[call-overload]

    asyncio.run(main())


@cause
def one_page(stage: Stage) -> None:
    stage.client.customers.create(**{**SHOP, "external_id": "usr_2"})
    export(stage.client.customers.list(limit=1), stage.folder / "rows.csv")


ELSEWHERE = {
    "the certificate of … is not trusted": "_call/reasons.py",
    "the PostgreSQL of the outbox cannot be reached: …": "_outbox/postgres/connections.py",
    "the table … of the outbox is not as it should be: …": "_outbox/postgres/connections.py",
    "… is on a network file system (…), where locks and SQLite cannot be relied on: "
    "use a folder on a disk of this machine": "_outbox/sqlite/folder.py",
}
"""Messages that need more than a sandbox, and where the source has them."""


def listed() -> List[Tuple[str, str]]:
    """Return each message of the page behind the class that it is under."""
    found = []
    for part in PAGE.split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        found += [(name, shown) for shown in re.findall(r"^\| `(.*?)` \|", text, re.MULTILINE)]
    return found


def matches(shown: str, text: str) -> bool:
    """Say whether a message is the one that is shown, where "…" is anything."""
    return re.search(".*".join(map(re.escape, shown.split("…"))), text) is not None


def provoke(name: str, folder: Path) -> Exception:
    stage = Stage(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("error", novabilling.NovaBillingWarning)
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            CAUSES[name](stage)
        except Exception as error:
            return error
        finally:
            stage.sandbox.latency = 0
    raise AssertionError(f"{name} raises nothing")


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> Dict[str, Exception]:
    """Provoke all of them, without the proxies of this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
            patch.delenv(variable, raising=False)
            patch.delenv(variable.lower(), raising=False)
        return {name: provoke(name, tmp_path_factory.mktemp(name)) for name in CAUSES}


@pytest.mark.parametrize("name", CAUSES)
def test_an_error_is_found_under_its_class(name, errors):
    kind, text = type(errors[name]).__name__, str(errors[name])

    assert any(matches(shown, text) for under, shown in listed() if under == kind), (kind, text)


def test_every_message_of_the_page_comes(errors):
    texts = [(type(error).__name__, str(error)) for error in errors.values()]

    assert [
        (under, shown)
        for under, shown in listed()
        if shown not in ELSEWHERE
        and not any(under == kind and matches(shown, text) for kind, text in texts)
    ] == []


@pytest.mark.parametrize("shown", ELSEWHERE)
def test_messages_of_the_page_that_need_more_are_in_the_source(shown):
    source = (Path(novabilling.__file__).parent / ELSEWHERE[shown]).read_text("utf-8")
    joined = re.sub(r'"\s*f?"', "", source)

    assert any(shown == message for _, message in listed())
    for part in filter(None, (part.strip() for part in shown.split("…"))):
        assert part in joined


def test_every_public_error_has_its_section():
    headings = set(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE))
    public = {
        name
        for name in novabilling.__all__
        if isinstance(getattr(novabilling, name), type)
        and issubclass(getattr(novabilling, name), (NovaBillingError, Warning))
    }

    assert public - headings == {"APIStatusError", "NovaBillingError"}  # the bases
    assert headings - public == {"AttributeError", "TypeError", "ValueError"}
