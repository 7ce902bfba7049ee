"""What deploy/ says holds together, as far as that shows without a container engine: nothing was started in one."""
from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from prometheus_client import REGISTRY

from gateway import observe
from gateway.config import load
from gateway.errors import ConfigError
from tests.tables import table

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = ("compose.yaml", "deploy/compose.yaml")
BOARD = DEPLOY / "grafana" / "dashboards" / "huiyin.json"
HOST = "172.28.12.1"  # this machine, as containers see it
FOREIGN = {"up"}  # Prometheus' own


def composed(file: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / file).read_text("utf-8"))
    return document


@table("file", COMPOSE)
def test_a_compose_file_keeps_to_the_specification(file: str) -> None:
    schema = json.loads((Path(__file__).parent / "compose-spec.json").read_text("utf-8"))
    validator = Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(composed(file))] == []
    assert list(validator.iter_errors({"services": {"a": {"imagge": "x"}}})), "the schema is not blind"


@table("file", COMPOSE)
def test_what_a_service_names_is_there(file: str) -> None:
    document = composed(file)
    for name, service in document["services"].items():
        for mount in service.get("volumes", ()):
            source = mount.partition(":")[0]
            own = (ROOT / file).parent.joinpath(source)
            known = document["volumes"] if source[0] != "." else [source] * own.exists()
            assert source in known, f"{name}: {mount}"
        assert set(service.get("secrets", ())) <= set(document.get("secrets", ())), name
        assert set(service.get("depends_on", ())) <= set(document["services"]), name
        assert {"cap_drop", "mem_limit", "restart"} <= set(service), name


def test_each_gateway_keeps_its_spool_where_no_other_has_one() -> None:
    services = composed("deploy/compose.yaml")["services"]
    homes = [mount for name, service in services.items() if name.startswith("gateway")
             for mount in service["volumes"] if mount.endswith(":/data")]
    assert len(homes) == len(set(homes)) == 3


def test_a_gateways_settings_are_settings(tmp_path: Path) -> None:
    for name in ("redis", "lookup-key"):
        (tmp_path / name).write_text("a secret of twenty-four characters or more", "utf-8")
    said = composed("deploy/compose.yaml")["services"]["gateway-1"]["environment"]
    environ = {
        key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value.replace("/run/secrets", str(tmp_path)))
        for key, value in said.items()
    }
    config = load(None, environ)
    assert (config.store.replicas, config.store.spool, config.store.many) == (1, True, True)
    services = composed("deploy/compose.yaml")["services"]
    assert config.trusted_proxies == (address(services["balancer"]), HOST)
    assert address(services["prometheus"]) in config.observe.metrics_allow
    assert config.nlu.rasa_url == f"http://{address(services['rasa'])}:5005"
    watchers = [address(services[f"sentinel-{n}"]) for n in (1, 2, 3)]
    assert config.store.url == f"redis+sentinel://{','.join(f'{one}:26379' for one in watchers)}/gw"
    with pytest.raises(ConfigError):
        load(None, {**environ, "HUIYIN_STORE_REPLICA": "1"})


def address(service: dict[str, Any]) -> str:
    return str(service["networks"]["inside"]["ipv4_address"])


def test_servers_know_one_another_by_addresses_which_outlive_them() -> None:
    services = composed("deploy/compose.yaml")["services"]
    first = address(services["redis-1"])
    for name in (f"{kind}-{n}" for kind in ("redis", "sentinel") for n in (1, 2, 3)):
        assert services[name]["environment"] == {"ADDRESS": address(services[name]), "FIRST": first}
    fixed = [address(one) for one in services.values() if isinstance(one.get("networks"), dict)]
    assert len(fixed) == len(set(fixed)) == 9


def test_a_citizens_address_comes_through_the_balancer() -> None:
    """And through whatever ends TLS before it; else a city would share the limits of one address."""
    lines = (DEPLOY / "haproxy.cfg").read_text("utf-8").splitlines()
    assert f"    http-request del-header X-Forwarded-For unless {{ src {HOST} }}" in lines
    assert "    option forwardfor" in lines
    assert composed("deploy/compose.yaml")["networks"]["inside"]["ipam"]["config"][0]["gateway"] == HOST


@pytest.mark.parametrize(("script", "addresses", "told"), [
    ("server", ("10.0.0.1", "10.0.0.1"), {"dir", "requirepass", "masterauth"}),
    ("server", ("10.0.0.2", "10.0.0.1"), {"replicaof 10.0.0.1 6379"}),
    ("sentinel", ("10.0.0.3", "10.0.0.1"), {"sentinel monitor gw 10.0.0.1 6379 2", "sentinel auth-pass gw"}),
])
def test_a_server_is_set_by_a_file_that_it_keeps_itself(
    script: str, addresses: tuple[str, str], told: set[str], tmp_path: Path
) -> None:
    """The real scripts, in another folder, with a server that says how it was called."""
    (tmp_path / "password").write_text("opensesame\n", "utf-8")
    for name in ("redis-server", "redis-sentinel"):
        server = tmp_path / name
        server.write_text('#!/bin/sh\necho "$0" "$@"\n', "utf-8")
        server.chmod(0o755)
    text = (DEPLOY / "redis" / f"{script}.sh").read_text("utf-8")
    text = text.replace("/run/secrets/redis", str(tmp_path / "password")).replace("/data", str(tmp_path))

    def start(first: str) -> str:
        environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ADDRESS": addresses[0], "FIRST": first}
        return subprocess.run(["sh", "-c", text], env=environ, capture_output=True, text=True, check=True).stdout

    said = start(addresses[1])
    (file,) = tmp_path.glob("*.conf")
    config = file.read_text("utf-8")
    assert said == f"{tmp_path}/redis-{script} {file}\n"
    assert file.stat().st_mode & 0o077 == 0
    assert all(any(line.startswith(part) for line in config.splitlines()) for part in told)
    assert ("replicaof" in config) == (script == "server" and addresses[0] != addresses[1])
    assert f" {addresses[0]}\n" in config
    start("10.9.9.9")
    assert file.read_text("utf-8") == config


def exported() -> set[str]:
    """Names of samples, as `/metrics` shows them."""
    assert observe.SPOOL_WAITING  # imported, so that they are registered
    names = set()
    for family in REGISTRY.collect():
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(family.type, ("",))
        names |= {family.name + ending for ending in endings}
    return names


def expressions() -> Iterator[str]:
    for group in yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text("utf-8"))["groups"]:
        yield from (rule["expr"] for rule in group["rules"])
    for panel in json.loads(BOARD.read_text("utf-8"))["panels"]:
        yield from (target["expr"] for target in panel["targets"])


def test_alarms_and_dashboard_ask_for_what_is_exported() -> None:
    asked = {name for one in expressions() for name in re.findall(r"\b(?:huiyin|process)_\w+|\bup\b", one)}
    assert len(asked) > 20
    assert asked - exported() == FOREIGN
    assert "huiyin_spool_waiting_total" not in exported()


def test_every_metric_of_the_store_and_of_the_spool_is_looked_at() -> None:
    asked = " ".join(expressions())
    assert [name for name in exported() if name.startswith(("huiyin_lane", "huiyin_spool", "huiyin_store"))
            and name not in asked] == []


def test_panels_stand_beside_one_another() -> None:
    panels = json.loads(BOARD.read_text("utf-8"))["panels"]
    places = {(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}
    assert len(places) == len({panel["id"] for panel in panels}) == len(panels)
