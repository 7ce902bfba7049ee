"""The way to a Redis that asks who we are and shows who it is: TLS with a city's own authority, users with rights."""
from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gateway.clock import SystemClock
from gateway.config import load
from gateway.errors import ConfigError
from gateway.store.parts import Away
from gateway.store.redis import RedisStore
from gateway.store.redis_link import Link
from tests.clock import SerialIds
from tests.contracts.lanes import drain, fill
from tests.redis_server import RedisServer

pytestmark = pytest.mark.programs

IDS = SerialIds()
USER = "gateway"
PASSWORD = "p@ss/word:1"


def authority(folder: Path, name: str) -> None:
    """<name>.pem is its own authority and 127.0.0.1's certificate, <name>.key its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256()))
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    for name in ("redis", "other"):
        authority(folder, name)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RedisServer]:
    """`port` without TLS, `tls_port` with; everybody needs a name and a password."""
    spare = RedisServer(folder)
    server = RedisServer(
        folder, "--tls-port", str(spare.port), "--tls-cert-file", str(folder / "redis.pem"), "--tls-key-file",
        str(folder / "redis.key"), "--tls-ca-cert-file", str(folder / "redis.pem"), "--tls-auth-clients", "no")
    server.start()
    for line in (f"ACL SETUSER {USER} on >{PASSWORD} allkeys allchannels +@all", "ACL SETUSER default off"):
        assert server.ask(line) == b"+OK\r\n"
    server.tls_port = spare.port  # type: ignore[attr-defined]
    yield server
    server.stop()


def link(server: RedisServer, scheme: str, *, ca: str = "", password: str = PASSWORD, user: str = USER) -> Link:
    port = server.port if scheme == "redis" else server.tls_port  # type: ignore[attr-defined]
    return Link(f"{scheme}://{user}@127.0.0.1:{port}/0", password, "relaxed", ca=ca)


async def test_a_user_with_a_password_from_a_file_over_tls_with_an_authority_of_our_own(
    server: RedisServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "password").write_text(PASSWORD + "\n", encoding="utf-8")
    there = link(server, "rediss")
    for name, value in (("URL", there.url), ("PASSWORD_FILE", folder / "password"), ("CA_FILE", folder / "redis.pem")):
        monkeypatch.setenv(f"HUIYIN_STORE_{name}", str(value))
    given = load(None).store
    store = RedisStore(Link(given.url, given.password, "relaxed", ca=given.ca_file), SystemClock(), IDS)
    await store.open()
    await fill(store.lanes, "web:a", 2)
    assert await drain(store.lanes, "in") == [b"web:a 1", b"web:a 2"]
    await store.close()


REFUSED: list[tuple[str, dict[str, str], str]] = [
    ("redis", {"password": "wrong"}, "WRONGPASS|invalid username-password"),
    ("redis", {"user": "nobody"}, "WRONGPASS|invalid username-password"),
    ("redis", {"ca": "redis.pem"}, "ca_file is for TLS"),
    ("rediss", {"ca": "other.pem"}, "not vouched for"),
    ("rediss", {}, "not vouched for"),
    ("rediss", {"ca": "absent.pem"}, "is not a file"),
]


@pytest.mark.parametrize(("scheme", "given", "words"), REFUSED)
async def test_what_waiting_does_not_mend_stops_the_start_in_clear_words(
    server: RedisServer, folder: Path, scheme: str, given: dict[str, str], words: str
) -> None:
    if "ca" in given:
        given = {**given, "ca": str(folder / given["ca"])}
    with pytest.raises(ConfigError, match=words) as refusal:
        await RedisStore(link(server, scheme, **given), SystemClock(), IDS).open()
    assert not isinstance(refusal.value, Away), "a spool would wait for it for ever"


async def test_no_tls_with_a_server_that_wants_it_does_not_start(server: RedisServer) -> None:
    bare = Link(f"redis://127.0.0.1:{server.tls_port}/0", durability="relaxed")  # type: ignore[attr-defined]
    with pytest.raises(ConfigError, match=r"store\.url"):
        await RedisStore(bare, SystemClock(), IDS).open()
