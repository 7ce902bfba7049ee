"""One file, then the environment; what is misspelt or missing stops the start by name."""
from __future__ import annotations

import tomllib
from pathlib import Path

import msgspec
import pytest

from gateway.config import Config, load
from gateway.errors import ConfigError

EXAMPLE = Path("config.example.toml")


def write(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, "utf-8")
    return file


def test_the_defaults_need_no_file() -> None:
    assert load(None, {}) == Config()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[server]\nport = 9000\nhost = '0.0.0.0'\n")
    config = load(file, {"HUIYIN_SERVER_PORT": "9100", "HUIYIN_RATING_DELAY_S": "3"})
    assert (config.server.port, config.server.host, config.rating.delay_s) == (9100, "0.0.0.0", 3.0)


def test_lists_come_with_commas() -> None:
    origins = "https://a.example, https://b.example"
    config = load(None, {"HUIYIN_WEB_ORIGINS": origins, "HUIYIN_TRUSTED_PROXIES": "10.0.0.1"})
    assert config.web.origins == ("https://a.example", "https://b.example")
    assert config.trusted_proxies == ("10.0.0.1",)


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("swordfish-swordfish\n", "utf-8")
    assert load(None, {"HUIYIN_DESK_DEMO_PASSWORD_FILE": str(secret)}).desk.demo_password == "swordfish-swordfish"


def test_a_missing_secret_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="HUIYIN_DESK_DEMO_PASSWORD_FILE"):
        load(None, {"HUIYIN_DESK_DEMO_PASSWORD_FILE": str(tmp_path / "gone")})


@pytest.mark.parametrize(("text", "name"), [
    ("[server]\nprot = 1\n", "prot"),
    ("[nosuch]\nx = 1\n", "nosuch"),
    ("[server]\nport = 'many'\n", "port"),
    ("[api]\nunderstand = 'everybody'\n", "understand"),
    ("[api]\ncodes_per_day = 1\n", "codes_per_day"),
    ("server = 1\n", "server"),
    ("trusted_proxies = ['proxy']\n", "trusted_proxies"),
    ("[web]\nmessages_per_minute = 0\n", "messages_per_minute"),
    ("[server\n", "config.toml"),
])
def test_a_wrong_key_or_value_is_named(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(write(tmp_path, text), {})


ACCOUNT = """
[[wechat.official]]
name = "hotline"
appid = "wx1"
secret_file = "{folder}/secret"
token = "t"
aes_keys_file = ["{folder}/new", "{folder}/old"]
notices = [{{template = "t1", way = "once", values = {{thing1 = "title"}}}}]
"""


def test_an_accounts_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("swordfish\n", "utf-8")
    for name in ("new", "old"):
        (tmp_path / name).write_text(f"{name}\n", "utf-8")
    (account,) = load(write(tmp_path, ACCOUNT.format(folder=tmp_path)), {}).wechat.official
    assert (account.secret, account.aes_keys) == ("swordfish", ("new", "old"))
    assert account.notices[0].values == {"thing1": "title"}


def test_an_accounts_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"wechat\.official\.secret_file"):
        load(write(tmp_path, ACCOUNT.format(folder=tmp_path)), {})


def test_an_account_is_not_named_by_the_environment() -> None:
    with pytest.raises(ConfigError, match="HUIYIN_WECHAT_OFFICIAL"):
        load(None, {"HUIYIN_WECHAT_OFFICIAL": "hotline"})


def test_a_misspelt_variable_is_named() -> None:
    with pytest.raises(ConfigError, match="HUIYIN_SERVER_PROT"):
        load(None, {"HUIYIN_SERVER_PROT": "1"})


def test_the_example_has_every_setting_with_its_default() -> None:
    document = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert msgspec.convert(document, Config) == Config()
    assert msgspec.json.decode(msgspec.json.encode(Config())) == document
