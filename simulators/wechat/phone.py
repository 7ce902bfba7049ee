"""A citizen's phone in the chat of an official account or a mini-program: each act opens its window and is pushed."""
from __future__ import annotations

from dataclasses import replace

from gateway.clock import Clock
from simulators.wechat.account import Account
from simulators.wechat.citizens import Bubble
from simulators.wechat.pushes import Push
from simulators.wechat.pushing import USUAL, Delivery, Manner, Pusher
from simulators.wechat.windows import Act

ASKED_AT_ONCE = 5
NOWHERE = "http://127.0.0.1:9/never-to-be-fetched"     # the addresses in pushes and answers: HOSTILE.md 9
# A second of silence in the head of an AMR file: what a gateway fetches for a voice message.
AMR = b"#!AMR\n" + b"\x3c" + bytes(31)


class Phone:
    """One citizen at one account. `manner` is how their pushes travel until it is changed."""

    def __init__(self, account: Account, name: str, pusher: Pusher, clock: Clock) -> None:
        self.account = account
        self.citizen = account.citizen(name)
        self.manner: Manner = USUAL
        self._pusher = pusher
        self._clock = clock

    @property
    def openid(self) -> str:
        return self.citizen.openid

    async def deliver(self, push: Push) -> Delivery:
        """A push as composed, once more or in another order if a test likes."""
        return await self._pusher.deliver(self.account, push, self.manner)

    # --- messages -------------------------------------------------------------------------------------------

    def compose(self, kind: str, **content: object) -> Push:
        """A message that is not yet on its way."""
        return self.account.composer.message(self.openid, kind, content)

    async def says(self, text: str) -> Delivery:
        self._show("text", text)
        return await self._message("text", Content=text)

    async def picks(self, item: str) -> Delivery:
        """A tap on an item of the latest msgmenu: its words come as a text with bizmsgmenuid, and count as a menu."""
        label = self.citizen.offered(item)
        self._show("text", label)
        return await self._message("text", "menu", Content=label, bizmsgmenuid=item)

    async def speaks(self, text: str, *, recognised: bool = True) -> Delivery:
        """A voice message; `recognised`: the account has switched speech recognition on."""
        medium = self.account.media.keep("voice", "audio/amr", AMR, self._clock.now())
        self._show("voice", text, medium.id)
        words = {"Recognition": text} if recognised else {}
        return await self._message("voice", MediaId=medium.id, Format="amr", **words)

    async def photographs(self, data: bytes, content_type: str = "image/jpeg") -> Delivery:
        medium = self.account.media.keep("image", content_type, data, self._clock.now())
        self._show("image", "", medium.id)
        return await self._message("image", PicUrl=NOWHERE, MediaId=medium.id)

    async def films(self, data: bytes, content_type: str = "video/mp4") -> Delivery:
        medium = self.account.media.keep("video", content_type, data, self._clock.now())
        self._show("video", "", medium.id)
        return await self._message("video", MediaId=medium.id, ThumbMediaId=medium.id)

    async def stands_at(self, latitude: float, longitude: float, label: str) -> Delivery:
        self._show("location", label)
        return await self._message("location", Location_X=latitude, Location_Y=longitude, Scale=16, Label=label)

    # --- events ---------------------------------------------------------------------------------------------

    async def taps(self, key: str) -> Delivery:
        """A button of the account's own menu."""
        return await self._event("CLICK", "menu", EventKey=key)

    async def follows(self, scene: str = "") -> Delivery:
        self.citizen.follows = True
        key = {"EventKey": f"qrscene_{scene}", "Ticket": "ticket"} if scene else {"EventKey": ""}
        return await self._event("subscribe", "subscribe", **key)

    async def leaves(self) -> Delivery:
        self.citizen.follows = False
        self.account.windows.close(self.openid)
        return await self._event("unsubscribe", EventKey="")

    async def scans(self, scene: str) -> Delivery:
        """A follower scans one of the account's codes."""
        return await self._event("SCAN", "scan", EventKey=scene, Ticket="ticket")

    async def enters(self, session_from: str = "") -> Delivery:
        """The customer-service chat of a mini-program is opened."""
        return await self._event("user_enter_tempsession", "enter", SessionFrom=session_from)

    async def answers_subscription(self, *templates: str, accept: bool = True) -> Delivery:
        """The citizen's tap in the box that asks for subscription messages, five templates at most."""
        if not 1 <= len(templates) <= ASKED_AT_ONCE:
            raise ValueError(f"one to {ASKED_AT_ONCE} templates are asked at once")
        for template in templates if accept else ():
            always = template in self.account.settings.long_term
            self.account.grants.allow(self.openid, template, always=always)
        status = "accept" if accept else "reject"
        listed = [{"TemplateId": template, "SubscribeStatusString": status, "PopupScene": 2} for template in templates]
        return await self._event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": listed})

    async def withdraws(self, *templates: str) -> Delivery:
        """They switch templates off in the account's settings."""
        for template in templates:
            self.account.grants.withdraw(self.openid, template)
        listed = [{"TemplateId": template, "SubscribeStatusString": "reject"} for template in templates]
        return await self._event("subscribe_msg_change_event", SubscribeMsgChangeEvent={"List": listed})

    async def _message(self, kind: str, act: Act = "message", /, **content: object) -> Delivery:
        self.account.windows.open(self.openid, act, self._clock.now())
        return await self.deliver(self.compose(kind, **content))

    async def _event(self, name: str, act: Act | None = None, /, **content: object) -> Delivery:
        """`act`: it opens that window, and the citizen sees whether it is answered."""
        push = self.account.composer.event(self.openid, name, content)
        if act:
            self.account.windows.open(self.openid, act, self._clock.now())
            push = replace(push, waits=True)
        return await self.deliver(push)

    def _show(self, kind: str, text: str, media: str = "") -> None:
        self.citizen.see(Bubble(self._clock.now(), "citizen", kind, text, media=media))
