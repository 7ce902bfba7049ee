"""From GCJ-02, the shifted datum of maps in China, to WGS84, which GeoReport v2 wants.

The shift is published only as a formula that mobile maps reverse-engineered (Krasovsky 1940 ellipsoid, sines of degree
offsets from 105° E, 35° N); outside a box around China there is none. Its inverse has no closed form: subtracting the
shift of the guess and looking again converges below a centimetre in a few rounds.
"""
from __future__ import annotations

from math import cos, pi, sin, sqrt

_AXIS, _ECCENTRICITY = 6_378_245.0, 0.006_693_421_622_965_943
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
_CLOSE = 1e-8  # degrees: a millimetre


def to_wgs84(lat: float, long: float) -> tuple[float, float]:
    """Degrees in, degrees out."""
    if not (_SOUTH <= lat <= _NORTH and _WEST <= long <= _EAST):
        return lat, long
    north, east = lat, long
    for _ in range(10):
        north_shift, east_shift = shift(north, east)
        next_north, next_east = lat - north_shift, long - east_shift
        done = abs(next_north - north) < _CLOSE and abs(next_east - east) < _CLOSE
        north, east = next_north, next_east
        if done:
            break
    return north, east


def shift(lat: float, long: float) -> tuple[float, float]:
    """How far GCJ-02 moves a WGS84 position, in degrees north and east."""
    x, y = long - 105.0, lat - 35.0
    ripple = 20.0 * (sin(6 * pi * x) + sin(2 * pi * x)) * 2 / 3
    north = -100.0 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple
    north += (20.0 * sin(pi * y) + 40.0 * sin(pi * y / 3)) * 2 / 3
    north += (160.0 * sin(pi * y / 12) + 320.0 * sin(pi * y / 30)) * 2 / 3
    east = 300.0 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple
    east += (20.0 * sin(pi * x) + 40.0 * sin(pi * x / 3)) * 2 / 3
    east += (150.0 * sin(pi * x / 12) + 300.0 * sin(pi * x / 30)) * 2 / 3
    flat = 1 - _ECCENTRICITY * sin(lat * pi / 180) ** 2
    meridian = _AXIS * (1 - _ECCENTRICITY) / flat ** 1.5
    parallel = _AXIS / sqrt(flat) * cos(lat * pi / 180)
    return north * 180 / (meridian * pi), east * 180 / (parallel * pi)
