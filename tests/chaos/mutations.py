"""Answers of the real server, changed in one or more places by a seeded generator."""

from __future__ import annotations

import json
import random
import re
from typing import Any, Dict, List, NamedTuple, Pattern, Tuple

from tests.samples import DATA, PDF

DEEP = 1500

NASTY: List[bytes] = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"-0.0",
    b"1.0",
    b"0.1",
    b"1e5",
    b"1e30",
    b"1e31",
    b"1e400",
    b"-1e400",
    b"1e-400",
    b"1e999999999",
    b"9" * 25,
    b"9" * 400,
    b"9" * 5000,
    b"0." + b"3" * 5000,
    b"NaN",
    b"-Infinity",
    b"[]",
    b"{}",
    b"[null]",
    b'{"data":null}',
    b'{"":{}}',
    b'{"items":[{"amount":"x"}]}',
    b'{"items":{"a":1}}',
    b'{"items":[null,1,{"unitAmount":1e400,"quantity":-1}]}',
    b'{"items":[{"description":"Note: ","unitAmount":0,"quantity":1}]}',
    *(b"[" * n + b"]" * n for n in (100, 300, 600, 900, DEEP)),
    *(b'{"a":' * n + b"1" + b"}" * n for n in (100, 300, 600, 900, DEEP)),
    *(
        json.dumps(text).encode()
        for text in [
            "",
            " ",
            "NaN",
            "sNaN",
            "-Infinity",
            "1e999999999",
            "1e-999999999",
            "1E+31",
            "1_000",
            " 1 ",
            "\u0663",
            "9" * 5000,
            "0x10",
            "25.00%",
            "1e5%",
            "9" * 5000 + "%",
            "\0",
            "a" * 10_000,
            "0001-01-01T00:00:00+05:30",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-05:30",
            "9999-12-31T23:59:59.999999-00:45",
            "2026-11-22T18:54:51+05:17",
            "2026-11-22T18:54:51+0530",
            "2026-11-22T18:54:51-23:59",
            "2026-11-22T18:54:51",
            "2026-11-22",
            "2026-02-30T00:00:00Z",
            "2026-11-22T24:00:00Z",
            "/x",
            "//evil.example/x",
            "javascript:x",
            "http://[",
            "http://127.0.0.1:1/x",
            "https://billing.example/x.pdf",
            "\u0130",
            "ACTIVE",
            "PENDING",
            "payment.succeeded",
        ]
    ),
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"\xff\xfe"',
    b'"\xc3"',
    b'"\\x"',
    b'"\n"',
    b'"',
    b"]",
    b"",
]
STATUSES = [200, 201, 202, 204, 206, 300, 302, 304, 400, 401, 404, 409, 418, 422, 429, 451, 500]
STATUSES += [501, 502, 503, 504, 599]
HEADERS: List[Tuple[str, List[bytes]]] = [
    ("content-type", [b"", b"text/html", b"application/pdf", b"application/json; charset=utf-7"]),
    ("content-type", [b"\xff", b"application/octet-stream", b"application/json; charset=idna"]),
    ("content-encoding", [b"gzip", b"br", b"deflate", b"gzip, gzip", b"\xff", b"identity"]),
    ("retry-after", [b"0", b"-1", b"9" * 400, b"soon", b"\xb2", b"1e5", b"", b"0" * 5000 + b"1"]),
    (
        "retry-after",
        [b"Wed, 21 Oct 2015 07:28:00 GMT", b"Wed, 99 Oct 2015", b", ,", b"1 Jan 1 1:1"],
    ),
    ("location", [b"/x", b"http://[", b"javascript:x", b"\xff", b"http://a..b/", b"//"]),
    ("x-ratelimit-limit", [b"100", b"-1", b"x", b"9" * 5000, b"1e3", b"", b"\xff", b"NaN"]),
    ("x-ratelimit-remaining", [b"99", b"-1", b"x", b"9" * 5000, b"\xb2", b"inf"]),
    ("x-ratelimit-reset", [b"60", b"-1", b"x", b"9" * 400, b"nan", b"1e999"]),
    ("set-cookie", [b"a=b", b"\xff=\xff; expires=never"]),
    ("x-request-id", [b"another", b"\xff"]),
]


