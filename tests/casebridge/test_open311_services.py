"""Services made from our own templates, a city's mapping file, and what each line of a wrong one is told."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest
from msgspec.structs import replace

from casebridge.open311.mapping import mapped
from casebridge.open311.services import Catalogue, definitions, listed, own
from casebridge.open311.survey import survey
from gateway import templates
from gateway.clock import from_ms
from gateway.config import Config
from gateway.config_case import CaseBridge, CaseOpen311
from gateway.dialogue.template import Template
from gateway.errors import ConfigError
from gateway.fields.registry import TYPES
from gateway.wiring import open311 as wiring
from gateway.work_order import Filing, FilledField, build
from gateway.yamls import Document
from simulators.open311.conduct import Conduct
from tests.casebridge.open311_world import FORM, GENERAL, WO, odd, op, order, world
from tests.clock import ManualClock
from tests.tables import table

ROOT = Path(__file__).resolve().parent.parent.parent
DATATYPES = {"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}
GIVEN = templates.load(ROOT / "templates/complaints", TYPES)
OWN = own(wiring.form(one) for one in GIVEN)


def test_every_template_is_a_service_that_a_server_takes() -> None:
    assert {line["service_code"] for line in listed(OWN)} == {one.id for one in GIVEN}
    for definition in definitions(OWN):
        codes = [one["code"] for one in definition["attributes"]]
        assert len(codes) == len(set(codes)), definition["service_code"]
        assert [one["order"] for one in definition["attributes"]] == list(range(1, len(codes) + 1))
        for one in definition["attributes"]:
            assert one["datatype"] in DATATYPES, one
            assert ("values" in one) == one["datatype"].endswith("valuelist"), one


async def test_a_form_with_every_field_is_taken_from_every_template() -> None:
    """The server checks datatypes, keys and required attributes, and refuses what it does not know."""
    async with world(catalogue=OWN) as here:
        for n, template in enumerate(GIVEN):
            wo = f"WO-20261123-{n:010d}"
            filed = _filed(template, wo)
            receipt = await here.backend.send(op("submit", wo=wo, order=filed), None)
            request = here.office.requests[receipt.external_id]
            assert request.service == template.id
            sent = {"work_order_id", "appeal_type", "urgency", "occurred_at"} | {one["code"] for one in filed["fields"]}
            assert request.attributes.keys() == sent, template.id


def _filed(template: Template, wo: str) -> dict[str, Any]:
    fields = [field for field in wiring.form(template).fields if field.id != "occurred_at"]
    values: dict[str, Any] = {
        "string": "words", "text": "words", "number": 3, "datetime": "2026-11-22", "boolean": False,
    }
    filled = [
        FilledField(
            field.id, {"zh": field.label.zh, "en": field.label.en}, field.datatype,
            values[field.datatype] if field.datatype in values else
            field.values[0].value if field.datatype == "singlevaluelist" else
            [option.value for option in field.values] or ["a", "b"], "words")
        for field in fields
    ]
    at = from_ms(op("submit").at)
    category = {"scheme": "sample", "level1": msgspec.to_builtins(template.category.level1)}
    return build(Filing(wo, at, template.id, template.version, template.title.zh, "words", category, filled,
                        place="体育东路1000号", occurred_at=at.isoformat()))


def test_what_is_written_is_what_a_server_would_answer(tmp_path: Path) -> None:
    assert wiring.write(OWN, tmp_path) == len(GIVEN)
    assert json.loads((tmp_path / "services.json").read_text("utf-8")) == listed(OWN)
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in (tmp_path / "services").iterdir()}
    assert files == {one["service_code"]: one for one in definitions(OWN)}


# --- a city's mapping ---------------------------------------------------------------------------------------

CITY = """
default: OTHER
order: {work_order_id: REF}
services:
  shared_bike:
    service: B/1
    fields:
      company: {attribute: FIRM, values: {meituan: "1", hellobike: "2", other: "9"}}
      problems: TROUBLE
