"""11010519491231002X and 440524188001010014 are GB 11643's own examples; the others are made up from them."""
from __future__ import annotations

from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

CHECK = ("resident_id_check",)
EXAMPLE, OLD = "11010519491231002X", "440524188001010014"

TABLE = Table(
    read=(
        Read("11010519491231002X", EXAMPLE),
        Read("11010519491231002x", EXAMPLE),
        Read("１１０１０５１９４９１２３１００２Ｘ", EXAMPLE),
        Read("110105 19491231 002X", EXAMPLE),
        Read("1101-0519-4912-3100-2X", EXAMPLE),
        Read("我的身份证号是440524188001010014。", OLD),
        Read("ID card number: 440524188001010014", OLD),
        Read("身份證440524188001010014", OLD),
        Read("是这个 440524188001010014 麻烦了", OLD),
        Read("110105491231002", "110105491231002"),
        Read("USA110149123102", "USA110149123102"),
        Read("110105194912310021", "110105194912310021", CHECK),
    ),
    refused=(
        Refused("11010519491231002", "resident_id"),
        Refused("1101051949123100200", "resident_id"),
        Refused("11010519491331002X", "resident_id"),
        Refused("110105205012310027", "resident_id"),
        Refused("11010500010101002X", "resident_id"),
        Refused("不想提供", "resident_id"),
        Refused("", "resident_id"),
        Refused("1" * 200, "resident_id"),
        Refused("11010519491231002X 440524188001010014", "resident_id"),
    ),
    found=(
        Found("我叫某某，11010519491231002X，公司没给我交社保", (Seen(EXAMPLE, EXAMPLE),)),
        Found("身份证号：110105194912310021", (Seen("110105194912310021", "110105194912310021", warnings=CHECK),)),
        Found("my ID card number is 440524188001010014", (Seen(OLD, OLD),)),
        Found("身份证110105491231002", (Seen("110105491231002", "110105491231002"),)),
        Found("转账到 621700194912310022，单号110105194912310021，编号110105491231002"),
        Found("身份证 110105194913310021"),
    ),
    shown=(Shown(EXAMPLE, EXAMPLE, EXAMPLE),),
    checked=(
        Checked(EXAMPLE.lower(), EXAMPLE),
        Checked(440524188001010014, OLD),
        Checked(True, code="resident_id"),
        Checked([EXAMPLE], code="resident_id"),
    ),
)
