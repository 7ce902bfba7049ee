"""Every vector of tests/wire/sms is handled as expected: through the code where there is one, else listed with why."""
from __future__ import annotations

import json
from hashlib import md5
from pathlib import Path
from typing import Any

from channels.sms import optout, smpp_pdus
from channels.sms.parts import GAP, Parts, Place, Whole, header, with_header
from channels.sms.smpp_inbox import piece_of
from channels.sms.text import decode, encode, segments
from gateway import rating_words
from gateway.dialogue.satisfaction import POINTS, Mark, Scale
from tests.channels.sms import vectors
from tests.tables import table

NOW = 1_795_386_516_000


DOCUMENTS: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in vectors.FOLDER.glob("*.json")
}
SMPP, CMPP = vectors.of("smpp"), vectors.of("cmpp")
WHOLE: str = DOCUMENTS["smpp"]["whole_text_of_the_two_part_samples"]


# Held by the tests of the door that takes them, since they are about HTTP: who may call, forms, headers, answers; row
# by row there. Each deliver_sm by itself is held by test_smpp_vectors.py; here is what they become together.
ELSEWHERE = {
    "kannel": "test_kannel.py", "twilio": "test_signing.py", "china-clouds": "test_webhook.py",
    "generic-signed": "test_webhook.py", "other": "test_providers.py",
}


def test_every_file_is_held_somewhere() -> None:
    held_here = {"smpp", "cmpp"}
    assert DOCUMENTS.keys() == held_here | ELSEWHERE.keys()
    assert all(f'vectors.of("{file}")' in Path(__file__).with_name(test).read_text("utf-8")
               for file, test in ELSEWHERE.items())
    assert all(document["origin"] for document in DOCUMENTS.values()), "each says where it comes from"


# --- SMPP ---------------------------------------------------------------------------------------------------

SUBMITTED = [vector for name, vector in SMPP.items() if name.startswith("mt_")]


def delivered(name: str) -> smpp_pdus.Delivered:
    found = smpp_pdus.read(bytes.fromhex(SMPP[name]["hex"])).delivered
    assert found is not None, name
    return found


def fed(*names: str) -> dict[str, list[str]]:
    """The whole messages of each sender, after these parts in this order."""
    states: dict[tuple[str, str], Parts] = {}
    read: dict[str, list[str]] = {}
    for name in names:
        told = delivered(name)
        key = (told.source, told.destination)
        states[key], wholes = states.get(key, Parts()).add(piece_of(told), NOW)
        read.setdefault(told.source, []).extend(whole.text for whole in wholes)
    return read


@table("names", [("mo_udh16_1of2", "mo_udh16_2of2"), ("mo_udh16_2of2", "mo_udh16_1of2"), ("mo_sar_1of2", "mo_sar_2of2"),
                 ("mo_message_payload",)])
def test_every_long_form_gives_the_whole_text(names: tuple[str, ...]) -> None:
    assert fed(*names) == {"8613800138001": [WHOLE]}


def test_the_8_bit_form_gives_the_whole_text_in_both_orders() -> None:
    """The second part was captured under another reference, when it was sent first."""
    end = piece_of(delivered("mo_udh8_out_of_order_2of2_first")).octets
    first = piece_of(delivered("mo_udh8_1of2"))
    second = with_header(header(Place("8", 42, 2, 2)) + end, 8)
    for order in ((first, second), (second, first)):
        state, wholes = Parts().add(order[0], NOW)
        assert wholes == []
        assert state.add(order[1], NOW)[1] == [Whole(WHOLE)]


def test_two_senders_with_one_reference_stay_apart() -> None:
    """Jasmin 0.11.1 and aiosmpplib 0.7.4 mix these two."""
    other = Place("8", 77, 2, 2)
    alice, _ = Parts().add(with_header(header(other) + encode("alice", "ucs2"), 8), NOW)
    assert fed("mo_same_ref_bob_1of2", "mo_same_ref_bob_2of2")["8613900000002"] == ["B1" * 33 + "B" + "ob-second"]
    assert alice.expire(NOW + 10**9)[1] == [Whole(GAP + "alice", missing=(1,))]


