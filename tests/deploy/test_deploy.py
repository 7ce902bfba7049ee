"""What deploy/ says holds together, as far as that shows without a container engine: nothing was started in one."""
from __future__ import annotations

import json
import re
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
        key: value.replace("/run/secrets", str(tmp_path)).replace("${HUIYIN_PUBLIC_URL:-", "").replace("}", "")
        for key, value in said.items()
    }
    config = load(None, environ)
    assert (config.store.replicas, config.store.spool, config.store.many) == (1, True, True)
    assert config.trusted_proxies == ("172.28.12.10",)
    with pytest.raises(ConfigError):
        load(None, {**environ, "HUIYIN_STORE_REPLICA": "1"})


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
