"""The command line as an operator meets it."""
from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import tomllib
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from gateway import check, simulation
from gateway.__main__ import Terminal, main
from gateway.config import Config, load
from gateway.config_sms import SmsSmpp
from gateway.config_wechat import WeChat, WeChatOfficial
from gateway.errors import ConfigError
from gateway.wiring.demo import DemoPorts, demo
from gateway.wiring.understanding import asleep

ROOT = Path(__file__).resolve().parent.parent
NO_PORTS = ("--wechat-port", "0", "--smpp-port", "0", "--sms-port", "0")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_check_finds_no_fault_in_the_projects_own_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "no faults" in capsys.readouterr().out


def test_answers_that_are_not_shown_that_day_are_listed_but_no_fault() -> None:
    lines = asleep(datetime(2022, 6, 4, 12, 0, tzinfo=UTC))
    assert any(re.search(r"ecology\.yaml:\d+: night_noise: valid from 2022-06-05", line) for line in lines)
    assert not asleep(NOW)


def copy(folder: Path) -> Path:
    """The data files, with one of the complaint templates."""
    for name in ("city", "templates/replies"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "templates/complaints").mkdir()
    for name in ("common.yaml", "complaints/general.yaml", "complaints/general.cases.yaml"):
        shutil.copy(ROOT / "templates" / name, folder / "templates" / name)
    return folder


@pytest.mark.parametrize(("file", "old", "new", "named"), [
    ("templates/complaints/general.yaml", "deadline: ", "deadline: soonish #", r"general\.yaml:\d+: .*soonish"),
    ("templates/complaints/general.yaml", "type: address", "type: adress", r"general\.yaml:\d+"),
    ("templates/complaints/general.yaml", "prompt: {zh: 这件事发生在哪", "prompt: {zh: '', en: x} #", r":\d+: a text"),
    ("templates/replies/zh/talk.yaml", "welcome:", "welcome: '{% if %}'\nwelcome_:", "welcome"),
    ("city/city.yaml", "time_zone:", "timezone:", "time"),
])
def test_check_names_what_is_wrong(tmp_path: Path, file: str, old: str, new: str, named: str) -> None:
    root = copy(tmp_path)
    text = (root / file).read_text("utf-8")
    assert old in text
    (root / file).write_text(text.replace(old, new, 1), "utf-8")
    faults = check.faults(root, Config(), NOW)
    with pytest.raises(ConfigError, match=named):
        raise ConfigError("\n".join(faults))


def test_more_faults_come_from_whoever_knows_more() -> None:
    def two() -> None:
        raise ConfigError("a.yml:1: one\na.yml:2: two")

    assert check.faults(ROOT, Config(), NOW, [two]) == ["a.yml:1: one", "a.yml:2: two"]


def test_a_wrong_setting_stops_the_start_by_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[server]\nprot = 1\n", "utf-8")
    assert main(["--config", str(file), "run"]) == 1
    assert "prot" in capsys.readouterr().err
    monkeypatch.setenv("HUIYIN_SEVRER_PORT", "1")
    assert main(["check"]) == 1
    assert "HUIYIN_SEVRER_PORT" in capsys.readouterr().err


def test_an_open_engine_is_refused_where_others_can_reach_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "DATA_DIR": str(tmp_path), "API_UNDERSTAND": "open", "SERVER_HOST": "0.0.0.0", "NLU_ENGINE": "null"
    }.items():
        monkeypatch.setenv(f"HUIYIN_{name}", value)
    assert main(["run"]) == 1
    assert "api.understand" in capsys.readouterr().err


def test_a_store_this_version_does_not_have_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("HUIYIN_STORE_URL", "mysql://127.0.0.1")
    assert main(["run"]) == 1
    assert "store.url" in capsys.readouterr().err


def test_staff_are_added_with_a_password_from_stdin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", OneLine("correct horse battery\n"))
    assert main(["staff", "li", "clerk"]) == 0
    assert "li may sign in" in capsys.readouterr().out
    monkeypatch.setattr(sys, "stdin", OneLine("short\n"))
    assert main(["staff", "li", "clerk"]) == 1


class OneLine:
    """Standing in for stdin."""

    def __init__(self, line: str) -> None:
        self._line = line

    def readline(self) -> str:
        return self._line


