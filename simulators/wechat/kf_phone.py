"""A citizen's phone in a chat of WeChat customer service, and the human agent at the other end of it."""
from __future__ import annotations

from typing import Any

from gateway.clock import Clock
from simulators.wechat.account import Account
from simulators.wechat.citizens import Bubble
from simulators.wechat.kf import AGENT, CITIZEN, ENDED, EVENT, SERVED
from simulators.wechat.phone import AMR
from simulators.wechat.pushes import Push
from simulators.wechat.pushing import USUAL, Delivery, Manner, Pusher

ACCEPTED, CLOSED = 1, 3      # change_type of session_status_change


class KfPhone:
    """One citizen at one kf account. Every act is written to the log, and a push says that there is something."""

    def __init__(self, account: Account, name: str, pusher: Pusher, clock: Clock) -> None:
        self.account = account
        self.citizen = account.citizen(name)
        self.open_kfid = account.settings.open_kfids[0]
        self.manner: Manner = USUAL
        self._pusher = pusher
        self._clock = clock

    async def says(self, text: str) -> Delivery:
        return await self._message("text", {"content": text}, text)

    async def picks(self, item: str) -> Delivery:
        """A tap on an item of the latest msgmenu; the log tells its menu_id."""
        label = self.citizen.offered(item)
        return await self._message("text", {"content": label, "menu_id": item}, label)

    async def speaks(self, text: str) -> Delivery:
        """A voice message; kf recognises nothing."""
        medium = self.account.media.keep("voice", "audio/amr", AMR, self._clock.now())
        return await self._message("voice", {"media_id": medium.id}, text, medium.id)

    async def photographs(self, data: bytes, content_type: str = "image/jpeg") -> Delivery:
        medium = self.account.media.keep("image", content_type, data, self._clock.now())
        return await self._message("image", {"media_id": medium.id}, "", medium.id)

    async def stands_at(self, latitude: float, longitude: float, label: str) -> Delivery:
        place = {"latitude": latitude, "longitude": longitude, "name": label, "address": label}
        return await self._message("location", place, label)

    async def enters(self, scene: str = "", scene_param: str = "") -> Delivery:
        """The chat is opened; with a welcome_code where they may be greeted."""
        code = self.account.kf.welcome(self.open_kfid, self.citizen.openid)
        more = {"welcome_code": code} if code else {}
        return await self._event("enter_session", scene=scene, scene_param=scene_param, **more)

    # --- the human agent ------------------------------------------------------------------------------------

    async def agent_takes(self, servicer: str = "agent-1") -> Delivery:
        """Out of the queue, in WeCom's own window."""
        code = self.account.kf.change(self.open_kfid, self.citizen.openid, SERVED, servicer)
        return await self._event("session_status_change", change_type=ACCEPTED, new_servicer_userid=servicer,
                                 old_servicer_userid="", msg_code=code)

    async def agent_says(self, text: str, servicer: str = "agent-1") -> Delivery:
        self.citizen.see(Bubble(self._clock.now(), "account", "text", text, "kf"))
        return await self._log({"origin": AGENT, "servicer_userid": servicer, "external_userid": self.citizen.openid,
                                "open_kfid": self.open_kfid, "msgtype": "text", "text": {"content": text}})

    async def agent_ends(self, servicer: str = "agent-1") -> Delivery:
        """With a msg_code, good 20 seconds for the closing menu: the rating."""
        code = self.account.kf.change(self.open_kfid, self.citizen.openid, ENDED, servicer)
        return await self._event("session_status_change", change_type=CLOSED, old_servicer_userid=servicer,
                                 new_servicer_userid="", msg_code=code)

    async def _message(self, kind: str, content: dict[str, Any], shown: str, media: str = "") -> Delivery:
        now = self._clock.now()
        self.citizen.see(Bubble(now, "citizen", kind, shown, media=media))
        self.account.kf.hear(self.open_kfid, self.citizen.openid)
        self.account.windows.open(self.citizen.openid, "message", now)
        return await self._log({"origin": CITIZEN, "external_userid": self.citizen.openid, "open_kfid": self.open_kfid,
                                "msgtype": kind, kind: content})

    async def _event(self, name: str, **content: object) -> Delivery:
        event = {"event_type": name, "open_kfid": self.open_kfid, "external_userid": self.citizen.openid, **content}
        return await self._log({"origin": EVENT, "msgtype": "event", "event": event})

    async def _log(self, entry: dict[str, Any]) -> Delivery:
        push = kf_push(self.account, self.open_kfid, self.account.kf.write(self.open_kfid, entry))
        return await self._pusher.deliver(self.account, push, self.manner)


def kf_push(account: Account, open_kfid: str, token: str) -> Push:
    """The push that only says: there is something to pull."""
    content = {"CreateTime": account.composer.seconds(), "MsgType": "event", "Event": "kf_msg_or_event",
               "Token": token, "OpenKfId": open_kfid}
    return Push("", content, waits=False)
