"""A real Request Tracker 5 from Debian (tools/rt.sh), on loopback, over a copy of its database in the test's folder.

Both RT_SITE_CONFIG and RT_SITE_CONFIG_DIR are set: with one of them alone RT would open the system's own database.
"""
from __future__ import annotations

import asyncio
import os
import quopri
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.server import free_port
from tests.project import ROOT
from tests.until import until

DEBIAN = Path("/usr/share/request-tracker5")
DATABASE = Path("/var/lib/dbconfig-common/sqlite3/request-tracker5/rtdb")
SERVER = DEBIAN / "libexec/rt-server"
PERL = ROOT / "casebridge/rt/perl"
INTAKE, DEPARTMENT = "hotline", "postal"
SECRET = "whsec_cmVxdWVzdC10cmFja2VyLW9mLXRoZS10ZXN0cy4uLi4="
START_S = 60.0
NOBODY = "http://127.0.0.1:9/cases/events"

CONFIG = """use utf8;
Set($rtname, 'hotline.test'); Set($Organization, 'hotline.test'); Set($Timezone, 'Asia/Shanghai');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($WebSecureCookies, 0);
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rtdb');
Set($MailCommand, 'mbox');
Set($LogToSyslog, undef); Set($LogToSTDERR, 'warning');
Set($MasonDataDir, '{folder}/mason'); Set($MasonSessionDir, '{folder}/sessions');
Set($HuiyinEventsURL, '{events}'); Set($HuiyinSecretFile, '{folder}/secret');
1;
"""

# The member of staff of the tests. RT's first user may do everything; a token spares us the web form.
CLERK = """
my $user = RT::User->new(RT->SystemUser); $user->Load('root');
my ($ok, $why, $secret) = RT::AuthToken->new(RT->SystemUser)->Create(Owner => $user->id, Description => 'tests');
print $secret;
"""

PASSWORD = "a-password-for-tests"
PASSWORD_OF_ROOT = "my $user = RT::User->new(RT->SystemUser); $user->Load('root'); $user->SetPassword($ARGV[0]);"


@dataclass(frozen=True)
class Said:
    """One transaction of a ticket that says something or changes its status. key: the operation of ours."""

    id: int
    type: str
    who: str
    key: str | None
    text: str
    new: str | None


