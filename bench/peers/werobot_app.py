"""The parcel form as a WeRoBot: `python -m bench.peers.werobot_app SETTINGS.json`, in WeRoBot's environment.

Its session is kept where WeRoBot keeps it by default, in SQLite; bottle serves it by waitress, its first choice of
server there and threaded.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import werobot
from werobot.session.sqlitestorage import SQLiteStorage

from bench.peers.form import Form


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    form = Form(settings["questions"])
    robot = werobot.WeRoBot(token=settings["token"])
    robot.config["APP_ID"], robot.config["ENCODING_AES_KEY"] = settings["appid"], settings["aes_key"]
    robot.config["SESSION_STORAGE"] = SQLiteStorage(settings["file"])

    @robot.text  # type: ignore[untyped-decorator]
    def answer(message: Any, session: dict[str, Any]) -> str:
        reply, session["known"] = form.turn(session.get("known"), message.content)
        return reply

    robot.run(server="waitress", host="127.0.0.1", port=settings["port"], enable_pretty_logging=False)


if __name__ == "__main__":
    main()
