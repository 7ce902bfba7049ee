"""What another process has cost so far, and the machine it runs on."""
from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path

PROC = Path("/proc")
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """Seconds of CPU (user and system) of a process and all its threads."""
    if PROC.is_dir():
        # The name in brackets may hold spaces; utime and stime are fields 14 and 15 (proc(5)).
        fields = (PROC / f"{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return parsed_time(_ps(pid, "time"))


def rss_mb(pid: int) -> int:
    """Resident memory in MB (10^6 bytes)."""
    return round(int(_ps(pid, "rss")) * 1024 / 1e6)


def parsed_time(text: str) -> float:
    """[[days-]hours:]minutes:seconds[.hundredths] as `ps` writes it, in seconds."""
    days, _, clock = text.strip().rpartition("-")
    total = 0.0
    for part in clock.split(":"):
        total = total * 60 + float(part)
    return int(days or 0) * 86_400 + total


def machine() -> dict[str, object]:
    return {
        "cores": os.cpu_count(), "cpu": _cpu_name(), "load_before": [round(load, 2) for load in os.getloadavg()],
        "python": platform.python_version(), "system": f"{platform.system()} {platform.release()}",
    }


def _cpu_name() -> str:
    info = PROC / "cpuinfo"
    found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE) if info.is_file() else None
    return found[1] if found else platform.processor() or platform.machine()


def _ps(pid: int, what: str) -> str:
    return subprocess.run(["ps", "-o", f"{what}=", "-p", str(pid)], capture_output=True, text=True, check=True).stdout
