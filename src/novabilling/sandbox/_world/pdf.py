"""Invoices as PDF: a small file in a fixed-width font, on as many pages as it takes."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from datetime import datetime
from decimal import Decimal
from typing import Iterator, List, NamedTuple, Sequence

from .._javascript import values as js
from .._javascript.values import Row
from .._store.columns import decimal_of_number

WIDTH, HEIGHT, MARGIN = 595, 842, 50
RIGHT = WIDTH - MARGIN
QUANTITY_END, UNIT_END = 340, 440
DESCRIPTION_CHARACTERS, LINE_CHARACTERS = 42, 90
LEADING = 14
NORMAL, BOLD = "F1", "F2"


class Piece(NamedTuple):
    """A text in a line, at the left of `x` if `to_left`, else at its right."""

    x: int
    text: str
    font: str = NORMAL
    size: int = 9
    to_left: bool = False


Line = Sequence[Piece]


class InvoiceDocument(NamedTuple):
    """An invoice with what its PDF shows beside it, as they were at one moment."""

    invoice: Row
    customer: Row
    tenant: Row

    def render(self) -> bytes:
        lines = list(self._lines())
        per_page = (HEIGHT - 2 * MARGIN) // LEADING
        pages = [lines[start : start + per_page] for start in range(0, len(lines), per_page)]
        return write_pdf(self.invoice["invoiceNumber"], self.invoice["createdAt"], pages)

    def _lines(self) -> Iterator[Line]:
        yield from self._head()
        yield ()
        yield from self._table()
        yield ()
        total = money(self.invoice["amount"], self.invoice["currency"])
        yield (
            Piece(UNIT_END, "Total due", BOLD, 10, to_left=True),
            Piece(RIGHT, total, BOLD, 10, to_left=True),
        )

    def _head(self) -> Iterator[Line]:
        invoice, customer = self.invoice, self.customer
        tenant = Piece(MARGIN, self.tenant["name"], BOLD, 12)
        yield tenant, Piece(RIGHT, "INVOICE", BOLD, 16, to_left=True)
        yield (Piece(MARGIN, self.tenant["email"]),)
        yield ()
        for label, value in (
            ("Invoice no.", invoice["invoiceNumber"]),
            ("Issue date", _day(invoice["createdAt"])),
            ("Due date", _day(invoice["dueDate"])),
            ("Status", invoice["status"]),
        ):
            yield Piece(MARGIN, label), Piece(MARGIN + 80, value, BOLD)
        yield ()
        yield (Piece(MARGIN, "Bill to", BOLD),)
        for value in (customer["name"], customer["email"], customer["country"]):
            for text in textwrap.wrap(value or "", LINE_CHARACTERS):
                yield (Piece(MARGIN, text),)

    def _table(self) -> Iterator[Line]:
        yield (
            Piece(MARGIN, "Description", BOLD),
            Piece(QUANTITY_END, "Quantity", BOLD, to_left=True),
            Piece(UNIT_END, "Unit price", BOLD, to_left=True),
            Piece(RIGHT, "Amount", BOLD, to_left=True),
        )
        for item in js.as_list(js.as_object(self.invoice["metadata"]).get("items")):
            yield from _item_lines(item, self.invoice["currency"])


def _item_lines(item: Row, currency: str) -> Iterator[Line]:
    first, *rest = textwrap.wrap(item["description"], DESCRIPTION_CHARACTERS) or [""]
    quantity, unit = item["quantity"], item["unitAmount"]
    yield (
        Piece(MARGIN, first),
        Piece(QUANTITY_END, js.number_text(quantity), to_left=True),
        Piece(UNIT_END, money(decimal_of_number(unit), currency), to_left=True),
        Piece(RIGHT, money(decimal_of_number(quantity * unit), currency), to_left=True),
    )
    for text in rest:
        yield (Piece(MARGIN, text),)


def _day(moment: datetime) -> str:
    return js.iso(moment)[:10]


def money(amount: Decimal, currency: str) -> str:
    """Print all decimals that count, at least two."""
    digits = f"{amount:,.4f}"
    return f"{currency} {re.sub('0{1,2}$', '', digits)}"


def write_pdf(title: str, created: datetime, pages: Sequence[Sequence[Line]]) -> bytes:
    """Put lines of text into a file; a page has room for as many as `render` gives it."""
    first_page = 6
    numbers = [first_page + 2 * index for index in range(len(pages))]
    kids = " ".join(f"{number} 0 R" for number in numbers)
    # Replacement text for what the fonts cannot show came with 1.4, later than the file's head.
    objects = [
        "<< /Type /Catalog /Version /1.4 /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        _font("Courier"),
        _font("Courier-Bold"),
        f"<< /Title {_unicode(title)} /CreationDate (D:{created:%Y%m%d%H%M%S}Z) >>",
    ]
    for number, lines in zip(numbers, pages):
        content = _content(lines)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] "
            f"/Resources << /Font << /{NORMAL} 3 0 R /{BOLD} 4 0 R >> >> "
            f"/Contents {number + 1} 0 R >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    return _file(objects)


def _font(name: str) -> str:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"


def _content(lines: Sequence[Line]) -> str:
    """Place the lines from the top of the page. All of it is ASCII."""
    height = HEIGHT - MARGIN
    operators: List[str] = []
    for index, line in enumerate(lines):
        baseline = height - LEADING * (index + 1)
        operators += [_show(piece, baseline) for piece in line]
    return "\n".join(["BT", *operators, "ET"])


def _show(piece: Piece, baseline: int) -> str:
    text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in piece.text)
    shown = _drawable(text)
    # Every character of the font is 0.6 of its size wide.
    x = piece.x - 0.6 * piece.size * len(shown) if piece.to_left else piece.x
    drawn = f"({_escaped(shown)}) Tj"
    if shown.decode("cp1252") != text:
        drawn = f"/Span << /ActualText {_unicode(text)} >> BDC {drawn} EMC"
    return f"/{piece.font} {piece.size} Tf 1 0 0 1 {x:.1f} {baseline} Tm {drawn}"


def _drawable(text: str) -> bytes:
    """Reduce a text to what the fonts have: accents they lack are dropped, the rest is ?."""
    return b"".join(
        char.encode("cp1252", "ignore")
        or unicodedata.normalize("NFKD", char)[:1].encode("cp1252", "replace")
        for char in text
        if not unicodedata.combining(char)
    )


def _escaped(text: bytes) -> str:
    """Write the inside of a literal string."""
    special = b"()\\"
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in special else f"\\{byte:03o}" for byte in text
    )


def _unicode(text: str) -> str:
    """Write a string of any characters."""
    return f"<feff{text.encode('utf-16-be').hex()}>"


def _file(objects: Sequence[str]) -> bytes:
    """Write objects with the numbers from 1 on: the catalog is the first, the title the fifth."""
    # Four bytes beyond ASCII tell programs that move files that this is no text.
    content = b"%PDF-1.3\n%\xe2\xe3\xcf\xd3\n"
    offsets: List[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{body}\nendobj\n".encode("ascii")
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    tail = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\n"
        f"startxref\n{len(content)}\n%%EOF\n"
    )
    return content + tail.encode("ascii")
