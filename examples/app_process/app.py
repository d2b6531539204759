"""A shop in a process of its own: who has paid an invoice gets in."""

import json
import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Dict

from novabilling import NovaBilling, WebhookSignatureError, webhooks
from novabilling.types import InvoicePaidEvent

SECRET = os.environ["NOVABILLING_WEBHOOK_SECRET"]
CLIENT = NovaBilling(
    token=os.environ["NOVABILLING_TOKEN"],
    base_url=os.environ["NOVABILLING_BASE_URL"],
)
MEMBERS: Dict[str, str] = {}


class Shop(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = webhooks.verify(body, self.headers["X-Webhook-Signature"], SECRET)
        except WebhookSignatureError:
            self.send_error(400)
            return
        if isinstance(event, InvoicePaidEvent):
            # The invoice as it is now: a delivery may come late, or twice.
            invoice = CLIENT.invoices.get(event.data.invoice_id).data
            if invoice.status == "paid" and invoice.customer:
                MEMBERS[invoice.customer.email] = invoice.invoice_number
                print(f"{invoice.customer.email} has paid {invoice.invoice_number}", flush=True)
        self.send_response(204)
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(MEMBERS).encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Shop)
    print(f"The shop is open on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
