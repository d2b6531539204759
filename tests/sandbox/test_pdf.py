"""The PDFs of invoices: files that a viewer opens, and what stands in them."""

from __future__ import annotations

import re
from typing import Any, Dict, List

import pytest

from novabilling.sandbox import Sandbox
from tests.sandbox.caller import Caller


class Pdf:
    """Reads a file by its cross-reference table, as viewers do."""

    def __init__(self, content: bytes) -> None:
        assert content.startswith(b"%PDF-1.")
        assert content.endswith(b"%%EOF\n")
        start = int(content.rpartition(b"startxref\n")[2].split()[0])
        lines = content[start:].split(b"\n")
        assert lines[:2] == [b"xref", b"0 %d" % self._size(content)]
        assert lines[2] == b"0000000000 65535 f "
        self.objects: Dict[int, bytes] = {}
        for number in range(1, self._size(content)):
            # An entry has 20 bytes with its end of line.
            match = re.fullmatch(rb"(\d{10}) 00000 n ", lines[2 + number])
            assert match
            body = content[int(match[1]) :]
            assert body.startswith(b"%d 0 obj\n" % number)
            self.objects[number] = body[len(b"%d 0 obj\n" % number) : body.index(b"\nendobj\n")]
        self.trailer = content[content.index(b"trailer\n", start) :]

    @staticmethod
    def _size(content: bytes) -> int:
        return int(re.findall(rb"/Size (\d+)", content)[-1])

    def follow(self, holder: bytes, name: str) -> bytes:
        match = re.search(rf"/{name} (\d+) 0 R".encode(), holder)
        assert match
        return self.objects[int(match[1])]

    def pages(self) -> List[bytes]:
        catalog = self.follow(self.trailer, "Root")
        assert b"/Type /Catalog" in catalog
        tree = self.follow(catalog, "Pages")
        kids = re.search(rb"/Kids \[([^\]]*)\] /Count (\d+)", tree)
        assert kids
        pages = [self.objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids[1])]
        assert len(pages) == int(kids[2])
        assert all(self.follow(page, "Parent") == tree for page in pages)
        return pages

    def fonts(self, page: bytes) -> List[bytes]:
        return [self.follow(page, name) for name in ("F1", "F2")]

    def texts(self) -> List[str]:
        """The strings that the pages draw, or those that stand in for them."""
        found = []
        for page in self.pages():
            content = self.follow(page, "Contents")
            head, _, stream = content.partition(b"\nstream\n")
            stream = stream[: -len(b"\nendstream")]
            assert head == b"<< /Length %d >>" % len(stream)
            pattern = rb"(?:/ActualText <feff([0-9a-f]*)> >> BDC )?\(((?:[^()\\]|\\\d{3})*)\) Tj"
            found += [actual_or_drawn(*pair) for pair in re.findall(pattern, stream)]
            assert b"(" not in re.sub(pattern, b"", stream)
        return found


def actual_or_drawn(actual: bytes, drawn: bytes) -> str:
    if actual:
        return bytes.fromhex(actual.decode()).decode("utf-16-be")
    whole = re.sub(rb"\\(\d{3})", lambda match: bytes([int(match[1], 8)]), drawn)
    return whole.decode("cp1252")


@pytest.fixture
def api() -> Caller:
    return Caller(Sandbox())


