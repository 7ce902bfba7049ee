from __future__ import annotations

from tests.fields.table import Checked, Found, Refused, Shown, Table

ONE, TWO = "0" * 32, "1" * 32

TABLE = Table(
    refused=(Refused("contract.pdf", "document"),),
    found=(Found(f"see the contract {ONE}"),),
    shown=(Shown([ONE], "1 份材料", "1 document"), Shown([ONE, TWO], "2 份材料", "2 documents")),
    checked=(Checked([ONE, TWO, ONE], [ONE, TWO]), Checked(["x y"], code="document")),
)
