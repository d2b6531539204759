"""The page of a served sandbox, in Chromium, while an app uses the sandbox."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, Iterator, List, TypeVar

import pytest

from novabilling import NotFoundError, NovaBilling, ServerError
from novabilling.sandbox._control.guard import Guard
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxServer
from tests.browser.conftest import DESKTOP, PHONE, Browser
from tests.sandbox.serving import App, app, serve

T = TypeVar("T")
VIEWS = ("requests", "webhooks", "data", "time", "faults")
HTML = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script><b>bold</b>"


class Page:
    """The page in a tab; what it shows is read as its user sees it."""

    def __init__(self, browser: Browser, server: SandboxServer) -> None:
        self.browser = browser
        self.server = server
        self.driver = browser.driver

    def open(self, view: str) -> None:
        self.driver.get("about:blank")
        self.driver.get(f"{self.server.url}/_sandbox/#/{view}")
        self.wait(lambda: self.all("main h2"))

    def all(self, css: str) -> List[Any]:
        return self.driver.find_elements("css selector", css)  # type: ignore[no-any-return]

    def texts(self, css: str) -> List[str]:
        script = "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText)"
        return self.driver.execute_script(script, css)  # type: ignore[no-any-return]

    @property
    def text(self) -> str:
        return self.texts("body")[0]

    def see(self, *words: str) -> None:
        """Wait until the page shows all of this, without being loaded again."""
        self.wait(lambda: all(word in self.text for word in words), lambda: self.text)

    def wait(self, done: Callable[[], object], show: Callable[[], str] = str) -> None:
        end = time.monotonic() + 15
        while not done():
            assert time.monotonic() < end, show()
            time.sleep(0.05)

    def use(self, css: str, name: str, act: Callable[[Any], T]) -> T:
        """Do something with what has this name; again, if the page draws it anew meanwhile."""
        from selenium.common.exceptions import StaleElementReferenceException

        done: List[T] = []

        def attempt() -> List[T]:
            try:
                for one in self.all(css):
                    if name in (one.text, one.accessible_name) and one.is_displayed():
                        done.append(act(one))
                        break
            except StaleElementReferenceException:
                pass
            return done

        self.wait(attempt, lambda: f"no {name} among {self.texts(css)}")
        return done[0]

    def press(self, name: str) -> None:
        """Press the button with this name."""
        self.use("button", name, lambda button: button.click())

    def follow(self, text: str) -> None:
        """Follow the first link with this text."""
        self.use("main a", text, lambda link: link.click())

    def write(self, label: str, value: str) -> None:
        def act(field: Any) -> None:
            field.clear()
            field.send_keys(value)

        self.use("main input", label, act)

    def keys(self, *pressed: str) -> None:
        self.driver.switch_to.active_element.send_keys(*pressed)

    def focused(self) -> str:
        return self.driver.execute_script("return document.activeElement.innerText")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def started() -> Iterator[SandboxServer]:
    with serve(ServedSandbox(seed="page")) as server:
        yield server


@pytest.fixture
def page(browser: Browser, started: SandboxServer) -> Iterator[Page]:
    started.reset()
    started.clear_faults()
    made = Page(browser, started)
    yield made
    # Nothing on this page is an error or a refusal of its own policy.
    shown = [one for one in browser.messages() if "/_sandbox" in one or "Content Security" in one]
    assert shown == []


@pytest.fixture
def client(started: SandboxServer) -> Iterator[NovaBilling]:
    with NovaBilling(token=started.token, base_url=started.url, max_retries=0) as made:
        yield made


@pytest.fixture
def shop() -> Iterator[App]:
    with app() as made:
        yield made


def sign_up(client: NovaBilling, **more: object) -> str:
    """Let a customer subscribe, as an app does."""
    plan = client.plans.create(
        name="Pro",
        code="pro",
        billing_interval="monthly",
        prices=[{"currency": "NGN", "amount": 15000}],
    ).data
    customer = client.customers.create(
        external_id="usr_1", email="ada@example.com", currency="NGN", **more
    ).data
    client.subscriptions.create(customer_id=customer.id, plan_id=plan.id, currency="NGN")
    return customer.id


def test_the_life_of_a_customer_is_seen_while_an_app_makes_it(
    page: Page, client: NovaBilling, shop: App
):
    page.open("requests")
    page.see("Nothing yet. Point your app at")
    sign_up(client, name="Ada Obi")
    page.see("/api/plans", "/api/customers", "/api/subscriptions")
    assert page.texts("tbody tr td:nth-child(3)")[0] == "/api/subscriptions"

    # A request, and beside it its answer.
    page.follow("/api/customers")
    page.see("POST /api/customers", '"externalId": "usr_1"', '"name": "Ada Obi"')
    assert page.texts("main section h3") == ["Request", "Answer"]

    # Webhooks, to the app.
    page.all("nav a")[1].click()
    page.see("customer.created", "subscription.created", "not sent")
    page.write("Where to", shop.url)
    page.press("Forward")
    page.see(f"All webhooks go to {shop.url}")

    # The time moves on, and the nights do their work.
    page.all("nav a")[3].click()
    page.see("2026-06-01 12:00:00")
    page.press("To the end of the next period")
    page.see("2026-07-02 03:01:00", "subscription.renewed, invoice.created")
    page.wait(lambda: "subscription.renewed" in shop.events)

    # Its invoices are there, with their PDFs and links.
    page.all("nav a")[2].click()
    page.see("invoices 5")
    page.follow("invoices 5")
    page.see("INV-00005", "PENDING")
    got = client.invoices.list().data[0]
    pdf = "PDF of INV-00005"
    href = page.use("main td a[target]", pdf, lambda link: link.get_attribute("href"))
    assert got.id in href

    # The app pays; the row changes where it stands.
    client.invoices.mark_paid(got.id, payment_method="bank_transfer")
    page.see("PAID", "payments 1")
    page.follow("INV-00005")
    page.see("What belongs to it", "payments (1)", "SUCCEEDED 15000 NGN")
    page.follow(got.customer_id)
    page.see("ada@example.com", "invoices (5)", "subscriptions (1)")

    # Its webhook was accepted, and can be sent again.
    page.all("nav a")[1].click()
    page.see("invoice.paid")
    page.follow("invoice.paid")
    page.see("accepted", '"event": "invoice.paid"', "X-Webhook-Signature")
    count = len(shop.got)
    page.press("Send again")
    page.see("Sent again: accepted")
    assert shop.events[count:] == ["invoice.paid"]


def test_an_event_is_triggered_from_the_page(page: Page, shop: App):
    page.server.forward(shop.url)
    page.open("webhooks")
    page.wait(lambda: len(page.all("option")) == 26)
    page.press("Trigger")
    page.see("invoice.paid: accepted", "What your app answered")

    assert "invoice.paid" in shop.events


def test_html_is_shown_as_text(page: Page, client: NovaBilling, shop: App):
    page.server.forward(shop.url)
    customer = sign_up(client, name=HTML, metadata={HTML: HTML})
    with pytest.raises(NotFoundError):
        client.customers.get(HTML)
    places = {
        "requests": "onerror",
        f"requests/{page.server.requests(text='/api/customers', status='201')[0]['id']}": HTML,
        "data/customer": HTML[:20],
        f"data/customer/{customer}": HTML,
        "webhooks/1": HTML,
    }
    for view, words in places.items():
        page.open(view)
        page.see(words)
        assert page.all("main img, main script, main b") == [], view
    page.open("data/customer")
    page.write("Filter", HTML)
    page.see("customers, newest first", HTML[:20])

    assert page.driver.execute_script("return window.hacked") is None


def test_signs_that_turn_text_around_are_seen(page: Page, client: NovaBilling, shop: App):
    page.server.forward(shop.url)
    customer = sign_up(client, name="bill\u202egpj.exe", metadata={"\u2066a": "\u200fb"})
    with pytest.raises(NotFoundError):
        client.customers.get("\u202e")
    newest = page.server.requests(text="/api/customers", status="201")[0]["id"]
    for view in (f"requests/{newest}", "data/customer", f"data/customer/{customer}"):
        page.open(view)
        page.see(r"bill\u202egpj.exe")
        assert not set(page.text) & {"\u202e", "\u2066", "\u200f"}, view


def test_names_in_tables_are_not_broken(page: Page, client: NovaBilling):
    page.browser.look(PHONE)
    client.customers.create(
        external_id="trigger_of_a_long_name", email="ada@example.com", name="N" * 60, currency="NGN"
    )
    page.open("data/customer")
    page.see("trigger_of_a_long_name")
    assert (
        page.driver.execute_script(
            "return document.querySelector('main td a').getClientRects().length"
        )
        == 1
    )


def test_what_an_app_answers_is_text_too(page: Page):
    import httpx

    from tests import loopback

    with loopback.serve(lambda _: httpx.Response(200, text=HTML)) as url:
        page.server.trigger("customer.created", to=url)
    page.open("webhooks/1")
    page.all("main summary")[-1].click()
    page.see(HTML)

    assert page.all("main img, main script, main b") == []
    assert page.driver.execute_script("return window.hacked") is None


def test_secrets_are_masked_until_they_are_asked_for(page: Page, client: NovaBilling):
    client.auth.login(email="owner@example.com", password="sandbox-password")
    page.open(f"requests/{page.server.requests()[0]['id']}")
    page.see("owner@example.com", "••••")
    assert "sandbox-password" not in page.text
    page.press("Show secrets")
    page.see("sandbox-password")
    page.press("Hide secrets")
    page.wait(lambda: "sandbox-password" not in page.text)

    token, secret = page.server.token, page.server.webhook_secret
    page.press("Keys")
    page.see("API key", "Webhook secret")
    assert token not in page.driver.page_source
    assert secret not in page.driver.page_source
    page.press("Show the API key")
    page.see(token)
    assert secret not in page.driver.page_source


def test_requests_are_filtered(page: Page, client: NovaBilling):
    sign_up(client)
    with pytest.raises(NotFoundError):
        client.customers.get("cus_none")
    page.open("requests")
    page.see("cus_none")
    page.write("Filter", "ada@example.com")
    page.wait(lambda: len(page.all("tbody tr")) == 2)
    page.write("Filter", "\ue003" * 20)
    page.all("main select")[0].send_keys("errors")
    page.wait(lambda: page.texts("tbody .state") == ["404"])
    page.write("Filter", "nothing like it")
    page.see("No request is like this.")


def test_faults_are_armed_and_meet_the_app(page: Page, client: NovaBilling):
    page.open("faults")
    page.write("Only of the route", "/customers")
    page.press("Arm")
    page.see("Error 503 for any request /customers")
    assert page.texts("#count-faults") == ["1"]
    client.plans.list()
    with pytest.raises(ServerError):
        client.customers.list()
    page.see("None.")

    page.write("Only of the route", "/nowhere")
    page.press("Arm")
    page.see("there is no operation /nowhere")
    assert [one for one in page.browser.messages() if "400" not in one] == []


def test_a_state_is_kept_and_brought_back(page: Page, client: NovaBilling):
    page.open("time")
    page.press("Keep the state")
    page.see("Bring back")
    sign_up(client)
    page.press("+ 1 week")
    page.see("2026-06-08")
    page.press("Bring back")
    page.see("2026-06-01 12:00:00")

    assert client.customers.list().meta.total == 0


def test_a_reset_asks_first(page: Page, client: NovaBilling):
    sign_up(client)
    page.open("time")
    page.press("Reset the sandbox")
    page.driver.switch_to.alert.dismiss()
    assert client.customers.list().meta.total == 1
    page.press("Reset the sandbox")
    page.driver.switch_to.alert.accept()
    page.see("The sandbox is empty")

    assert client.customers.list().meta.total == 0


# Keyboard, screen reader, sizes, colours


def test_it_is_used_by_keyboard_alone(page: Page, client: NovaBilling):
    from selenium.webdriver.common.keys import Keys

    sign_up(client)
    page.open("requests")
    page.see("/api/plans")
    page.keys(Keys.TAB)
    assert page.focused() == "Skip to the content"
    page.keys(Keys.ENTER)
    for _ in range(3):
        page.keys(Keys.TAB)
    assert page.focused() == "/api/subscriptions"
    page.keys(Keys.ARROW_DOWN)
    assert page.focused() == "/api/customers"
    page.keys(Keys.ENTER)
    page.see("POST /api/customers")
    assert page.focused() == "/api/customers"

    page.keys(Keys.ARROW_RIGHT, Keys.TAB)
    assert page.focused() == "Show secrets"
    page.driver.execute_script("document.querySelector('main section').focus()")
    page.keys(Keys.ARROW_LEFT)
    assert page.focused() == "/api/customers"

    client.plans.list()  # focus stays while rows come in
    page.wait(lambda: len(page.all("tbody tr")) == 4)
    assert page.focused() == "/api/customers"
    page.keys(Keys.ARROW_UP, Keys.ARROW_UP)
    outline = "return getComputedStyle(document.activeElement).outlineStyle"
    assert page.driver.execute_script(outline) != "none"


def accessible(page: Page) -> List[Dict[str, Any]]:
    """Return what a screen reader gets: roles and names."""
    nodes = page.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    return [
        {"role": one["role"]["value"], "name": one.get("name", {}).get("value", "")}
        for one in nodes
        if not one["ignored"]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_a_screen_reader_finds_its_way(page: Page, client: NovaBilling, view: str):
    sign_up(client)
    page.open(view)
    page.wait(lambda: page.all("main td a, main button"))
    nodes = accessible(page)
    roles = {one["role"] for one in nodes}

    assert {"banner", "navigation", "main", "status", "heading"} <= roles
    for one in nodes:
        if one["role"] in ("button", "link", "textbox", "searchbox", "combobox", "checkbox"):
            assert one["name"], one
    assert len(page.all("nav [aria-current=page]")) == 1
    assert len(page.all("h1")) == 1
    assert page.driver.execute_script("return document.documentElement.lang") == "en"
    assert page.driver.title == f"{view} - NovaBilling sandbox"


CONTRASTS = """
const number = (text) => text.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((one) => one / 255)
  .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
  .reduce((sum, one, place) => sum + one * [0.2126, 0.7152, 0.0722][place], 0);
