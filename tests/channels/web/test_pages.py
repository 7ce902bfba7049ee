"""The page and its files: nothing inline, nothing from elsewhere, cached by content."""
from __future__ import annotations

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from channels.web.pages import STATIC, Pages
from tests.channels.web.house import serve
from tests.tables import table

EMBEDDER = "https://www.city.example"
ELSEWHERE = re.compile(r"""(?:src|href|url|import|fetch|from)\s*[=(]?\s*["'(]\s*(?:https?:)?//""")
NAMESPACE = "http://www.w3.org/2000/svg"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with serve(Pages([EMBEDDER]).routes()) as served:
        yield served


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html"), ("/chat.js", "text/javascript"), ("/web/app.js", "text/javascript"),
        ("/web/chat.css", "text/css"), ("/web/emblem.svg", "image/svg+xml"),
    ],
)
async def test_every_file_is_served_with_its_type_and_fetched_once(url: str, path: str, kind: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(url + path) as answer:
            assert (answer.status, answer.content_type) == (200, kind)
            assert answer.headers["Cache-Control"] == "no-cache"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            tag = answer.headers["ETag"]
        async with session.get(url + path, headers={"If-None-Match": tag}) as again:
            assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", tag)
        async with session.get(url + path, headers={"If-None-Match": '"another"'}) as changed:
            assert changed.status == 200


async def test_the_page_may_be_framed_by_listed_origins_alone_and_chat_js_loaded_by_all(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(url + "/") as page:
            assert page.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {EMBEDDER}")
        async with session.get(url + "/chat.js") as script:
            assert script.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
            assert "Access-Control-Allow-Origin" not in script.headers
        async with session.get(url + "/web/app.js") as module:
            assert module.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/web/index.html", "/web/../chat.py", "/web/%2e%2e/chat.py", "/web/", "/web/x.js"])
async def test_only_named_files_are_there(url: str, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(url + path) as answer:
        assert answer.status == 404


@table("file", sorted(STATIC.iterdir()), label=lambda file: file.name)
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(file: object) -> None:
    text = (STATIC / str(file)).read_text("utf-8").replace(NAMESPACE, "")

    assert ELSEWHERE.search(text) is None
    assert re.search(r"\son\w+\s*=\s*[\"']|\sstyle\s*=\s*[\"']|<style|javascript:", text) is None
    assert re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text) is None


def test_both_languages_say_the_same_things() -> None:
    source = (STATIC / "words.js").read_text("utf-8")
    chinese, english = source.split("\n  en: {")
    page = (STATIC / "index.html").read_text("utf-8")
    keys = [re.findall(r"^    (\w+):", part, re.MULTILINE) for part in (chinese, english)]

    assert keys[0] == keys[1]
    assert set(re.findall(r'data-(?:word|label|hint)="(\w+)"', page)) <= set(keys[0])
