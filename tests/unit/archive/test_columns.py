"""Which columns are found, and what is asked where they are not."""

from __future__ import annotations

from pathlib import Path

import pytest

pa = pytest.importorskip("pyarrow")

from artifact.archive.columns import Columns, Named, found_columns  # noqa: E402
from artifact.errors import BadInputError  # noqa: E402

NOW, FLOAT, WHOLE, TEXT = pa.timestamp("us"), pa.float64(), pa.int64(), pa.string()


@pytest.mark.parametrize(
    ("schema", "named", "found"),
    [
        (
            {"probe": WHOLE, "target": TEXT, "time": NOW, "rtt_ms": FLOAT},
            Named(),
            ("rtt_ms", "time", ("probe", "target"), "ms"),
        ),
        (
            {"Prb_ID": WHOLE, "Timestamp": WHOLE, "Latency_us": WHOLE},
            Named(),
            ("Latency_us", "Timestamp", ("Prb_ID",), "us"),
        ),
        ({"ts": FLOAT, "rtt_s": FLOAT, "ttl": WHOLE}, Named(), ("rtt_s", "ts", (), "s")),
        ({"ts": FLOAT, "ping": FLOAT}, Named(unit="us"), ("ping", "ts", (), "us")),
        (
            {"a": WHOLE, "b": FLOAT, "c": TEXT, "rtt": FLOAT},
            Named(time="a", rtt="b", target="c"),
            ("b", "a", ("c",), "ms"),
        ),
    ],
)
def test_columns_are_found_by_name_or_named(
    schema: dict[str, pa.DataType], named: Named, found: tuple[str, str, tuple[str, ...], str]
) -> None:
    columns = found_columns(Path("pings.parquet"), pa.schema(schema), named)
    assert columns == Columns(*found, unit_stated=named.unit is not None)


@pytest.mark.parametrize(
    ("schema", "named", "said"),
    [
        (
            {"time": NOW, "value": FLOAT},
            Named(),
            "has no rtt column among its columns 'time', 'value'; name it with --rtt",
        ),
        ({"rtt": FLOAT}, Named(), "has no time column among its columns 'rtt'; name it with --time"),
        ({"time": NOW, "rtt": FLOAT}, Named(probe="prb"), "has no column 'prb' among its columns .*; correct --probe"),
        ({"time": NOW, "rtt": FLOAT, "ping": FLOAT}, Named(), "has several rtt columns: 'rtt', 'ping'; name one"),
        ({"time": NOW, "rtt": pa.list_(FLOAT)}, Named(), "column 'rtt' is of type list.*; an RTT is one number"),
        ({"time": TEXT, "rtt": FLOAT}, Named(), "column 'time' is of type string; a time is"),
        ({"time": NOW, "rtt": FLOAT, "probe": FLOAT}, Named(), "column 'probe' is of type double; a probe"),
    ],
)
def test_what_is_missing_or_unclear_is_one_line(schema: dict[str, pa.DataType], named: Named, said: str) -> None:
    with pytest.raises(BadInputError, match=rf"^pings.parquet: {said}"):
        found_columns(Path("pings.parquet"), pa.schema(schema), named)
