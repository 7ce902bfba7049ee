"""A whole conversation in English, and one that changes its language on the way."""
from __future__ import annotations

from gateway.dialogue.effects import Ask, Labelled, Quote, Say
from tests import project
from tests.dialogue.small import talker
from tests.dialogue.talker import Talker

REPLIES = project.replies()
RECEIPT = {"work_order": "WO-20261123-ABCDEFGHJK", "lookup_code": "", "due": ""}


def worded(talk: Talker) -> str:
    """The turn as the citizen reads it."""
    parts = [
        REPLIES.render(talk.state.language, "web", effect.key, {**effect.params, **RECEIPT})
        if isinstance(effect, Say) else effect.text
        for effect in talk.effects if isinstance(effect, Say | Quote)
    ]
    return "\n\n".join(parts)


def labels(talk: Talker) -> list[str]:
    ask = next(effect for effect in talk.effects if isinstance(effect, Ask))
    return [choice.label if isinstance(choice, Labelled) else REPLIES.render(talk.state.language, "web", choice.label)
            for choice in ask.choices]


def test_a_parcel_from_the_first_word_to_the_receipt() -> None:
    talk = talker("parcel", "en")
    talk.say("My parcel is late, it is with SF Express")
    assert worded(talk).startswith("Let me take down your parcel.\n\nPlease ask the carrier first.")
    assert worded(talk).endswith("Noted: Carrier – SF Express; Problem – Delay.\n\nTracking number?")

    talk.say("where do I find it?")
    assert worded(talk).endswith("Now, back to the form: Tracking number?")

    talk.say("help")
    assert worded(talk) == (
        "Under the barcode.\n\nFor example: SF0000000000000\n\nNow, back to the form: Tracking number?")

    talk.say("SF 1234 567 890 123")
    assert worded(talk) == "Sent from where?"

    talk.say("from Haizhu District, Guangzhou to Chaoyang District, Beijing")
    assert worded(talk) == "Noted: Receiver address – Chaoyang District, Beijing.\n\nYour phone number?"
    assert labels(talk) == ["Stay anonymous"]

    talk.say("call me maybe")
    assert worded(talk).startswith("That phone number does not look complete, please check it.\n\nFor example: 138")

    talk.say("138 0013 8000")
    assert talk.asked == "confirm"
    assert worded(talk).splitlines()[2:5] == ["Please check, Parcel complaint:", "1. Carrier: SF Express",
                                              "2. Tracking number: SF1234567890123"]
    assert labels(talk)[:3] == ["Yes, file it", "Change something", "Add details"]

    talk.say("change 1")
    assert worded(talk) == "“Carrier” is now: SF Express\n\nWhich carrier?"

    talk.say("never mind")
    assert worded(talk).startswith("Then “Carrier” stays: SF Express")

    talk.say("yes, file it")
    assert len(talk.filed) == 1
    assert worded(talk).startswith("It is filed. Your case number is WO-20261123-ABCDEFGHJK.")
    assert worded(talk).endswith("Keep the label.")


def test_the_language_may_change_in_the_middle() -> None:
    talk = talker("parcel")
    talk.say("我的快递三天没动了")
    assert worded(talk).endswith("哪家快递？")
    talk.say("English please")
    assert worded(talk) == "Of course, English it is.\n\nNow, back to the form: Which carrier?"
    assert labels(talk) == ["SF Express", "YTO", "Other"]
    talk.say("中文")
    assert worded(talk) == "好的，用中文。\n\n接着来：哪家快递？"
    assert labels(talk) == ["顺丰", "圆通", "其他"]
    assert talk.values["problem"] == "delay"


def test_both_languages_are_understood_whatever_is_spoken() -> None:
    talk = talker("parcel", "en")
    talk.say("我的快递三天没动了")
    talk.say("圆通")
    assert talk.values["carrier"] == "yto"
    modes = []
    for text in ("人工", "bot"):
        talk.say(text)
        modes.append(talk.state.mode)
    assert modes == ["waiting", "bot"]


def test_another_language_reads_english() -> None:
    """Catalogs of other languages may be partial; templates speak Chinese and English."""
    talk = talker("parcel", "ru")
    talk.say("我的快递三天没动了")
    assert worded(talk).endswith("Which carrier?")
    assert labels(talk) == ["SF Express", "YTO", "Other"]


def test_a_person_reads_kind_words_at_every_dead_end() -> None:
    """No reply only says that something was not understood: each says what to do next."""
    talk = talker("parcel", "en")
    talk.say("it is late")
    for text in ("hmpf", "hmpf", "hmpf"):
        talk.say(text)
        assert worded(talk)
        assert "hmpf" not in worded(talk)
        assert talk.asked is not None
