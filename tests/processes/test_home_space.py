"""Two real nodes: somebody of one signs in at the other with the home space and registers there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin

import pytest
import requests

from coffee_node.testing_factories import event_document
from tests.house.real_nodes import RealNode, wait_for

pytestmark = pytest.mark.enable_socket
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ONWARD = re.compile(r'content="0; url=([^"]+)"')
SECONDS = 20.0


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RealNode, RealNode]]:
    folder = tmp_path_factory.mktemp("home_space")
    lille, tournai = (RealNode(folder / name, name).init().start() for name in ("lille", "tournai"))
    lille.befriend(tournai)
    wait_for(lambda: lille.partners() == tournai.partners() == 1, 15, 0.2)
    yield lille, tournai
    lille.stop()
    tournai.stop()


class Browser:
    """A browser without scripts: it keeps cookies, follows redirects and sends forms."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers.update({"Accept": "text/html", "Accept-Language": "en"})
        self.page = ""
        self.address = ""

    def open(self, address: str) -> str:
        """Go to a page."""
        return self._arrive(self.session.get(address, timeout=10))

    def send(self, path: str, **fields: str) -> str:
        """Send a form of this page."""
        found = TOKEN.search(self.page)
        assert found is not None, self.page
        address = urljoin(self.address, path)
        data = {"csrf_token": found[1], **fields}
        return self._arrive(self.session.post(address, data, headers={"Referer": self.address}, timeout=10))

    def wait_for(self, words: str) -> str:
        """Look again until the page says something."""
        wait_for(lambda: words in self.open(self.address), SECONDS, 0.2)
        return self.page

    def _arrive(self, answer: requests.Response) -> str:
        self.page, self.address = answer.text, answer.url
        assert answer.status_code < 500, f"{answer.url}: {answer.status_code} {answer.text}"
        return self.page


def test_a_coworker_registers_on_the_site_of_a_partner_as_who_she_is_at_home(
    pair: tuple[RealNode, RealNode],
) -> None:
    lille, tournai = pair
    event = tournai.publish(event_document(name="Open evening", joinMode="free"))
    link = lille.run("user", "add", "anna", "--name", "Anna Peeters", "--email", "anna@example.org")
    anna = Browser()
    anna.open(next(word for word in link.split() if word.startswith("http")))
    token = re.search(r'name="token"[^>]*value="([^"]+)"', anna.page)
    assert token is not None
    anna.send("/setup", token=token[1], password="seven otters whistle", email="anna@example.org")

    anna.open(f"{tournai.url}/sign-in/home?back=/events")
    anna.send("/sign-in/home", handle=f"anna@127.0.0.1:{lille.port}", back=event.removeprefix(tournai.url))
    anna.wait_for("/oauth/authorize")
    onward = ONWARD.search(anna.page)
    assert onward is not None
    assert "It may, for one hour" in anna.open(unescape(onward[1]))
    anna.send("", answer="allow")
    anna.wait_for("Anna Peeters, of COFFEE Lille")
    assert anna.address == event

    anna.send("/events/guest/join", uri=event, note="Window seat")
    anna.wait_for("Confirmed: there is a seat.")
    assert "Open evening" in Browser().open(event)
    anna.open(f"{lille.url}/me/events")
    anna.wait_for("Open evening")

    anna.open(f"{lille.url}/me/security")
    assert "COFFEE Tournai" in anna.page
    ends = re.search(r"/me/security/sites/\d+/end", anna.page)
    assert ends is not None
    anna.send(ends[0])
    anna.open(event)
    anna.send("/events/guest/leave", uri=event)
    anna.wait_for("Sign in with my home space")
