"""Configuration: one TOML file, then the environment (`HUIYIN_SECTION_KEY`, secrets also `…_FILE`).

Every setting is an attribute here with its default; config.example.toml says why. An unknown key, a value of the
wrong type or an unreadable secret file stops the start with the key's name (errors.ConfigError).
"""
from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from gateway import quiet
from gateway.config_case import CaseBridge
from gateway.config_sms import Sms, Texting
from gateway.config_wechat import WeChat
from gateway.errors import ConfigError
from gateway.quiet import QuietHours

PREFIX = "HUIYIN"


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    drain_s: float = 20.0
    leave_s: float = 3.0
    burst_hold_s: float = 1.5


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """uploads  "": in `dir`; with many gateways one folder that all of them share"""

    dir: str = "data"
    uploads: str = ""

    @property
    def uploads_folder(self) -> Path:
        return Path(self.uploads) if self.uploads else Path(self.dir) / "uploads"


class Store(Struct, frozen=True, forbid_unknown_fields=True):
    url: str = "sqlite:"
    password: str = ""
    ca_file: str = ""
    durability: Literal["strict", "relaxed"] = "strict"
    replicas: int = 0
    mailbox_cap: int = 200
    spool: bool = True
    spool_mb: int = 1024

    @property
    def many(self) -> bool:
        """Whether other gateways may have it open, too."""
        return self.url != "sqlite:"


class Api(Struct, frozen=True, forbid_unknown_fields=True):
    understand: Literal["staff", "open"] = "staff"
    lookup_key: str = ""
    codes_per_day: int = 2_000


class Desk(Struct, frozen=True, forbid_unknown_fields=True):
    demo_password: str = ""


class Rating(Struct, frozen=True, forbid_unknown_fields=True):
    """Times of closure → rating → rework.

    quiet_hours  of the city's clock, "21–8" or ["21:00", "08:00"]; "": never. Meanwhile nothing is pushed of our own
                 accord: no text, template or subscription message. Who writes is answered, an open window may be used
    """

    delay_s: float = 600.0
    change_s: float = 600.0
    reminder_s: float = 172_800.0
    expire_s: float = 604_800.0
    max_rounds: int = 2
    quiet_hours: tuple[int | str, ...] | str = "21–8"

    def quiet(self, zone: ZoneInfo) -> QuietHours:
        """Raises ConfigError."""
        hours = self.quiet_hours if isinstance(self.quiet_hours, str) else "-".join(map(str, self.quiet_hours))
        try:
            return QuietHours(zone, *quiet.read(hours))
        except ValueError as error:
            raise ConfigError(f"rating.quiet_hours: {error}") from error


class Web(Struct, frozen=True, forbid_unknown_fields=True):
    origins: tuple[str, ...] = ()
    per_address: int = 50
    messages_per_minute: int = 60


class City(Struct, frozen=True, forbid_unknown_fields=True):
    folder: str = "city"


class Templates(Struct, frozen=True, forbid_unknown_fields=True):
    reload_s: float = 2.0


class Nlu(Struct, frozen=True, forbid_unknown_fields=True):
    engine: Literal["embedded", "rasa", "null"] = "embedded"
    rasa_url: str = "http://127.0.0.1:5005"
    rasa_token: str = ""


class Retention(Struct, frozen=True, forbid_unknown_fields=True):
    draft_days: int = 30
    feed_days: int = 7
    transcript_days: int = 180
    case_days: int = 1096
    dedupe_days: int = 7


class Observe(Struct, frozen=True, forbid_unknown_fields=True):
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    metrics_allow: tuple[str, ...] = ("127.0.0.1", "::1")


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    server: Server = msgspec.field(default_factory=Server)
    data: Data = msgspec.field(default_factory=Data)
    store: Store = msgspec.field(default_factory=Store)
    api: Api = msgspec.field(default_factory=Api)
    desk: Desk = msgspec.field(default_factory=Desk)
    casebridge: CaseBridge = msgspec.field(default_factory=CaseBridge)
    rating: Rating = msgspec.field(default_factory=Rating)
    web: Web = msgspec.field(default_factory=Web)
    wechat: WeChat = msgspec.field(default_factory=WeChat)
    sms: tuple[Sms, ...] = ()
    texting: Texting = msgspec.field(default_factory=Texting)
    city: City = msgspec.field(default_factory=City)
    templates: Templates = msgspec.field(default_factory=Templates)
    nlu: Nlu = msgspec.field(default_factory=Nlu)
    retention: Retention = msgspec.field(default_factory=Retention)
    observe: Observe = msgspec.field(default_factory=Observe)
    trusted_proxies: tuple[str, ...] = ()


