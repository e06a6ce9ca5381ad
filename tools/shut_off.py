"""Prove from inside a container that it is shut off: exit 0 only where nothing but its own results can be reached.

`shut_off.py listen` waits on a port of the host and prints it; `shut_off.py PORT` tries that port too, so that a
container which does share the host's network is seen to reach something, whether or not the host is online.
"""

from __future__ import annotations

import os
import socket
import sys
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
        f"no capabilities: {status['CapEff'].strip()}": int(status["CapEff"], 16) == 0,
        f"4 GiB of memory: {memory_limit()}": memory_limit() == 4 * 2**30,
        "no new privileges": status["NoNewPrivs"].strip() == "1",
        "the root file system cannot be written": not any(map(written, (Path("/artifact/x"), Path("/venv/x")))),
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


def memory_limit() -> int | None:
    """Return this container's limit in bytes, None without one."""
    for path in ("memory.max", "memory/memory.limit_in_bytes"):  # control groups, version 2 and 1
        if (limit := Path("/sys/fs/cgroup", path)).is_file():
            said = limit.read_text("utf-8").strip()
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