"""


def read(tmp_path: Path, text: str) -> Catalogue:
    file = tmp_path / "open311.yaml"
    file.write_text(text, "utf-8")
    return mapped(Document(file), [FORM, GENERAL])


async def test_a_mapping_gives_the_server_its_own_codes(tmp_path: Path) -> None:
    """What it leaves out stands in the description."""
    known = read(tmp_path, CITY)
    async with world(catalogue=known) as here:
        fields: list[dict[str, Any]] = [
            {"code": "company", "datatype": "singlevaluelist", "value": "hellobike", "display": "哈啰"},
            {"code": "problems", "datatype": "multivaluelist", "value": ["parking"], "display": "乱停放"},
            {"code": "demand", "datatype": "text", "value": "搬走", "display": "搬走"},
        ]
        await here.backend.send(op("submit", order=order(WO, *fields)), None)
        unmapped = order(WO[:-1] + "Z", template={"id": "elevator", "version": 1})
        await here.backend.send(op("submit", wo=WO[:-1] + "Z", order=unmapped), None)
        first, second = here.office.requests.values()
        assert (first.service, first.attributes) == ("B/1", {"REF": [WO], "FIRM": ["2"], "TROUBLE": ["parking"]})
        assert "demand：搬走" in first.form["description"]
        assert (second.service, second.attributes) == ("OTHER", {"REF": [WO[:-1] + "Z"]})
        assert "美团" in second.form["description"]


@table(("wrong", "right", "line", "told"), [
    ("default: OTHER", "default: ''", 2, "which service takes the rest"),
    ("default: OTHER", "default: 7", 2, "Expected `str`"),
    ("{work_order_id: REF}", "{work_order: REF}", 3, "no field work_order"),
    ("  shared_bike:", "  bike:", 6, "no template bike"),
    ("service: B/1", "service: ''", 6, "which service"),
    ("service: B/1", "servce: B/1", 6, "servce"),
    ('"9"}}', '"9"}, value: 1}', 8, "value"),
    ('"9"}}', '9}}', 8, "Expected `str`"),
    ("      problems: TROUBLE", "      problem: TROUBLE", 9, "no field problem"),
    ("      problems: TROUBLE", "      problems: FIRM", 9, "two fields for attribute FIRM"),
    ("      problems: TROUBLE", "      problems: REF", 9, "two fields for attribute REF"),
    ("      problems: TROUBLE", "      problems: T[]", 9, "brackets"),
    ('meituan: "1", ', "", 8, "no key for meituan"),
    ('meituan: "1"', 'mobike: "1", meituan: "1"', 8, "company has no value mobike"),
])
def test_a_fault_is_named_with_its_line(tmp_path_factory: pytest.TempPathFactory, wrong: str, right: str, line: int,
                                        told: str) -> None:
    assert wrong in CITY
    with pytest.raises(ConfigError) as caught:
        read(tmp_path_factory.mktemp("city"), CITY.replace(wrong, right))
    where, _, what = str(caught.value).partition(": ")
    assert where.endswith(f"open311.yaml:{line}"), str(caught.value)
    assert told in what


def test_the_sample_fits_our_templates() -> None:
    sample = mapped(Document(ROOT / "city/open311.yaml"), [wiring.form(one) for one in GIVEN])
    assert len(sample.services) == 2
    assert sample.default.code == "OTHER"


def test_check_looks_at_the_sample_and_at_the_file_in_use(tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to(ROOT / "templates")
    (tmp_path / "city").mkdir()
    config = Config(casebridge=CaseBridge(open311=CaseOpen311(mapping="ours.yaml")))
    for name in ("open311.yaml", "ours.yaml"):
        (tmp_path / "city" / name).write_text("default: ''\n", "utf-8")
        with pytest.raises(ConfigError, match=f"{name}:1"):
            wiring.checked(config, tmp_path)
        (tmp_path / "city" / name).write_text("default: X\n", "utf-8")
        (tmp_path / "city/ours.yaml").touch()


def test_services_that_share_a_code_are_one(tmp_path: Path) -> None:
    """Two templates may go to the same service: its attributes are those of both."""
    known = read(tmp_path, CITY + "  general: {service: B/1, fields: {demand: WISH}}\n")
    assert [line["service_code"] for line in listed(known)] == ["B/1", "OTHER"]
    shared, other = definitions(known)
    assert {one["code"] for one in shared["attributes"]} == {"REF", "FIRM", "TROUBLE", "WISH"}
    assert {one["code"] for one in other["attributes"]} == {"REF"}


# --- what the server offers ---------------------------------------------------------------------------------

@pytest.mark.parametrize(("conduct", "format"), [
    (Conduct(), "json"), (Conduct(shape="wrapped", spoken_truth=True), "json"), (Conduct(shape="data"), "json"),
    (Conduct(formats=("xml",)), "xml"),
], ids=odd)
async def test_a_server_with_our_services_fits(conduct: Conduct, format: Literal["json", "xml"]) -> None:
    async with world(conduct, catalogue=OWN, format=format) as here:
        assert await survey(here.client, OWN) == []


@pytest.mark.parametrize("format", ["json", "xml"])
async def test_what_a_server_does_not_offer_is_named(format: Literal["json", "xml"], tmp_path: Path) -> None:
    known = read(tmp_path, CITY)
    async with world(Conduct(spoken_truth=True), catalogue=known, format=format) as here:
        definition = here.office.services["B/1"]
        reference, firm, trouble = definition["attributes"]
        changed = [
            {**firm, "values": firm["values"][:2]}, {**trouble, "datatype": "text"},
            {**reference, "code": "NAME", "required": True}, {**reference, "code": "MOOD", "required": False},
        ]
        here.office.services["B/1"] = {**definition, "attributes": changed}
        here.office.lines[0]["type"] = "batch"
        del here.office.lines[1]
        assert await survey(here.client, known) == [
            "service B/1: batch, gives a token at first, and a number later",
            "service B/1: attribute REF: not in its definition", "service B/1: attribute FIRM: no keys 9",
            "service B/1: attribute TROUBLE: text there, multivaluelist here",
            "service B/1: attribute NAME: required there, not always sent", "service OTHER: not offered",
        ]


async def test_a_server_is_compared_by_its_settings() -> None:
    async with world(catalogue=OWN) as here:
        there = CaseOpen311(url=here.server.url, api_key=here.office.key)
        config = Config(casebridge=CaseBridge(open311=there))
        assert await wiring.compared(config, GIVEN, ROOT / "city", here.clock) == []
        mapped_there = replace(config, casebridge=CaseBridge(open311=replace(there, mapping="open311.yaml")))
        assert await wiring.compared(mapped_there, GIVEN, ROOT / "city", here.clock) == [
            "service BIKE-01: not offered", "service ROAD-07: not offered", "service OTHER: not offered"]
        here.conduct.formats = ()
        with pytest.raises(ConfigError, match="HTTP 404"):
            await wiring.compared(config, GIVEN, ROOT / "city", here.clock)


async def test_a_server_without_encryption_is_refused() -> None:
    for url in ("", "http://city.example/v2", "https://key@city.example/v2"):
        config = Config(casebridge=CaseBridge(open311=CaseOpen311(url=url)))
        with pytest.raises(ConfigError, match=r"casebridge\.open311\.url"):
            await wiring.compared(config, GIVEN, ROOT / "city", ManualClock())
