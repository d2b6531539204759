"""A tenant that calls its sandbox and reads the answers."""

from __future__ import annotations

import json
from typing import Any, Dict, Optional

import httpx

from novabilling.sandbox import Sandbox


class Caller:
    """Sends requests with the API key of a tenant."""

    def __init__(self, sandbox: Sandbox, token: Optional[str] = None) -> None:
        self.sandbox = sandbox
        self.token = token or sandbox.token

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        if body is not None:
            # Escapes carry what UTF-8 cannot: half a surrogate pair.
            options["content"] = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        url = f"http://sandbox.local{path}"
        return self.sandbox.handle(httpx.Request(method, url, headers=headers, **options))

    def get(self, path: str, **query: Any) -> Any:
        response = self.send("GET", f"/api{path}", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def post(self, path: str, **body: Any) -> Any:
        response = self.send("POST", f"/api{path}", body)
        assert response.status_code == 201, response.text
        return response.json()

    def patch(self, path: str, **body: Any) -> Any:
        response = self.send("PATCH", f"/api{path}", body)
        assert response.status_code == 200, response.text
        return response.json()

    def refusal(self, method: str, path: str, body: Any = None) -> str:
        """Return status and last line of the message: "404 Invoice not found"."""
        response = self.send(method, f"/api{path}", body)
        assert response.status_code >= 400, response.text
        message = response.json()["message"].rstrip().rpartition("\n")[2]
        return f"{response.status_code} {message}"

    def customer(self, **fields: Any) -> Dict[str, Any]:
        about = {"externalId": "u1", "email": "ada@example.com", "currency": "NGN"}
        customer: Dict[str, Any] = self.post("/customers", **{**about, **fields})
        return customer

    def invoice(self, customer: Dict[str, Any], amount: Any = 100, **fields: Any) -> Dict[str, Any]:
        """Create an invoice of one line; its amount is what that costs."""
        items = [{"description": "Licence", "quantity": 1, "unitAmount": amount}]
        about = {"customerId": customer["id"], "items": items, "dueDate": "2027-02-28"}
        invoice: Dict[str, Any] = self.post("/invoices", **{**about, **fields})
        return invoice
