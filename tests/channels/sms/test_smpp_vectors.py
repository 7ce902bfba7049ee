"""Every PDU of tests/wire/sms/smpp.json, as our codec's door and our inbox read it."""
from __future__ import annotations

from typing import Any

import pytest

from channels.sms import smpp_pdus, smpp_receipts
from channels.sms.parts import Parts, Piece
from channels.sms.smpp_inbox import piece_of
from channels.sms.smpp_pdus import Account, BadPdu, Delivered, Part
from channels.sms.text import encode, segments
from tests.channels.sms import vectors
from tests.tables import table

VECTORS = vectors.of("smpp")
DELIVERED = {name: row for name, row in VECTORS.items() if row["pdu"] == "deliver_sm"}
SUBMITTED = {name: row for name, row in VECTORS.items() if row["pdu"] == "submit_sm"}
KIND = {"udh8": "8", "udh16": "16", "sar": "sar"}


def delivered(row: dict[str, Any]) -> Delivered:
    found = smpp_pdus.read(bytes.fromhex(row["hex"])).delivered
    assert found is not None
    return found


@table(("name", "row"), list(DELIVERED.items()))
def test_every_field_is_read(name: str, row: dict[str, Any]) -> None:
    found, fields = delivered(row), row["fields"]
    assert (found.source, found.source_ton, found.destination, found.esm_class, found.coding) == tuple(
        fields[key] for key in ("source", "source_ton", "dest", "esm_class", "data_coding"))
    assert found.octets.hex() == fields["short_message_hex"]
    assert [[hex(tag), value.hex()] for tag, value in found.tlvs.items()] == fields["tlvs"]


@table(("name", "row"), [(name, row) for name, row in DELIVERED.items() if "text" in row])
def test_every_text_is_read_and_every_part_placed(name: str, row: dict[str, Any]) -> None:
    piece, concat = piece_of(delivered(row)), row["concat"]
    _, wholes = Parts().add(alone(piece), 0)
    assert [whole.text for whole in wholes] == [row["text"]]
    if concat is None:
        assert piece.place is None
    else:
        assert piece.place is not None
        assert (piece.place.form, piece.place.reference, piece.place.total, piece.place.number) == (
            KIND[concat["kind"]], concat["ref"], concat["total"], concat["seq"])


def alone(piece: Piece) -> Piece:
    """The part as if it were all."""
    return Piece(piece.octets, piece.data_coding)


def test_odd_ones_are_read_as_far_as_they_go() -> None:
    def text(name: str) -> str:
        _, (whole,) = Parts().add(alone(piece_of(delivered(VECTORS[name]))), 0)
        return whole.text

    assert text("mo_dc4_utf8") == "满意"
    assert text("mo_ucs2_odd_bytes").startswith("满")
    assert text("mo_udh_bad_length").endswith("1")
    ported = piece_of(delivered(VECTORS["mo_udh_port_then_concat"]))
    assert ported.place is not None
    assert (ported.place.reference, ported.place.total, ported.place.number) == (0xAA, 2, 1)


@table(("name", "row"), [(name, row) for name, row in DELIVERED.items() if "receipt" in row])
def test_receipts_are_read(name: str, row: dict[str, Any]) -> None:
    found = delivered(row)
    assert smpp_receipts.is_receipt(found)
    receipt = smpp_receipts.read(found)
    assert (receipt.provider, receipt.state, receipt.code) == (row["receipt"]["id"], "delivered", "DELIVRD/000")


def receipt(text: str, tlvs: dict[int, bytes]) -> Delivered:
    return Delivered("8613800138000", 1, "10612345", 4, 0, text.encode(), tlvs)


@table(("text", "tlvs", "expected"), [
    ("id:7 stat:UNDELIV err:001 text:x", {}, ("7", "failed", "UNDELIV/001")),
    ("id:7 sub:001 dlvrd:000 stat:EXPIRED err:", {}, ("7", "expired", "EXPIRED")),
    ("id:7 stat:REJECTD text:stat:DELIVRD", {}, ("7", "failed", "REJECTD")),
    ("", {0x1E: b"9\0", 0x427: b"\x05"}, ("9", "failed", "5")),
    ("id:7 stat:DELIVRD", {0x1E: b"9\0", 0x427: b"\x01"}, ("9", "accepted", "DELIVRD")),
    ("id:7 stat:UNKNOWN", {}, ("7", None, "UNKNOWN")),
    ("the carrier's own words", {}, ("", None, "")),
])
def test_receipts_in_other_words(text: str, tlvs: dict[int, bytes], expected: tuple[str, str | None, str]) -> None:
    found = smpp_receipts.read(receipt(text, tlvs))
    assert (found.provider, found.state, found.code) == expected


@table(("form", "told", "answered"), [
    ("same", "103C", "103C"), ("hex_then_decimal", "4156", "103C"), ("decimal_then_hex", "103C", "4156"),
    ("hex_then_decimal", "not a number", "not a number"),
])
def test_an_id_is_the_same_in_two_forms(form: Any, told: str, answered: str) -> None:
    assert smpp_receipts.read(receipt(f"id:{told} stat:DELIVRD", {0x1E: told.encode()}), form).provider == answered


def test_what_is_cut_short_is_no_pdu() -> None:
    whole = bytes.fromhex(VECTORS["mo_udh8_1of2"]["hex"])
    for end in range(17, len(whole)):
        with pytest.raises(BadPdu):
            smpp_pdus.read(whole[:end])


def test_a_parameter_of_the_carriers_own_is_no_harm() -> None:
    """smpplib gives up the whole PDU for one that it does not expect in a deliver_sm."""
    raw = bytes.fromhex(VECTORS["mo_digit"]["hex"]) + bytes.fromhex("0005000101" "1400000141" "020c0002002a")
    found = smpp_pdus.read(len(raw).to_bytes(4, "big") + raw[4:]).delivered
    assert found is not None
    assert (found.octets.hex(), found.tlvs[0x1400], found.tlvs[0x20C]) == ("0031", b"A", b"\0*")


# --- out ----------------------------------------------------------------------------------------------------

def test_our_bind_is_kannels() -> None:
    assert smpp_pdus.bind(Account("hotline", "secret1"), 1).hex() == VECTORS["bind_transceiver"]["hex"]


@table(("name", "row"), [(name, row) for name, row in SUBMITTED.items() if row["concat"] is None])
def test_our_octets_are_kannels(name: str, row: dict[str, Any]) -> None:
    fields, cut = row["fields"], segments(row["text"])
    part = Part(fields["source"], fields["source_ton"], fields["dest"], encode(cut.parts[0], cut.coding),
                fields["data_coding"])
    ours = smpp_pdus.submit(part, 7)
    assert part.octets.hex() == fields["short_message_hex"]
    assert len(ours) * 2 == len(row["hex"]), "the same fields, but for esm_class, mode and receipts"
