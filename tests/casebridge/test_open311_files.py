"""What an Open311 server hears of files: a picture where the standard has room for one, the rest in words."""
from __future__ import annotations

from typing import Any

from casebridge.open311.services import own
from casebridge.open311.submission import LONGEST, MOST_LINKS, Manners, request, update
from tests.casebridge.open311_world import FORM, op, order, world

PUBLIC, STAFF = Manners(public=True), Manners(public=False)
SERVICE = own([FORM]).service(order())


def attached(*media_types: str) -> list[dict[str, Any]]:
    """As casebridge/attachments.py hands them over; a link is as long as one may be in practice."""
    return [
        {"id": f"{n:032x}", "media_type": media_type, "size": 9, "sha256": "0" * 64,
         "url": f"https://hotline.city.example/api/uploads/{n:032x}?expires=1764468000&signature={n:032x}"}
        for n, media_type in enumerate(media_types, 1)
    ]


def test_the_first_picture_is_media_url_and_the_others_stand_in_the_description() -> None:
    video, first, second = files = attached("video/mp4", "image/png", "image/jpeg")
    form = dict(request(order(attachments=files), SERVICE, STAFF))
    assert form["media_url"] == first["url"]
    assert "附件：3 个" in form["description"]
    assert f"附件（video/mp4）：{video['url']}\n附件（image/jpeg）：{second['url']}" in form["description"]
    assert first["url"] not in form["description"]


def test_where_descriptions_are_public_no_link_leaves() -> None:
    files = attached("image/jpeg", "application/pdf")
    comment = op("comment", 1, text="补充", urge=False, attachments=files)
    for form in (dict(request(order(attachments=files), SERVICE, PUBLIC)), dict(update(comment, "7", PUBLIC))):
        assert "media_url" not in form
        assert "附件：2 个，向 12345 查询" in form["description"]
        assert "http" not in str(form)


def test_a_comment_brings_its_files_along() -> None:
    picture, recording = files = attached("image/jpeg", "audio/amr")
    for text, urge, said in (("面单照片", False, "面单照片"), ("", False, "市民补充"), ("", True, "【催办】")):
        form = dict(update(op("comment", 1, text=text, urge=urge, attachments=files), "7", STAFF))
        assert form["description"] == f"{said}\n附件：2 个，向 12345 查询\n附件（audio/amr）：{recording['url']}"
        assert form["media_url"] == picture["url"]


def test_no_link_is_cut_however_long_the_story_and_however_many_files() -> None:
    files = attached(*["image/jpeg"] * 20)
    long = order(attachments=files, content="很长。" * 4000)
    comment = op("comment", 1, text="很长。" * 4000, urge=False, attachments=files)
    for form in (dict(request(long, SERVICE, STAFF)), dict(update(comment, "7", STAFF))):
        assert len(form["description"]) <= LONGEST
        assert [url for one in files if (url := one["url"]) in form["description"]] == [
            one["url"] for one in files[1:MOST_LINKS + 1]]
        assert "附件：20 个，向 12345 查询" in form["description"]


async def test_a_strict_server_takes_both() -> None:
    files = attached("image/jpeg", "application/pdf")
    async with world(manners=STAFF) as here:
        submit = op("submit", order=order(attachments=files))
        number = (await here.backend.send(submit, None)).external_id
        assert here.office.requests[number].form["media_url"] == files[0]["url"]
        await here.backend.send(op("comment", 1, text="补充", urge=False, attachments=files), number)
        assert files[1]["url"] in here.office.updates[-1].text
