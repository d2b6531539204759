"""Answers of HTTP/1.1 through our parser, h11 and llhttp: where they differ has to be known.

python -m tests.chaos.differential --count 10000000 --processes 2
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import List, NamedTuple, Optional, Pattern

from tests.chaos.http_answers import make, split
from tests.chaos.parsers import Found, Read, Refused, by_h11, by_httptools, by_ours

_FIELD = "a header holds what HTTP does not allow"
_LINE = "this is no status line"
_SPEAKS = "it does not speak HTTP/1.1"
_CUT_HEAD = "it closed the connection within the headers of an answer"
_CUT = "it closed the connection within the content of an answer"
_TWO_WAYS = "the content may end in two ways (Transfer-Encoding)"
_TWICE = "Content-Length is there twice"
_NUMBER = "Content-Length is no number of bytes"
_SIZE = "this is no size of a chunk"
_LONGER = "a chunk is longer than it says"


class Kind(NamedTuple):
    """What our parser refuses and h11 reads: what ours says, and what has to be in the bytes."""

    says: List[str]
    shows: Pattern[bytes]
    why: str


def _kind(says: List[str], shows: bytes, why: str) -> Kind:
    return Kind(says, re.compile(shows, re.DOTALL | re.IGNORECASE), why)


_LENGTH, _CODING = rb"\ncontent-length:", rb"\ntransfer-encoding:"

KINDS = {
    "a line that ends with only LF": _kind(
        [_FIELD, _LINE, _CUT_HEAD, _CUT],
        rb"(?<!\r)\n",
        "whoever reads on to CRLF sees one header where others see two",
    ),
    "a folded header": _kind(
        [_FIELD], rb"\r?\n[ \t]", "HTTP has withdrawn it: some join the lines and some do not"
    ),
    "a control character": _kind(
        [_FIELD, _LINE, _SIZE],
        rb"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f]|\r(?!\n)",
        "HTTP allows none in a header, a reason or an extension",
    ),
    "another version": _kind(
        [_LINE, _SPEAKS],
        rb"(?:^|\n)HTTP/([02-9]\.[0-9]|1\.[2-9])",
        "an answer to HTTP/1.1 is 1.1 or 1.0: of others nobody knows where they end",
    ),
    "a coding beside a length": _kind(
        [_TWO_WAYS],
        _LENGTH + b".*" + _CODING + b"|" + _CODING + b".*" + _LENGTH,
        "the content ends in two places: request smuggling begins so",
    ),
    "chunks in HTTP/1.0": _kind(
        [_TWO_WAYS],
        rb"(?:^|\n)HTTP/1\.0.*" + _CODING,
        "1.0 knows none: whoever follows it reads on to the end",
    ),
    "a length twice": _kind(
        [_TWICE, _NUMBER],
        _LENGTH + rb"([^\n]*,|.*" + _LENGTH + rb")",
        "also of one number, in two lines or one: whoever put them there did not agree with itself",
    ),
    "a length or a coding behind the content": _kind(
        ["the fields behind the content say where it ends"],
        _LENGTH + b"|" + _CODING,
        "it has ended: whoever heeds them waits for more",
    ),
    "a length of more than 18 digits": _kind(
        [_NUMBER],
        _LENGTH + rb"[ \t]*[0-9]{19}",
        "no answer is so long; zeros before it mean nothing",
    ),
    "a size of more than 15 digits": _kind(
        [_SIZE], rb"\n[0-9a-f]{16}", "no chunk is so long; zeros before it mean nothing"
    ),
}
"""All that h11 reads and our parser refuses; there is nothing that it does the other way round."""


_IN_HEADS = [name for name in KINDS if not name.startswith(("a length or", "a size"))]
"""Those that show in the lines of a head, whatever the content is."""


def fault_in(data: bytes, ours: Read, h11: Found, llhttp: Found) -> Optional[str]:
    """Return what is wrong with our parser's reading of bytes, beside those of the others."""
    others = [found for found in (h11, llhttp) if isinstance(found, Read)]
    if not others:
        return "it reads what both others refuse"
    if not isinstance(h11, Read):
        return "it reads what h11 refuses"
    if _plain(ours) != _plain(h11):
        return "it reads something else than h11"
    if ours.reusable and not any(found.reusable for found in others):
        return "it would use a connection again that both others would close"
    if ours.reusable and ours.status in (204, 304):
        return "it would use a connection again that content may still come on"
    promised = next((n for n in _IN_HEADS if any(map(KINDS[n].shows.search, _heads(data)))), None)
    if {b"content-length", b"transfer-encoding"} & set(h11.behind):
        promised = "a length or a coding behind the content"
    return promised and f"it reads {promised}, which it is said to refuse"


def _heads(data: bytes) -> List[bytes]:
    """Return the head of the answer, and of each interim one before it."""
    heads: List[bytes] = []
    while not heads or re.match(rb"HTTP/1\.[01] 1", heads[-1]):
        head, _, data = data.partition(b"\r\n\r\n")
        heads.append(head + b"\r\n")
    return heads


def _plain(read: Read) -> object:
    """Return what has to be the same; h11 writes codings in lower case."""
    headers = [(k, v.lower() if k == b"transfer-encoding" else v) for k, v in read.headers]
    return read.status, headers, read.body


def kind_of(data: bytes, refused: Refused) -> Optional[str]:
    """Return the kind of a difference from h11; None if it is not known."""
    why = refused.why.partition(": b")[0]
    return next((n for n, k in KINDS.items() if why in k.says and k.shows.search(data)), None)


def check(data: bytes, parts: List[bytes]) -> str:
    """Read bytes in three ways; return "read", "refused" or the kind of a difference."""
    ours, h11 = by_ours(parts), by_h11(parts)
    llhttp = by_httptools(parts)
    if isinstance(ours, Read):
        end, fault = "read", fault_in(data, ours, h11, llhttp)
    elif isinstance(h11, Read):
        end = kind_of(data, ours) or ""
        fault = None if end else "it refuses what h11 reads, and no kind of difference fits"
    else:
        end, fault = "refused", None
    if fault:
        raise AssertionError(f"{fault}: {parts!r}\nours {ours}\nh11 {h11}\nllhttp {llhttp}")
    return end


def run(seed: str, count: int) -> Counter[str]:
    """Check so many answers; return how often each kind of end was there."""
    dice = random.Random(seed)
    ends: Counter[str] = Counter()
    for _ in range(count):
        data = make(dice)
        ends[check(data, split(dice, data))] += 1
    return ends


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.differential")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seed", default="answers")
    options = parser.parse_args()
    started = time.monotonic()
    ends: Counter[str] = Counter()
    shares = [options.count // 100] * 100
    with ProcessPoolExecutor(options.processes) as pool:
        seeds = [f"{options.seed} {number}" for number in range(len(shares))]
        for found in pool.map(run, seeds, shares):
            ends.update(found)
    for end, count in ends.most_common():
        print(f"{count:>12,} {end}")
    print(f"{sum(ends.values()):>12,} answers in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
