"""nlu/rasa_training.py: what Rasa is taught, and what becomes of a training that fails. The real one: tests/journeys.
"""
from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from gateway.errors import ConfigError, HuiyinError
from nlu.clauses import core
from nlu.rasa_training import KEPT, RASA, TRAINING, domain, environ, environment, train, version, write
from nlu.training import read

SENTENCES = """version: "3.1"
nlu:
  - intent: complaint.express_delivery
    examples: |
      - 你好，我的[顺丰](carrier)快递丢了，谢谢
      - my parcel is lost
  - intent: greet
    examples: |
      - 你好
"""


@pytest.fixture
def training(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "a.yml").write_text(SENTENCES, "utf-8")
    return folder


def failing(tmp_path: Path, script: str) -> Path:
    """An environment whose Python is this shell script."""
    python = tmp_path / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    python.chmod(0o700)
    return python.parent.parent


def test_the_domain_in_the_tree_is_the_one_of_the_training_set() -> None:
    assert (RASA / "domain.yml").read_text("utf-8") == domain(read(TRAINING).intents)


def test_rasa_is_taught_every_sentence_as_the_embedded_engine_is_and_no_entity(tmp_path: Path) -> None:
    write(TRAINING, tmp_path)
    taught = yaml.safe_load((tmp_path / "nlu.yml").read_text("utf-8"))["nlu"]
    sentences = {
        (block["intent"], line.removeprefix("- ")) for block in taught for line in block["examples"].splitlines()}
    ours = {(one.intent, core(one.text).replace("[", "(").replace("]", ")")) for one in read(TRAINING).examples}
    assert sentences == ours
    assert not any("[" in text for _, text in sentences)


def test_courtesies_and_annotations_are_left_out(training: Path, tmp_path: Path) -> None:
    write(training, tmp_path / "for-rasa")
    taught = (tmp_path / "for-rasa" / "nlu.yml").read_text("utf-8")
    assert "      - 我的顺丰快递丢了\n" in taught
    assert "谢谢" not in taught


def test_the_version_is_that_of_the_sentences(training: Path) -> None:
    before = version(training)
    assert version(training) == before
    (training / "a.yml").write_text(SENTENCES.replace("is lost", "was lost"), "utf-8")
    assert version(training) != before


def test_where_rasa_is_not_installed_it_is_said_what_installs_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="make rasa"):
        environment(tmp_path)


def test_a_process_of_rasas_gets_none_of_our_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUIYIN_API_LOOKUP_KEY", "swordfish")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    got = environ(tmp_path)
    assert "HUIYIN_API_LOOKUP_KEY" not in got
    assert got["RASA_TELEMETRY_ENABLED"] == "false"
    assert got["PYTHONPATH"] == str(RASA)


async def test_what_rasa_said_last_is_told_and_nothing_is_left(training: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    with pytest.raises(HuiyinError, match=r"(?s)ended with 3.*out of memory"):
        await train(failing(tmp_path, "echo out of memory; exit 3"), training, models)
    assert list(models.iterdir()) == []


async def test_a_training_that_does_not_end_is_ended(training: Path, tmp_path: Path) -> None:
    endless = failing(tmp_path, f"echo $$ > {tmp_path}/pid; exec tail -f /dev/null")
    with pytest.raises(HuiyinError, match="took more than"):
        await train(endless, training, tmp_path / "models", within_s=0.5)
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


async def test_a_model_that_is_there_is_not_trained_again(training: Path, tmp_path: Path) -> None:
    model = tmp_path / f"huiyin-{version(training)}.tar.gz"
    model.write_bytes(b"a model")
    assert await train(failing(tmp_path, "exit 3"), training, tmp_path) == model


async def test_the_newest_models_are_kept(training: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    for n in range(KEPT + 1):
        (models / f"huiyin-{n:012}.tar.gz").write_bytes(b"a model")
        os.utime(models / f"huiyin-{n:012}.tar.gz", (n, n))
    trains = 'mkdir trained && for last; do :; done && echo trained > "trained/$last"'
    made = await train(failing(tmp_path, trains), training, models)
    assert {file.name for file in models.iterdir()} == {
        made.name, *(f"huiyin-{n:012}.tar.gz" for n in range(2, KEPT + 1))}
