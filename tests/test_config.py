"""One file, then the environment; what is misspelt or missing stops the start by name."""
from __future__ import annotations

import tomllib
from datetime import time
from itertools import takewhile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from gateway.config import Config, load
from gateway.config_sms import SmsChannel, SmsKannel, SmsSmpp, SmsWebhook
from gateway.config_wechat import WeChatKf, WeChatMiniprogram, WeChatNotice, WeChatOfficial
from gateway.errors import ConfigError
from gateway.quiet import QuietHours

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
    ("[rating]\nquiet_hours = '9 pm'\n", r"rating\.quiet_hours"),
    ("[rating]\nquiet_hours = [21]\n", r"rating\.quiet_hours"),
    ("[rating]\nquiet_hours = '25-8'\n", r"rating\.quiet_hours"),
    ("[nlu]\nrasa_url = '127.0.0.1:5005'\n", r"nlu\.rasa_url"),
    ("[server\n", "config.toml"),
])
def test_a_wrong_key_or_value_is_named(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(write(tmp_path, text), {})


@pytest.mark.parametrize("hours", ["'22:30–7'", "['22:30', '07:00']", "['22:30', 7]"])
def test_quiet_hours_are_a_range_or_two_times(tmp_path: Path, hours: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    quiet = load(write(tmp_path, f"[rating]\nquiet_hours = {hours}\n"), {}).rating.quiet(zone)
    assert quiet == QuietHours(zone, time(22, 30), time(7))
    for written in ("22:30-7", "22:30,7"):
        assert load(None, {"HUIYIN_RATING_QUIET_HOURS": written}).rating.quiet(zone) == quiet


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


def tables(start: str) -> dict[str, Any]:
    """What the example has behind `#`, from the first line that is `start` to the next that is not behind one."""
    lines = EXAMPLE.read_text("utf-8").splitlines()
    behind = takewhile(lambda line: line.startswith("#"), lines[lines.index(f"# {start}"):])
    return tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in behind))


def settings(kind: type[msgspec.Struct]) -> set[str]:
    return {one.encode_name for one in msgspec.structs.fields(kind)}


def test_the_example_has_every_setting_of_its_lists() -> None:
    channels = {one.pop("kind"): {key.removesuffix("_file") for key in one} for one in tables("[[sms]]")["sms"]}
    shared = settings(SmsChannel)
    assert {kind: keys | shared for kind, keys in channels.items()} == {
        "kannel": settings(SmsKannel), "smpp": settings(SmsSmpp), "webhook": settings(SmsWebhook)}
    assert shared <= channels["kannel"]
    (official,), (seat,) = (tables("[[wechat.official]]")["wechat"][name] for name in ("official", "kf"))
    assert {key.removesuffix("_file") for key in official} == settings(WeChatOfficial) == settings(WeChatMiniprogram)
    assert set(official["notices"][0]) == settings(WeChatNotice)
    assert {key.removesuffix("_file") for key in seat} == settings(WeChatKf)


CHANNELS = """
[[sms]]
kind = "smpp"
name = "carrier"
numbers = ["10612345"]
password_file = "{folder}/secret"
tps = 100

[[sms]]
kind = "webhook"
name = "bridge"
secrets_file = ["{folder}/secret", "{folder}/old"]
"""


def test_channels_of_text_messages_are_a_list(tmp_path: Path) -> None:
    for name in ("secret", "old"):
        (tmp_path / name).write_text(f"{name}\n", "utf-8")
    carrier, bridge = load(write(tmp_path, CHANNELS.format(folder=tmp_path)), {}).sms
    assert carrier == SmsSmpp(name="carrier", numbers=("10612345",), password="secret", tps=100)
    assert bridge == SmsWebhook(name="bridge", secrets=("secret", "old"))


@pytest.mark.parametrize(("text", "name"), [
    ("[[sms]]\nkind = 'smpp'\n", "name"), ("[[sms]]\nkind = 'pigeon'\nname = 'a'\n", "pigeon"),
    ("[[sms]]\nname = 'a'\n", "kind"), ("[[sms]]\nkind = 'smpp'\nname = 'a'\nurl = 'x'\n", "url"),
    ("[sms]\ncarrier = 'smpp'\n", "sms"),
])
def test_a_wrong_channel_is_named(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        load(write(tmp_path, text), {})


def test_a_channel_is_not_named_by_the_environment() -> None:
    with pytest.raises(ConfigError, match="HUIYIN_SMS"):
        load(None, {"HUIYIN_SMS": "carrier"})


def test_the_example_has_every_setting_with_its_default() -> None:
    document = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert msgspec.convert(document, Config) == Config()
    assert msgspec.json.decode(msgspec.json.encode(Config())) == document