def load(file: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """File, then environment. Raises ConfigError naming the key."""
    document = _secrets(_read(file)) if file else {}
    _overlay(document, Config, (PREFIX,), dict(os.environ if environ is None else environ))
    try:
        return _sane(msgspec.convert(document, Config, strict=False))
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file or 'environment'}: {error}") from error


def _sane(config: Config) -> Config:
    """What the types do not say. Raises ConfigError with the key."""
    for address in config.trusted_proxies:
        try:
            ip_network(address)
        except ValueError as error:
            raise ConfigError(f"trusted_proxies: {error}") from error
    if not 1 <= config.web.messages_per_minute <= 60_000:
        raise ConfigError("web.messages_per_minute: 1 to 60000")
    if not 0 <= config.server.leave_s < config.server.drain_s:
        raise ConfigError("server.leave_s: 0 or more, and less than drain_s")
    if not re.match(r"https?://[^/?#\s]+/?$", config.nlu.rasa_url):
        raise ConfigError("nlu.rasa_url: http:// or https://, a host and a port, nothing behind them")
    config.rating.quiet(ZoneInfo("UTC"))
    if config.api.codes_per_day < 2:
        raise ConfigError("api.codes_per_day: at least 2")
    return config


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error


def _secrets(document: dict[str, Any]) -> dict[str, Any]:
    """In lists of tables, which the environment cannot name, `…_file` reads a value from a file."""
    return {key: _filled(key, value) for key, value in document.items()}


def _filled(path: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_from_files(path, entry) if isinstance(entry, dict) else entry for entry in value]
    if isinstance(value, dict):
        return {key: _filled(f"{path}.{key}", inner) for key, inner in value.items()}
    return value


def _from_files(path: str, table: dict[str, Any]) -> dict[str, Any]:
    filled: dict[str, Any] = {}
    for key, value in table.items():
        name = key.removesuffix("_file")
        read = _of_files if name != key else _filled
        filled[name] = read(f"{path}.{key}", value)
    return filled


def _of_files(path: str, value: Any) -> Any:
    """One value for one file, a list for a list of them."""
    if isinstance(value, list):
        return [_of_files(path, entry) for entry in value]
    return _text(path, value) if isinstance(value, str) else value


def _text(name: str, file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: {error}") from error


def _overlay(document: dict[str, Any], kind: type[Struct], path: tuple[str, ...], environ: dict[str, str]) -> None:
    """Put what the environment says over the document; what nobody claims is a misspelt setting."""
    claimed = set(_claim(document, kind, path, environ))
    for name in environ:
        if name.startswith(PREFIX + "_") and name not in claimed:
            raise ConfigError(f"{name}: no such setting")


def _claim(
    document: dict[str, Any], kind: type[Struct], path: tuple[str, ...], environ: dict[str, str]
) -> list[str]:
    claimed: list[str] = []
    for key, hint in get_type_hints(kind).items():
        here = (*path, key.upper())
        if isinstance(hint, type) and issubclass(hint, Struct):
            section = document.setdefault(key, {})
            if not isinstance(section, dict):
                raise ConfigError(f"{'.'.join(here[1:]).lower()}: must be a table")
            claimed += _claim(section, hint, here, environ)
            continue
        if _tables(hint):
            continue
        name = "_".join(here)
        claimed += [name, name + "_FILE"]
        value = _value(name, environ)
        if value is not None:
            document[key] = [part.strip() for part in value.split(",")] if "tuple" in str(hint) else value
    return claimed


def _tables(hint: Any) -> bool:
    """A list of tables, whose secrets come from files (`…_file`)."""
    kinds = [kind for one in get_args(hint) for kind in (get_args(one) or (one,))]
    return any(isinstance(kind, type) and issubclass(kind, Struct) for kind in kinds)


def _value(name: str, environ: Mapping[str, str]) -> str | None:
    if name in environ:
        return environ[name]
    file = environ.get(name + "_FILE")
    return None if file is None else _text(f"{name}_FILE", file)
