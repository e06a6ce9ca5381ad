"""Parquet files: a table in columns, read as one in text would be."""

from __future__ import annotations

import io

from artifact.errors import BadInputError
from artifact.trace.lines import Lines
from artifact.trace.log import Series
from artifact.trace.readers import table

FORMAT = "Parquet table"


def recognises(head: bytes) -> bool:
    """Tell whether ``head`` begins as a Parquet file does."""
    return head.startswith(b"PAR1")


def read(lines: Lines) -> list[Series]:
    """Return a series per host and RTT column; raise BadInputError where the package that reads Parquet is missing."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise BadInputError(
            lines.path, "is a Parquet file", "install the package pyarrow, or export it as CSV"
        ) from None
    try:
        frame = pyarrow.parquet.read_table(lines.path).to_pandas()
        text = frame.to_csv(index=False).encode()
    except (pyarrow.ArrowException, OSError, ValueError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadInputError(lines.path, f"is no Parquet file that can be read ({reason})", "write it anew") from None
    inner = Lines(lines.path, io.BytesIO(text))
    series = table.read(inner)
    aside = inner.set_aside()
    lines.put_aside(aside.lines.tolist(), aside.shown)
    lines.known += inner.known
    lines.notes.extend(inner.notes)
    return series
