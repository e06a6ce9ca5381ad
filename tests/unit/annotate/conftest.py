"""What the tests of annotate share: approaches that are ready, and one annotated series."""

from __future__ import annotations

from pathlib import Path

import pytest
from lines_made import a_bad_hour

from artifact.annotate.annotation import Annotation, annotated
from artifact.annotate.labels import Labelers, labelers
from artifact.store.paths import STUDY


@pytest.fixture(scope="session")
def asked() -> Labelers:
    return labelers(("blind",), STUDY, Path("no results"))


@pytest.fixture(scope="session")
def hour(asked: Labelers) -> Annotation:
    return annotated(a_bad_hour(), asked)
