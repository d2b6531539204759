"""Bytes that are answers of HTTP/1.1, or nearly, made by a seeded generator."""

from __future__ import annotations

import random
from typing import List, Tuple

VERSIONS = (
    [b"HTTP/1.1"] * 24 + [b"HTTP/1.0"] * 3 + [b"HTTP/1.2", b"HTTP/2", b"http/1.1", b"HTTP/9.9"]
)
STATUSES = [b"200"] * 9 + [b"201", b"201", b"204", b"304", b"205", b"404", b"429", b"500", b"503"]
STATUSES += [b"100", b"101", b"102", b"099", b"600", b"999", b"20", b"2000", b"-20", b""]
REASONS = [b" OK"] * 6 + [
    b" ",
    b"",
    b" Not Found",
    b" \xe9",
    b"\tOK",
    b"  OK",
    b" O\0K",
    b" O\x7fK",
]
ENDS = [b"\r\n"] * 60 + [b"\n", b"\r", b"\r\r\n", b"\n\r\n"]
NAMES = [
    b"Content-Type",
    b"X-Request-Id",
    b"Date",
    b"ETag",
    b"Vary",
    b"a",
    b"Connection",
    b"Set-Cookie",
]
NAMES += [
    b"Content-Length",
    b"Transfer-Encoding",
    b"content-length",
    b"Content-Length ",
    b" X",
    b"",
    b"X\0",
]
VALUES = [
    b"application/json",
    b"keep-alive",
    b"close",
    b"a, close",
    b"",
    b"a b",
    b"\xe9",
    b"x\ty",
    b"b \t",
]
VALUES += [
    b"closed",
    b"0",
    b"1",
    b"\0",
    b"a\rb",
    b"a\r\n b",
    b"a\r\n\tb",
    b"a\x7f",
    b"chunked",
    b"Upgrade",
]
COLONS = [b": "] * 12 + [b":", b":\t ", b" : ", b"", b":\r\n "]
LENGTHS = [b"%d"] * 14 + [
    b"0%d",
    b"%d ",
    b"+%d",
    b"-%d",
    b"%d, %d",
    b"0x%d",
    b"%d_0",
    b"",
    b"%d%d",
    b"1%d",
]
LENGTHS += [b"0" * 18 + b"%d", b"9" * 30, b"4294967296+%d", b"18446744073709551616+%d"]
CODINGS = [b"chunked"] * 12 + [
    b"Chunked",
    b"gzip, chunked",
    b"identity",
    b"chunked, chunked",
    b"xchunked",
]
CODINGS += [b"chunked;q=1", b"chunked ,", b",chunked", b"gzip"]
SIZES = [b"%x"] * 14 + [
    b"%X",
    b"0%x",
    b"%x ",
    b"%x\t",
    b" %x",
    b"%x;a",
    b"%x ; a=b",
    b'%x;a="b;c"',
    b"0x%x",
]
SIZES += [
    b"+%x",
    b"-%x",
    b"%x,",
    b"%x;\xe9",
    b"%x;\0",
    b"%x;a\rb",
    b"%x;a\nb",
    b"fffffffffffffffff%x",
    b"",
]
SIZES += [b"0" * 16 + b"%x", b"%x ;a", b"10000000%x", b"100000000000000%x", b"1000000000000000%x"]
TRAILERS = [b""] * 8 + [
    b"A: b\r\n",
    b"Content-Length: 1\r\n",
    b"A: b\r\n c\r\n",
    b"A\r\n",
    b"A: b\n",
    b"\r",
]
BODIES = [
    b"",
    b"{}",
    b'{"id":"cus_1"}',
    b"0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"\r\n",
    b"x" * 40,
]
INSERTED = [
    b"\r\n",
    b"\n",
    b"\r",
    b" ",
    b"\t",
    b"\0",
    b":",
    b";",
    b",",
    b"0",
    b"1",
    b"f",
    b"-",
    b"+",
    b"x",
]
INSERTED += [
    b"\r\n ",
    b"\r\n\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"\x80",
    b"_",
]


def make(dice: random.Random) -> bytes:
    """Make an answer that is valid or nearly so, or a valid one with bytes changed."""
    if dice.random() < 0.5:
        return generate(dice, 0.08)
    return mutate(dice, generate(dice, 0.0))


