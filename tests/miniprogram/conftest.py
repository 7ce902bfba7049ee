"""The mini-program put on a web page, and a gateway for it to talk to."""
from __future__ import annotations

import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.app import Mind
from gateway.clock import SystemClock
from nlu.null import NullKnowledge, NullUnderstander
from tests.journeys.hotline import Given, Hotline

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    node = shutil.which("node") if (HERE / "node_modules").is_dir() else None
    assert node, "what tries the mini-program is not installed: sh tools/node.sh"
    folder = tmp_path_factory.mktemp("stage")
    subprocess.run([node, HERE / "stage/build.js", folder], check=True)
    return folder


@pytest.fixture
async def hotline(tmp_path: Path) -> AsyncIterator[Hotline]:
    mind, given = Mind(NullUnderstander(), NullKnowledge()), Given(clock=SystemClock())
    opened = await Hotline.open(tmp_path / "data", mind, given)
    yield opened
    await opened.close()
