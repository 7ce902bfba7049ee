"""Signing in at the staff page: cookie, token, Origin, lock-out, signing out."""
from __future__ import annotations

import asyncio
from http.cookies import SimpleCookie
from pathlib import Path

import pytest

from gateway.console.sessions import COOKIE, LIFE_S
from gateway.protocols import Put
from tests.console.office import PASSWORD, Office, running

CHANGE = ("POST", "api/cases/WO-20261123-0000000000/reveal", {"reason": ""})


async def test_the_cookie_is_bound_to_the_host_and_unreadable_for_scripts(office: Office) -> None:
    answer = await office.stranger().sign_in("clerk")
    cookie: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    morsel = cookie[COOKIE]
    assert COOKIE.startswith("__Host-")
    assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "Strict", "/")
    assert morsel["domain"] == ""
    assert int(morsel["max-age"]) == LIFE_S
    assert answer.headers["Cache-Control"] == "no-store"
    assert morsel.value not in await answer.text()


async def test_a_session_says_who_is_there_and_what_departments_exist(office: Office) -> None:
    who = await office.person("urban")
    session = await who.get("session")
    assert (session["name"], session["role"], session["department"]) == ("urban", "department", "urban")
    assert [one["code"] for one in session["departments"]] == ["urban", "market"]
    assert session["token"] == who.token


async def test_the_stored_session_does_not_hold_the_cookie(office: Office, tmp_path: Path) -> None:
    who = await office.person("clerk")
    secret = who.cookie.partition("=")[2]
    held = _everything(tmp_path)
    assert secret.encode() not in held
    assert PASSWORD.encode() not in held


@pytest.mark.parametrize("path", [
    "session", "cases", "cases/WO-20261123-0000000000", "conversations", "conversations/web:x", "report", "dead",
])
async def test_nothing_is_readable_without_a_session(office: Office, path: str) -> None:
    answer = await office.stranger().call("GET", f"api/{path}")
    assert answer.status == 401
    assert (await answer.json())["code"] == "unauthorised"


async def test_a_made_up_cookie_opens_nothing(office: Office) -> None:
    for cookie in ("", "x", "x" * 4000, "é"):
        answer = await office.stranger().call("GET", "api/session", Cookie=f"{COOKIE}={cookie}")
        assert answer.status == 401


@pytest.mark.parametrize(("headers", "code"), [
    ({"X-Huiyin-Token": ""}, "bad_token"),
    ({"X-Huiyin-Token": "wrong"}, "bad_token"),
    ({"Origin": "https://evil.example"}, "bad_origin"),
    ({"Origin": "null"}, "bad_origin"),
])
async def test_a_change_needs_the_token_and_our_own_origin(office: Office, headers: dict[str, str], code: str) -> None:
    who = await office.person("clerk")
    method, path, body = CHANGE
    answer = await who.call(method, path, body, **headers)
    assert answer.status == 403
    assert (await answer.json())["code"] == code


async def test_a_change_from_our_own_origin_comes_through(office: Office) -> None:
    who = await office.person("clerk")
    method, path, body = CHANGE
    assert (await who.call(method, path, body, Origin=office.base)).status == 404  # no such case, but it was asked


async def test_the_token_of_another_session_is_worth_nothing(office: Office) -> None:
    one, other = await office.person("clerk"), await office.person("clerk")
    method, path, body = CHANGE
    assert (await one.call(method, path, body, **{"X-Huiyin-Token": other.token})).status == 403


async def test_with_a_public_address_only_that_origin_counts(tmp_path: Path) -> None:
    async with running(tmp_path, origin="https://desk.example/") as office:
        who = office.stranger()
        body = {"name": "clerk", "password": PASSWORD}
        assert (await who.call("POST", "api/session", body, Origin=office.base)).status == 403
        assert (await who.call("POST", "api/session", body, Origin="https://desk.example.evil")).status == 403
        assert (await who.call("POST", "api/session", body, Origin="http://desk.example")).status == 403
        assert (await who.call("POST", "api/session", body, Origin="https://desk.example")).status == 200


async def test_signing_in_from_a_foreign_page_is_refused(office: Office) -> None:
    body = {"name": "clerk", "password": PASSWORD}
    answer = await office.stranger().call("POST", "api/session", body, Origin="https://evil.example")
    assert answer.status == 403


async def test_wrong_password_and_unknown_user_answer_alike(office: Office) -> None:
    answers = [await office.stranger().sign_in(name, "wrong password") for name in ("clerk", "nobody")]
    bodies = [await answer.json() for answer in answers]
    assert [answer.status for answer in answers] == [401, 401]
    assert bodies[0] == bodies[1]
    assert bodies[0]["code"] == "sign_in_failed"


