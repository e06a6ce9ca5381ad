"""What the artifact is built from: an SBOM with licences, and known vulnerabilities of the locked versions.

tools/supply_chain.py sbom               results/sbom.json (CycloneDX) and a line per package; 1 on a strange licence
tools/supply_chain.py vulnerabilities    asks PyPI's advisory service; 1 where one is known, 2 without network
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COMPATIBLE = re.compile(r"\b(apache|mit|0?bsd|bsl-1|psf|python-2|isc|mpl|zlib|cc0|unlicense|hpnd)\b", re.IGNORECASE)
"""Words in names of licences that may stand beside Apache-2.0; MPL covers its own files only."""


def main() -> int:
    """Do one of both."""
    return {"sbom": sbom, "vulnerabilities": vulnerabilities}[sys.argv[1]]()


def sbom() -> int:
    """Describe the environment; print each package's licence; return 1 where one is unknown or not compatible."""
    environment = Path(os.environ.get("VENV", ".venv")) / "bin" / "python"
    target = Path(os.environ.get("RESULTS", "results")) / "sbom.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of", "JSON"]
    made = subprocess.run([*command, "-o", str(target), str(environment)], check=False, capture_output=True, text=True)
    if made.returncode:
        print(f"sbom: {made.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return 2
    packages = json.loads(target.read_text(encoding="utf-8"))["components"]
    strange = 0
    for package in sorted(packages, key=lambda package: package["name"].lower()):
        said = licences(package)
        good = compatible(said)
        strange += not good
        print(
            f"{package['name'] + ' ' + package['version']:36}{said}{'' if good else '   <- NOT KNOWN TO BE COMPATIBLE'}"
        )
    print(f"{target}: {len(packages)} packages, {strange} with a licence that is not known to be compatible")
    return 1 if strange else 0


def compatible(said: str) -> bool:
    """Tell whether a licence may stand beside Apache-2.0: every part joined by AND or a comma, one of those by OR."""
    parts = re.split(r" and |, ", said, flags=re.IGNORECASE)
    return all(any(map(COMPATIBLE.search, re.split(" or ", part, flags=re.IGNORECASE))) for part in parts)


def licences(package: dict[str, Any]) -> str:
    """Return a package's licences as one short line: names and expressions, never a whole text."""
    found = []
    for entry in package.get("licenses", []):
        licence = entry.get("license", {})
        named = entry.get("expression") or licence.get("id") or licence.get("name") or ""
        found.append(named.strip().splitlines()[0][:60] if named.strip() else "")
    return ", ".join(dict.fromkeys(filter(None, found))) or _in_metadata(package["name"]) or "none stated"


def _in_metadata(name: str) -> str:
    """Return the free-text licence of an installed package, which the SBOM leaves out where SPDX has no such name."""
    places = Path(os.environ.get("VENV", ".venv")).glob("lib/python3.*/site-packages")
    found = next(iter(metadata.distributions(name=name, path=[str(place) for place in places])), None)
    return (found.metadata.get("License") or "").strip().split("\n")[0][:60] if found else ""


def vulnerabilities() -> int:
    """Ask for known vulnerabilities of every locked version; return 1 where one is known, 2 where nobody answers."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as pins:
        pins.write("\n".join(locked()) + "\n")
        pins.flush()
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        asked = subprocess.run([*command, "-f", "json", "-r", pins.name], check=False, capture_output=True, text=True)
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        packages = []
    known = [package for package in packages if "vulns" in package]
    if not known:
        print("vulnerabilities: the advisory service could not be asked; try again online", file=sys.stderr)
        return 2
    vulnerable = [package for package in known if package["vulns"]]
    for package in vulnerable:
        print(f"{package['name']} {package['version']}: {', '.join(found['id'] for found in package['vulns'])}")
    skipped = [package["name"] for package in packages if "vulns" not in package]
    left_out = f"; not known to the service: {', '.join(skipped)}" if skipped else ""
    print(f"{len(known)} packages asked about, {len(vulnerable)} with known vulnerabilities{left_out}")
    return 1 if vulnerable else 0


def locked() -> list[str]:
    """Return every package of every lock as name==version, without local versions: no service lists those."""
    locks = sorted((ROOT / "requirements").glob("*.txt"))
    text = "\n".join(lock.read_text(encoding="utf-8") for lock in locks)
    return sorted(set(re.findall(r"^([\w.-]+==[^\s+;]+)", text, re.MULTILINE)))


if __name__ == "__main__":
    sys.exit(main())
