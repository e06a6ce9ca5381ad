"""JSON with a seal over its content: a file that is torn, edited or of another kind is told from one of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from artifact.files import write_text


def write_sealed(path: Path, content: Mapping[str, Any]) -> None:
    """Write ``content`` as JSON, its seal last, in place of any that it carries."""
    body = json.loads(json.dumps({key: value for key, value in content.items() if key != "seal"}))
    write_text(path, json.dumps({**body, "seal": _seal(body)}, indent=1) + "\n")


def read_sealed(path: Path) -> dict[str, Any]:
    """Return what ``write_sealed`` wrote, seal included; ValueError where it is missing or no longer that."""
    try:
        if path.is_file():
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if content["seal"] == _seal({key: value for key, value in content.items() if key != "seal"}):
                return content
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise ValueError(f"{path} is missing, torn or edited")


def _seal(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
