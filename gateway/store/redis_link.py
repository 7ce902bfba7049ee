"""The way to Redis: URL forms, client settings, and what a server must be set to before we trust it.

redis://host:port/db · rediss://… (TLS) · unix:///path · redis+sentinel://host:port,host:port/<master>/<db>
redis+cluster://host:port,host:port · rediss+cluster://… (TLS, with the query that rediss:// takes)
"""
from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from gateway.errors import ConfigError
from gateway.store.parts import Away

SENTINEL_PORT = 26379
REDIS_PORT = 6379
OLDEST = (6, 2)  # Redis: ZRANGE and SET options that the script uses; tried on 7.0

# A server that hangs must be noticed while a platform still waits for our answer (WeChat: 5 s).
SOCKET_TIMEOUT_S = 1.75
CONNECT_TIMEOUT_S = 1.5
REPEATS = 1
UNREADABLE = (
    "store.url cannot be read: host:port is needed, and a user or password in it percent-encoded (store.password takes "
    "any as it is)")
HEALTH_CHECK_S = 30


@dataclass(frozen=True, slots=True)
class Link:
    """password    apart from the URL, so that it can come from a file
    durability  `relaxed`: a server that forgets at a crash will do
    replicas    that must confirm a write (`WAIT`); 0: one server, which must write through to its disk
    wait_ms     they have for it
    shards      of a Cluster; 0: as many as usual
    mark        file in which this gateway remembers which store it is; None: it does not
    ca          file with the authorities that may vouch for the servers' TLS, "": the system's
    """

    url: str = field(repr=False)
    password: str = field(default="", repr=False)
    durability: Literal["strict", "relaxed"] = "strict"
    replicas: int = 0
    wait_ms: int = 1_000
    shards: int = 0
    mark: Path | None = None
    ca: str = ""


def connect(link: Link) -> Redis:
    """A client that connects when it is first used. Raises ConfigError: not a URL we know."""
    scheme = link.url.partition("://")[0]
    settings = _settings(link)
    if scheme == "redis+sentinel":
        return _behind_sentinel(link.url, settings)
    if scheme not in ("redis", "rediss", "unix"):
        raise ConfigError(f"store.url: {scheme}:// is not a store this version has")
    if scheme == "unix":
        del settings["socket_keepalive"]  # redis-py's connection to a unix socket does not know it
    try:
        return Redis.from_url(link.url, **settings)
    except ValueError:  # what it says may quote a password that is not percent-encoded
        raise ConfigError(UNREADABLE) from None


def _settings(link: Link) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "socket_timeout": SOCKET_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S, "socket_keepalive": True,
        "retry": Retry(ExponentialBackoff(cap=0.2, base=0.02), REPEATS), "health_check_interval": HEALTH_CHECK_S,
        "client_name": "huiyin",
    }
    if link.password:
        settings["password"] = link.password
    if link.ca:
        settings["ssl_ca_certs"] = _authorities(link)
    return settings


def _authorities(link: Link) -> str:
    if not link.url.startswith("rediss"):
        raise ConfigError("store.ca_file is for TLS: store.url begins with rediss:// or rediss+cluster://")
    if not Path(link.ca).is_file():
        raise ConfigError(f"store.ca_file: {link.ca} is not a file")
    return link.ca


def _behind_sentinel(url: str, settings: dict[str, Any]) -> Redis:
    """`redis+sentinel://[user:password@]host[:port][,host…]/<master>[/<db>]`; the password is the servers'."""
    _, _, rest = url.partition("://")
    place, _, path = rest.partition("/")
    credentials, _, hosts = place.rpartition("@")
    name, _, db = path.partition("/")
    if not name or not hosts:
        raise ConfigError("store.url: redis+sentinel://host:port,host:port/<master name> is needed")
    user, _, password = credentials.partition(":")
    settings = {"username": unquote(user) or None, "password": unquote(password) or None} | settings
    watchers = [_address(host, SENTINEL_PORT) for host in hosts.split(",")]
    asking = {
        "socket_timeout": CONNECT_TIMEOUT_S, "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "retry": Retry(ExponentialBackoff(), 0),  # the next Sentinel is asked instead
    }
    sentinel = Sentinel(watchers, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]  # redis-py's
    client: Redis = sentinel.master_for(name, db=int(db or 0), **settings)
    return client


