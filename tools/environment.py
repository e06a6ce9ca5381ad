"""Make a virtual environment from hash-pinned locks: by uv, itself pinned, or by pip alone where that fails.

tools/environment.py FOLDER LOCK ...      exit 2, with one line, where it cannot be made
tools/environment.py sources              where this host's pip takes packages from, as a configuration of pip

The same command goes on where a cut one stopped. Of the host's pip configuration only the sources of packages count:
index-url, extra-index-url, find-links, no-index, trusted-host and cert.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from configparser import ParsingError, RawConfigParser
from pathlib import Path

UV_LOCK = Path(__file__).resolve().parent.parent / "requirements" / "uv.txt"
CPU_WHEELS = "https://download.pytorch.org/whl/cpu"
"""Where the CPU's torch lies; PyPI has no local versions."""
SOURCES = ("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert")
ETC = Path("/etc")
LOG = "pip.log"
"""What a folder that was made here is known by."""
FAILURES = (
    (r"No space left on device", "the disk is full", "make room, 3 GB"),
    (r"Hash mismatch for `([^`]+)`", "its hash is another than locked", "check the sources (pip config list)"),
    (r"DO NOT MATCH THE HASHES[^\n]*\n\s*([\w.-]+==[^\s;]+)", "its hash is another than locked", "check the sources"),
    (r"no version of ([\w.-]+==[\w.+]+)", "it cannot be found", "check network and sources (pip config list)"),
    (r"No matching distribution found for (\S+)", "it cannot be found", "check network and sources (pip config list)"),
    (r"Because ([\w.-]+) was not found", "it cannot be found", "check network and sources (pip config list)"),
    (r"Failed to download `([^`]+)`", "it cannot be downloaded", "check the network"),
    (r"Failed to fetch: (\S+)", "it cannot be fetched", "check the network"),
)
"""What installers print: a pattern with the package in it, what is wrong, what to do."""


def main() -> int:
    """Make the environment, or print the sources."""
    if sys.argv[1:] == ["sources"]:
        print(as_pip_configuration(sources(os.environ)), end="")
        return 0
    try:
        return make(Path(sys.argv[1]).absolute(), [Path(lock) for lock in sys.argv[2:]])
    except subprocess.CalledProcessError:
        return fail(f"Python's own venv failed; see {sys.argv[1]}/{LOG}")
    except OSError as error:
        return fail(f"{error.filename or sys.argv[1]}: {error.strerror}; make room, or name another place with VENV=")
    except KeyboardInterrupt:
        print("make: interrupted; the same command goes on from here", file=sys.stderr)
        return 130


def make(folder: Path, locks: list[Path]) -> int:
    """Install the locks into the folder; return 2 where that fails, with one line that says what and why."""
    done, begun = folder / stamp(locks), folder / f"{stamp(locks)}.begun"
    begin = time.monotonic()
    if done.exists():
        return 0
    if folder.exists() and not (folder / LOG).exists():
        return fail(f"{folder} is there already and was not made here; name another with VENV=")
    print(f"[setup] {'going on with' if begun.exists() else 'creating'} {folder.name}", file=sys.stderr)
    if not begun.exists():
        create(folder)
        begun.touch()
    environment = Environment(folder)
    if not any(installed(environment, locks)):
        log = f"the whole log is {folder / LOG}; the same command goes on from here"
        return fail(f"set-up failed: {reason(environment.told())}; {log}")
    shutil.rmtree(environment.aside, ignore_errors=True)
    done.touch()
    begun.unlink()
    print(f"[setup] done in {time.monotonic() - begin:.0f} s", file=sys.stderr)
    return 0


