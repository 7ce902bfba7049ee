"""The gateway tried out: short waits, no night, a password of this run; WeChat and a mobile carrier are played, and a
case system where one is wanted."""
from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace
from yarl import URL

from gateway import simulation
from gateway.config import Config
from gateway.config_sms import SmsKannel
from gateway.errors import ConfigError
from gateway.simulation import Box
from gateway.wiring import kannel
from gateway.wiring.understanding import ROOT

WAIT_S = 3.0  # after closure and before a rework, so that a visitor sees the whole story at once
CONFIGURED = "as configured 用配置的账号"
SENDSMS = 13013  # of Kannel's own example


@dataclass(frozen=True)
class DemoPorts:
    """The simulators' own defaults; 0: any free one. phones: the page of those that text; cases, bureau: where a case
    system takes operations, and its page."""

    wechat: int = 8090
    smpp: int = 2775
    phones: int = 8091
    cases: int = 8093
    bureau: int = 8092


@asynccontextmanager
async def demo(config: Config, ports: DemoPorts) -> AsyncIterator[tuple[Config, tuple[str, ...]]]:
    """While the block runs; the sign-in changes with every start unless the configuration names one.

    Beside it the lines of the greeting that tell where the phones are. What the configuration has itself is left alone.
    """
    password = config.desk.demo_password or secrets.token_urlsafe(9)
    short = replace(config.rating, delay_s=WAIT_S, change_s=WAIT_S, quiet_hours="")
    config = replace(config, desk=replace(config.desk, demo_password=password), rating=short)
    async with AsyncExitStack() as stack:
        config, wechat = await stack.enter_async_context(_wechat(config, ports))
        config, sms = await stack.enter_async_context(texts(config, ports))
        config, office = await stack.enter_async_context(bureau(config, ports))
        yield config, (f"WeChat 微信手机  {wechat}", f"SMS 短信手机     {sms}", *office)


@asynccontextmanager
async def _wechat(config: Config, ports: DemoPorts) -> AsyncIterator[tuple[Config, str]]:
    own = bool(config.wechat.accounts or config.wechat.kf)
    if kept := _unplayed("wechat", configured=own):
        yield config, kept
        return
    async with simulation.wechat(ROOT, address(config), ports.wechat) as phones:
        if phones is None:
            yield config, f"not played, 127.0.0.1:{ports.wechat} cannot be had 未启动模拟器"
        else:
            yield replace(config, wechat=phones.accounts), phones.page


@asynccontextmanager
async def texts(config: Config, ports: DemoPorts) -> AsyncIterator[tuple[Config, str]]:
    """A carrier played, through Kannel where that is installed; the configuration for it, and where its phones are."""
    if kept := _unplayed("smsc", configured=bool(config.sms)):
        yield config, kept
        return
    box = Box(lambda one: _write(one, config), (kannel.BOXES, kannel.ADMIN)) if simulation.kannel_is_here() else None
    async with simulation.smsc(ROOT, address(config), (ports.smpp, ports.phones), box) as played:
        if played is None:
            yield config, "not played, it does not start 未启动模拟器"
        else:
            yield replace(config, sms=played.sms, texting=played.texting), f"{played.page}  through 经由 {played.way}"


@asynccontextmanager
async def bureau(config: Config, ports: DemoPorts) -> AsyncIterator[tuple[Config, tuple[str, ...]]]:
    """A case system played where the configuration wants one that takes JSON and does not say where; the desk needs
    none."""
    bridge = config.casebridge
    if bridge.backend != "webhook" or bridge.webhook.url:
        yield config, ()
        return
    async with simulation.bureau(ROOT, address(config), (ports.cases, ports.bureau)) as played:
        if played is None:
            raise ConfigError("casebridge.webhook.url: missing, and no case system could be played")
        given = played.cases
        bridge = replace(bridge, webhook=given.webhook, events_secret=bridge.events_secret or given.events_secret)
        yield replace(config, casebridge=bridge), (f"Cases 办件系统    {played.page}",)


def _unplayed(name: str, *, configured: bool) -> str:
    """Why nobody need play it, or can; empty where it is to be played."""
    if configured:
        return CONFIGURED
    return "" if simulation.here(ROOT, name) else f"not played, simulators/{name} is not here 无模拟器"


def stand_in(config: Config, what: str, *, settings: bool, through_kannel: bool) -> list[str]:
    """Options of the program that plays it for a gateway with this configuration elsewhere.

    Of the carrier: `settings` are printed for a Kannel that `through_kannel` asks for, and where the configuration has
    Kannel it is started. Raises ConfigError: it is not installed.
    """
    options = ["--settings" if settings else "--leash", "--gateway", address(config)]
    boxes = [one for one in config.sms if isinstance(one, SmsKannel)]
    if what != "smsc" or not (through_kannel if settings else boxes):
        return options
    if not simulation.kannel_is_here():
        raise ConfigError("Kannel is not installed: sh tools/kannel.sh")
    if settings:
        return [*options, "--kannel", str(SENDSMS)]
    return [*options, "--kannel", str(URL(boxes[0].url).port), "--conf", str(_write(boxes[0], config))]


def _write(one: SmsKannel, config: Config) -> Path:
    """Kannel's file for these settings, among the data. Nobody else reads the folder: passwords and logs are there."""
    folder = Path(config.data.dir, "kannel").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    file = folder / "kannel.conf"
    file.write_text(kannel.written(one, str(folder)), "utf-8")
    return file


def address(config: Config) -> str:
    """Where programs of this machine reach the gateway."""
    return f"http://{config.server.host}:{config.server.port}"
