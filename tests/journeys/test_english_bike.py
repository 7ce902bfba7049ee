"""A visitor who writes English: a bike on the pavement, a change of mind, a photo, and a question in the middle."""
from __future__ import annotations

from tests.images import jpeg
from tests.journeys.hotline import Hotline


async def test_a_bike_on_the_pavement_in_english(hotline: Hotline) -> None:
    visitor = await hotline.citizen("en")

    reply = await visitor.says("Hi, I want to report a Meituan shared bike blocking the pavement in Tianhe District")
    assert reply.template == "shared_bike"
    assert "您" not in reply.text

    # A photo does instead of the bike's number, and is attached to the case.
    if reply.ask == "location":
        reply = await visitor.says("Outside exit B of Tiyu Xilu metro station, Tianhe District, Guangzhou")
    if reply.ask == "problem":
        reply = await visitor.picks("parking")
    assert reply.ask == "bike_numbers", reply
    reply = await visitor.sends_photo(jpeg())

    # A question in the middle is answered, and the form goes on where it was.
    asked = reply.ask
    reply = await visitor.says("Is calling 12345 free of charge?")
    assert reply.ask == asked, reply
    answers = {
        "contact_phone": "+86 138 0013 8000",
        "description": "It has been lying across the tactile paving since morning",
    }
    while reply.ask != "confirm":
        assert reply.ask in answers, reply
        reply = await visitor.says(answers.pop(reply.ask))

    # One field is changed, then it is filed.
    reply = await visitor.says("change company")
    assert reply.ask == "company"
    reply = await visitor.picks("hellobike")
    assert reply.ask == "confirm"
    number = (await visitor.picks("file")).work_order
    assert number is not None

    order = (await hotline.case(number)).order
    fields = {field["code"]: field for field in order["fields"]}
    assert fields["company"]["value"] == "hellobike"
    assert fields["company"]["display"] != "hellobike"
    assert order["language"] == "en"
    assert order["content_original"]
    assert [file["media_type"] for file in order["attachments"]] == ["image/jpeg"]
    assert order["location"]["address"]
