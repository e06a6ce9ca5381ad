"""Libraries that the study does without: installed by a target of their own, and missed in one line."""

from __future__ import annotations

import importlib.util

from artifact.errors import BadInputError


def needed(*libraries: str, target: str = "large-setup") -> None:
    """Refuse to begin without libraries that a target of the Makefile installs."""
    for library in libraries:
        if importlib.util.find_spec(library) is None:
            raise BadInputError(library, "is not installed", f"run `make {target}`")
