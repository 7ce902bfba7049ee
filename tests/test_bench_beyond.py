"""Of the bench beyond one machine: its one command, its pictures, what a soak and a comparison say; slow: the runs."""
from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import __main__ as whole
from bench import page, page_beyond, plots, record, redis_cpu, soak, socket_crowd, sockets, svg
from bench.parts import PARTS, Part
from tests.tables import table

ROOT = Path(__file__).parent.parent
RESULTS: dict[str, Any] = json.loads(page.RESULTS.read_text("utf-8"))


def test_the_pictures_show_the_figures_of_the_results() -> None:
    pictures = plots.drawn(RESULTS)
    assert pictures
    for name, picture in pictures.items():
        assert (plots.FOLDER / name).read_text("utf-8") == picture, "run python -m bench.plots"


def test_pictures_are_xml_of_their_own() -> None:
    """Nothing is fetched when one is looked at."""
    leaking = RESULTS | {"soak": soaked(0.0), "soak_leaking": soaked(4096.0)}
    for picture in plots.drawn(leaking).values():
        root = ElementTree.fromstring(picture)
        assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
            "svg", "title", "rect", "text", "line", "polyline", "circle"}
        assert "href" not in picture


def test_every_picture_is_on_the_page() -> None:
    text = page.PAGE.read_text("utf-8")
    assert [name for name in plots.drawn(RESULTS) if f"(plots/{name})" not in text] == []


@table(("step", "found"), [(0.7, 1), (1, 1), (13, 20), (2.1, 2.5), (26, 50), (0.051, 0.1)])
def test_a_scale_goes_by_round_numbers(step: float, found: float) -> None:
    assert svg.nice(step) == pytest.approx(found)


def soaked(leak: float, samples: int = 90) -> dict[str, Any]:
    """Three minutes at 40 turns a second: caches fill in the first, the allocator breathes, every turn leaks."""
    found = [
        soak.Sample(n * 2.0, n * 80, int(400_000 + min(n, 25) * 500 + (n % 7) * 300 + leak * n * 80 / 1024), 0, 90, 7,
                    n * 80 * 6_000)
        for n in range(samples)
    ]
    return {"rate": 40, "samples": [asdict(one) for one in found], **soak.judged(found)}


def test_a_soak_that_leaks_is_seen_and_one_that_only_breathes_is_flat() -> None:
    sound, leaking = soaked(0.0), soaked(4096.0)
    assert (sound["flat"], leaking["flat"]) == (True, False)
    assert leaking["bytes_a_turn"] - sound["bytes_a_turn"] == pytest.approx(4096, rel=0.01)


def test_more_turns_find_smaller_leaks() -> None:
    assert soaked(1024.0)["flat"]
    assert not soaked(1024.0, samples=900)["flat"]


def run_with(gateways: int, cpu: float) -> dict[str, Any]:
    return {"gateways": gateways, "cpu_ms_per_turn": cpu, "gateway_cpu_ms_per_turn": cpu * 0.8,
            "redis_cpu_ms_per_turn": cpu * 0.2, "idle_cores": 0.01, "p95_ms": 9.0, "errors": 0}


@table(("two", "ratio", "kept"), [((5.4, 5.5, 9.0), 1.1, True), ((5.6, 5.6, 5.6), 1.12, False)])
def test_medians_of_one_and_two_gateways_are_compared(two: Any, ratio: float, kept: bool) -> None:
    runs = [run_with(1, cpu) for cpu in (5.0, 4.0, 5.5)] + [run_with(2, cpu) for cpu in two]
    found = redis_cpu.compared(runs)
    assert (found["ratio"], found["kept"]) == (ratio, kept)
    failed = redis_cpu.compared([*runs, run_with(2, two[0]) | {"errors": 3}])
    assert (failed["errors"], failed["kept"]) == (3, False), "a turn that failed costs less"


def test_two_gateways_share_their_files_and_nothing_else(tmp_path: Path) -> None:
    """Gateways on one store that do not agree on their files refuse to start (gateway/store/MANY.md)."""
    one, other = (redis_cpu.gateway(tmp_path / name, "redis://127.0.0.1:1") for name in "01")
    assert one.settings == other.settings
    assert Path(one.settings["HUIYIN_DATA_UPLOADS"]).parent == tmp_path
    assert one.data != other.data


def test_too_few_descriptors_are_said_before_anything_starts() -> None:
    with pytest.raises(RuntimeError, match=r"need 1000000200 descriptors.*ulimit"):
        socket_crowd.raise_descriptors(1_000_000_000)


# --- the parts of others, with made-up figures ----------------------------------------------------------------

TIMES = {"p50_ms": 20.0, "p95_ms": 90.0, "p99_ms": 150.0, "max_ms": 400.0}
KEPT = {"lost": 0, "repeated": 0, "disordered": 0, "unanswered": 0}
TORMENTED = {"acknowledged": 20_000, "kills": 120, "lost": 0, "doubled": 0, "disordered": 0}


