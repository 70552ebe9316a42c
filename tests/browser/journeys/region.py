"""What the journeys know of their network: its nodes, links for its people, newcomers, mails and routes."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.house.real_nodes import wait_for

REPOSITORY = Path(__file__).parents[3]
START_SECONDS = 120
MAIL_SECONDS = 40
LANGUAGES = ("fr", "nl", "en", "de")


@dataclass(frozen=True)
class Newcomer:
    """A member nobody has met: no profile yet; signs in by the link or with stage.PASSWORD."""

    handle: str
    name: str
    email: str
    language: str
    link: str


@dataclass
class Site:
    """One node of the network, as a browser and a mail reader meet it."""

    slug: str
    url: str
    home: Path
    people: dict[str, str]
    newcomers: dict[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    @property
    def host(self) -> str:
        """Its host with the port, as in `@name@host`."""
        return urlsplit(self.url).netloc

    def newcomer(self, language: str) -> Newcomer:
        """Somebody who is in no other test, of this run's processes together."""
        for count, (handle, link) in enumerate(self.newcomers.items()):
            if LANGUAGES[count % 4] == language and claimed(self.home.parent / "taken" / self.slug, handle):
                name = handle.replace("-", " ").title()
                return Newcomer(handle, name, f"{handle}@people.example", language, link)
        raise AssertionError(f"{self.slug} has no newcomer left who speaks {language}: see stage.NEWCOMERS")

    def mails_to(self, address: str) -> list[EmailMessage]:
        """What it has written to an address so far, oldest first."""
        files = sorted((self.home / "mails").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
        return [mail for mail in read if isinstance(mail, EmailMessage) and mail["To"] == address]

    def mail_to(self, address: str, part: str = "") -> EmailMessage:
        """The last mail to an address that holds these words, waited for."""
        found: list[EmailMessage] = wait_for(
            lambda: [mail for mail in self.mails_to(address) if part in text_of(mail)], MAIL_SECONDS
        )
        return found[-1]

    def link_to(self, address: str, part: str) -> str:
        """The address with this part in the last mail that has one, waited for."""
        found = re.findall(rf"https?://\S*{re.escape(part)}\S*", text_of(self.mail_to(address, part)))
        return str(found[0])

    def get_json(self, path: str) -> Any:
        """The JSON at a path, as everybody sees it."""
        answer = self.session.get(self.url + path, headers={"Accept": "application/json"}, timeout=10)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.json()

    def path_of(self, kind: str, name: str) -> str:
        """The page on this node of something of a list (`events`, `offers`, `articles`), by its title."""
        items = self.get_json(f"/{kind}.json?scope=network&q={name}")["items"]
        [uri] = [item["id"] for item in items if item["name"] == name]
        parts = urlsplit(uri)
        return parts.path if parts.netloc == self.host else f"/at/{parts.netloc}{parts.path}"


@dataclass
class Region:
    """Lille, Tournai and Mons, and how their addresses are read."""

    lille: Site
    tournai: Site
    mons: Site
    routes: Map
    rules: dict[str, str]

    @property
    def hosts(self) -> set[str]:
        """The hosts a page of the network may speak to."""
        return {self.lille.host, self.tournai.host, self.mons.host}

    def endpoint_of(self, url: str) -> str:
        """The endpoint of the route table an address belongs to; empty for none."""
        try:
            return str(self.routes.bind("any").match(urlsplit(url).path)[0])
        except HTTPException:
            return ""


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def claimed(folder: Path, name: str) -> bool:
    """Whether this process is the first to take this name."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        (folder / name).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def join_network(folder: Path) -> Region:
    """Note this process as a user, let the network be started if nobody has, and wait until it is there."""
    (folder / "users").mkdir(parents=True, exist_ok=True)
    (folder / "users" / str(os.getpid())).touch()
    if claimed(folder, "started"):
        with (folder / "keeper.log").open("wb") as log:
            command = [sys.executable, "-m", "tests.browser.journeys.keeper", str(folder)]
            subprocess.run(command, cwd=REPOSITORY, stdout=log, stderr=log, check=True)
    told = folder / "network.json"
    wait_for(told.exists, START_SECONDS)
    found = json.loads(told.read_text("utf-8"))
    assert "error" not in found, f"{found['error']}\n{(folder / 'keeper.log').read_text()[-3000:]}"
    sites = [
        Site(slug, one["url"], Path(one["home"]), one["people"], one["newcomers"])
        for slug, one in found.items()
        if slug != "routes"
    ]
    rules = dict(found["routes"])
    lille, tournai, mons = sites
    return Region(
        lille, tournai, mons, Map([Rule(rule, endpoint=name) for name, rule in found["routes"]]), rules
    )


def leave_network(folder: Path) -> None:
    """Note that this process needs the network no more; the last one ends it."""
    (folder / "users" / str(os.getpid())).unlink(missing_ok=True)
