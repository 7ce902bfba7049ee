"""A real Request Tracker 5 from Debian (tools/rt.sh), on loopback, over a copy of its database in the test's folder.

Both RT_SITE_CONFIG and RT_SITE_CONFIG_DIR are set: with one of them alone RT would open the system's own database.
"""
from __future__ import annotations

import asyncio
import os
import quopri
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

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
LOGIN = "/NoAuth/Login.html"

# The zone furthest from ours: whatever is not said in UTC goes wrong, and for half of each day the date does.
CONFIG = """use utf8;
Set($rtname, 'hotline.test'); Set($Organization, 'hotline.test'); Set($Timezone, 'Etc/GMT+12');
Set($WebDomain, '127.0.0.1'); Set($WebPort, {port}); Set($WebPath, ''); Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($WebSecureCookies, 0);
Set($DatabaseType, 'SQLite'); Set($DatabaseName, '{folder}/rtdb');
Set($MailCommand, 'mbox');
Set($LogToSyslog, undef); Set($LogToSTDERR, 'warning');
Set($MasonDataDir, '{folder}/mason'); Set($MasonSessionDir, '{folder}/sessions');
Set($HuiyinEventsURL, 'http://127.0.0.1:{events_port}/cases/events'); Set($HuiyinSecretFile, '{folder}/secret');
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
    """`url` and `token` are what the gateway needs; what happens goes to `events`, on a port that a test may listen on.
    The verbs are those of a member of staff."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.events_port = folder, free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.token = self._clerk = ""

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

    async def fills_the_form(self, number: str, html: str, status: str) -> None:
        """As in the browser: "Reply", with a new status."""
        await self.perl("-MRT=-init", "-e", PASSWORD_OF_ROOT, PASSWORD)
        await asyncio.to_thread(self._fill, {
            "id": number, "UpdateType": "response", "UpdateContent": html, "UpdateContentType": "text/html",
            "Status": status, "SubmitTicket": "1",
        })

    async def opens(self, queue: str, subject: str) -> str:
        """A ticket that is none of ours."""
        return str((await self._staff("POST", "ticket", {"Queue": queue, "Subject": subject}))["id"])

    async def ticket(self, number: str) -> dict[str, Any]:
        found: dict[str, Any] = await self._staff("GET", f"ticket/{number}")
        return found

    async def queue_of(self, number: str) -> str:
        queue = (await self.ticket(number))["Queue"]["id"]
        name: str = (await self._staff("GET", f"queue/{queue}"))["Name"]
        return name

    async def fields(self, number: str) -> dict[str, str]:
        """The custom fields that hold something."""
        return {one["name"]: one["values"][0] for one in (await self.ticket(number))["CustomFields"] if one["values"]}

    async def number(self, work_order: str) -> str:
        """Of its one ticket."""
        found = await self._staff("GET", f"tickets?query='CF.{{wo_ref}}'='{work_order}'")
        (only,) = found["items"]
        return str(only["id"])

    async def _staff(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"token {self._clerk}"}
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, f"{self.url}/REST/2.0/{path}", json=body, headers=headers) as answer,
        ):
            assert answer.status < 300, await answer.text()
            return await answer.json(content_type=None)

    def _fill(self, form: dict[str, str]) -> None:
        """Not by aiohttp: RT ends a redirect with a chunk too many."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"{self.url}/"}
        for path, filled in ((LOGIN, {"user": "root", "pass": PASSWORD}), ("/Ticket/Update.html", form)):
            with closing(HTTPConnection("127.0.0.1", self.port)) as browser:
                browser.request("POST", path, urlencode(filled), headers)
                answer = browser.getresponse()
                assert answer.status in (200, 302)
                headers["Cookie"] = (answer.getheader("Set-Cookie") or headers.get("Cookie", "")).partition(";")[0]

    # --- what its database says ---------------------------------------------------------------------------------

    def said(self, work_order: str) -> list[Said]:
        """The history of all tickets of a work order, oldest first."""
        with closing(sqlite3.connect(f"file:{self.folder / 'rtdb'}?mode=ro", uri=True)) as database:
            rows = database.execute(HISTORY, (work_order,)).fetchall()
        return [Said(id_, type_, who, key, _text(text, coded), new) for id_, type_, who, key, text, coded, new in rows]

    def forgets(self) -> None:
        """Its tickets go on under other numbers, so that a test may use them again."""
        with closing(sqlite3.connect(self.folder / "rtdb", timeout=30)) as database, database:
            database.execute(
                "update ObjectCustomFieldValues set Content = Content || ' ' || id where CustomField in "
                "(select id from CustomFields where Name in ('wo_ref', 'wo_key'))"
            )

    # --- its life -----------------------------------------------------------------------------------------------

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "RT_SITE_CONFIG": str(self.folder / "RT_SiteConfig.pm"),
            "RT_SITE_CONFIG_DIR": str(self.folder / "RT_SiteConfig.d"),
            "PERL5LIB": f"{DEBIAN / 'lib'}:{PERL / 'lib'}",
        }
        return {**os.environ, **own}

    async def answers(self) -> bool:
        try:
            await self._staff("GET", "rt")
        except aiohttp.ClientConnectionError:
            return False
        return True

    async def perl(self, *arguments: str) -> str:
        """What the program says; the loop goes on meanwhile."""
        return await asyncio.to_thread(self.runs, *arguments)

    def runs(self, *arguments: str) -> str:
        done = subprocess.run(
            ["perl", *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def setup(self) -> tuple[str, ...]:
        """setup.pl, as a city would run it."""
        queues = ("--queue", INTAKE, "--department", f"{DEPARTMENT}=邮政管理局")
        return (str(PERL / "setup.pl"), *queues, "--token-file", str(self.folder / "token"))

    def prepare(self) -> None:
        for name in ("RT_SiteConfig.d", "mason", "sessions"):
            (self.folder / name).mkdir(parents=True)
        shutil.copyfile(DATABASE, self.folder / "rtdb")
        (self.folder / "secret").write_text(SECRET + "\n")
        config = CONFIG
        for name, value in (("port", self.port), ("folder", self.folder), ("events_port", self.events_port)):
            config = config.replace(f"{{{name}}}", str(value))
        (self.folder / "RT_SiteConfig.pm").write_text(config)
        self.runs(*self.setup)
        self.token = (self.folder / "token").read_text().strip()
        self._clerk = self.runs("-MRT=-init", "-e", CLERK)


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


@contextmanager
def request_tracker(folder: Path) -> Iterator[RequestTracker]:
    tracker = RequestTracker(folder / "rt")
    tracker.prepare()
    with (folder / "rt.log").open("wb") as log:
        server = subprocess.Popen(
            [str(SERVER), "--host", "127.0.0.1", "--port", str(tracker.port), "--max-workers", "2"],
            env=tracker.environment, stdout=log, stderr=log,
        )
    try:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(until(tracker.answers, START_S, 0.05))
        loop.close()
        yield tracker
    finally:
        server.terminate()
        server.wait()
