"""What is introduced: a name behind 叫, a code behind its cue, the two ends of a way; and what only looks like it."""
from __future__ import annotations

from gateway.dialogue.telling import called, only_code, told
from gateway.dialogue.template import Field
from gateway.fields.base import Limits, Words
from tests.tables import table

ANY = Words("某", "any")


def field(*cues: str, names: tuple[str, ...] = (), pattern: str | None = None, context: str | None = None) -> Field:
    return Field(
        "f", "text", ANY, ANY, ANY, ANY, cues=cues, names=names, limits=Limits(pattern=pattern),
        context=context,  # type: ignore[arg-type]
    )


CODE = r"[A-Za-z0-9-]{6,40}"


@table(("text", "here", "found"), [
    ("店名叫好又多，坏了", field("店名"), ["好又多"]), ("店名是好又多", field("店名"), ["好又多"]),
    ("一个叫回音康养的店里买的", field("叫"), ["回音康养"]), ("商家：好又多", field("商家"), ["好又多"]),
    ("the shop is called Example Mart, it is bad", field("shop"), ["Example Mart"]),
    ("医院叫某某人民医院", field(names=("医院",)), ["某某人民医院"]),
    ("负责人是陈先生，电话不通", field("负责人"), ["陈先生"]),
    ("The estate is called Example Garden and its lift broke", field("estate"), ["Example Garden"]),
    ("The shop is called Marks and Spencer", field("shop"), ["Marks and Spencer"]),
    ("订单号0000003000000000没到", field("订单号", pattern=CODE), ["0000003000000000"]),
    ("order number HB0000000000 never came", field("order number", pattern=CODE), ["HB0000000000"]),
    ("从深圳转到广州", field("从"), ["深圳"]), ("从深圳转到广州", field("转到"), ["广州"]),
    ("from Shenzhen to Guangzhou", field("to"), ["Guangzhou"]),
    ("你好我叫李女士，", field(context="name"), ["李女士"]),
    # nothing is introduced
    ("医院为了多收钱", field("医院"), []), ("小区是老小区", field("小区"), []),
    ("I want to transfer my fund", field("to"), []),
    ("订单号忘了", field("订单号", pattern=CODE), []), ("店名", field("店名"), []), ("随便说说", field(), []),
])
def test_what_is_introduced(text: str, here: Field, found: list[str]) -> None:
    assert [text[start:end] for start, end in told(text, here)] == found


@table(("text", "code"), [
    ("是这个 0000000000", "0000000000"), ("its HB-000000", "HB-000000"), ("忘了", None), ("000000 or 111111", None),
])
def test_the_only_code_of_an_answer(text: str, code: str | None) -> None:
    assert only_code(text, field("订单号", pattern=CODE)) == code


@table(("answer", "name"), [
    ("就叫某某店，在路口", "某某店"), ("卖家昵称叫小音数码", "小音数码"), ("回音小学，孩子三年级", "回音小学"),
    ("好又多超市", "好又多超市"), ("the shop is called Echo Fashion", "Echo Fashion"),
    ("restaurant name is Echo Bistro", "Echo Bistro"), ("Echo Toys. I paid 88 yuan", "Echo Toys"),
    ("Example Co., Ltd", "Example Co., Ltd"), ("叫", "叫"), ("", ""),
])
def test_a_name_that_was_asked_for(answer: str, name: str) -> None:
    assert called(answer) == name


@table("text", ["店名叫" * 20_000, "order number " * 5_000, "从" * 50_000])
def test_long_texts_are_quick(text: str) -> None:
    list(told(text, field("店名", "order number", "从", pattern=None)))
