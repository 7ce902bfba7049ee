"""91350100M000100Y43 is GB 32100-2015's own example, 91110000600037341L python-stdnum's; the rest made up."""
from __future__ import annotations

from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

CHECK, SHAPE = ("credit_code_check",), ("credit_code_shape",)
EXAMPLE = "91350100M000100Y43"

TABLE = Table(
    read=(
        Read("91350100M000100Y43", EXAMPLE),
        Read("91350100m000100y43", EXAMPLE),
        Read("９１３５０１００Ｍ０００１００Ｙ４３", EXAMPLE),
        Read("9135 0100 M000 100Y 43", EXAMPLE),
        Read("9I35O1OOM000100Y43", EXAMPLE),
        Read("统一社会信用代码：91350100M000100Y43", EXAMPLE),
        Read("our credit code is 91110000600037341L", "91110000600037341L"),
        Read("就是91350100M000100Y43这家", EXAMPLE),
        Read("91350100M000100Y4Z", "91350100M000100Y42", CHECK),
        Read("91350100M000100V43", "91350100M000100V43", SHAPE),
        Read("440101000123456", "440101000123456", SHAPE),
        Read("60003734-1", "600037341", SHAPE),
    ),
    refused=(
        Refused("91350100M000100Y4", "credit_code"),
        Refused("91350100M000100Y433", "credit_code"),
        Refused("还没办下来", "credit_code"),
        Refused("", "credit_code"),
        Refused("A" * 18, "credit_code"),
        Refused("91350100M000100Y43 91110000600037341L", "credit_code"),
        Refused("9" * 200, "credit_code"),
    ),
    found=(
        Found("我们公司91350100M000100Y43申请被拒", (Seen(EXAMPLE, EXAMPLE),)),
        Found("税号是91350100m000100y42", (Seen("91350100m000100y42", "91350100M000100Y42", warnings=CHECK),)),
        Found("unified social credit code 91110000600037341L", (Seen("91110000600037341L", "91110000600037341L"),)),
        Found("订单91350100M000100Y42，身份证11010519491231002X，单号SF1234567890123456"),
    ),
    shown=(Shown(EXAMPLE, EXAMPLE, EXAMPLE),),
    checked=(
        Checked(EXAMPLE.lower(), EXAMPLE),
        Checked(True, code="credit_code"),
        Checked([EXAMPLE], code="credit_code"),
    ),
)
