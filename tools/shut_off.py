"""Prove from inside a container that it is shut off: exit 0 only where nothing but its own results can be reached.

`shut_off.py listen` waits on a port of the host and prints it; `shut_off.py PORT` tries that port too, so that a
container which does share the host's network is seen to reach something, whether or not the host is online.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
from pathlib import Path

ADDRESSES = (("192.0.2.1", 443), ("1.1.1.1", 53), ("9.9.9.9", 443))


def main(argument: str = "") -> int:
    """Print what was tried and what came of it; with `listen`, be what a container with a network reaches."""
    if argument == "listen":
        return listen()
    addresses = (*ADDRESSES, ("127.0.0.1", int(argument))) if argument else ADDRESSES
    interfaces = sorted(path.name for path in Path("/sys/class/net").iterdir())
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text("utf-8").splitlines() if ":\t" in line
    )
    checks = {
        "loopback works, so that silence elsewhere means something": loopback(),
        f"network: no interface but loopback: {interfaces}": interfaces == ["lo"],
        "network: no address can be reached": not any(reached(address) for address in addresses),
        "network: no name can be looked up": not looked_up("pypi.org"),
        f"nobody's uid: {os.getuid()}": os.getuid() == 10001,
        f"confined: no capability can be had: {status['CapBnd'].strip()}": int(status["CapBnd"], 16) == 0,
        f"confined: 4 GiB of memory: {limit('memory')}": limit("memory") == 4 * 2**30,
        f"confined: 256 processes: {limit('pids')}": limit("pids") == 256,
        "confined: no new privileges": status["NoNewPrivs"].strip() == "1",
        "confined: the root file system is mounted read-only": bool(os.statvfs("/").f_flag & os.ST_RDONLY),
        "neither code nor environment can be written": not any(map(written, (Path("/artifact/x"), Path("/venv/x")))),
        "the build left no temporary files": not any(Path(tempfile.gettempdir()).iterdir()),
        "results can be written": written(Path("/results/.probe")),
    }
    for check, holds in checks.items():
        print(f"{'yes' if holds else 'NO '}  {check}")
    return 0 if all(checks.values()) else 1


def listen() -> int:
    """Print a port of this host and take connections on it until killed."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(server.getsockname()[1], flush=True)
        while True:
            server.accept()[0].close()


def limit(of: str) -> int | None:
    """Return this container's limit of memory (bytes) or pids, None without one."""
    first = {"memory": "memory/memory.limit_in_bytes", "pids": "pids/pids.max"}
    for path in (f"{of}.max", first[of]):  # control groups, version 2 and 1
        if (place := Path("/sys/fs/cgroup", path)).is_file():
            said = place.read_text("utf-8").strip()
            return int(said) if said.isdigit() else None
    return None


def loopback() -> bool:
    """Tell whether a connection within this machine works."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return reached(server.getsockname())


def reached(address: tuple[str, int]) -> bool:
    """Tell whether a TCP connection can be opened."""
    try:
        with socket.create_connection(address, timeout=3):
            return True
    except OSError:
        return False


def looked_up(name: str) -> bool:
    """Tell whether a name resolves."""
    try:
        return bool(socket.getaddrinfo(name, 443))
    except OSError:
        return False


def written(path: Path) -> bool:
    """Tell whether a file can be made."""
    try:
        path.touch()
        path.unlink()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