@pytest.mark.slow
def test_a_chat_in_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "talk", "--lang", "en"], cwd=ROOT, text=True, capture_output=True, timeout=60,
        input="my SF parcel SF1234567890123 has not moved for three days\n1\n",
        env={"PATH": "/usr/bin:/bin", "HUIYIN_DATA_DIR": ".cache"}, check=True,
    )
    first, second = done.stdout.split("> ")[1:3]
    assert "SF1234567890123" in first
    assert "1. " in first
    assert second != first


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_drains_and_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    environment = {
        "PATH": "/usr/bin:/bin", "HUIYIN_DATA_DIR": str(tmp_path), "HUIYIN_SERVER_PORT": "0",
        "HUIYIN_NLU_ENGINE": "null",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "run", "--demo", *NO_PORTS], cwd=ROOT, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        greeting = [process.stdout.readline() for _ in range(7)]
        phones = [line.split()[2] for line in greeting[2:4]]
        for page in phones:
            urlopen(page).close()
        assert greeting[3].split()[-1] == ("Kannel" if simulation.kannel_is_here() else "SMPP")
        process.send_signal(number)
        assert process.wait(timeout=30) == 0
        logged = process.stderr.read()
    for page in phones:
        with pytest.raises(URLError):
            urlopen(page)
    assert [line.split()[2] for line in greeting[4:]] == ["demo-clerk", "demo-department", "demo-supervisor"]
    assert '"event": "stopped"' in logged
    assert "password" not in logged


@pytest.mark.slow
def test_a_stop_ends_the_fitting_of_the_first_start_at_once(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HUIYIN_DATA_DIR": str(tmp_path), "HUIYIN_SERVER_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, "-m", "gateway", "run"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
    ) as process:
        assert process.stdout is not None
        assert "首次启动" in process.stdout.readline()
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert not list(tmp_path.glob("models/nlu-*.npz"))


@pytest.mark.programs
def test_sms_is_played_by_its_channels_name(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "sms", "--settings"]) == 0
    assert tomllib.loads(capfd.readouterr().out)["sms"][0]["kind"] == "smpp"


@pytest.mark.slow
@pytest.mark.parametrize(("what", "page_port", "setting"), [
    ("wechat", "--port", 'api_base = "http://127.0.0.1:8099"'), ("smsc", "--demo-port", "port = 8099"),
    ("case", "--demo-port", 'url = "http://127.0.0.1:8099/operations"'),
])
def test_each_is_played_by_a_command_of_its_own(what: str, page_port: str, setting: str) -> None:
    command = [sys.executable, "-m", "gateway", "simulate", what, "--port", "8099"]
    printed = subprocess.run([*command, "--settings"], cwd=ROOT, text=True, capture_output=True, timeout=60, check=True)
    assert tomllib.loads(printed.stdout)
    assert setting in printed.stdout.splitlines()
    with subprocess.Popen([*command[:-1], "0", page_port, "0"], cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        phones = process.stdout.readline().split()[-1]
        with urlopen(phones) as page:
            assert page.status == 200
        process.kill()
    with pytest.raises(URLError):
        _until_gone(phones)


def _until_gone(page: str) -> None:
    """Asks until nobody listens, ten seconds at the most."""
    ends = monotonic() + 10
    while monotonic() < ends:
        with suppress(ConnectionError):  # it was leaving
            urlopen(page).close()


async def test_a_demo_leaves_what_its_configuration_has_alone() -> None:
    own = WeChat((WeChatOfficial(name="12345", appid="wx0", secret="s", token="t", aes_keys=("k" * 43,)),))
    texts = (SmsSmpp(name="carrier", numbers=("10612345",)),)
    async with demo(Config(wechat=own, sms=texts), DemoPorts(0, 0, 0)) as (config, phones):
        assert (config.wechat, config.sms) == (own, texts)
        assert [line.split()[-3:-1] for line in phones] == [["as", "configured"]] * 2


def test_every_setting_of_the_environment_reaches_the_configuration() -> None:
    assert load(None, {"HUIYIN_RATING_MAX_ROUNDS": "3"}).rating.max_rounds == 3


async def test_the_demo_shows_a_code_and_not_whose_phone_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    await Terminal().send("+8613800138000", "271828", "zh")
    said = capsys.readouterr().out
    assert "271828" in said
    assert "13800138000" not in said