const back = (element) => {
  for (let one = element; one; one = one.parentElement) {
    const color = number(getComputedStyle(one).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const low = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
  if (!own || !element.checkVisibility() || element.disabled || element.closest(".skip")) continue;
  const [a, b] = [light(number(getComputedStyle(element).color)), light(back(element))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) low.push(`${element.innerText}: ${ratio.toFixed(2)}`);
}
return low;
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_it_can_be_read_in_every_light_and_width(
    page: Page, client: NovaBilling, dark: bool, size: Any
):
    customer = sign_up(client)
    page.server.advance_period()
    page.server.fail_next(times=3)
    page.server.trigger("customer.created", to="http://127.0.0.1:9/")
    page.browser.look(size, dark=dark)
    newest = page.server.requests()[0]["id"]
    details = (f"requests/{newest}", "webhooks/1", f"data/customer/{customer}", "data/invoice")
    for view in (*VIEWS, *details):
        page.open(view)
        page.wait(lambda: page.all("main td a, main button, main dl"))
        assert page.driver.execute_script(CONTRASTS) == [], view
        wide = "return document.documentElement.scrollWidth - innerWidth"
        assert page.driver.execute_script(wide) <= 0, view
        assert page.driver.execute_script("return innerWidth") == size[0]


def test_on_a_phone_the_details_take_the_place_of_the_list(page: Page, client: NovaBilling):
    sign_up(client)
    page.browser.look(PHONE)
    page.open("requests")
    page.see("/api/plans")
    page.follow("/api/plans")
    page.see("Back to the list", '"code": "pro"')
    assert not page.all("main .list")[0].is_displayed()
    page.follow("← Back to the list")
    page.wait(lambda: page.all("main .list")[0].is_displayed())


# What it loads, and whom it trusts


def test_everything_comes_from_the_sandbox(page: Page):
    page.open("requests")
    names = "return performance.getEntriesByType('resource').map(one => one.name)"
    loaded = page.driver.execute_script(names)

    assert len(loaded) >= 3
    assert all(name.startswith(f"{page.server.url}/_sandbox/") for name in loaded), loaded


def test_the_token_is_taken_from_the_address_and_leaves_it(browser: Browser):
    with serve(ServedSandbox(seed="page"), Guard((), "a-control-token")) as server:
        page = Page(browser, server)
        page.driver.get(f"{server.url}/_sandbox/#a-control-token")
        page.see("Nothing yet")
        assert page.driver.current_url == f"{server.url}/_sandbox/#/requests"
        page.driver.refresh()
        page.see("Nothing yet")

        page.driver.execute_script("sessionStorage.clear()")
        page.driver.refresh()
        page.see("The control API wants its token")


def test_a_page_of_another_site_changes_nothing(page: Page):
    """Try what a page on another port may: the browser sends it, and the server refuses."""
    import httpx

    from tests import loopback

    form = (
        f"<form method=post enctype=text/plain action='{page.server.url}/_sandbox/reset'>"
        "<input name='{\"a\":\"' value='\"}'></form>"
        "<script>document.forms[0].submit()</script>"
    )

    def other_site(request: httpx.Request) -> httpx.Response:
        text = form if request.url.path == "/form" else "<p>Another site"
        return httpx.Response(200, text=text, headers={"Content-Type": "text/html"})

    page.server.advance(days=1)
    now = page.server.now()
    with loopback.serve(other_site) as url:
        for site in (url, url.replace("127.0.0.1", "localhost")):
            page.driver.get(f"{site}/form")
            page.see("Pages of other sites may not steer the sandbox")
        script = f"""
            const done = arguments[0];
            fetch("{page.server.url}/_sandbox/status").then(
              (answer) => done("read"), (error) => done("refused"));
        """
        page.driver.get(url)
        assert page.driver.execute_async_script(script) == "refused"
    assert page.server.now() == now
    assert page.server.requests() == []  # nor does it look as if the app had asked
    list(page.browser.messages())


def test_it_says_that_the_sandbox_has_gone(browser: Browser):
    with serve(ServedSandbox(seed="page")) as server:
        page = Page(browser, server)
        page.open("requests")
    page.see("The sandbox does not answer")
    list(browser.messages())