def _address(host: str, port: int) -> tuple[str, int]:
    try:
        parts = urlsplit(f"//{host}")
        return parts.hostname or "", parts.port or port
    except ValueError:
        raise ConfigError(UNREADABLE) from None


def cluster_seeds(link: Link) -> list[tuple[str, int]]:
    """Nodes that are asked who else there is. Raises ConfigError."""
    _, _, place, _ = _cluster(link.url)
    if not place:
        raise ConfigError("store.url: redis+cluster://host:port,host:port is needed")
    return [_address(host, REDIS_PORT) for host in place.split(",")]


def connect_node(link: Link, host: str, port: int) -> Redis:
    """A client of one node of a Cluster. Raises ConfigError."""
    scheme, credentials, _, query = _cluster(link.url)
    user, _, password = credentials.partition(":")
    named = {"username": unquote(user) or None, "password": unquote(password) or None}
    name = f"[{host}]" if ":" in host else host
    try:
        return Redis.from_url(f"{scheme}://{name}:{port}/0{query}", **(named | _settings(link)))
    except (ValueError, TypeError):
        raise ConfigError(UNREADABLE) from None


def _cluster(url: str) -> tuple[str, str, str, str]:
    """redis or rediss, user:password, host:port,…, ?query"""
    scheme, _, rest = url.partition("+cluster://")
    if scheme not in ("redis", "rediss"):
        raise ConfigError(f"store.url: {scheme}+cluster:// is not a store this version has")
    place, mark, query = rest.partition("?")
    credentials, _, hosts = place.rpartition("@")
    return scheme, credentials, hosts.rstrip("/"), mark + query


async def settle_shards(client: Redis, shards: int) -> None:
    """The first gateway writes down how many shards there are: with another number nothing would be found again.
    Raises ConfigError."""
    try:
        kept = int(await client.get("{gw:0}:shards") or 0)
        if not kept:  # a full memory refuses even a write that would change nothing
            await client.set("{gw:0}:shards", shards, nx=True)
            kept = int(await client.get("{gw:0}:shards") or 0)
    except (RedisError, OSError) as error:
        raise Away(f"store.url: Redis does not answer: {error}") from error
    if kept != shards:
        raise ConfigError(
            f"this Redis was filled with {kept} shards and cannot be read with {shards}: data of one Redis does not "
            "move to a Cluster by itself, nor back; begin with an empty one")


async def inspect(client: Redis, link: Link) -> dict[str, str | int]:
    """What the server is and how it is set. Raises ConfigError with words for an operator: Away, too old, or set so
    that it would lose what we acknowledged."""
    try:
        server = await client.info("server")
        facts = {"redis": str(server["redis_version"]), "mode": str(server["redis_mode"])}
        for name in ("maxmemory-policy", "appendonly", "appendfsync"):
            facts[name] = str((await client.config_get(name))[name])
    except (ResponseError, AuthenticationError) as error:
        raise ConfigError(f"store.url: Redis refuses to tell how it is set ({error})") from error
    except (RedisError, OSError) as error:
        raise _unheard(error) from error
    if tuple(int(part) for part in facts["redis"].split(".")[:2]) < OLDEST:
        raise ConfigError(f"Redis {facts['redis']} is too old for the store: 6.2 or newer is needed")
    _trust(facts, link)
    return dict(facts)


def _unheard(error: Exception) -> ConfigError:
    """Waiting does not help against a certificate that is not the right one."""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ConfigError(f"store.ca_file: the certificate that Redis shows is not vouched for: {cause}")
        cause = cause.__cause__ or cause.__context__
    return Away(f"store.url: Redis does not answer: {error}")


def _trust(facts: dict[str, str], link: Link) -> None:
    if facts["maxmemory-policy"] != "noeviction":
        raise ConfigError(
            f"Redis would throw citizens' messages away when memory is short (maxmemory-policy "
            f"{facts['maxmemory-policy']}): set it to noeviction")
    if link.durability == "relaxed":
        return
    if facts["appendonly"] != "yes":
        raise ConfigError('Redis keeps no log (appendonly no): set appendonly yes, or store.durability = "relaxed"')
    if not link.replicas and facts["appendfsync"] != "always":
        raise ConfigError(
            f"one Redis with appendfsync {facts['appendfsync']} loses the last second at a crash: set appendfsync "
            'always, or store.replicas = 1 behind Sentinel, or store.durability = "relaxed"')