def create(folder: Path) -> None:
    """Make an empty virtual environment in the place of one that was made here, which stays known as such meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LOG).touch()
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != LOG:
            path.unlink()
    with (folder / LOG).open("w") as log:
        command = [sys.executable, "-I", "-m", "venv", str(folder)]
        subprocess.run(command, env=without_installers(os.environ), check=True, stdout=log, stderr=log)


def stamp(locks: Iterable[Path]) -> str:
    """Name a finished environment by what was installed."""
    return f".installed-{hashlib.sha256(b''.join(lock.read_bytes() for lock in locks)).hexdigest()[:16]}"


def installed(environment: Environment, locks: list[Path]) -> Iterator[bool]:
    """Try one way after the other: uv, then pip; each from the host's sources, then with PyTorch's own for its lock."""
    local = [lock for lock in locks if "+cpu" in lock.read_text(encoding="utf-8")]
    others = [lock for lock in locks if lock not in local]
    for name, way in (("uv", environment.by_uv), ("pip", environment.by_pip)):
        print(f"[setup] {count(locks)} packages with {name}", file=sys.stderr)
        yield way(locks, []) and environment.consistent()
        if local:
            print(f"[setup] {name}, {local[0].stem} from {CPU_WHEELS}", file=sys.stderr)
            yield way(local, [CPU_WHEELS]) and way(others, []) and environment.consistent()


class Environment:
    """A virtual environment that is being made, and how both installers are called on it."""

    def __init__(self, folder: Path) -> None:
        self.python, self.log, self.aside = folder / "bin" / "python", folder / LOG, folder / ".setup"
        self._before = self.log.stat().st_size
        self.uv = self.aside / "uv" / "bin" / "uv"
        self.sources = sources(os.environ)
        self.aside.mkdir(exist_ok=True)
        cert = self.sources.get("cert")
        self.variables = {
            **without_installers(os.environ),
            # No file of the host's is read, the global ones neither; its sources are handed on by themselves.
            "PIP_CONFIG_FILE": os.devnull,
            **{as_variable(name): value for name, value in self.sources.items()},
            "PIP_CACHE_DIR": str(self.aside / "pip"),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "UV_CACHE_DIR": str(self.aside / "cache"),
            "UV_NO_CONFIG": "1",
            "UV_HTTP_TIMEOUT": "60",
            **({"SSL_CERT_FILE": cert} if cert else {}),
        }

    def by_uv(self, locks: list[Path], more: list[str]) -> bool:
        """Install with uv, which is installed aside first."""
        aside = ["install", "--target", str(self.aside / "uv"), *as_pip_options([UV_LOCK], [])]
        if not (self.uv.exists() or self._pip(aside)):
            return False
        command = [str(self.uv), "pip", "install", "--python", str(self.python), "--no-deps", "--require-hashes"]
        # A version that is locked by hash may lie in any of the sources.
        command += ["--no-build", "--no-progress", "--index-strategy", "unsafe-best-match"]
        return self._run([*command, *as_uv_options(self.sources, more), *requirements(locks)])

    def by_pip(self, locks: list[Path], more: list[str]) -> bool:
        """Install with pip."""
        return self._pip(["install", *as_pip_options(locks, more)])

    def told(self) -> str:
        """Return what the installers have printed."""
        return self.log.read_bytes()[self._before :].decode(errors="replace")

    def consistent(self) -> bool:
        """Tell whether each package has what it needs."""
        return self._pip(["check"])

    def _pip(self, arguments: list[str]) -> bool:
        # -I: neither PYTHONPATH nor a user's own packages.
        return self._run([str(self.python), "-I", "-m", "pip", *arguments])

    def _run(self, command: list[str]) -> bool:
        with self.log.open("a", encoding="utf-8") as log:
            print("$", *command, file=log, flush=True)
            return not subprocess.run(command, env=self.variables, stdout=log, stderr=log, check=False).returncode


def sources(variables: Mapping[str, str]) -> dict[str, str]:
    """Return where pip would take packages from, as its files and variables say; no pip has to be there."""
    found: dict[str, str] = {}
    for path in configuration_files(variables):
        parser = RawConfigParser()
        try:
            parser.read(path, encoding="utf-8")
        except (ParsingError, UnicodeDecodeError):
            print(f"[setup] {path} cannot be read; it is left out", file=sys.stderr)
            continue
        # A command's own section counts more than the global one.
        for section in ("global", "install"):
            found |= dict(parser.items(section)) if parser.has_section(section) else {}
    found |= {name: variables[variable] for name in SOURCES if (variable := as_variable(name)) in variables}
    return {name: " ".join(value.split()) for name, value in found.items() if name in SOURCES and value.strip()}


def as_variable(name: str) -> str:
    """Name the variable that stands for a setting of pip's."""
    return "PIP_" + name.upper().replace("-", "_")


def configuration_files(variables: Mapping[str, str]) -> list[Path]:
    """Return the files that pip reads, the last of which counts most (OVERRIDE_ORDER in its configuration.py)."""
    own, home = variables.get("PIP_CONFIG_FILE"), Path(variables.get("HOME") or "/nonexistent")
    if own == os.devnull:
        return []
    shared = [Path(of, "pip") for of in (variables.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":")]
    users = [home / ".pip", Path(variables.get("XDG_CONFIG_HOME") or home / ".config", "pip")]
    folders = [*shared, ETC, *([] if own else users)]
    return [*(folder / "pip.conf" for folder in folders), *([Path(own)] if own else [])]


def as_pip_configuration(found: Mapping[str, str]) -> str:
    """Write sources down as a file of pip's."""
    return "\n".join(["[global]", *(f"{name} = {value}" for name, value in sorted(found.items()))]) + "\n"


def as_uv_options(found: Mapping[str, str], more: list[str]) -> list[str]:
    """Write sources as options of uv, which reads no configuration of pip's."""
    options = ["--default-index", found["index-url"]] if "index-url" in found else []
    options += [f"--index={url}" for url in (*found.get("extra-index-url", "").split(), *more)]
    options += [f"--find-links={place}" for place in found.get("find-links", "").split()]
    options += [f"--allow-insecure-host={host}" for host in found.get("trusted-host", "").split()]
    return options + (["--no-index"] if found.get("no-index", "").lower() in ("1", "true", "yes", "on") else [])


def as_pip_options(locks: list[Path], more: list[str]) -> list[str]:
    """Return what pip is asked for: the locked files and nothing else, no byte of bytecode with a time in it."""
    strict = ["--no-deps", "--require-hashes", "--no-compile", "--only-binary=:all:", "--progress-bar=off"]
    return [*strict, *(f"--extra-index-url={url}" for url in more), *requirements(locks)]


def requirements(locks: Iterable[Path]) -> list[str]:
    """Return the options that name locks."""
    return [word for lock in locks for word in ("-r", str(lock))]


def without_installers(variables: Mapping[str, str]) -> dict[str, str]:
    """Leave out what would tell installers or Python anything but where sources are."""
    return {name: value for name, value in variables.items() if not name.startswith(("PIP_", "UV_", "PYTHON"))}


def count(locks: Iterable[Path]) -> int:
    """Count the packages of locks."""
    return sum(len(re.findall(r"^[\w.-]+==", lock.read_text(encoding="utf-8"), re.MULTILINE)) for lock in locks)


def reason(log: str) -> str:
    """Say in a line which package failed, why, and what to do, as the last attempts told it."""
    for pattern, why, remedy in FAILURES:
        if found := list(re.finditer(pattern, log)):
            package = found[-1][1] if found[-1].re.groups else ""
            return "; ".join(filter(None, [": ".join(filter(None, [package, why])), remedy]))
    last = (log.strip().splitlines() or ["no word"])[-1]
    return f"{last.strip()}; check network and sources (pip config list)"


def fail(line: str) -> int:
    """Print one line and return the exit code of bad input."""
    print(f"make: {line}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
