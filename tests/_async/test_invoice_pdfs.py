from __future__ import annotations

import logging
import os
import pickle

import httpx
import pytest

from novabilling import NotFoundError, NovaBillingError, ResponseDecodeError
from tests.samples import PDF, body_of, pdf, recorded
from tests.streams import Parts, gives_up_reading
from tests.support import BASE_URL, TOKEN, Server, page, problem

pytestmark = pytest.mark.anyio

ELSEWHERE = "https://files.example/1.pdf?signature=abc"


def html(status=200):
    """Answer as a gateway would."""
    return httpx.Response(status, headers={"content-type": "text/html"}, content=b"<html>")


def address(url):
    """Answer with the address of the file."""
    return httpx.Response(200, json={"url": url})


# Both ways to get one

METHODS = {
    "get_pdf": lambda client, folder: client.invoices.get_pdf("inv_1"),
    "download_pdf": lambda client, folder: client.invoices.download_pdf("inv_1", folder / "1.pdf"),
}
both = pytest.mark.parametrize("call", METHODS.values(), ids=METHODS)


@both
@pytest.mark.parametrize(
    "answer",
    [
        html(),
        httpx.Response(200, content=b""),
        httpx.Response(204),
        httpx.Response(200, json={"pdf": "x"}),
        httpx.Response(200, json={"url": 5}),
        httpx.Response(200, json=[]),
        httpx.Response(200, headers={"content-type": "text/plain"}, content=PDF),
        address("ftp://files.example/1.pdf"),
        address("file:///etc/passwd"),
        address("1.pdf"),
        address(""),
        address("https://"),
        address("https://user:pass@files.example/1.pdf"),
        address("https://files.example:99999/1.pdf"),
        address("https://files.example:port/1.pdf"),
        address("https://files.example:0/1.pdf"),
        address("https://[files/1.pdf"),
        address("https://files..example/1.pdf"),
    ],
)
async def test_an_answer_that_leads_to_no_file_is_not_an_answer(client_for, tmp_path, call, answer):
    server = Server(answer)

    with pytest.raises(ResponseDecodeError) as caught:
        await call(client_for(server), tmp_path)

    assert caught.value.may_have_been_applied is False
    assert len(server.requests) == 1
    assert os.listdir(tmp_path) == []


@both
async def test_an_address_that_holds_no_file_is_not_an_answer(client_for, tmp_path, call):
    with pytest.raises(ResponseDecodeError, match="it is not a PDF"):
        await call(client_for(Server(address("/uploads/1.pdf"), html())), tmp_path)

    assert os.listdir(tmp_path) == []


@both
async def test_an_unknown_invoice_is_not_found(client_for, tmp_path, call):
    with pytest.raises(NotFoundError, match="Invoice not found"):
        await call(client_for(Server(problem(404, "Invoice not found"))), tmp_path)

    assert os.listdir(tmp_path) == []


@both
async def test_the_file_is_asked_for_before_its_address(client_for, tmp_path, call):
    server = Server(pdf(), recorded("invoice-get"))

    await call(client_for(server), tmp_path)

    assert server.paths[0] == "GET /api/invoices/inv_1/pdf"
    assert server.requests[0].headers["accept"].startswith("application/pdf")


@both
async def test_a_file_on_another_origin_is_fetched_without_secrets(client_for, tmp_path, call):
    server = Server(address(ELSEWHERE), pdf())

    await call(client_for(server, headers={"X-Mine": "secret"}), tmp_path)

    assert str(server.requests[1].url) == ELSEWHERE
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in server.requests[1].headers
    assert "x-mine" not in server.requests[1].headers


@both
@pytest.mark.parametrize("url", ["/uploads/1.pdf", f"{BASE_URL}/uploads/1.pdf"])
async def test_a_file_on_the_same_origin_is_fetched_with_the_token(client_for, tmp_path, call, url):
    server = Server(address(url), pdf())

    await call(client_for(server), tmp_path)

    assert str(server.requests[1].url) == f"{BASE_URL}/uploads/1.pdf"
    assert server.requests[1].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("kind", [None, "binary/octet-stream", "application/x-pdf"])
async def test_a_file_of_a_storage_is_known_by_its_first_bytes(client_for, tmp_path, kind):
    headers = {} if kind is None else {"content-type": kind}
    file = httpx.Response(200, headers=headers, content=PDF)

    found = await client_for(Server(address(ELSEWHERE), file)).invoices.get_pdf("inv_1")
    written = await client_for(Server(address(ELSEWHERE), file)).invoices.download_pdf(
        "inv_1", tmp_path / "1.pdf"
    )

    assert found.data.content == PDF
    assert written == len(PDF)
    assert (tmp_path / "1.pdf").read_bytes() == PDF


NO_PDF = [b"<html>", b"", b"PK..", b" %PDF-1.3"]
UNTYPED = {"content-type": "application/octet-stream"}


@both
@pytest.mark.parametrize("content", NO_PDF)
@pytest.mark.parametrize("named", [False, True])
async def test_bytes_of_no_type_are_looked_at(client_for, tmp_path, call, content, named):
    file = httpx.Response(200, headers=UNTYPED, content=content)
    server = Server(*([address(ELSEWHERE)] if named else []), file)

    with pytest.raises(ResponseDecodeError, match="it is not a PDF"):
        await call(client_for(server), tmp_path)

    assert os.listdir(tmp_path) == []


