"""casebridge/attachments.py: files leave as links that are made at the moment of sending."""
from __future__ import annotations

from typing import Any

from casebridge.attachments import Linking, linked
from gateway.orders import CaseOp
from gateway.protocols import Receipt
from tests.casebridge.hand_over import WO, Backend
from tests.clock import ManualClock

ID = "6a1f0c9d2b7e4853a1c4d5e6f7081923"
FILE: dict[str, Any] = {"id": ID, "media_type": "image/jpeg", "size": 9, "sha256": "0" * 64}
NOW = ManualClock().ms()


def link(upload: str, since: int) -> str:
    return f"https://hotline.example/{upload}?since={since}"


LINKED = FILE | {"url": link(ID, NOW)}


def test_every_attachment_of_an_order_and_of_a_comment_has_an_address_and_nothing_else_changes() -> None:
    order = {"work_order_id": WO, "attachments": [FILE, FILE], "fields": []}
    submit = linked(CaseOp("submit", WO, 1, {"order": order}, NOW), link)
    assert submit == CaseOp("submit", WO, 1, {"order": order | {"attachments": [LINKED, LINKED]}}, NOW)
    comment = linked(CaseOp("comment", WO, 2, {"text": "补充", "urge": False, "attachments": [FILE]}, NOW), link)
    assert comment.payload == {"text": "补充", "urge": False, "attachments": [LINKED]}


def test_what_is_stored_has_none() -> None:
    order = {"work_order_id": WO, "attachments": [dict(FILE)]}
    op = CaseOp("submit", WO, 1, {"order": order}, NOW)
    linked(op, link)
    assert op.payload == {"order": {"work_order_id": WO, "attachments": [FILE]}}


def test_what_has_no_files_leaves_as_it_is() -> None:
    for op in (
        CaseOp("submit", WO, 1, {"order": {"work_order_id": WO}}, NOW), CaseOp("withdraw", WO, 1, {}, NOW),
        CaseOp("comment", WO, 1, {"text": "补充", "urge": False}, NOW), CaseOp("rework", WO, 1, {"round": 1}, NOW),
        CaseOp("submit", WO, 1, {"order": {"work_order_id": WO, "attachments": []}}, NOW),
    ):
        assert linked(op, link) is op


async def test_everything_else_is_the_backends_own() -> None:
    there = Backend("lookup", found=Receipt("C-7", "scripted"))
    backend, op = Linking(there, link), CaseOp("withdraw", WO, 1, {}, NOW)
    assert (backend.name, backend.repeat("submit")) == ("scripted", "lookup")
    assert await backend.lookup(op, "C-7") == there.found
    assert await backend.send(op, "C-7") == Receipt("C-1/1", "scripted")
    assert (there.sent, there.knew, there.asked) == ([op.key], ["C-7"], [op.key])
