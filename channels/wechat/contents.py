"""What a push means to the conversation: the citizen's words, a place, a file, an arrival, or nothing."""
from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qs

from channels.wechat import kf_pushes, pushes
from channels.wechat.accounts import Account
from channels.wechat.pushes import Push
from gateway.handover import AgentJoins, AgentLeaves, AgentSays, Arrived, Forgotten
from gateway.messages import Content, Location, Text

CHANNEL = "wechat"
ENDED = 3


def media(push: Push) -> str | None:
    """The media id of the file that a push brings."""
    return push.media if isinstance(push, pushes.Pictured | pushes.Spoken | pushes.Filmed) else None


def content(account: Account, push: Push) -> Content | None:
    """What the push says by itself, its file aside; None for nothing."""
    match push:
        case pushes.Written(text=text):
            return Text(text)
        case pushes.Spoken(recognised=recognised) if recognised:
            return Text(recognised)
        case pushes.Pointed(lat=lat, long=long, label=label):
            return Location(lat, long, label, "GCJ02")
        case pushes.Linked(title=title, description=description, url=url):
            return Text("\n".join(filter(None, (title, description, url))))
        case pushes.Clicked(key=key):
            return Text(account.menu.get(key, key)) if key else None
        case kf_pushes.Answered(text=text, servicer=servicer):
            return AgentSays(servicer, text, elsewhere=True) if text else None
        case kf_pushes.Handed(change=change, servicer=servicer):
            return _handed(change, servicer)
    return _coming(push)


def _coming(push: Push) -> Content | None:
    """Of somebody who came without a word, or left."""
    match push:
        case pushes.Followed(scene=scene):
            return _arrived("followed", scene)
        case pushes.Scanned(scene=scene):
            return _arrived("scanned", scene)
        case kf_pushes.Opened(welcome="", source=source):  # greeted or heard in the last 48 hours
            came = _arrived("entered", source)
            return came if came.template or came.district else None
        case pushes.Entered(source=source):
            return _arrived("entered", source)
        case pushes.Left():
            return Forgotten()
    return None


def _arrived(how: Literal["followed", "scanned", "entered"], scene: str) -> Arrived:
    """A scene is ours to choose, at most 64 characters (生成带参数的二维码): `t=<template>&d=<district>`."""
    named = parse_qs(scene) if len(scene) <= 64 else {}
    return Arrived(how, template=named.get("t", [None])[0], district=named.get("d", [None])[0])


def _handed(change: int, servicer: str) -> AgentJoins | AgentLeaves:
    """1 a member of staff takes the conversation, 2 gives it to another, 3 ends it, 4 takes it up again
    [session_status_change]."""
    return AgentLeaves(servicer, elsewhere=True) if change == ENDED else AgentJoins(servicer, elsewhere=True)
