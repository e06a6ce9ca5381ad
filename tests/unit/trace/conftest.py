"""What the tests of all readers share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from artifact.errors import BadInputError


@pytest.fixture
def refused(tmp_path: Path) -> Callable[..., None]:
    """Check that a reader refuses a text in one line that begins with the file and the problem."""

    def check(read: Callable[[Path, str], Any], text: str, problem: str) -> None:
        log = tmp_path / "log"
        with pytest.raises(BadInputError) as refusal:
            read(log, text)
        assert str(refusal.value).startswith(f"{log}{problem}")
        assert "\n" not in str(refusal.value)

    return check
