"""The refusals of the server: an HTTP status, a message and sometimes field errors."""

from __future__ import annotations

from typing import Dict, List, Optional, Tuple

FieldErrors = List[Dict[str, str]]


class HttpError(Exception):
    """An answer that is not a success; the engine puts it into the error envelope."""

    def __init__(self, status: int, message: str, errors: Optional[FieldErrors] = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers: List[Tuple[str, str]] = []


class QueryError(HttpError):
    """The database refused: status 500 with the ORM's report."""

    def __init__(self, invocation: str, detail: str) -> None:
        super().__init__(500, f"\nInvalid `{invocation}` invocation:\n\n\n{detail}")
        self.detail = detail


def bad_request(message: str) -> HttpError:
    return HttpError(400, message)


def unauthorized(message: str) -> HttpError:
    return HttpError(401, message)


def not_found(what: str) -> HttpError:
    return HttpError(404, f"{what} not found")


def conflict(message: str) -> HttpError:
    return HttpError(409, message)


def type_error(property_name: str, of: str = "undefined") -> HttpError:
    """Fail as the server's code does where it reads a property of nothing."""
    return HttpError(500, f"Cannot read properties of {of} (reading '{property_name}')")


def validation_failed(messages: List[str]) -> HttpError:
    errors = [{"field": text.split(" ")[0], "message": text} for text in messages]
    return HttpError(400, "Validation failed", errors)
