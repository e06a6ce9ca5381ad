"""What every page is rendered by: templates that escape what they are given, and hashes that name what may run."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import jinja2


def environment(folder: Path) -> jinja2.Environment:
    """Return the templates of a folder; what they are given is escaped, and what they lack is an error."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def content_hash(text: str) -> str:
    """Return SHA-256 in base 64, by which a content security policy (CSP, level 2) lets a style or script through."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
