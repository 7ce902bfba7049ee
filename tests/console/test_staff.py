"""The user table, and the demo users who only exist where nobody else can reach them."""
from __future__ import annotations

from typing import Literal

import pytest
from argon2 import PasswordHasher

from gateway.console.staff import ACTS, ROLES, StaffTable, ensure_demo
from gateway.errors import ConfigError
from tests.console.office import PASSWORD, Office

DEMO = ["demo-clerk", "demo-department", "demo-supervisor"]


@pytest.fixture
async def table(office: Office) -> StaffTable:
    """Without the office's own people."""
    for user in await office.staff.everybody():
        await office.staff.remove(user.name)
    return office.staff


async def test_demo_users_of_every_role_are_made_on_loopback(table: StaffTable) -> None:
    assert await ensure_demo(table, "demo password", "127.0.0.1", ["urban"]) == DEMO
    users = {user.name: user for user in await table.everybody()}
    assert {user.role for user in users.values()} == set(ROLES)
    assert users["demo-department"].department == "urban"
    assert await table.check("demo-clerk", "demo password") is not None


async def test_a_second_start_keeps_them_and_takes_a_new_password(table: StaffTable) -> None:
    await ensure_demo(table, "demo password", "::1", ["urban"])
    before = await table.find("demo-clerk")
    await ensure_demo(table, "demo password", "localhost", ["urban"])
    assert await table.find("demo-clerk") == before
    await ensure_demo(table, "another password", "127.0.0.1", ["urban"])
    assert await table.check("demo-clerk", "demo password") is None
    assert await table.check("demo-clerk", "another password") is not None


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "desk.example", ""])
async def test_demo_users_are_refused_on_any_other_address(table: StaffTable, host: str) -> None:
    with pytest.raises(ConfigError, match=r"demo_password.*loopback"):
        await ensure_demo(table, "demo password", host, [])
    assert await table.everybody() == []


async def test_demo_users_are_refused_beside_real_ones(office: Office) -> None:
    with pytest.raises(ConfigError, match="real users"):
        await ensure_demo(office.staff, "demo password", "127.0.0.1", [])


async def test_passwords_are_kept_as_argon2id(office: Office) -> None:
    user = await office.staff.find("clerk")
    assert user is not None
    assert user.hash.startswith("$argon2id$")
    assert PASSWORD not in user.hash
    default = StaffTable(office.store.records)
    assert (default.hasher.memory_cost, default.hasher.time_cost) >= (47_104, 1)  # OWASP's floor for argon2id


async def test_a_wrong_password_an_unknown_and_a_removed_user_are_nobody(office: Office) -> None:
    assert await office.staff.check("clerk", "wrong") is None
    assert await office.staff.check("nobody", PASSWORD) is None
    await office.staff.add("gone", "clerk", PASSWORD)
    await office.staff.remove("gone")
    assert await office.staff.check("gone", PASSWORD) is None


async def test_a_name_nobody_has_costs_a_whole_verification(office: Office) -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            self.verified += 1
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    table = StaffTable(office.store.records, hasher)
    await table.check("nobody", PASSWORD)
    await table.check("clerk", PASSWORD)
    assert hasher.verified == 2


@pytest.mark.parametrize(("role", "department", "password"), [
    ("department", None, PASSWORD), ("clerk", "urban", PASSWORD), ("clerk", None, "short"),
])
async def test_users_that_make_no_sense_are_refused(
    office: Office, role: object, department: str | None, password: str
) -> None:
    with pytest.raises(ConfigError):
        await office.staff.add("new", role, password, department)  # type: ignore[arg-type]


def test_departments_neither_dispatch_nor_reject() -> None:
    assert ACTS["department"] < ACTS["clerk"]
    assert {"dispatch", "reject"} == ACTS["clerk"] - ACTS["department"]


async def test_without_a_demo_password_nobody_signs_in_as_a_demo_user(table: StaffTable) -> None:
    await ensure_demo(table, "long enough", "127.0.0.1", ["urban"])
    await table.remove_demo()
    assert await table.everybody() == []
    await table.remove_demo()
