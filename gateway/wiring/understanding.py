"""Composition of understanding: the engine that the configuration names, and the data files that `check` looks at."""
from __future__ import annotations

from datetime import datetime
from pathlib import Path

from gateway import city as cities
from gateway.check import Look
from gateway.clock import Clock
from gateway.config import Config
from gateway.errors import ConfigError, HuiyinError
from gateway.mind import Mind
from gateway.observe import RASA
from gateway.wiring import casebridge, open311, sms_carriers, wechat
from nlu import entries, rasa_training, training
from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex
from nlu.null import NullKnowledge, NullUnderstander
from nlu.rasa import RasaUnderstander
from nlu.rasa_server import Address, RasaError, RasaServer
from nlu.sentinel import DangerWatch

ROOT = Path(__file__).resolve().parent.parent.parent
TRAINING, DANGERS, KNOWLEDGE = ROOT / "nlu/training", ROOT / "nlu/dangers", ROOT / "knowledge"


def mind(config: Config, clock: Clock) -> Mind:
    """As `[nlu] engine` says; the fitted model is cached in the data folder."""
    if config.nlu.engine == "null":
        return Mind(NullUnderstander(), NullKnowledge())
    encoder = BatchEncoder()
    cache = Path(config.data.dir) / "models"
    engine = EmbeddedUnderstander(TRAINING, cache, encoder)
    answers = KnowledgeIndex(KNOWLEDGE, encoder, clock, cache)
    watch = DangerWatch(DANGERS, TRAINING, cache, encoder)
    opening, closing = (engine.open, answers.open, watch.open), (engine.close, encoder.close)
    if config.nlu.engine != "rasa":
        return Mind(engine, answers, opening, closing, watch)
    rasa = RasaUnderstander(_rasa(config), engine, clock, lambda how: RASA.labels(how).inc())
    return Mind(rasa, answers, (*opening, rasa.open), (rasa.close, *closing), watch)


async def train_rasa(config: Config) -> str:
    """Train a model, and have the server at `rasa_url` take it; what was done, for a person. The gateways go on: while
    the server loads it, the engine beside it answers. Raises ConfigError."""
    server = _rasa(config)
    await server.open()
    try:
        file = await rasa_training.train(rasa_training.environment(ROOT), TRAINING, Path(config.data.dir) / "models")
        await server.load(file.resolve())
    except RasaError as error:
        raise ConfigError(f"nlu.rasa_url: the model is trained, but the server has not taken it: {error}") from error
    except HuiyinError as error:
        raise ConfigError(str(error)) from error
    finally:
        await server.close()
    return f"{file}: taken by {config.nlu.rasa_url}"


def _rasa(config: Config) -> RasaServer:
    return RasaServer(Address(config.nlu.rasa_url, config.nlu.rasa_token))


def data_files(config: Config) -> list[Look]:
    """What `check` looks at beside templates, wording and city: the adapters' files and accounts."""
    return [
        lambda: training.read(TRAINING), lambda: entries.read(KNOWLEDGE, _known(config)),
        lambda: wechat.known(config.wechat), lambda: sms_carriers.checked(config.sms, config.texting),
        lambda: open311.checked(config, ROOT), lambda: casebridge.checked(config),
    ]


def _known(config: Config) -> entries.Known | None:
    """What an answer may refer to; None while the city's own file has faults, which `check` names by itself."""
    try:
        departments = {one.code for one in cities.load(ROOT / config.city.folder).departments}
    except ConfigError:
        return None
    return departments, {path.name.partition(".")[0] for path in (ROOT / "templates/complaints").glob("*.yaml")}


def asleep(now: datetime) -> list[str]:
    """The approved answers that are not shown today, a line each."""
    return entries.asleep(KNOWLEDGE, now)
