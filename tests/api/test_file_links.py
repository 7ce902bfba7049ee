"""GET /api/uploads/{upload} by a link: no account, one file of a filed work order, until it expires."""
from __future__ import annotations

from datetime import timedelta

import pytest
import structlog

from gateway.file_links import FileLinks
from gateway.store.lanes import Put
from tests.api.hotline import Client
from tests.journeys.hotline import Hotline

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAMP = {"description": "楼下的路灯坏了三天了，一直没有人来修", "contact_phone": "138 0013 8000"}
WEEK = timedelta(days=7)


def link(hotline: Hotline, upload: str, life: timedelta = WEEK) -> str:
    return FileLinks(hotline.gateway.seal, hotline.clock).path(upload, hotline.clock.ms(), life)


async def filed(client: Client) -> str:
    """A photo that stands in a work order."""
    upload = await client.upload()
    assert (await client.file("general", LAMP | {"evidence": [upload]})).status == 201
    return upload


async def test_who_has_the_link_has_the_file_and_its_bytes_are_served_harmlessly(
    client: Client, hotline: Hotline
) -> None:
    upload = await filed(client)
    own = await client.ask("GET", f"/api/uploads/{upload}")
    stranger = await Client(hotline).ask("GET", link(hotline, upload))
    assert (stranger.status, stranger.body) == (200, own.body)
    for name in ("Content-Type", "Content-Disposition", "Content-Security-Policy", "Cache-Control"):
        assert stranger.headers[name] == own.headers[name]
    assert stranger.headers["Content-Disposition"].startswith("attachment;")
    assert stranger.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (stranger.headers["X-Content-Type-Options"], stranger.headers["Referrer-Policy"]) == (
        "nosniff", "no-referrer")


async def test_every_link_that_is_none_is_the_same_404(client: Client, hotline: Hotline) -> None:
    upload, other, unused = await filed(client), await filed(client), await client.upload()
    right, expired = link(hotline, upload), link(hotline, upload, timedelta(0))
    query = right.partition("?")[2]
    missing = await Client(hotline).ask("GET", f"/api/uploads/{'0' * 32}")
    for path in (
        expired, link(hotline, unused), link(hotline, "f" * 32), right[:-1] + ("1" if right[-1] == "0" else "0"),
        right[:-1], right.replace("expires=1", "expires=2"), f"/api/uploads/{other}?{query}",
        f"/api/uploads/{upload}?signature=", f"/api/uploads/{upload}?expires=never&signature=%FF",
        f"/api/uploads/{upload}?expires=9999999999&signature=" + "0" * 32,
    ):
        refused = await Client(hotline).ask("GET", path)
        assert (refused.status, refused.body) == (404, missing.body), path
    # The owner of a file who shows somebody's bad link is judged by the link.
    assert (await client.ask("GET", expired)).status == 404
    assert (await client.ask("GET", f"/api/uploads/{upload}")).status == 200


async def test_a_file_that_was_erased_is_gone_whatever_link_there_is(client: Client, hotline: Hotline) -> None:
    upload = await filed(client)
    path = link(hotline, upload)
    assert (await Client(hotline).ask("HEAD", path)).status == 200
    await hotline.gateway.store.records.write([Put("upload", upload, None)])
    assert (await Client(hotline).ask("GET", path)).status == 404


async def test_no_link_is_logged(
    client: Client, hotline: Hotline, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = await filed(client)
    path = link(hotline, upload)
    wrong = path[:-1] + ("1" if path[-1] == "0" else "0")
    with structlog.testing.capture_logs() as lines, caplog.at_level(0):
        for asked in (path, wrong):
            await Client(hotline).ask("GET", asked)
    said = caplog.text + str(lines) + "".join(capsys.readouterr())
    assert path.partition("signature=")[2][:16] not in said
    assert "expires=" not in said


async def test_who_asks_too_often_waits(client: Client, hotline: Hotline) -> None:
    path = f"/api/uploads/{'0' * 32}?expires=1&signature=1"
    statuses = {(await client.ask("GET", path)).status for _ in range(3)}
    assert statuses == {404}
    pace = "rate:api-file-link:127.0.0.1"
    while not await hotline.gateway.store.shared.take(pace, 50, 400):
        continue
    limited = await client.ask("GET", path)
    assert limited.status == 429
    assert int(limited.headers["Retry-After"]) >= 1
    hotline.clock.advance(1)
    assert (await client.ask("GET", path)).status == 404
