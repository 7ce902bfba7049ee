"""The two encoders: what their vectors promise, and which model files are ours."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gateway.errors import ConfigError
from nlu.encoder import PINNED, Encoder, NgramEncoder, UseEncoder, check, load_encoder
from tests import minds
from tests.tables import table

ENCODERS = {"use": lambda: minds.encoder().encoder, "ngrams": NgramEncoder}


@pytest.fixture(params=sorted(ENCODERS), scope="session")
def encoder(request: pytest.FixtureRequest) -> Encoder:
    made: Encoder = ENCODERS[request.param]()
    return made


def test_rows_have_length_one(encoder: Encoder) -> None:
    rows = encoder.encode(["快递丢了", "the bike is broken", "1"])
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-3)


def test_the_same_words_are_one_vector_in_any_spelling(encoder: Encoder) -> None:
    rows = encoder.encode(["快遞丟了", "快递丢了", "ＢＩＫＥ", "bike"])
    assert rows[0] @ rows[1] == pytest.approx(1.0, abs=1e-3)
    assert rows[2] @ rows[3] == pytest.approx(1.0, abs=1e-3)


def test_what_is_alike_is_nearer(encoder: Encoder) -> None:
    mine, alike, other = encoder.encode(["我的快递丢了", "快递丢了", "今天天气怎么样"])
    assert mine @ alike > encoder.near > mine @ other


@table("text", ["", " ", "。", "\ud800", "😀", "\x00"])
def test_no_text_gives_no_numbers_that_are_none(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode([text])).all()


def test_meaning_crosses_languages() -> None:
    zh, en, other = minds.encoder().encoder.encode(["快递丢了", "my parcel is lost", "the weather is nice"])
    assert zh @ en > zh @ other + 0.2


def test_models_have_names_of_their_own() -> None:
    assert minds.encoder().encoder.model != NgramEncoder.model


@pytest.mark.slow
def test_the_sentence_encoder_is_installed() -> None:
    assert isinstance(load_encoder(), UseEncoder)


def test_model_files_that_are_not_the_pinned_ones_stop_the_start(tmp_path: Path) -> None:
    for name in PINNED:
        (tmp_path / name).write_bytes(b"other weights")
    with pytest.raises(ConfigError, match=r"sp\.model"):
        check(tmp_path)
