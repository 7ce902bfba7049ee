"""Signatures of providers, each as its own page describes it; pure, held to those pages' examples.

    generic  hex(HMAC-SHA256(secret, timestamp.nonce.body)), ours
    twilio   base64(HMAC-SHA1(token, address + sorted form)) ["Webhooks security"; twilio-python, RequestValidator]
    aliyun   ACS3-HMAC-SHA256 ["V3 request structure and signature"]
    tencent  TC3-HMAC-SHA256 ["Signature v3"]
    baidu    bce-auth-v1 ["Generate authentication string"]
"""
from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit, urlunsplit

DEFAULT_PORTS = {"https": 443, "http": 80}
JSON = "application/json; charset=utf-8"


# --- generic ------------------------------------------------------------------------------------------------

def generic(secret: str, timestamp: str, nonce: str, body: bytes) -> str:
    message = f"{timestamp}.{nonce}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


# --- twilio -------------------------------------------------------------------------------------------------

def twilio(token: str, url: str, form: Iterable[tuple[str, str]]) -> str:
    """Of several values of a field each counts once, in order."""
    pairs = sorted(set(form))
    message = url + "".join(name + value for name, value in pairs)
    return base64.b64encode(hmac.new(token.encode(), message.encode(), hashlib.sha1).digest()).decode()


def twilio_addresses(url: str) -> Sequence[str]:
    """With and without the default port: Twilio has signed both."""
    parts = urlsplit(url)
    if parts.port is None:
        netloc = f"{parts.netloc}:{DEFAULT_PORTS[parts.scheme]}"
        return url, urlunsplit(parts._replace(netloc=netloc))
    return url, urlunsplit(parts._replace(netloc=parts.netloc.rpartition(":")[0]))


# --- aliyun -------------------------------------------------------------------------------------------------

def aliyun(key: tuple[str, str], query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The Authorization of an empty POST of `/`; headers: those to be signed, in small letters; key: id and secret."""
    names = ";".join(sorted(headers))
    canonical = "\n".join([
        "POST", "/", aliyun_query(query), *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names,
        hashlib.sha256(b"").hexdigest(),
    ])
    message = f"ACS3-HMAC-SHA256\n{_sha256(canonical)}"
    signature = hmac.new(key[1].encode(), message.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key[0]},SignedHeaders={names},Signature={signature}"


def aliyun_query(query: Mapping[str, str]) -> str:
    """Sorted, RFC 3986."""
    return "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in sorted(query.items()))


# --- tencent ------------------------------------------------------------------------------------------------

def tencent(key: tuple[str, str], host: str, body: bytes, at: datetime) -> str:
    """The Authorization of a POST of JSON to `/`; key: id and secret; the service is the host's first name."""
    service, day, stamp = host.partition(".")[0], f"{at.astimezone(UTC):%Y-%m-%d}", int(at.timestamp())
    names, scope = "content-type;host", f"{day}/{service}/tc3_request"
    canonical = f"POST\n/\n\ncontent-type:{JSON}\nhost:{host}\n\n{names}\n{hashlib.sha256(body).hexdigest()}"
    message = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{_sha256(canonical)}"
    secret = f"TC3{key[1]}".encode()
    for step in (day, service, "tc3_request"):
        secret = hmac.new(secret, step.encode(), hashlib.sha256).digest()
    signature = hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={names}, Signature={signature}"


# --- baidu --------------------------------------------------------------------------------------------------

def baidu(key: tuple[str, str], request: tuple[str, str, Mapping[str, str]], headers: Mapping[str, str],
          at: datetime) -> str:
    """The Authorization. key: id and secret; request: method, path, query; headers: those to be signed, in small
    letters. Good for half an hour."""
    method, path, query = request
    prefix = f"bce-auth-v1/{key[0]}/{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}/1800"
    names = sorted(headers)
    canonical = "\n".join([
        method, quote(path, safe="/-_.~"), aliyun_query(query),
        *(f"{name}:{quote(headers[name], safe='-_.~')}" for name in names),
    ])
    secret = hmac.new(key[1].encode(), prefix.encode(), hashlib.sha256).hexdigest()
    signature = hmac.new(secret.encode(), canonical.encode(), hashlib.sha256).hexdigest()
    return f"{prefix}/{';'.join(names)}/{signature}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
