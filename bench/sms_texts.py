"""What the measured text messages say: each its own number, so that it is known wherever it comes out."""
from __future__ import annotations

PHONES = 500      # a phone writes and gets a few messages, no mailbox is full

WRITTEN = "楼上漏水三天了，物业说不归他们管，请派人来看看"
TOLD = "您反映的事项已办结，满意请回复1，不满意请回复2"


def written(n: int) -> str:
    """By a citizen. One message of 70 characters at most."""
    return f"第{n}号 {WRITTEN}"


def told(n: int) -> str:
    """By us, without the sign: one message of 70 characters with it."""
    return f"第{n}号 {TOLD}"


def number_in(text: str) -> int:
    """Which message it is. Raises ValueError when it is none of ours."""
    return int(text.partition("第")[2].partition("号")[0])


def phone(n: int) -> str:
    """E.164 without the plus, as SMPP has it."""
    return f"8613800{n % PHONES:06d}"
