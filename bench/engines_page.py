"""bench/engines.md: the embedded engine beside Rasa, and when to use which."""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.table import rows
from bench.understanding_page import shown

PAGE = Path(__file__).with_name("engines.md")
Figures = Mapping[str, Any]
ENGINES = ("embedded", "rasa")

# What is shown: words, where it stands.
LINES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("top 1", ("ranking", "all", "top1")),
    ("… of complaints in Chinese", ("ranking", "templates zh", "top1")),
    ("… of complaints in English", ("ranking", "templates en", "top1")),
    ("… of other intents", ("ranking", "others", "top1")),
    ("… by the engine alone, without the words of the forms", ("alone", "top1")),
    ("among the first three", ("ranking", "all", "top3")),
    ("taken without asking back", ("ranking", "all", "coverage")),
    ("… of these right", ("ranking", "all", "precision")),
    ("top 1 of complaints in an unseen preamble", ("polite", "top1")),
    ("fields of openings, F1, in the form that the engine chose", ("fields", "f1")),
    ("out of scope: AUROC", ("out_of_scope", "auroc")),
    ("… turned away where 95 % of ours are kept", ("out_of_scope", "rejected_at_95_kept")),
    ("one message, p50, ms", ("pace", "p50_ms")),
    ("… p99, ms", ("pace", "p99_ms")),
    ("messages a second, 32 at once", ("pace", "per_s")),
    ("… p50, ms", ("pace", "crowd_p50_ms")),
    ("… answered within 0.8 s", ("pace", "crowd_in_time")),
    ("memory while serving, MB", ("rss_mb",)),
    ("start with a trained model, s", ("opened_s",)),
    ("training, s", ("trained_s",)),
    ("… of CPU, s", ("trained_cpu_s",)),
)


def page(figures: Figures) -> str:
    machine = figures["machine"]
    return "\n\n".join((
        "# The embedded engine and Rasa",
        "Made by `python -m bench.engines` on the sentences of `bench/held_out/`, which neither was taught; not edited "
        "by hand. Both learn from `nlu/training/`, both are asked through the gateway's own code, both with the words "
        "of the forms added (`gateway/evidence.py`) unless it says alone. Fields are read by `gateway/fields` with "
        "either, so they differ by the form that was chosen. In brackets the 95 % interval.",
        f"{figures['date']}, {machine['cores']} cores, load before {machine['load_before']}.",
        rows(("", *ENGINES), [(words, *(_cell(figures[name], path) for name in ENGINES)) for words, path in LINES]),
        _models(figures),
        ADVICE,
    )) + "\n"


def _models(figures: Figures) -> str:
    return "Models: " + ", ".join(f"{name} `{figures[name]['model']}`" for name in ENGINES) + "."


def _cell(engine: Figures, path: tuple[str, ...]) -> str:
    found: Any = engine
    for name in path:
        found = found[name]
    return shown(found) if isinstance(found, Mapping) else f"{found:,}"


ADVICE = """## Why Rasa is behind
Its pipeline learns one linear classifier of counts and vectors joined; the embedded engine adds a kernel regression on
vectors to a table of words, each with its own say, which keeps more of what crosses from one language and one wording
to another: hence the gap in English and in preambles. Strangers Rasa tells better. At the same bound (0.9) it is sure
less often, and right as often when it is: citizens are asked back more.

## When to use which
- **embedded**, unless there is a reason: it needs no server, an answer takes milliseconds, and it carries a storm.
- **rasa** where a city has people who know Rasa, wants its pipeline (DIET, components and models of its own, trained on
  its own words in the same format) or already runs it. The embedded engine stays loaded beside it: what Rasa does not
  answer within 0.8 s, it answers, and `huiyin_rasa_total` says how often.
- One Rasa server reads one message after the other. A gateway has at most 16 messages under way to it, the rest goes to
  the engine beside it; more servers behind one address share the load. A model that was swapped leaves its memory
  behind: restart the server now and then."""