async def test_bytes_of_no_type_that_are_a_pdf_are_written_as_they_come(client_for, tmp_path):
    def handle(request):
        parts = Parts(PDF[:2], PDF[2:6], PDF[6:])
        return httpx.Response(200, headers=UNTYPED, stream=parts)

    written = await client_for(handle).invoices.download_pdf("inv_1", tmp_path / "1.pdf")

    assert written == len(PDF)
    assert (tmp_path / "1.pdf").read_bytes() == PDF


# A signed address opens the file for anybody who reads it

SIGNED = f"{ELSEWHERE}#canary"


def redirect(location):
    return httpx.Response(302, headers={"location": location})


def unreadable(_):
    headers = {"content-encoding": "gzip"}
    return httpx.Response(403, headers=headers, stream=Parts(b"no gzip"))


def shown_by(http):
    return repr([(r.request.url, r.url, r.headers.raw) for r in [*http.history, http]])


NAMED = {
    "in an answer": [address(SIGNED)],
    "by a redirect": [redirect(SIGNED)],
    "by a redirect of an address": [address("/uploads/1.pdf"), redirect(SIGNED)],
    "by two redirects": [redirect("/there?signature=abc"), redirect(SIGNED)],
}


@both
@gives_up_reading
@pytest.mark.parametrize("first", NAMED.values(), ids=NAMED)
@pytest.mark.parametrize("last", [problem(403), unreadable, html()])
async def test_the_query_of_a_named_address_stands_in_no_error_hook_or_log(
    client_for, tmp_path, call, first, last, caplog
):
    caplog.set_level(logging.DEBUG, "novabilling")
    server = Server(*first, last)
    client = client_for(server)
    seen = []
    client.on_attempt(seen.append)

    with pytest.raises(NovaBillingError) as caught:
        await call(client, tmp_path)

    assert server.requests[-1].url.query == b"signature=abc"
    shown = shown_by(caught.value.http) + str(caught.value) + repr(caught.value)
    shown += "".join(a.url + repr(a) + shown_by(a.http) for a in seen)
    shown += "".join(r.getMessage() for r in caplog.records if r.name == "novabilling")
    assert "signature" not in shown
    assert "canary" not in shown


@pytest.mark.parametrize("first", NAMED.values(), ids=NAMED)
async def test_the_query_of_a_named_address_does_not_stand_in_the_response(client_for, first):
    server = Server(*first, pdf(), recorded("invoice-get"))

    found = await client_for(server).invoices.get_pdf("inv_1")

    assert "signature" not in shown_by(found.http)
    assert "signature" not in shown_by(pickle.loads(pickle.dumps(found)).http)
    assert str(found.http.url) == "https://files.example/1.pdf"


async def test_the_query_of_a_call_stays_in_its_request(client_for):
    found = await client_for(Server(page([]))).customers.list(search="ada")

    assert found.http.url.query == b"search=ada"


# In memory


async def test_get_pdf_returns_the_bytes_and_the_absolute_address(client_for):
    server = Server(pdf(), recorded("invoice-get"))

    found = await client_for(server).invoices.get_pdf("inv_1")

    assert found.data.content == PDF
    assert found.data.url == BASE_URL + body_of("invoice-get")["pdfUrl"]
    assert found.http.headers["content-type"] == "application/pdf"
    assert server.paths == ["GET /api/invoices/inv_1/pdf", "GET /api/invoices/inv_1"]


async def test_get_pdf_of_an_invoice_without_an_address_has_none(client_for):
    body = {**body_of("invoice-get"), "pdfUrl": None}
    server = Server(pdf(), httpx.Response(200, json=body))

    found = await client_for(server).invoices.get_pdf("inv_1")

    assert found.data.url is None
    assert found.data.content == PDF


@pytest.mark.parametrize(
    "kind", ["application/pdf", "Application/PDF; charset=binary", "application/octet-stream"]
)
async def test_a_file_is_known_by_its_content_type(client_for, kind):
    answer = httpx.Response(200, headers={"content-type": kind}, content=PDF)

    found = await client_for(Server(answer, recorded("invoice-get"))).invoices.get_pdf("inv_1")

    assert found.data.content == PDF


@pytest.mark.parametrize("wrap", [lambda body: body, lambda body: {"data": body}])
async def test_get_pdf_fetches_from_an_address(client_for, wrap):
    answer = httpx.Response(200, json=wrap({"url": ELSEWHERE}))
    server = Server(answer, pdf())

    found = await client_for(server).invoices.get_pdf("inv_1")

    assert (found.data.url, found.data.content) == (ELSEWHERE, PDF)
    assert len(server.requests) == 2


async def test_the_repr_of_a_pdf_does_not_print_it(client_for):
    server = Server(pdf(), recorded("invoice-get"))

    found = await client_for(server).invoices.get_pdf("inv_1")

    assert f"<{len(PDF)} bytes>" in repr(found.data)
    assert "made up" not in repr(found.data)
