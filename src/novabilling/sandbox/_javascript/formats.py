"""Text formats as the server's validator reads them: e-mail addresses, URLs, ISO 8601."""

from __future__ import annotations

import re

_LETTER = "a-z0-9\u00a1-\U0010ffff"
_FULL_WIDTH = re.compile("[\uff01-\uff5e]")
_LABEL = rf"[{_LETTER}](?:[{_LETTER}-]{{0,61}}[{_LETTER}])?"
_TOP_LEVEL = r"(?:[a-z\u00a1-\u00a8\u00aa-\ud7ff\uf900-\ufdcf\ufdf0-\uffef]{2,}|xn[a-z0-9-]{2,})"
_HOST = re.compile(rf"(?:{_LABEL}\.)+{_TOP_LEVEL}", re.IGNORECASE)
_ATOM = r"[a-z\d!#$%&'*+\-/=?^_`{|}~\u00a1-\ud7ff\uf900-\ufdcf\ufdf0-\uffef]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.IGNORECASE)
_QUOTED_LOCAL = re.compile(r'"(?:[\x21\x23-\x5b\x5d-\x7e\u00a1-\uffff ]|\\[\x01-\x7f])*"')
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")
_IPV6 = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
_URL = re.compile(
    r"(?:(?P<protocol>[a-z][a-z0-9+.-]*)://)?(?:(?!:?@)[^@/?#\s:]*(?::[^@/?#\s:]*)?@)?"
    r"(?:\[(?P<ipv6>[^\]]+)\]|(?P<host>[^:/?#\s]+))(?::(?P<port>\d*))?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_ISO_8601 = re.compile(
    r"[+-]?\d{4}(?!\d{2}\b)(?:(-?)(?:(?:0[1-9]|1[0-2])(?:\1(?:[12]\d|0[1-9]|3[01]))?"
    r"|W(?:[0-4]\d|5[0-3])(?:-?[1-7])?|(?:00[1-9]|0[1-9]\d|[12]\d{2}|3(?:[0-5]\d|6[1-6])))"
    r"(?:[T\s](?:(?:(?:[01]\d|2[0-3])(?:(:?)[0-5]\d)?|24:?00)(?:[.,]\d+(?!:))?)?"
    r"(?:(?(2)\2)[0-5]\d(?:[.,]\d+)?)?(?:[zZ]|[+-](?:[01]\d|2[0-3]):?(?:[0-5]\d)?)?)?)?",
    re.ASCII,
)


def is_iso_8601(value: object) -> bool:
    return isinstance(value, str) and bool(_ISO_8601.fullmatch(value))


def is_email(value: object) -> bool:
    if not isinstance(value, str) or "@" not in value:
        return False
    local, domain = value.rsplit("@", 1)
    if len(local.encode("utf-8", "replace")) > 64 or len(domain.encode("utf-8", "replace")) > 254:
        return False
    known = _QUOTED_LOCAL.fullmatch(local) or _LOCAL.fullmatch(local)
    return bool(known) and is_host_name(domain)


def is_host_name(value: str) -> bool:
    labels = value.split(".")
    short = all(len(label.encode("utf-16-le", "surrogatepass")) <= 126 for label in labels)
    return short and bool(_HOST.fullmatch(value)) and not _FULL_WIDTH.search(value)


def is_url(value: object) -> bool:
    """http, https or ftp, or no protocol at all; the host needs a dot: localhost is refused."""
    if not isinstance(value, str) or len(value) > 2083 or re.search(r"[\s<>]", value):
        return False
    match = _URL.fullmatch(value)
    if not match or value.startswith("mailto:"):
        return False
    if (match["protocol"] or "http").lower() not in ("http", "https", "ftp"):
        return False
    if match["port"] == "" and not match["protocol"]:
        return False  # "a.co:" is a protocol, and none that is known
    if match["port"] and not 0 < int(match["port"]) <= 65535:
        return False
    if match["ipv6"]:
        return bool(_IPV6.fullmatch(match["ipv6"]))
    return bool(_IPV4.fullmatch(match["host"])) or is_host_name(match["host"])