def download(api: Caller, path: str) -> Pdf:
    response = api.send("GET", path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/pdf"
    assert int(response.headers["content-length"]) == len(response.content)
    return Pdf(response.content)


def draw(api: Caller, customer: Dict[str, Any], **fields: Any) -> Pdf:
    return download(api, f"/api/invoices/{api.invoice(customer, **fields)['id']}/pdf")


def test_the_file_shows_number_customer_lines_total_and_note(api: Caller) -> None:
    customer = api.customer(name="Ada Obi", country="NG")
    items = [
        {"description": "Setup fee", "quantity": 2, "unitAmount": 15000.5},
        {"description": "Hours", "quantity": 1.5, "unitAmount": 0.001},
        {"description": "Note: thank you", "quantity": 1, "unitAmount": 0},
    ]
    texts = draw(api, customer, items=items, invoiceNumber="INV-00042").texts()
    text = "\n".join(texts)
    assert texts[0] == "Sandbox"
    assert "Invoice no.\nINV-00042\n" in text
    assert "Due date\n2027-02-28\nStatus\nDRAFT" in text
    assert "Bill to\nAda Obi\nada@example.com\nNG\n" in text
    assert "Setup fee\n2\nNGN 15,000.50\nNGN 30,001.00\n" in text
    assert "Hours\n1.5\nNGN 0.001\nNGN 0.0015\n" in text
    assert "Note: thank you\n" in text
    assert text.endswith("Total due\nNGN 30,001.0015")


def test_the_fonts_are_of_the_standard_ones(api: Caller) -> None:
    pdf = draw(api, api.customer())
    (page,) = pdf.pages()
    assert b"/BaseFont /Courier " in pdf.fonts(page)[0]
    assert b"/BaseFont /Courier-Bold " in pdf.fonts(page)[1]
    assert b"/Title <feff0049004e0056" in pdf.follow(pdf.trailer, "Info")


@pytest.mark.parametrize(
    "name",
    ["A (B", "A) \\ B\\", "Zoë — €5", "Ọlá Adébáyọ̀", "₦ 中文 🎉", "مرحبا", "<< /X >> (a\\051) Tj"],
)
def test_any_text_comes_out_as_it_is(api: Caller, name: str) -> None:
    customer = api.customer(name=name)
    number = f"№ {name}"
    texts = draw(api, customer, invoiceNumber=number).texts()
    assert name in texts
    assert number in texts


def test_what_the_fonts_lack_is_drawn_without_its_accents(api: Caller) -> None:
    customer = api.customer(name="Ọlá ọ̀ 中")
    response = api.send("GET", f"/api/invoices/{api.invoice(customer)['id']}/pdf")
    assert rb"BDC (Ol\341 o ?) Tj EMC" in response.content


def test_control_characters_are_spaces(api: Caller) -> None:
    texts = draw(api, api.customer(), invoiceNumber="a\nb\x7fc").texts()
    assert "a b c" in texts


def test_long_descriptions_are_broken_into_lines(api: Caller) -> None:
    words = "seventeen words of a description " * 5
    items = [
        {"description": words, "quantity": 1, "unitAmount": 1},
        {"description": "x" * 100, "quantity": 1, "unitAmount": 1},
        {"description": "\n", "quantity": 1, "unitAmount": 1},
    ]
    texts = draw(api, api.customer(), items=items).texts()
    assert max(map(len, texts)) <= 42
    assert "x" * 42 in texts


def test_many_lines_take_many_pages(api: Caller) -> None:
    items = [{"description": f"Line {n}", "quantity": 1, "unitAmount": n} for n in range(200)]
    pdf = draw(api, api.customer(), items=items)
    assert len(pdf.pages()) == 5
    texts = pdf.texts()
    assert [text for text in texts if text.startswith("Line")] == [f"Line {n}" for n in range(200)]
    assert texts[-1] == "NGN 19,900.00"


def test_the_uploaded_file_is_public_and_the_one_from_creation(api: Caller) -> None:
    invoice = api.invoice(api.customer())
    api.post(f"/invoices/{invoice['id']}/finalize")
    public = Caller(api.sandbox, "nonsense")
    assert "DRAFT" in download(public, invoice["pdfUrl"]).texts()
    assert "PENDING" in download(api, f"/api/invoices/{invoice['id']}/pdf").texts()


def test_head_says_how_long_the_file_is(api: Caller) -> None:
    path = api.invoice(api.customer())["pdfUrl"]
    response = api.send("HEAD", path)
    assert int(response.headers["content-length"]) == len(api.send("GET", path).content)
    assert response.content == b""


def test_the_api_names_the_file_and_wants_a_key(api: Caller) -> None:
    invoice = api.invoice(api.customer())
    path = f"/api/invoices/{invoice['id']}/pdf"
    disposition = api.send("GET", path).headers["content-disposition"]
    assert disposition == f'inline; filename="invoice-{invoice["id"]}.pdf"'
    assert Caller(api.sandbox, "nonsense").send("GET", path).status_code == 401
    assert api.refusal("GET", "/invoices/x/pdf") == "404 Invoice not found"


def test_an_unknown_file_is_404(api: Caller) -> None:
    response = api.send("GET", "/uploads/invoices/x.pdf?a=1")
    assert response.status_code == 404
    assert response.json()["message"] == "Cannot GET /uploads/invoices/x.pdf?a=1"


def test_texts_stand_at_the_margins_of_the_page(api: Caller) -> None:
    pdf = draw(api, api.customer(), invoiceNumber="INV-00042")
    (page,) = pdf.pages()
    drawn = re.findall(
        rb"/F\d (\d+) Tf 1 0 0 1 ([\d.-]+) \d+ Tm \(([^)]*)\) Tj", pdf.follow(page, "Contents")
    )
    begin = {text: float(x) for _, x, text in drawn}
    end = {text: round(float(x) + 0.6 * int(size) * len(text)) for size, x, text in drawn}

    assert {begin[b"Sandbox"], begin[b"Invoice no."], begin[b"Licence"]} == {50}
    assert {end[b"INVOICE"], end[b"NGN 100.00"]} == {595 - 50}
    assert all(begin[text] >= 50 and end[text] <= 595 - 50 for text in begin)
