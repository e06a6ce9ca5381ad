"""Small archives. These tests need pyarrow, which the study does without: `make large-test` runs them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from made_up_pings import Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write columns as a Parquet file below a folder, in row groups of so many rows."""

    def written(columns: Mapping[str, Any], name: str = "pings.parquet", group: int = 1_000) -> Path:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(dict(columns)), path, row_group_size=group)
        return path

    return written