def stormed(rate: float, times: dict[str, float]) -> dict[str, Any]:
    return {"rate": rate, "messages": 600, "acknowledged": 600, "late": 0, "ack": times, "answer": times,
            "answered_all_s": 61.0, "cores_busy": 1.2, "cpu_ms_per_message": 3.0, "rss_mb": 300, "ledger": KEPT}


BEYOND: dict[str, Any] = {
    "storm": {"date": "today", "ceiling": {"fsyncs_per_s": 2000, "echo_per_s": 9000, "bare_posts_per_s": 4000},
              "sustained": stormed(200.0, TIMES), "storm": stormed(1000.0, TIMES | {"max_ms": 1200.0})},
    "peers": {"date": "today", "plan": {"levels": [1, 64]}, "ratios": {"64": 4.9}, "bots": {
        "huiyin": {"runs": {"web": {"64": {"turns_per_s": 490.0}}}},
        "rasa": {"runs": {"rasa": {"64": {"turns_per_s": 100.0}}}}}},
    "chaos_redis": {"date": "today", "workers": TORMENTED, "gateways": {"messages": 2000, "repeated": 0},
                    "controls": {"popping": TORMENTED | {"lost": 69}},
                    "sentinel": {"hung": {"acknowledged": 900, "lost": 0}}},
}


def test_goals_of_the_other_parts_are_judged_without_mercy() -> None:
    text = "\n\n".join(page_beyond.sections(BEYOND))
    for line in (
        "| Answered at 200 messages a second, p95 < 300 ms | 90 ms | yes |",
        "| Acknowledged at 1,000 messages a second, slowest < 1000 ms | 1200 ms | **no** |",
        "| Turns a second over Rasa's, 64 citizens ≥ 5 times | 4.9 times | **no** |",
        "| lost | 0 | – | 69 |", "| hung | 900 | 0 |",
    ):
        assert line in text.splitlines()


def test_the_other_parts_are_drawn() -> None:
    pictures = plots.drawn(BEYOND)
    assert set(pictures) == {"storm.svg", "peers.svg", "chaos_redis.svg"}
    assert "490 turns/s" in pictures["peers.svg"]
    assert ">69 <" in pictures["chaos_redis.svg"]


FAILING = Part("bench.no_such_part", "nothing", 1)


def test_a_part_that_fails_is_noted_and_its_earlier_figures_stay(tmp_path: Path, capsys: Any) -> None:
    out = tmp_path / "results.json"
    record.keep(out, earlier={"figure": 1})
    assert not whole.ran("gone", FAILING, full=False, out=out)
    found = record.read(out)
    assert found["earlier"] == {"figure": 1}
    assert "no_such_part" in found["runs"]["gone"]["failed"]


def test_a_failed_part_is_on_the_page() -> None:
    run = {"date": "today", "full": True, "took_s": 3, "machine": {"load_before": [0.5]}, "failed": "OSError: full"}
    text = page.table(RESULTS | {"runs": {"soak": run}})
    assert "| soak | today | full | 3 | 0.5 | **failed**: OSError: full |" in text


@table("name", list(PARTS))
def test_every_part_is_a_program_that_takes_where_to_write(name: str) -> None:
    path = ROOT / PARTS[name].module.replace(".", "/")
    text = (path / "__main__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8")
    for option in ("--out", *(word for word in (*PARTS[name].full, *PARTS[name].brief) if word.startswith("--"))):
        assert f'"{option}' in text, option


def test_an_unknown_part_is_refused(capsys: Any) -> None:
    with pytest.raises(SystemExit):
        whole.main(["nonsense"])
    assert "no such part: nonsense" in capsys.readouterr().err


@pytest.mark.slow
async def test_a_thousand_idle_sockets_weigh_less_than_the_limit(tmp_path: Path) -> None:
    found = await sockets.measure(tmp_path, 1_000, idle_s=2.0, settle_s=0.0)
    assert found["still_open"] == 1_000
    assert found["kib_each"]["rss"] < sockets.AT_MOST_KIB
    assert found["kib_each_after_a_turn"]["rss"] < sockets.AT_MOST_KIB


@pytest.mark.slow
async def test_memory_is_flat_over_three_minutes_and_that_of_a_control_is_not(tmp_path: Path) -> None:
    """At the same time, so that it is three minutes."""
    places = [tmp_path / name for name in ("sound", "leaking")]
    for place in places:
        place.mkdir()
    found, control = await asyncio.gather(
        soak.measure(places[0], 3.0), soak.measure(places[1], 3.0, "bench.leaking"))
    assert found["load"]["errors"] == 0
    assert found["flat"], found["bytes_a_turn"]
    assert not control["flat"], control["bytes_a_turn"]
    (before, after), (few, many) = found["descriptors"], found["threads"]
    assert after <= before + 5
    assert many <= few + 1