class Seed(NamedTuple):
    status: int
    content: bytes
    content_type: str


class Answers:
    """The recorded answers of each route."""

    def __init__(self) -> None:
        self._routes: List[Tuple[str, Pattern[str], Seed]] = []
        self._found: Dict[Tuple[str, str], List[Seed]] = {}
        for line in (DATA / "exchanges.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            if row["path_template"] is None:
                continue
            pattern = re.sub(r"\\{\w+\\}|\{\w+\}", "[^/]+", re.escape(row["path_template"]))
            body = _shorten(row["response_body"])
            is_file = isinstance(body, dict) and "$binary" in body
            content = PDF if is_file else json.dumps(body).encode()
            kind = "application/pdf" if is_file else "application/json"
            seed = Seed(row["status"], content, kind)
            self._routes.append((row["method"], re.compile(f"{pattern}$"), seed))

    def of(self, method: str, path: str) -> List[Seed]:
        """Return the answers that the real server gave to such requests, errors last."""
        key = (method, path)
        if key not in self._found:
            seeds = [s for m, p, s in self._routes if m == method and p.search(path)]
            seeds = seeds or [Seed(404, b"Not found", "text/plain")]  # where a redirect has led
            self._found[key] = sorted(seeds, key=lambda seed: seed.status)
        return self._found[key]


def _shorten(body: Any) -> Any:
    """Keep three rows of each list."""
    if isinstance(body, list):
        return [_shorten(item) for item in body[:3]]
    if isinstance(body, dict):
        return {key: _shorten(item) for key, item in body.items()}
    return body


def mutate(dice: random.Random, content: bytes) -> bytes:
    """Change content in one to three places."""
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        change = _change_value if dice.random() < 0.75 else _change_bytes
        content = change(dice, content)
    return content


def _change_bytes(dice: random.Random, content: bytes) -> bytes:
    at = dice.randrange(len(content) + 1)
    end = min(len(content), at + dice.choice((1, 1, 2, 10, 1000)))
    return dice.choice(
        (
            content[:at],
            content[:at] + content[end:],
            content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :],
            content[:at] + content[at:end] * 2 + content[end:],
            content[:at] + dice.choice(NASTY) + content[end:],
            content + dice.choice(NASTY),
            b"\xef\xbb\xbf" + content,
            b"",
        )
    )


_PLACE = "a place for something else"


def _change_value(dice: random.Random, content: bytes) -> bytes:
    try:
        whole = json.loads(content)
    except (ValueError, RecursionError):
        return _change_bytes(dice, content)
    places: List[Tuple[Any, Any]] = []
    _find(whole, places)
    if not places or dice.random() < 0.05:
        return dice.choice(
            (
                dice.choice(NASTY),
                b'{"data":' + content + b"}",
                b'{"data":{"data":' + content + b',"meta":null}}',
                b"[" + content + b"," + content + b"]",
            )
        )
    holder, key = dice.choice(places)
    kind = dice.random()
    if kind < 0.15:
        del holder[key]
    elif kind < 0.2 and isinstance(holder, dict):
        holder[key.upper()] = holder.pop(key)
    elif kind < 0.25:
        holder[key] = [holder[key]] if dice.random() < 0.5 else {"data": holder[key]}
    elif kind < 0.3:
        holder[key] = dice.choice(places)[0] if dice.random() < 0.01 else str(holder[key])
    else:
        holder[key] = _PLACE
    try:
        text = json.dumps(whole).encode()
    except (ValueError, RecursionError):
        return content
    return text.replace(json.dumps(_PLACE).encode(), dice.choice(NASTY))


def _find(value: Any, places: List[Tuple[Any, Any]]) -> None:
    if isinstance(value, (dict, list)) and len(places) < 500:
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            places.append((value, key))
            _find(value[key], places)


def mutate_headers(dice: random.Random, seed: Seed) -> List[Tuple[bytes, bytes]]:
    """Write the headers of an answer, some of them nonsense."""
    headers = [(b"content-type", seed.content_type.encode())]
    while dice.random() < 0.15:
        name, values = dice.choice(HEADERS)
        headers.append((name.encode(), dice.choice(values)))
    return headers
