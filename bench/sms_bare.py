"""smpplib's own client against the simulated carrier, nothing kept: `python -m bench.sms_bare in|out --port …`.

It reads and writes one PDU after the other, in its own thread; what it prints is that of bench/sms_side.py.
"""
from __future__ import annotations

import socket
import sys
from typing import Any

from smpplib.client import Client

from bench import sms_texts
from bench.sms_side import Options, Side, options
from simulators.smsc.phone import HOTLINE
from simulators.smsc.server import ACCOUNTS

SIGN = "【市民热线】"
UCS2, RECEIPT = 8, 0x04
TIMEOUT_S = 60


class Prompt(Client):  # type: ignore[misc]
    """Without Nagle's algorithm, which smpplib leaves on and asyncio does not: whoever writes an answer and then a
    request would wait 40 ms for the other side's delayed acknowledgement."""

    def _create_socket(self) -> socket.socket:
        made: socket.socket = super()._create_socket()
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


class Bare:
    """One bind; `side` is told what went and what came."""

    def __init__(self, asked: Options, side: Side) -> None:
        self._asked, self._side = asked, side
        self._by_sequence: dict[int, int] = {}
        self._by_id: dict[bytes, int] = {}
        self.client = Prompt("127.0.0.1", asked.port, timeout=TIMEOUT_S, allow_unknown_opt_params=True)
        self.client.set_message_received_handler(self._received)
        self.client.set_message_sent_handler(self._answered)

    def hears(self) -> None:
        while not self._side.complete:
            self.client.read_once()

    def sends(self) -> None:
        """As many in flight as asked for: one is over when its receipt is there."""
        sent = 0
        while not self._side.complete:
            while sent < self._asked.messages and sent - self._side.done < self._asked.flying:
                self._send(sent)
                sent += 1
            self.client.read_once()

    def _send(self, n: int) -> None:
        self._side.begins(n)
        pdu = self.client.send_message(
            source_addr_ton=2, source_addr_npi=1, source_addr=HOTLINE, dest_addr_ton=1, dest_addr_npi=1,
            destination_addr=sms_texts.phone(n), data_coding=UCS2, registered_delivery=1,
            short_message=(SIGN + sms_texts.told(n)).encode("utf-16-be"),
        )
        self._by_sequence[pdu.sequence] = n

    def _answered(self, pdu: Any) -> None:
        n = self._by_sequence.pop(pdu.sequence)
        self._by_id[pdu.message_id.rstrip(b"\0")] = n
        self._side.answered(n)

    def _received(self, pdu: Any) -> None:
        if pdu.esm_class & RECEIPT:
            self._side.ends(self._by_id.pop(pdu.receipted_message_id.rstrip(b"\0")))
        else:
            self._side.hears(sms_texts.number_in(pdu.short_message.decode("utf-16-be")))


def main() -> None:
    asked = options("bench.sms_bare")
    side = Side(asked)
    ((system_id, password),) = ACCOUNTS.items()
    bare = Bare(asked, side)
    with bare.client as client:
        client.connect()
        client.bind_transceiver(system_id=system_id, password=password)
        side.ready()
        bare.hears() if asked.direction == "in" else bare.sends()
        side.tells()
        sys.stdin.read()


if __name__ == "__main__":
    main()
