"""What the study does without is missed in one line."""

from __future__ import annotations

import pytest

from artifact.errors import BadInputError
from artifact.extras import needed


def test_a_missing_library_names_its_target() -> None:
    needed("numpy")
    with pytest.raises(BadInputError, match=r"^no_such_library: is not installed; run `make large-setup`$"):
        needed("numpy", "no_such_library")
