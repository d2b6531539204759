"""The time that one attempt may take as a whole; what only one colour can do about it."""

from __future__ import annotations

import anyio
import httpx
import pytest

from novabilling import (
    AsyncNovaBilling,
    NovaBilling,
    NovaBillingTimeoutError,
    ResponseDecodeError,
)
from tests.streams import Parts, gives_up_reading
from tests.support import BASE_URL, CUSTOMER, TOKEN

SHORT = 0.02


def async_client(handler, **options):
    http = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    options = {"timeout": SHORT, "max_retries": 0, **options}
    return AsyncNovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, **options)


def sync_client(handler, **options):
    http = httpx.Client(transport=httpx.MockTransport(handler))
    options = {"max_retries": 0, **options}
    return NovaBilling(token=TOKEN, base_url=BASE_URL, http_client=http, **options)


async def never(request):
    await anyio.sleep_forever()


class Slow(httpx.AsyncByteStream):
    """Give a byte every few seconds, for ever."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.closed = False

    async def __aiter__(self):
        while True:
            yield b" "
            await anyio.sleep(self.seconds)

    async def aclose(self):
        self.closed = True


@pytest.mark.anyio
@pytest.mark.parametrize("options", [{}, {"timeout": None, "deadline": SHORT}])
async def test_a_read_that_is_never_answered_times_out(options):
    client = async_client(never, **options)

    with anyio.fail_after(5), pytest.raises(NovaBillingTimeoutError, match="timed out") as caught:
        await client.customers.get("cus_1")

    assert not caught.value.may_have_been_applied


@pytest.mark.anyio
async def test_a_write_that_is_never_answered_may_have_been_applied():
    with anyio.fail_after(5), pytest.raises(NovaBillingTimeoutError) as caught:
        await async_client(never).customers.update("cus_1", name="Ada")

    assert caught.value.may_have_been_applied


@pytest.mark.anyio
async def test_each_attempt_has_its_own_time(clock):
    asked = []

    async def handler(request):
        asked.append(request)
        await anyio.sleep_forever()

    with anyio.fail_after(5), pytest.raises(NovaBillingTimeoutError):
        await async_client(handler, max_retries=2).customers.get("cus_1")

    assert len(asked) == 3


@pytest.mark.anyio
async def test_an_attempt_after_one_that_timed_out_can_succeed(clock):
    asked = []

    async def handler(request):
        asked.append(request)
        if len(asked) == 1:
            await anyio.sleep_forever()
        return httpx.Response(200, json=CUSTOMER)

    with anyio.fail_after(5):
        found = await async_client(handler, max_retries=2).customers.get("cus_1")

    assert found.data.id == "cus_1"
    assert clock.slept == [0.5]


@pytest.mark.anyio
async def test_redirects_do_not_give_an_attempt_more_time():
    async def handler(request):
        await anyio.sleep(SHORT / 2)
        return httpx.Response(302, headers={"location": "/again"})

    with anyio.fail_after(5), pytest.raises(NovaBillingTimeoutError):
        await async_client(handler).customers.get("cus_1")


@pytest.mark.anyio
@pytest.mark.parametrize("seconds", [SHORT / 10, 1000])
@gives_up_reading
async def test_a_body_that_drips_or_stalls_times_out_and_is_given_up(seconds):
    stream = Slow(seconds)
    client = async_client(lambda request: httpx.Response(200, stream=stream))

    with anyio.fail_after(5), pytest.raises(NovaBillingTimeoutError) as caught:
        await client.customers.get("cus_1")

    assert stream.closed
    assert not caught.value.may_have_been_applied


@pytest.mark.anyio
async def test_a_write_whose_answer_stalls_was_applied_and_is_not_repeated(clock):
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, stream=Slow(1000))

    with anyio.fail_after(5), pytest.raises(NovaBillingTimeoutError) as caught:
        await async_client(handler, max_retries=2).customers.update("cus_1", name="Ada")

    assert len(asked) == 1
    assert caught.value.may_have_been_applied


@pytest.mark.anyio
@pytest.mark.parametrize("timeout", [None, httpx.Timeout(SHORT)])
async def test_without_a_limit_for_the_whole_a_slow_answer_is_waited_for(timeout):
    async def handler(request):
        await anyio.sleep(SHORT * 6)
        return httpx.Response(200, json=CUSTOMER)

    found = await async_client(handler, timeout=timeout).customers.get("cus_1")

    assert found.data.id == "cus_1"


@pytest.mark.anyio
async def test_a_time_limit_of_the_user_s_own_is_not_taken_for_ours():
    client = async_client(never, timeout=30)

    with pytest.raises(TimeoutError), anyio.fail_after(SHORT):
        await client.customers.get("cus_1")


@pytest.mark.anyio
async def test_a_canceled_call_sends_nothing_more(clock):
    asked = []

    async def handler(request):
        asked.append(request)
        await anyio.sleep_forever()

    with anyio.move_on_after(SHORT) as scope:
        await async_client(handler, timeout=30, max_retries=2).customers.get("cus_1")

    assert scope.cancelled_caught
    assert len(asked) == 1


@pytest.mark.anyio
async def test_calls_run_at_the_same_time():
    arrived = []
    both = anyio.Event()

    async def handler(request):
        arrived.append(request)
        if len(arrived) == 2:
            both.set()
        await both.wait()
        return httpx.Response(200, json=CUSTOMER)

    client = async_client(handler, timeout=5)

    with anyio.fail_after(5):
        async with anyio.create_task_group() as group:
            group.start_soon(client.customers.get, "cus_1")
            group.start_soon(client.customers.get, "cus_2")

    assert len(arrived) == 2


def dripping(clock, seconds, count=100):
    """Make a body whose parts take so many seconds each on the fake clock."""

    def wait():
        clock.now += seconds

    return Parts(*[part for _ in range(count) for part in (wait, b" ")])


def test_a_body_that_drips_for_ever_times_out_in_a_thread_too(clock):
    stream = dripping(clock, 3)
    client = sync_client(lambda request: httpx.Response(200, stream=stream), timeout=10)

    with pytest.raises(NovaBillingTimeoutError, match="10 s") as caught:
        client.customers.get("cus_1")

    assert stream.given == 4
    assert stream.closed
    assert not caught.value.may_have_been_applied


def test_a_write_whose_answer_drips_for_ever_in_a_thread_was_applied(clock):
    asked = []

    def handler(request):
        asked.append(request)
        return httpx.Response(200, stream=dripping(clock, 3))

    with pytest.raises(NovaBillingTimeoutError) as caught:
        sync_client(handler, timeout=10, max_retries=2).customers.update("cus_1", name="Ada")

    assert len(asked) == 1
    assert caught.value.may_have_been_applied


def test_a_dripping_body_does_not_outlast_the_deadline_in_a_thread(clock):
    def handler(request):
        return httpx.Response(200, stream=dripping(clock, 3))

    with pytest.raises(NovaBillingTimeoutError):
        sync_client(handler, deadline=10, max_retries=2).customers.get("cus_1")

    assert clock.now <= 1000 + 10 + 3


def test_without_a_limit_a_slow_body_is_read_to_its_end_in_a_thread(clock):
    stream = dripping(clock, 60, count=20)
    client = sync_client(lambda request: httpx.Response(200, stream=stream), timeout=None)

    with pytest.raises(ResponseDecodeError):  # it is empty
        client.customers.get("cus_1")

    assert stream.given == 20


def test_redirects_do_not_give_an_attempt_more_time_in_a_thread(clock):
    asked = []

    def handler(request):
        asked.append(request)
        clock.now += 4
        return httpx.Response(302, headers={"location": "/again"})

    with pytest.raises(NovaBillingTimeoutError):
        sync_client(handler, timeout=10).customers.get("cus_1")

    assert len(asked) == 3


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_token_that_does_not_come_ends_with_the_deadline(backend):
    async def token() -> str:
        await anyio.sleep(60)
        return "late"

    async def main() -> None:
        client = AsyncNovaBilling(token=token, base_url="http://127.0.0.1:9", deadline=0.05)
        with pytest.raises(NovaBillingTimeoutError, match="deadline") as caught:
            await client.customers.create(external_id="u", email="a@b.co", currency="NGN")
        assert not caught.value.may_have_been_applied

    anyio.run(main, backend=backend)