def test_a_pair_that_was_cut_is_joined_before_it_is_read() -> None:
    start = encode("好" * 66, "ucs2") + "😀".encode("utf-16-be")[:2]
    state, _ = Parts().add(with_header(header(Place("8", 0x58, 2, 1)) + start, 8), NOW)
    (whole,) = state.add(piece_of(delivered("mo_surrogate_split_2of2")), NOW)[1]
    assert whole.text == "好" * 66 + "😀" + "好" * 10
    assert whole.missing == ()


def test_what_kannel_submits_is_what_we_would() -> None:
    """The same cuts, octets and headers for the same texts."""
    single, chinese, *three = (bytes.fromhex(vector["fields"]["short_message_hex"]) for vector in SUBMITTED)
    texts = [vector["text"] for vector in SUBMITTED]
    assert single == encode(texts[0], "gsm7")
    assert chinese == encode(texts[1], "ucs2")
    cut = segments("".join(texts[2:]))
    assert list(cut.parts) == texts[2:]
    assert three == [header(Place("8", 62, 3, number)) + encode(part, cut.coding)
                     for number, part in enumerate(cut.parts, 1)]


def test_a_national_single_shift_leaves_the_default_alphabet() -> None:
    """node-smpp reads 0x7B as ã by Portuguese tables; without national tables it is ä."""
    octets = bytes.fromhex(DOCUMENTS["smpp"]["extra"]["hex"])
    piece = with_header(octets[-8:], 0)
    assert (decode(piece.octets, piece.data_coding), piece.place) == ("täst", None)


def rated(name: str, scale: Scale = POINTS) -> int | str:
    piece = piece_of(delivered(name))
    reply = rating_words.read_reply(decode(piece.octets, piece.data_coding), scale)
    return reply.satisfaction or reply.kind


def test_replies_off_the_wire_are_rated() -> None:
    best = Scale(tuple(Mark(points) for points in (5, 4, 3, 2, 1)))
    said = ("mo_digit", "mo_fullwidth_digit", "mo_5fen", "mo_unsatisfied_comment")
    assert [rated(name) for name in said] == [1, 1, 5, 2]
    assert [rated(name, best) for name in ("mo_digit", "mo_5fen", "mo_national_number_extension_code")] == [
        5, "unclear", "unclear"]
    piece = piece_of(delivered("mo_optout_TD"))
    assert optout.read(decode(piece.octets, piece.data_coding), engaged=True, stopped=False) == "stop"


# --- CMPP: comes later, behind the same session; its texts are read already ----------------------------------

def test_cmpp_lengths_and_logins_are_as_the_rule_says() -> None:
    for vector in CMPP.values():
        octets = bytes.fromhex(vector["hex"])
        assert len(octets) == vector["length"]
        assert (int.from_bytes(octets[:4], "big") == len(octets)) == vector["length_field_ok"], vector["name"]
    login = bytes.fromhex(CMPP["TestCmppConnReqPktPack"]["hex"])
    assert login[18:34] == md5(b"900001" + bytes(9) + b"888888" + b"1021080510", usedforsecurity=False).digest()


@table(("name", "at", "text"), [
    ("TestCmpp2SubmitReqPktPack", 150, "测试gocmpp submit"), ("TestCmpp3SubmitReqPktPack", 174, "测试gocmpp submit"),
    ("TestCmpp2DeliverReqPktPack", 76, "This is a test MO."), ("TestCmpp3DeliverReqPktPack", 88, "This is a test MO."),
])
def test_cmpp_texts_are_read_by_their_format(name: str, at: int, text: str) -> None:
    """`at`: where Msg_Length stands; Msg_Fmt is one of SMPP's codings."""
    octets = bytes.fromhex(CMPP[name]["hex"])
    content = octets[at + 1:at + 1 + octets[at]]
    assert decode(content, 8 if "Submit" in name else 0) == text
