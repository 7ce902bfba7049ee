"""Trains Rasa's model of our own training set: Rasa in a child process of its own environment, a file as the result.

`python -m nlu.rasa_training` writes nlu/rasa/domain.yml; `… write FOLDER` what Rasa trains with, for the image;
`… train MODELS` a model; `… serve MODELS` becomes its server on 127.0.0.1:5005. Rasa learns what the embedded engine
learns: sentences without their courtesies.
"""
from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.errors import ConfigError, HuiyinError
from nlu.cache import fingerprint
from nlu.clauses import core
from nlu.training import TrainingSet, read

ROOT = Path(__file__).resolve().parent.parent
RASA = ROOT / "nlu" / "rasa"
TRAINING = ROOT / "nlu" / "training"
TRAIN_S = 1800.0  # three minutes by itself; the machine may be busy
KEPT = 3          # models: the new one, the one that is served, and the one before
TOLD = 2000       # characters of Rasa's output in an error
_SETTLES = ("requirements.lock", "config.yml", "components.py")  # beside the sentences, what a model depends on

# Nothing is sent home, nothing looked for on a graphics card.
QUIET = {
    "RASA_TELEMETRY_ENABLED": "false", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2",
    "PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "PYTHONDONTWRITEBYTECODE": "1",
}


def environment(root: Path = ROOT) -> Path:
    """Where Rasa is installed. Raises ConfigError when it is not."""
    home = root / ".cache" / "rasa"
    if not (home / "bin" / "rasa").exists():
        raise ConfigError(f"{home}: Rasa is not installed: `make rasa` does it, in a Python 3.10 of its own")
    return home


def environ(home: Path) -> Mapping[str, str]:
    """What a process of Rasa's gets; it may write into `home`."""
    ours = ("HUIYIN_", "PYTHON", "RASA_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, **QUIET, "HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(RASA)}


def version(training: Path) -> str:
    """12 hex digits of all that makes the model. Raises ConfigError."""
    return _version(_learnt(read(training)))


async def train(environment: Path, training: Path, models: Path, within_s: float = TRAIN_S) -> Path:
    """models/huiyin-<version>.tar.gz, which is there at once if it was there before. The newest KEPT stay.

    Raises ConfigError for what is wrong with the training set, HuiyinError with the end of Rasa's output.
    """
    learnt = await asyncio.to_thread(lambda: _learnt(read(training)))
    model = models / f"{_name(learnt)}.tar.gz"
    if model.exists():
        return model
    with _scratch(models) as scratch:
        folder = Path(scratch)
        _write(learnt, folder)
        await _rasa(environment, folder, (
            "train", "nlu", "--nlu", "nlu.yml", "--config", "config.yml", "--domain", "domain.yml",
            "--out", "trained", "--fixed-model-name", model.name), within_s)
        (folder / "trained" / model.name).replace(model)
    _tidy(models)
    return model


def write(training: Path, folder: Path) -> None:
    """What `rasa train nlu` reads, and the model's name in the file `name`. Raises ConfigError."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(_learnt(read(training)), folder)


def domain(intents: Sequence[str]) -> str:
    """Rasa's YAML."""
    lines = "".join(f"  - {intent}\n" for intent in intents)
    return (
        "# Written by `python -m nlu.rasa_training` from nlu/training.\n"
        f'version: "3.1"\nintents:\n{lines}'
        "session_config:\n  session_expiration_time: 60\n  carry_over_slots_to_new_session: false\n"
    )


def nlu(learnt: Mapping[str, Sequence[str]]) -> str:
    """Rasa's YAML: each intent's sentences, none of which annotates an entity."""
    blocks = (
        f"  - intent: {intent}\n    examples: |\n" + "".join(f"      - {text}\n" for text in texts)
        for intent, texts in learnt.items()
    )
    return 'version: "3.1"\nnlu:\n' + "".join(blocks)


def _learnt(training: TrainingSet) -> Mapping[str, Sequence[str]]:
    """intent → its sentences as a model is asked for them, each once, in the order of the files."""
    learnt: dict[str, dict[str, None]] = {intent: {} for intent in training.intents}
    for example in training.examples:
        text = core(example.text).replace("[", "(").replace("]", ")")  # Rasa would read [text](entity)
        learnt[example.intent][text] = None
    return {intent: tuple(texts) for intent, texts in learnt.items()}


def _scratch(models: Path) -> TemporaryDirectory[str]:
    """Beside the models: a finished one is moved in one step."""
    models.mkdir(parents=True, exist_ok=True)
    return TemporaryDirectory(prefix=".rasa-", dir=models)


def _version(learnt: Mapping[str, Sequence[str]]) -> str:
    return fingerprint((nlu(learnt), *((RASA / name).read_text("utf-8") for name in _SETTLES)))[:12]


def _name(learnt: Mapping[str, Sequence[str]]) -> str:
    return f"huiyin-{_version(learnt)}"


def _write(learnt: Mapping[str, Sequence[str]], folder: Path) -> None:
    (folder / "nlu.yml").write_text(nlu(learnt), "utf-8")
    (folder / "domain.yml").write_text(domain(tuple(learnt)), "utf-8")
    (folder / "config.yml").write_text((RASA / "config.yml").read_text("utf-8"), "utf-8")
    (folder / "name").write_text(_name(learnt) + "\n", "utf-8")


async def _rasa(environment: Path, folder: Path, words: Sequence[str], within_s: float) -> None:
    """Raises HuiyinError when it fails or takes too long. It is gone afterwards whatever happens, its children too."""
    output = folder / "output"
    with output.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            str(environment / "bin" / "python"), "-m", "rasa", *words, cwd=folder, env=environ(folder),
            stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
    try:
        async with asyncio.timeout(within_s):
            status = await process.wait()
    except TimeoutError as error:
        raise HuiyinError(f"rasa {words[0]} took more than {within_s:g} s\n{_end(output)}") from error
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if status:
        raise HuiyinError(f"rasa {words[0]} ended with {status}\n{_end(output)}")


def _end(output: Path) -> str:
    return output.read_text("utf-8", "replace")[-TOLD:]


def _tidy(models: Path) -> None:
    newest = sorted(models.glob("huiyin-*.tar.gz"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    for old in newest[KEPT:]:
        old.unlink(missing_ok=True)


def _main(words: Sequence[str]) -> None:
    match words:
        case ():
            (RASA / "domain.yml").write_text(domain(read(TRAINING).intents), "utf-8")
        case ("write", folder):
            write(TRAINING, Path(folder))
        case ("train", models):
            asyncio.run(train(environment(), TRAINING, Path(models)))
        case ("serve", models):
            home = environment()
            python, model = str(home / "bin" / "python"), asyncio.run(train(home, TRAINING, Path(models)))
            os.execve(python, [  # noqa: S606 - nothing of it comes from outside
                python, "-m", "rasa", "run", "--enable-api", "--interface", "127.0.0.1", "--model", str(model)],
                dict(environ(home)))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        _main(tuple(sys.argv[1:]))
    except (ConfigError, HuiyinError) as error:
        sys.exit(str(error))