class RequestTracker:
    """`url` and `token` are what the gateway needs; the verbs are those of a member of staff."""

    def __init__(self, folder: Path, port: int, http: aiohttp.ClientSession) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"
        self._http = http
        self.token = self._clerk = ""

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "RT_SITE_CONFIG": str(self.folder / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(self.folder / "RT_SiteConfig.d"),
            "PERL5LIB": f"{DEBIAN / 'lib'}:{PERL / 'lib'}",
        }
        return {**os.environ, **own}

    # --- staff ------------------------------------------------------------------------------------------------

    async def replies(self, number: str, text: str, status: str = "") -> None:
        body = {"Content": text, "ContentType": "text/plain"} | ({"Status": status} if status else {})
        await self._staff("POST", f"ticket/{number}/correspond", body)

    async def notes(self, number: str, text: str) -> None:
        """For colleagues only."""
        await self._staff("POST", f"ticket/{number}/comment", {"Content": text, "ContentType": "text/plain"})

    async def changes(self, number: str, **fields: str) -> None:
        """Status, Queue, Owner, …"""
        await self._staff("PUT", f"ticket/{number}", fields)

    async def ticket(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = await self._staff("GET", f"ticket/{number}")
        return found

    async def fields(self, number: str) -> dict[str, str]:
        """The custom fields that hold something."""
        return {one["name"]: one["values"][0] for one in (await self.ticket(number))["CustomFields"] if one["values"]}

    async def number(self, work_order: str) -> str:
        """Of its one ticket."""
        found = await self._staff("GET", f"tickets?query='CF.{{wo_ref}}'='{work_order}'")
        (only,) = found["items"]
        return str(only["id"])

    async def queue_of(self, number: str) -> str:
        queue = (await self.ticket(number))["Queue"]["id"]
        name: str = (await self._staff("GET", f"queue/{queue}"))["Name"]
        return name

    async def opens(self, queue: str, subject: str) -> str:
        """A ticket that is none of ours."""
        return str((await self._staff("POST", "ticket", {"Queue": queue, "Subject": subject}))["id"])

    async def fills_the_form(self, number: str, html: str, status: str) -> None:
        """As in the browser: "Reply", with a new status."""
        await self.perl("-MRT=-init", "-e", PASSWORD_OF_ROOT, PASSWORD)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            signed_in = {"user": "root", "pass": PASSWORD}
            async with browser.post(f"{self.url}/NoAuth/Login.html", data=signed_in) as answer:
                assert answer.status == 200
            filled = {
                "id": number, "UpdateType": "response", "UpdateContent": html, "UpdateContentType": "text/html",
                "Status": status, "SubmitTicket": "1",
            }
            referer = {"Referer": self.url + "/"}
            async with browser.post(
                f"{self.url}/Ticket/Update.html", data=filled, headers=referer, allow_redirects=False
            ) as answer:
                assert answer.headers["Location"].startswith(f"{self.url}/Ticket/Display.html"), answer.status

    async def _staff(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"token {self._clerk}"}
        async with self._http.request(method, f"{self.url}/REST/2.0/{path}", json=body, headers=headers) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json(content_type=None)

    # --- what its database says ---------------------------------------------------------------------------------

    def said(self, work_order: str) -> list[Said]:
        """The history of all tickets of a work order, oldest first."""
        with closing(sqlite3.connect(f"file:{self.folder / 'rtdb'}?mode=ro", uri=True)) as database:
            rows = database.execute(HISTORY, (work_order,)).fetchall()
        return [Said(id_, type_, who, key, _text(text, coded), new) for id_, type_, who, key, text, coded, new in rows]

    # --- its life -----------------------------------------------------------------------------------------------

    def prepare(self, events: str) -> None:
        (self.folder / "RT_SiteConfig.d").mkdir(parents=True)
        for name in ("mason", "sessions"):
            (self.folder / name).mkdir()
        shutil.copyfile(DATABASE, self.folder / "rtdb")
        (self.folder / "secret").write_text(SECRET + "\n")
        port = self.url.rpartition(":")[2]
        config = CONFIG.replace("{port}", port).replace("{folder}", str(self.folder)).replace("{events}", events)
        (self.folder / "RT_SiteConfig.pm").write_text(config)

    async def set_up(self, *more: str) -> str:
        """Runs setup.pl; what it did."""
        given = ("--queue", INTAKE, "--department", f"{DEPARTMENT}=邮政管理局")
        return await self.perl(str(PERL / "setup.pl"), *given, "--token-file", str(self.folder / "token"), *more)

    async def sign_in(self) -> None:
        self.token = (self.folder / "token").read_text().strip()
        self._clerk = await self.perl("-MRT=-init", "-e", CLERK)

    async def perl(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "perl", *arguments, env=self.environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        told, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return told.decode()

    async def answers(self) -> bool:
        headers = {"Authorization": f"token {self.token}"}
        try:
            async with self._http.get(f"{self.url}/REST/2.0/rt", headers=headers) as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False


HISTORY = """
select t.id, t.Type, u.Name,
  (select k.Content from ObjectCustomFieldValues k where k.ObjectType = 'RT::Transaction' and k.ObjectId = t.id),
  a.Content, a.ContentEncoding, t.NewValue
from ObjectCustomFieldValues v join Transactions t on t.ObjectId = v.ObjectId and t.ObjectType = 'RT::Ticket'
  join Users u on u.id = t.Creator left join Attachments a on a.TransactionId = t.id
where v.ObjectType = 'RT::Ticket' and v.Content = ? order by t.id
"""


def _text(stored: str | None, coded: str | None) -> str:
    text = stored or ""
    return quopri.decodestring(text).decode() if coded == "quoted-printable" else text


@asynccontextmanager
async def request_tracker(folder: Path, events: str = NOBODY) -> AsyncIterator[RequestTracker]:
    """events: where it tells what happened."""
    async with aiohttp.ClientSession() as http:
        tracker = RequestTracker(folder / "rt", free_port(), http)
        tracker.prepare(events)
        await tracker.set_up()
        await tracker.sign_in()
        with (folder / "rt.log").open("wb") as log:
            server = await asyncio.create_subprocess_exec(
                str(SERVER), "--host", "127.0.0.1", "--port", tracker.url.rpartition(":")[2], "--max-workers", "2",
                env=tracker.environment, stdout=log, stderr=log,
            )
        try:
            await until(tracker.answers, START_S, 0.05)
            yield tracker
        finally:
            server.terminate()
            await server.wait()
