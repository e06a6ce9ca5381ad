"""Work that is kept together with what decided it: current while that stays the same, and able to say what changed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from artifact.store.files import json_sha256, sha256, write_text

Manifest = Mapping[str, Any]
"""What decides a piece of work: names as people say them, values that JSON holds; a checksum for what is long."""


def keep(path: Path, manifest: Manifest, content: Mapping[str, Any], outputs: Iterable[Path] = ()) -> None:
    """Write ``content`` with its manifest and the checksums of ``outputs``, which lie beside it, as JSON."""
    sums = {output.name: sha256(output) for output in outputs}
    write_checked(path, {"manifest": manifest, "outputs": sums, "content": content})


def kept(path: Path) -> dict[str, Any]:
    """Return the content that ``keep`` wrote; ValueError where it, or an output, is missing, torn or edited."""
    content: dict[str, Any] = _whole(path)["content"]
    return content


def stale(path: Path, manifest: Manifest) -> list[str]:
    """Say why what is kept at ``path`` cannot stand for work that ``manifest`` decides; nothing where it can."""
    if not path.exists():
        return ["not done yet"]
    try:
        before = _whole(path)["manifest"]
    except ValueError as error:
        return [str(error)]
    wanted = json.loads(json.dumps(manifest))
    return [_change(name, before, wanted) for name in {**wanted, **before} if before.get(name) != wanted.get(name)]


def write_checked(path: Path, content: Mapping[str, Any]) -> None:
    """Write ``content`` as JSON, a checksum over it last, in place of any that it carries."""
    body = json.loads(json.dumps({key: value for key, value in content.items() if key != "checksum"}))
    write_text(path, json.dumps({**body, "checksum": json_sha256(body)}, indent=1) + "\n")


def read_checked(path: Path) -> dict[str, Any]:
    """Return what ``write_checked`` wrote, checksum included; ValueError where it is missing or no longer that."""
    try:
        if path.is_file():
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if content["checksum"] == json_sha256({key: of for key, of in content.items() if key != "checksum"}):
                return content
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise ValueError(f"{path.name} is missing, torn or edited")


def _whole(path: Path) -> dict[str, Any]:
    found = read_checked(path)
    if not {"manifest", "outputs", "content"} <= found.keys():
        raise ValueError(f"{path.name} is no record")
    for name, total in found["outputs"].items():
        output = path.parent / name
        if not output.is_file() or sha256(output) != total:
            raise ValueError(f"{name} is missing, torn or edited")
    return found


def _change(name: str, before: Manifest, wanted: Manifest) -> str:
    if name.startswith("code of "):
        what = "changed" if name in before and name in wanted else "is new" if name in wanted else "is no longer used"
        return f"{name} {what}"
    if name not in before:
        return f"{name} is new ({wanted[name]})"
    if name not in wanted:
        return f"{name} is gone"
    return f"{name} changed from {before[name]} to {wanted[name]}"
