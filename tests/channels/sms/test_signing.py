"""Signatures against the providers' own examples."""
from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from channels.sms import signing
from tests.channels.sms import vectors
from tests.tables import table


@table("row", list(vectors.of("twilio").values()))
def test_twilio(row: dict[str, Any]) -> None:
    form = [(name, value) for name, value in row["params"]]
    assert signing.twilio(row["token"], row["url"], form) == row["signature"]


@table(("url", "both"), [
    ("https://gw.example.org/sms?x=1", {"https://gw.example.org/sms?x=1", "https://gw.example.org:443/sms?x=1"}),
    ("https://gw.example.org:443/sms", {"https://gw.example.org/sms", "https://gw.example.org:443/sms"}),
    ("http://gw.example.org:8080/sms", {"http://gw.example.org:8080/sms", "http://gw.example.org/sms"}),
])
def test_twilio_signs_with_and_without_the_port(url: str, both: set[str]) -> None:
    assert set(signing.twilio_addresses(url)) == both


@table("row", [row for row in vectors.of("generic-signed").values() if row["name"] != "body_changed"])
def test_generic(row: dict[str, Any]) -> None:
    secret = row.get("secret") or row["secrets"][1]
    assert signing.generic(secret, row["timestamp"], row["nonce"], row["body"].encode()) == row["signature"]


def test_aliyun() -> None:
    """The worked example of help.aliyun.com, "V3版本请求体&签名机制"; read 2026-11-23."""
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com", "x-acs-action": "RunInstances", "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z", "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
    }
    query = {"RegionId": "cn-shanghai", "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}
    assert signing.aliyun(("YourAccessKeyId", "YourAccessKeySecret"), query, headers) == (
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;"
        "x-acs-signature-nonce;x-acs-version,Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_tencent() -> None:
    """The worked example of cloud.tencent.com, "签名方法 v3", with the page's example key; read 2026-11-23."""
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    key = ("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE")
    at = datetime.fromtimestamp(1551113065, UTC)
    assert signing.tencent(key, "cvm.tencentcloudapi.com", body, at) == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request, "
        "SignedHeaders=content-type;host, Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")


def test_baidu() -> None:
    """The worked example of bce.baidu.com, "Authentication Mechanism", with the page's example key."""
    at = datetime(2015, 4, 27, 8, 23, 49, tzinfo=UTC)
    headers = {
        "content-length": "8", "content-md5": "0a52730597fb4ffa01fc117d9e71e3a9", "content-type": "text/plain",
        "host": "bj.bcebos.com", "x-bce-date": "2015-04-27T08:23:49Z",
    }
    query = {"partNumber": "9", "uploadId": "VXBsb2FkIElpZS5tMnRzIHVwbG9hZA"}
    key = ("0b0f67dfb88244b289b72b142befad0c", "bad522c2126a4618a8125f4b6cf6356f")
    assert signing.baidu(key, ("PUT", "/v1/test/myfolder/readme.txt", query), headers, at) == (
        "bce-auth-v1/0b0f67dfb88244b289b72b142befad0c/2015-04-27T08:23:49Z/1800/"
        "content-length;content-md5;content-type;host;x-bce-date/"
        "a19e6386e990691aca1114a20357c83713f1cb4be3d74942bb4ed37469ecdacf")