async def test_five_failures_lock_the_user_for_a_growing_time(office: Office) -> None:
    for _ in range(5):
        assert (await office.stranger().sign_in("clerk", "wrong")).status == 401
    locked = await office.stranger().sign_in("clerk")
    assert (locked.status, (await locked.json())["code"]) == (429, "locked")
    first = int(locked.headers["Retry-After"])
    office.clock.advance(first + 1)
    assert (await office.stranger().sign_in("clerk", "wrong")).status == 401
    second = int((await office.stranger().sign_in("clerk")).headers["Retry-After"])
    assert second > first
    office.clock.advance(second + 1)
    assert (await office.stranger().sign_in("clerk")).status == 200


async def test_guesses_that_come_together_are_counted_one_by_one(office: Office) -> None:
    answers = await asyncio.gather(*(office.stranger().sign_in("clerk", "wrong") for _ in range(12)))
    assert sorted(answer.status for answer in answers) == [401] * 5 + [429] * 7


async def test_unknown_users_are_locked_just_the_same(office: Office) -> None:
    for _ in range(5):
        await office.stranger().sign_in("nobody", "wrong")
    assert (await office.stranger().sign_in("nobody")).status == 429


async def test_five_failures_lock_the_address_for_other_users_too(office: Office) -> None:
    for n in range(5):
        await office.stranger().sign_in(f"guess-{n}", "wrong")
    assert (await office.stranger().sign_in("clerk")).status == 429


async def test_success_forgets_the_failures(office: Office) -> None:
    for _ in range(3):
        for _ in range(4):
            await office.stranger().sign_in("clerk", "wrong")
        assert (await office.stranger().sign_in("clerk")).status == 200


async def test_a_forwarded_address_is_not_believed(office: Office) -> None:
    for n in range(5):
        who = office.stranger()
        who.headers = {"X-Forwarded-For": f"198.51.100.{n}"}
        await who.sign_in(f"guess-{n}", "wrong")
    assert (await office.stranger().sign_in("clerk")).status == 429


async def test_a_session_ends_after_twelve_hours_however_busy(office: Office) -> None:
    who = await office.person("clerk")
    for _ in range(11):
        office.clock.advance(3600)
        await who.get("session")
    office.clock.advance(3601)
    await who.get("session", 401)


async def test_signing_out_revokes_the_cookie(office: Office) -> None:
    who, other = await office.person("clerk"), await office.person("clerk")
    answer = await who.call("DELETE", "api/session")
    assert answer.status == 204
    assert 'Max-Age=0' in answer.headers["Set-Cookie"]
    await who.get("session", 401)
    await other.get("session")


async def test_a_user_who_is_removed_is_out_at_once(office: Office) -> None:
    who = await office.person("clerk")
    await office.store.records.write([Put("staff", "clerk", None)])
    await who.get("session", 401)


@pytest.mark.parametrize("body", [
    {}, [], "x", {"name": "clerk"}, {"name": 1, "password": "x"}, {"name": "x" * 65, "password": "x"},
    {"name": "clerk", "password": "x" * 201}, {"name": "clerk", "password": "x", "more": 1},
])
async def test_a_body_that_does_not_fit_is_a_422(office: Office, body: object) -> None:
    assert (await office.stranger().call("POST", "api/session", body)).status == 422


@pytest.mark.parametrize("raw", [
    b"", b"{", b"[" * 200_000, b'{"name": "a", "name": "b", "password": "x"}', b'{"name": "a", "password": 1e999}',
    b'{"name": NaN, "password": "x"}', b'{"name": "\\ud800", "password": "x"}', b'{"name": "\xff", "password": "x"}',
    b'{"name": "' + b"a" * 40_000 + b'"}',
])
async def test_hostile_documents_are_refused_early(office: Office, raw: bytes) -> None:
    """HOSTILE.md 23."""
    headers = {"Content-Type": "application/json"}
    answer = await office.http.post(f"{office.base}/desk/api/session", data=raw, headers=headers)
    assert answer.status in (400, 413)
    assert answer.headers["Content-Type"].startswith("application/problem+json")


async def test_a_form_post_is_not_a_document(office: Office) -> None:
    answer = await office.http.post(f"{office.base}/desk/api/session", data={"name": "clerk", "password": PASSWORD})
    assert answer.status == 415


async def test_signing_in_and_out_stand_in_the_journal(office: Office) -> None:
    who = await office.person("clerk")
    await who.call("DELETE", "api/session")
    assert [(entry.who, entry.act) for entry in await office.journal()] == [("clerk", "sign_in"), ("clerk", "sign_out")]


def _everything(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
