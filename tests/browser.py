"""The browser of the page tests: Debian's Chromium or a Mac's Chrome, talking to nobody but our own server."""
from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

ON_A_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
CHROMIUM = os.environ.get("CHROME") or shutil.which("chromium") or ON_A_MAC
SCREENSHOTS = Path(__file__).parent / "screenshots"
# Without these it looks up its maker's hosts at every start; as root it runs only without its sandbox.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
)


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        await browser.close()
