"""Who works here: the user table (records of kind `staff`), passwords (argon2id) and what a role may do."""
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from gateway.errors import ConfigError
from gateway.protocols import Put, Records

Role = Literal["clerk", "department", "supervisor"]
ROLES: tuple[Role, ...] = ("clerk", "department", "supervisor")
DEMO = ("demo-clerk", "demo-department", "demo-supervisor")

_CASE_WORK = frozenset({"accept", "dispatch", "progress", "question", "close", "reject"})
ACTS: dict[Role, frozenset[str]] = {
    "clerk": _CASE_WORK,
    "supervisor": _CASE_WORK,
    "department": frozenset({"accept", "progress", "question", "close"}),
}


class Staff(Struct, frozen=True):
    """Record `staff`, id = name, indexed by role. `department` is set for role department only."""

    name: str
    role: Role
    hash: str
    department: str | None = None

    @property
    def talks(self) -> bool:
        """May read conversations; departments see their cases and nothing of what else a citizen wrote."""
        return self.role != "department"


@dataclass(slots=True)
class StaffTable:
    """Reads and writes the user table. One password at a time: argon2id takes 64 MiB for each."""

    records: Records
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _nobody: str = ""

    async def find(self, name: str) -> Staff | None:
        record = await self.records.get("staff", name)
        return msgspec.json.decode(record.body, type=Staff) if record else None

    async def check(self, name: str, password: str) -> Staff | None:
        """The user, or None. A name nobody has costs the same time as a wrong password."""
        user = await self.find(name)
        async with self._one:
            if not self._nobody:
                self._nobody = await asyncio.to_thread(self.hasher.hash, "nobody")
            right = await asyncio.to_thread(self._verify, user.hash if user else self._nobody, password)
        return user if right else None

    async def add(self, name: str, role: Role, password: str, department: str | None = None) -> Staff:
        """Creates or replaces a user. Raises ConfigError for a department user without department or a short
        password."""
        if (role == "department") != (department is not None):
            raise ConfigError(f"{name}: a department belongs to role department, and to no other")
        if len(password) < 8:
            raise ConfigError(f"{name}: a password has at least 8 characters")
        async with self._one:
            hashed = await asyncio.to_thread(self.hasher.hash, password)
        user = Staff(name, role, hashed, department)
        await self.records.write([Put("staff", name, msgspec.json.encode(user), {"role": role})])
        return user

    async def remove(self, name: str) -> None:
        """Their sessions end with the next request."""
        await self.records.write([Put("staff", name, None)])

    async def remove_demo(self) -> None:
        """At a start without a demo password nobody may sign in with one."""
        for name in DEMO:
            if await self.find(name) is not None:
                await self.remove(name)

    async def everybody(self) -> list[Staff]:
        found = [await self.records.find("staff", "role", role, n=1000) for role in ROLES]
        return [msgspec.json.decode(record.body, type=Staff) for records in found for record in records]

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self.hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False


async def ensure_demo(table: StaffTable, password: str, host: str, departments: Sequence[str]) -> list[str]:
    """The three demo users of `[desk] demo_password`; returns their names.

    Raises ConfigError unless the server listens on a loopback address and nobody else is in the table.
    """
    if not _is_loopback(host):
        raise ConfigError(f"desk.demo_password: refused, {host} is not a loopback address")
    demo: dict[str, tuple[Role, str | None]] = dict(zip(DEMO, (
        ("clerk", None), ("department", departments[0] if departments else "general"), ("supervisor", None),
    ), strict=True))
    known = {user.name for user in await table.everybody()}
    if known - demo.keys():
        raise ConfigError("desk.demo_password: refused, there are real users")
    for name, (role, department) in demo.items():
        if name not in known or await table.check(name, password) is None:
            await table.add(name, role, password, department)
    return list(demo)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
