"""What a push means to the conversation: the citizen's words, a place, a file, an arrival, or nothing."""
from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qs

from channels.wechat import pushes
from channels.wechat.accounts import Account, Arrival
from channels.wechat.pushes import Push
from gateway.messages import CitizenContent, Location, Text

CHANNEL = "wechat"


def media(push: Push) -> str | None:
    """The media id of the file that a push brings."""
    return push.media if isinstance(push, pushes.Pictured | pushes.Spoken | pushes.Filmed) else None


def content(account: Account, push: Push) -> CitizenContent | None:
    """What the push says by itself, its file aside."""
    match push:
        case pushes.Written(text=text):
            return Text(text)
        case pushes.Spoken(recognised=recognised) if recognised:
            return Text(recognised)
        case pushes.Pointed(lat=lat, long=long, label=label):
            return Location(lat, long, label)
        case pushes.Linked(title=title, description=description, url=url):
            return Text("\n".join(filter(None, (title, description, url))))
        case pushes.Clicked(key=key):
            return Text(account.menu.get(key, key)) if key else None
    return None


def arrival(push: Push, at: int) -> Arrival | None:
    """Of somebody who came without a word."""
    match push:
        case pushes.Followed(scene=scene):
            return _arrived(push, "followed", at, scene)
        case pushes.Scanned(scene=scene):
            return _arrived(push, "scanned", at, scene)
        case pushes.Entered(source=source):
            return _arrived(push, "entered", at, source)
    return None


def _arrived(push: Push, how: Literal["followed", "scanned", "entered"], at: int, scene: str) -> Arrival:
    """A scene is ours to choose, at most 64 characters (生成带参数的二维码)."""
    named = parse_qs(scene, max_num_fields=8) if len(scene) <= 64 else {}
    return Arrival(push.id, how, at, template=named.get("t", [None])[0], district=named.get("d", [None])[0])
