"""tools/: each says in one line what is missing where it cannot help itself."""
from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHELL = "/bin/sh"


class Machine:
    """A PATH with only these programs: real ones by name, made-up ones by their script."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        self.log.touch()
        for name in ("dirname", "grep"):
            (self.bin / name).symlink_to(shutil.which(name) or name)

    def has(self, name: str, script: str) -> Machine:
        program = self.bin / name
        program.write_text(f'#!{SHELL}\necho "{name} $*" >> {self.log}\n{script}\n')
        program.chmod(0o755)
        return self

    def runs(self, tool: str, *words: str, chrome: str = "") -> tuple[int, str]:
        command = [SHELL, str(ROOT / "tools" / tool), *words]
        done = subprocess.run(command, env={"PATH": str(self.bin), "CHROME": chrome}, capture_output=True, text=True)
        return done.returncode, done.stderr

    def called(self, start: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if line.startswith(start)]


@pytest.fixture
def debian(tmp_path: Path) -> Machine:
    return Machine(tmp_path).has("uname", "echo Linux").has("id", "echo 0").has("apt-get", "exit 0")


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """Linux, not Debian, nothing installed."""
    return Machine(tmp_path).has("uname", "echo Linux").has("id", "echo 0")


def test_no_python_is_said_in_one_line(bare: Machine, tmp_path: Path) -> None:
    status, said = bare.runs("venv.sh", str(tmp_path / "venv"))
    assert status == 1
    assert said.startswith("missing: Python 3.11 or newer")
    assert said.count("\n") == 1


def test_a_python_that_is_too_old_does_not_count(bare: Machine, tmp_path: Path) -> None:
    bare.has("python3", "exit 1")
    status, said = bare.runs("venv.sh", str(tmp_path / "venv"))
    assert (status, said.count("\n")) == (1, 1)
    assert not bare.called("python3 -m venv")


def test_the_first_python_that_works_makes_the_environment(bare: Machine, tmp_path: Path) -> None:
    bare.has("python3.13", "exit 127").has("python3.12", "exit 0").has("python3", "exit 0")
    assert bare.runs("venv.sh", str(tmp_path / "venv")) == (0, "")
    assert bare.called("python3.12 -m venv") == [f"python3.12 -m venv --clear {tmp_path / 'venv'}"]
    assert not bare.called("python3 ")


def test_an_environment_that_works_is_kept(bare: Machine, tmp_path: Path) -> None:
    (tmp_path / "venv/bin").mkdir(parents=True)
    (tmp_path / "venv/bin/python").symlink_to(sys.executable)
    assert bare.runs("venv.sh", str(tmp_path / "venv")) == (0, "")


def test_debians_separate_venv_package_is_installed(debian: Machine, tmp_path: Path) -> None:
    debian.has("python3", 'case "$2" in *ensurepip*) exit 1;; *print*) echo python3.11-venv;; esac')
    assert debian.runs("venv.sh", str(tmp_path / "venv")) == (0, "")
    assert debian.called("apt-get install") == ["apt-get install -qq --no-install-recommends python3.11-venv"]


def test_what_is_there_is_not_installed(debian: Machine) -> None:
    debian.has("chromium", "exit 0").has("fc-list", "echo NotoSansCJK.ttc")
    assert debian.runs("chromium.sh") == (0, "")
    assert not debian.called("apt-get")


def test_debian_gets_the_browser_and_the_font(debian: Machine) -> None:
    assert debian.runs("chromium.sh") == (0, "")
    assert [line.split()[-1] for line in debian.called("apt-get install")] == ["chromium", "fonts-noto-cjk"]


def test_sudo_is_taken_where_it_asks_nothing(debian: Machine) -> None:
    debian.has("id", "echo 1000").has("sudo", '[ "$1" = -n ] && exit 0; "$@"').has("fc-list", "echo NotoSansCJK.ttc")
    assert debian.runs("chromium.sh") == (0, "")
    assert debian.called("sudo apt-get install")


@pytest.mark.parametrize(("user", "apt", "words"), [
    ("1000", True, "missing: chromium (as root: apt-get install chromium)\n"),
    ("0", False, "missing: chromium (no apt-get here: install it with your system's package manager)\n"),
])
def test_what_may_not_be_installed_is_said_in_one_line(bare: Machine, user: str, apt: bool, words: str) -> None:
    bare.has("id", f"echo {user}")
    if apt:
        bare.has("apt-get", "exit 0")
    assert bare.runs("chromium.sh") == (1, words)


def test_a_mac_is_told_what_to_get(bare: Machine) -> None:
    bare.has("uname", "echo Darwin")
    words = "missing: Google Chrome (brew install --cask google-chrome, or CHROME=/path/to/it)\n"
    assert bare.runs("chromium.sh", chrome="/nowhere") == (1, words)


def test_a_browser_of_ones_own_is_taken(bare: Machine) -> None:
    bare.has("fc-list", "echo NotoSansCJK.ttc").has("own", "exit 0")
    assert bare.runs("chromium.sh", chrome=str(bare.bin / "own")) == (0, "")


def test_no_node_is_said_in_one_line(bare: Machine) -> None:
    status, said = bare.runs("node.sh")
    assert (status, said.count("\n")) == (1, 1)
    assert said.startswith("missing: nodejs npm")


def test_a_node_that_is_too_old_is_replaced(debian: Machine) -> None:
    debian.has("npm", "exit 0").has("node", "exit 1").has("cmp", "exit 0")
    assert debian.runs("node.sh") == (0, "")
    assert debian.called("apt-get install")[0].endswith("nodejs npm")


def test_the_packages_are_installed_once_for_each_lock(debian: Machine) -> None:
    debian.has("npm", "exit 0").has("node", "exit 0").has("cp", "exit 0").has("cmp", "exit 1")
    assert debian.runs("node.sh") == (0, "")
    assert debian.called("npm") == ["npm ci --ignore-scripts --no-audit --no-fund --loglevel=error"]
    debian.has("cmp", "exit 0")
    assert debian.runs("node.sh") == (0, "")
    assert len(debian.called("npm")) == 1
    assert not debian.called("apt-get")