def pick(dice: random.Random, options: List[bytes], odd: float) -> bytes:
    """Take the first of some options, or seldom another."""
    return dice.choice(options) if dice.random() < odd else options[0]


def generate(dice: random.Random, odd: float) -> bytes:
    """Write an answer; each part of it is odd as often as is said."""
    interim = b""
    for _ in range(dice.choice((0, 0, 0, 0, 1, 2))):
        interim += _head(dice, odd, b"103", dice.choice(([], [], [b"Content-Length: 5"])))
    status = dice.choice(STATUSES[:18]) if dice.random() > odd else dice.choice(STATUSES)
    fields, content = _content(dice, odd, dice.choice(BODIES))
    if status in (b"204", b"304") and dice.random() > odd:
        fields, content = [], b""
    surplus = b"HTTP/1.1 200 OK\r\n\r\n" if dice.random() < odd else b""
    return interim + _head(dice, odd, status, fields) + content + surplus


def _head(dice: random.Random, odd: float, status: bytes, fields: List[bytes]) -> bytes:
    while dice.random() < 0.6:
        name = dice.choice(NAMES if dice.random() < odd else NAMES[:8])
        value = dice.choice(VALUES if dice.random() < odd else VALUES[:9])
        fields.insert(dice.randrange(len(fields) + 1), name + pick(dice, COLONS, odd) + value)
    line = pick(dice, VERSIONS, 2 * odd) + b" " + status + pick(dice, REASONS, 2 * odd)
    return b"".join(part + pick(dice, ENDS, odd) for part in [line, *fields, b""])


def _content(dice: random.Random, odd: float, body: bytes) -> Tuple[List[bytes], bytes]:
    kind = dice.random()
    length = b"Content-Length" + pick(dice, COLONS, odd)
    value = pick(dice, LENGTHS, odd)
    wide = value.rpartition(b"+%d")[0]  # what is left of it in a machine's word
    length += b"%d" % (int(wide) + len(body)) if wide else value.replace(b"%d", b"%d" % len(body))
    coding = b"Transfer-Encoding" + pick(dice, COLONS, odd) + pick(dice, CODINGS, 2 * odd)
    both = dice.random() < odd
    if kind < 0.45:
        return [length, coding] if both else [length], body
    if kind < 0.9:
        return [coding, length] if both else [coding], _chunks(dice, odd, body)
    return [], body


def _chunks(dice: random.Random, odd: float, body: bytes) -> bytes:
    written = b""
    while body:
        size = dice.randint(1, len(body))
        line = pick(dice, SIZES, odd).replace(b"%x", b"%x" % size).replace(b"%X", b"%X" % size)
        written += line + pick(dice, ENDS, odd) + body[:size] + pick(dice, ENDS, odd)
        body = body[size:]
    last = pick(dice, [b"0", b"000", b"0;a", b"0 ", b""], odd)
    trailers = pick(dice, TRAILERS, max(odd, 0.05))
    return written + last + pick(dice, ENDS, odd) + trailers + pick(dice, ENDS, odd)


def mutate(dice: random.Random, data: bytes) -> bytes:
    """Change an answer in one to three places."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        at = dice.randrange(len(data) + 1)
        end = min(len(data), at + dice.choice((1, 1, 1, 2, 5, 20)))
        change = dice.randrange(7)
        if change == 0:
            data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
        elif change == 1:
            data = data[:at] + dice.choice(INSERTED) + data[at:]
        elif change == 2:
            data = data[:at] + data[end:]
        elif change == 3:
            data = data[:at] + dice.choice(INSERTED) + data[end:]
        elif change == 4:
            data = data[:at]
        else:
            lines = data.split(b"\r\n")
            line = dice.choice(lines)
            if change == 5:
                lines.insert(dice.randrange(len(lines) + 1), line)
            else:
                lines.remove(line)
            data = b"\r\n".join(lines)
    return data


def split(dice: random.Random, data: bytes) -> List[bytes]:
    """Cut bytes into parts as a network may, seldom into single ones."""
    if dice.random() < 0.1:
        return [data[at : at + 1] for at in range(len(data))]
    points = sorted(dice.randrange(len(data) + 1) for _ in range(dice.choice((0, 0, 1, 2, 4))))
    parts = [data[a:b] for a, b in zip([0, *points], [*points, len(data)])]
    return [part for part in parts if part]
