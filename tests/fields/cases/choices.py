from __future__ import annotations

from gateway.fields.base import Option, Words
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

OPTIONS = (
    Option("pension", Words("养老", "Pension"), ("养老保险",)),
    Option("medical", Words("医疗", "Medical"), ("医保", "医疗保险", "health insurance")),
    Option("injury", Words("工伤", "Work injury")),
)

TABLE = Table(
    read=(
        Read("养老", ["pension"]),
        Read("工伤、养老", ["pension", "injury"]),
        Read("1,3", ["pension", "injury"]),
        Read("1 and 2", ["pension", "medical"]),
        Read("pension and health insurance", ["pension", "medical"]),
        Read("医疗保险", ["medical"]),
        Read("养老和医保都没交", ["pension", "medical"]),
        Read("全部", ["pension", "medical", "injury"]),
        Read("五险都没交", ["pension", "medical", "injury"]),
        Read("all of them i think", ["pension", "medical", "injury"]),
        Read("all of it", ["pension", "medical", "injury"]),
        Read("all of them", ["pension", "medical", "injury"]),
    ),
    refused=(Refused("不知道", "choice"), Refused("", "choice"), Refused("7、8", "choice")),
    found=(
        Found("公司没给我交养老保险和医保", (Seen("养老保险和医保", ["pension", "medical"]),)),
        Found("公司拖欠工资"),
    ),
    shown=(Shown(["pension", "injury"], "养老、工伤", "Pension, Work injury"), Shown("pension", "养老", "Pension")),
    checked=(
        Checked(["injury", "pension", "injury"], ["pension", "injury"]),
        Checked("医保", ["medical"]),
        Checked(["nothing"], code="choice"),
        Checked([], code="choice"),
        Checked(1, code="choice"),
    ),
    options=OPTIONS,
)
