"""The simulator's cryptography against samples of the platform and of others, whose origin stands beside each."""
from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from simulators.wechat import xml
from simulators.wechat.crypto import BadEnvelope, Envelope, signature
from simulators.wechat.settings import kf, mini, official
from tests.tables import table

VECTORS = json.loads((Path(__file__).parents[2] / "wire/wechat/vectors.json").read_text("utf-8"))["vectors"]
KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


def of(kind: str) -> list[dict[str, Any]]:
    return [vector for vector in VECTORS if vector["kind"] == kind]


def name(vector: dict[str, Any]) -> str:
    return str(vector["id"])


def sealed(vector: dict[str, Any]) -> str:
    body = vector["input"]["body"]
    return str(json.loads(body)["Encrypt"] if body.startswith("{") else xml.read(body.encode())["Encrypt"])


@table("vector", of("signature"), label=name)
def test_a_signature_is_the_platforms(vector: dict[str, Any]) -> None:
    given = vector["input"]
    assert signature(given["token"], given["timestamp"], given["nonce"]) == vector["expect"]["signature"]


@table("vector", of("encrypt"), label=name)
def test_what_is_sealed_is_byte_for_byte_that_of_others(vector: dict[str, Any]) -> None:
    given = vector["input"]
    made = Envelope(given["aeskey"], given["id"]).seal(given["plain"], given["random"].encode())
    assert made == vector["expect"]["encrypt"]


@table("vector", [vector for vector in of("decrypt") if "error" not in vector["expect"]], label=name)
def test_a_sealed_sample_opens(vector: dict[str, Any]) -> None:
    given = vector["input"]
    plain = Envelope(given["aeskey"], given["id"]).open(sealed(vector))
    expected = vector["expect"].get("plain_contains", vector["expect"].get("plain"))
    assert all(each in plain for each in ([expected] if isinstance(expected, str) else expected))
    assert signature(given["token"], given["timestamp"], given["nonce"], sealed(vector)) == given["msg_signature"]


@table("vector", [vector for vector in of("decrypt") if vector["expect"].get("error") == "appid"], label=name)
def test_a_sample_for_somebody_else_does_not_open(vector: dict[str, Any]) -> None:
    with pytest.raises(BadEnvelope):
        Envelope(vector["input"]["aeskey"], vector["input"]["id"]).open(sealed(vector))


BROKEN = ["", "AAAA", "不是", base64.b64encode(bytes(32)).decode(), Envelope(KEY, "other").seal("text"),
          Envelope(KEY[::-1], "wx").seal("text"), Envelope(KEY, "wx").seal("text")[:-6]]


@table("wrong", BROKEN)
def test_whatever_is_wrong_is_one_error(wrong: str) -> None:
    with pytest.raises(BadEnvelope):
        Envelope(KEY, "wx").open(wrong)


@table("length", range(0, 70))
def test_every_length_goes_there_and_back(length: int) -> None:
    assert Envelope(KEY, "wx").open(Envelope(KEY, "wx").seal("字" * length)) == "字" * length


@table("settings", [official("a"), mini("a"), kf("a"), official("市民热线")], label=str)
def test_made_up_ids_have_the_platforms_form(settings: Any) -> None:
    assert len(settings.aes_key) == 43
    assert settings.aes_key.isalnum()
    assert len(base64.b64decode(settings.aes_key + "=", validate=True)) == 32
    assert len(settings.appid) == 18
    assert 3 <= len(settings.token) <= 32
    assert settings.token.isalnum()
