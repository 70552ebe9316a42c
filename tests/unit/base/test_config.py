"""A configuration is understood whole, or refused in one sentence that says what to write."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coffee_node.base.config import NodeConfig, describe, example_text, load_config, write_config
from coffee_node.base.config_sections import SECTIONS, SETTINGS, NodeSection, normal_base_url
from coffee_node.base.errors import ConfigError

ROOT = Path(__file__).parents[3]
GOOD = "[node]\nname = Mutualab\nbase_url = https://lille.example\n"


def load(home: Path, text: str, environ: dict[str, str] | None = None) -> NodeConfig:
    (home / "instance.cfg").write_text(text, "utf-8")
    return load_config(home, environ or {})


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD)
    assert (config.node.language, config.queue.threads, config.http.port) == ("fr", 4, 8000)
    assert config.web.languages == ("fr", "nl", "en", "de")
    assert config.federation.development is False


def test_values_arrive_as_what_they_are(tmp_path: Path) -> None:
    text = GOOD + (
        "[federation]\nmode = partners only\ndevelopment = yes\n[web]\nlanguages = nl,fr\n"
        "[plugins]\ndisabled = rota, jobs_forem\n[http]\nport = 8801\n[plugin:rota]\ndesks = 50%\n"
    )
    config = load(tmp_path, text)
    assert (config.federation.mode, config.federation.development) == ("partners only", True)
    assert (config.web.languages, config.plugins.disabled) == (("nl", "fr"), ("rota", "jobs_forem"))
    assert config.http.port == 8801
    assert config.plugin_settings == {"rota": {"desks": "50%"}}


def test_the_configuration_of_a_running_node_cannot_change(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        load(tmp_path, GOOD).home = Path("/elsewhere")  # type: ignore[misc]


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    config = load(tmp_path, GOOD + "[http]\nport = 1\n", {"COFFEE_HTTP_PORT": "8801", "COFFEE_HOME": "/x"})
    assert config.http.port == 8801


WRONG_VALUES = [
    ("[http]\nport = abc", ['port = "abc" in [http]', "whole number from 1 to 65535"]),
    ("[http]\nport = 70000", ['port = "70000"', "1 to 65535"]),
    ("[http]\nhost =", ['host = ""', "IP address"]),
    ("[queue]\nengine = rediss", ['engine = "rediss" in [queue]', "sqlite, redis", "did you mean redis?"]),
    ("[queue]\nengine = redis", ["url is missing in [queue]", "redis://HOST"]),
    ("[queue]\nurl = http://x", ['url = "http://x" in [queue]', "redis://"]),
    ("[database]\nurl = mysql://h/n", ['url = "mysql://h/n"', "postgresql://"]),
    ("[database]\nurl = mysql://u:hidden@h/n", ['url = "mysql://u:***@h/n"']),
    ("[database]\ndurability = fulll", ["did you mean full?"]),
    ("[federation]\ndevelopment = perhaps", ['development = "perhaps"', "yes or no"]),
    ("[federation]\nmode = closed", ['mode = "closed"', "open, partners only"]),
    ("[federation]\nbackfill_months = -1", ['backfill_months = "-1"', "0 to 120"]),
    ("[mail]\nsender = nobody", ['sender = "nobody"', "e-mail address"]),
    ("[mail]\nurl = imap://x", ['url = "imap://x"', "smtp"]),
    ("[web]\nlanguages = fr, es", ['languages = "fr, es"', "fr, nl, en, de"]),
    ("[web]\nlanguages =", ["languages", "fr, nl, en, de"]),
    ("[http]\nprot = 1", ["key prot = 1 in [http]", "host, port", "did you mean port?"]),
    ("[htttp]\nport = 1", ["section [htttp]", "[node], [database]", "did you mean [http]?"]),
    ("[DEFAULT]\nport = 1", ["section [DEFAULT]"]),
    ("[http]\nport = 1\nport = 2", ["port", "already exists"]),
    ("[http]\nnonsense", ["key = value", "nonsense"]),
]


@pytest.mark.parametrize(("text", "words"), WRONG_VALUES)
def test_a_wrong_line_is_refused_with_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, words: list[str]
) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD + text + "\n")
    assert [word for word in [*words, "instance.cfg"] if word not in str(caught.value)] == []
    assert "hidden" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"COFFEE_HTTP_PORT": "abc"}, ["COFFEE_HTTP_PORT", 'port = "abc"', "1 to 65535"]),
        ({"COFFEE_HTTP_PROT": "1"}, ["COFFEE_HTTP_PROT", "did you mean COFFEE_HTTP_PORT?"]),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, GOOD, environ)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("key", ["name", "base_url"])
def test_a_node_without_name_or_address_does_not_start(tmp_path: Path, key: str) -> None:
    text = "\n".join(line for line in GOOD.splitlines() if not line.startswith(key))
    with pytest.raises(ConfigError, match=rf"{key} is missing in \[node\]"):
        load(tmp_path, text)


@pytest.mark.parametrize(
    "url",
    [
        "lille.example",
        "ftp://lille.example",
        "https://",
        "https://lille.example/coffee",
        "https://lille.example?x=1",
        "https://lille.example#x",
        "https://me@lille.example",
        "https://lille.example:port",
        "https://lille.example:99999",
        "https://[::1",
        "http://lille.example",
    ],
)
def test_a_base_url_is_https_and_nothing_but_a_host(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"base_url.*https://space\.example, without path"):
        load(tmp_path, GOOD.replace("https://lille.example", url))


@pytest.mark.parametrize(
    ("written", "base_url", "host", "is_https"),
    [
        ("https://lille.example/", "https://lille.example", "lille.example", True),
        ("https://LILLE.example:443", "https://lille.example", "lille.example", True),
        ("https://lille.example:8443", "https://lille.example:8443", "lille.example:8443", True),
        ("http://127.0.0.1:8801", "http://127.0.0.1:8801", "127.0.0.1:8801", False),
        ("http://[::1]:80", "http://[::1]", "[::1]", False),
        ("https://café.example", "https://xn--caf-dma.example", "xn--caf-dma.example", True),
    ],
)
def test_an_address_has_one_spelling(
    tmp_path: Path, written: str, base_url: str, host: str, is_https: bool
) -> None:
    text = GOOD.replace("https://lille.example", written) + "[federation]\ndevelopment = yes\n"
    config = load(tmp_path, text)
    assert (config.node.base_url, config.host, config.is_https) == (base_url, host, is_https)


@given(st.text())
def test_any_text_is_an_address_or_refused_and_the_spelling_is_final(text: str) -> None:
    try:
        url = normal_base_url(text)
    except ValueError:
        return
    assert normal_base_url(url) == url


@pytest.mark.parametrize(
    ("written", "resolved"),
    [
        ("", "sqlite:///{home}/node.sqlite3"),
        ("sqlite:////srv/node.db", "sqlite:////srv/node.db"),
        ("postgresql://u:p@db/coffee", "postgresql+psycopg://u:p@db/coffee"),
        ("postgresql+psycopg://u:p@db/coffee", "postgresql+psycopg://u:p@db/coffee"),
    ],
)
def test_the_database_has_an_address_for_the_engine(tmp_path: Path, written: str, resolved: str) -> None:
    config = load(tmp_path, GOOD + f"[database]\nurl = {written}\n")
    assert config.database_url == resolved.format(home=tmp_path)


def test_a_folder_without_node_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="coffee-node init"):
        load_config(tmp_path, {})


@pytest.mark.parametrize(
    ("content", "words"), [(b"[node]\nname = \xff\n", "UTF-8"), (b"name = x\n", "no section headers")]
)
def test_a_file_that_is_no_configuration_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "instance.cfg").write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        load_config(tmp_path, {})


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    values: dict[str, dict[str, Any]] = {
        "node": {"name": "Café coworking", "base_url": "http://127.0.0.1:8801", "language": "nl"},
        "federation": {"development": True},
        "plugins": {"disabled": ["rota"]},
    }
    write_config(tmp_path, values)
    config = load_config(tmp_path, {})
    assert config.node == NodeSection("Café coworking", "http://127.0.0.1:8801", "nl")
    assert (config.federation.development, config.plugins.disabled) == (True, ("rota",))


def test_a_written_file_is_for_its_owner_only(tmp_path: Path) -> None:
    write_config(tmp_path, {"node": {"name": "x", "base_url": "https://lille.example"}})
    assert (tmp_path / "instance.cfg").stat().st_mode & 0o077 == 0


def test_a_change_keeps_comments_and_the_other_keys(tmp_path: Path) -> None:
    text = GOOD + "\n# ours\n[plugins]\n# off for now\ndisabled = a,\n  b\n\n[http]\nport = 8801\n"
    load(tmp_path, text)
    write_config(tmp_path, {"plugins": {"disabled": ["c"], "required": ["d"]}, "web": {"site_name": "Lab"}})
    assert (tmp_path / "instance.cfg").read_text("utf-8") == (
        GOOD + "\n# ours\n[plugins]\n# off for now\ndisabled = c\nrequired = d\n\n[http]\nport = 8801\n"
        "\n[web]\nsite_name = Lab\n"
    )


def test_a_refused_change_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    load(tmp_path, GOOD)
    with pytest.raises(ConfigError, match="did you mean port"):
        write_config(tmp_path, {"http": {"prot": 1}})
    assert (tmp_path / "instance.cfg").read_text("utf-8") == GOOD
    assert [file.name for file in tmp_path.iterdir()] == ["instance.cfg"]


def test_a_new_home_is_not_touched_by_a_refused_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="base_url"):
        write_config(tmp_path, {"node": {"name": "x", "base_url": "http://lille.example"}})
    assert list(tmp_path.iterdir()) == []


def test_every_value_is_described_with_its_origin_and_no_password(tmp_path: Path) -> None:
    text = GOOD + "[mail]\nurl = smtp://me:secret@mail.example\n[plugin:rota]\napi_key = secret\ndesks = 3\n"
    rows = describe(load(tmp_path, text, {"COFFEE_HTTP_PORT": "8801"}))
    file = str(tmp_path / "instance.cfg")
    assert ("http", "port", "8801", "COFFEE_HTTP_PORT") in rows
    assert ("http", "host", "127.0.0.1", "default") in rows
    assert ("node", "name", "Mutualab", file) in rows
    assert ("mail", "url", "smtp://me:***@mail.example", file) in rows
    assert ("plugin:rota", "api_key", "***", file) in rows
    assert ("plugin:rota", "desks", "3", file) in rows
    assert len(rows) == len(SETTINGS) + 2


def test_the_example_in_the_repository_is_what_the_code_takes() -> None:
    assert (ROOT / "instance.example.cfg").read_text("utf-8") == example_text()


def test_the_example_gives_every_default(tmp_path: Path) -> None:
    config = load(tmp_path, example_text())
    for name, kind in SECTIONS.items():
        if name != "node":
            assert getattr(config, name) == kind()


@pytest.mark.parametrize("module", ["config", "errors", "clock", "queue"])
def test_the_command_line_can_start_without_the_database(module: str) -> None:
    code = f"import sys, coffee_node.base.{module}; print({{'sqlalchemy', 'alembic'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
