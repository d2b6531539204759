"""Where a download goes wrong on the user's side: the error is the user's, and nothing repeats."""

from __future__ import annotations

import io

import httpx
import pytest

from novabilling import NovaBilling
from tests.samples import pdf
from tests.support import BASE_URL, TOKEN, Server


class Full:
    """A file on a full disk."""

    def write(self, chunk):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("file", "error"), [(Full(), OSError), (io.StringIO(), TypeError)])
def test_an_error_of_the_file_is_its_own_and_is_not_retried(clock, file, error):
    server = Server(pdf())
    http = httpx.Client(transport=httpx.MockTransport(server))
    client = NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http)

    with pytest.raises((OSError, TypeError)) as caught:
        client.invoices.download_pdf("inv_1", file)

    assert type(caught.value) is error
    assert len(server.requests) == 1
