"""Two kinds of pictures as SVG, drawn by hand: lines over a scale, and bars. No fonts or scripts from elsewhere."""
from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 720, 340
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 64, 52
BAR, GAP, LABELS, AMOUNTS = 22, 14, 210, 96
COLOURS = ("#2f6f8f", "#d98032", "#5a9367", "#a34a5e", "#7a6aa8")
INK, FAINT, LIMIT = "#333333", "#e2e2e2", "#b03030"

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """What it says, and its range; `log`: by powers of ten."""

    label: str
    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, from 0 to 1."""
        low, high = (math.log10(self.low), math.log10(self.high)) if self.log else (self.low, self.high)
        at = math.log10(max(value, self.low)) if self.log else value
        return (at - low) / (high - low)

    def ticks(self) -> list[float]:
        if self.log:
            powers = range(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)
            return [10.0 ** power for power in powers]
        step = nice((self.high - self.low) / 5)
        first = math.ceil(self.low / step - 1e-9)
        return [n * step for n in range(first, math.floor(self.high / step + 1e-9) + 1)]


def nice(step: float) -> float:
    """The next of 1, 2, 2.5, 5, 10 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * n for n in (1, 2, 2.5, 5, 10) if power * n >= step * (1 - 1e-9))


def axis(label: str, values: Iterable[float], *, low: float | None = None, log: bool = False) -> Axis:
    """Room for all of these values, from a round number to a round number."""
    found = list(values)
    least, most = min(found) if low is None else low, max(found)
    if log:
        return Axis(label, 10.0 ** math.floor(math.log10(least)), 10.0 ** math.ceil(math.log10(most)), log=True)
    step = nice(max((most - least) / 5, 1e-9))
    return Axis(label, math.floor(least / step) * step, math.ceil(most / step) * step)


def lines(title: str, x: Axis, y: Axis, series: Mapping[str, Sequence[Point]], *, limit: float | None = None) -> str:
    """One line for each series; `limit` is a dashed line that they should stay below."""
    def at(point: Point) -> Point:
        across, up = x.share(point[0]), y.share(point[1])
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)

    parts = [*_grid(x, y, at)]
    if limit is not None:
        height = at((x.low, limit))[1]
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="{LIMIT}" '
                     'stroke-dasharray="6 4"/>')
    for colour, points in zip(COLOURS, series.values(), strict=False):
        path = " ".join(f"{across:.1f},{down:.1f}" for across, down in map(at, points))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if len(points) <= 12:
            parts += [f'<circle cx="{across:.1f}" cy="{down:.1f}" r="3.5" fill="{colour}"/>'
                      for across, down in map(at, points)]
    return _picture(title, HEIGHT, [*parts, *_legend(series)])


def bars(title: str, unit: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """A bar for each row, its parts one after the other; the sum stands at its end."""
    names = list(dict.fromkeys(name for parts in rows.values() for name in parts))
    most = max(sum(parts.values()) for parts in rows.values()) or 1.0
    scale = (WIDTH - LABELS - AMOUNTS) / most
    drawn: list[str] = []
    for n, (label, parts) in enumerate(rows.items()):
        top, left = TOP + n * (BAR + GAP), float(LABELS)
        drawn.append(_text(LABELS - 10, top + 15, label, anchor="end"))
        for name, value in parts.items():
            drawn.append(f'<rect x="{left:.1f}" y="{top}" width="{value * scale:.1f}" height="{BAR}" '
                         f'fill="{COLOURS[names.index(name) % len(COLOURS)]}"/>')
            left += value * scale
        drawn.append(_text(left + 8, top + 15, f"{amount(sum(parts.values()))} {unit}"))
    legend = _legend(names) if len(names) > 1 else ()
    return _picture(title, TOP + len(rows) * (BAR + GAP) + GAP, [*drawn, *legend])


def amount(value: float) -> str:
    """As people write it: 1,234 and 12.3 and 0.12."""
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"


def _grid(x: Axis, y: Axis, at: Callable[[Point], Point]) -> Iterator[str]:
    for value in y.ticks():
        height = at((x.low, value))[1]
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="{FAINT}"/>'
        yield _text(LEFT - 8, height + 4, amount(value), anchor="end")
    for value in x.ticks():
        yield _text(at((value, y.low))[0], HEIGHT - BOTTOM + 18, amount(value), anchor="middle")
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x.label, anchor="middle")
    yield _text(LEFT - 48, TOP - 12, y.label)


def _legend(names: Iterable[str]) -> Iterator[str]:
    left = WIDTH - RIGHT
    for colour, name in reversed(list(zip(COLOURS, names, strict=False))):
        left -= 28 + int(6.6 * len(name))
        yield f'<rect x="{left}" y="{TOP - 24}" width="12" height="12" fill="{colour}"/>'
        yield _text(left + 17, TOP - 14, name)


def _text(x: float, y: float, words: str, *, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _picture(title: str, height: int, parts: Iterable[str]) -> str:
    head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
            f'height="{height}" role="img" font-family="sans-serif" font-size="12" fill="{INK}">')
    name = f'<text x="16" y="26" font-size="15" font-weight="bold">{escape(title)}</text>'
    ground = f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, name, *parts, "</svg>", ""])
