"""A real Redis Cluster for tests: three masters on loopback, each with a third of the slots."""
from __future__ import annotations

import socket
import time
from contextlib import suppress
from pathlib import Path

from tests.redis_server import PATIENCE_S, RedisServer

SLOTS = 16_384
NODES = 3
BUS_S = 0.5  # of silence after which a node counts as gone


class RedisCluster:
    """`nodes` may be stopped and started one by one: without replicas, what one of them holds waits for it."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [_node(folder / f"node-{n}") for n in range(NODES)]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def start(self) -> None:
        for node in self.nodes:
            node.start()
        for n, node in enumerate(self.nodes):
            first, last = n * SLOTS // NODES, (n + 1) * SLOTS // NODES - 1
            node.ask(f"CLUSTER ADDSLOTSRANGE {first} {last}")
            node.ask(f"CLUSTER SET-CONFIG-EPOCH {n + 1}")
        for node in self.nodes[1:]:
            self.nodes[0].ask(f"CLUSTER MEET 127.0.0.1 {node.port} {bus_of(node)}")
        self.wait()

    def wait(self) -> None:
        """Until every node knows that all is well."""
        end = time.monotonic() + PATIENCE_S
        while not all(_well(node) for node in self.nodes):
            assert time.monotonic() < end, "the Cluster does not come together"
            time.sleep(0.02)

    def empty(self) -> None:
        for node in self.nodes:
            node.ask("FLUSHALL")

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


def _node(folder: Path) -> RedisServer:
    folder.mkdir()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        bus = listener.getsockname()[1]
    return RedisServer(
        folder, "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-port", str(bus),
        "--cluster-node-timeout", str(int(BUS_S * 1000)), "--cluster-require-full-coverage", "no")


def bus_of(node: RedisServer) -> int:
    return int(node.settings[node.settings.index("--cluster-port") + 1])


def _well(node: RedisServer) -> bool:
    told = b""
    with suppress(OSError), socket.create_connection(("127.0.0.1", node.port), timeout=1) as connection:
        connection.sendall(b"CLUSTER INFO\r\n")
        told = connection.recv(4096)
    return b"cluster_state:ok" in told and b"cluster_known_nodes:%d" % NODES in told and b"slots_ok:16384" in told
