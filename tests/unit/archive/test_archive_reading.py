"""However an archive is cut, each ping is read once, and labelled as in its whole series."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_pings import Write, pings

pq = pytest.importorskip("pyarrow.parquet")
import pyarrow as pa  # noqa: E402

from artifact.archive.columns import Named  # noqa: E402
from artifact.archive.plan import archive_of  # noqa: E402
from artifact.archive.reading import BadPingsError, blocks  # noqa: E402
from artifact.archive.voting import reach, voted  # noqa: E402
from artifact.errors import BadInputError  # noqa: E402
from artifact.labeling.engines import apply_columns  # noqa: E402
from artifact.setting import setting_of  # noqa: E402
from artifact.study import StudyFile  # noqa: E402


@settings(max_examples=20)
@given(
    lengths=st.lists(st.integers(1, 900), min_size=1, max_size=3),
    cuts=st.tuples(st.integers(1, 700), st.integers(1, 900), st.integers(1, 900)),
    seed=st.integers(0, 99),
)
def test_votes_and_features_are_those_of_the_whole_series(
    lengths: list[int],
    cuts: tuple[int, int, int],
    seed: int,
    study_file: StudyFile,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Windows of a thousand pings around a cut: the study's suites, and the input with surroundings."""
    group, part_rows, block_rows = cuts
    setting = setting_of(study_file.with_values({"approaches.multi_task.input": "window", "inputs.window.far": 300}))
    inputs = [of.input for of in setting.approaches if of.name == "multi_task"]
    path = tmp_path_factory.mktemp("cut") / "pings.parquet"
    columns = pings(lengths, seed)
    pq.write_table(pa.table(columns), path, row_group_size=group)
    archive = archive_of(path, Named(unit="ms"), part_rows)
    found = [
        voted(block, setting.tasks, inputs)
        for part in archive.parts
        for block in blocks(part, archive.columns, reach(setting.tasks, inputs), block_rows)
    ]
    rtt_us = np.rint(columns["rtt_ms"] * 1000).astype(np.int64)
    ends = np.cumsum(lengths)
    for task in setting.tasks:
        whole = np.concatenate([apply_columns(task, series) for series in np.split(rtt_us, ends[:-1])])
        assert np.array_equal(np.concatenate([of.votes[task.name] for of in found]), whole)
    from artifact.labeling.bucket import ColumnSeries

    features = np.concatenate([inputs[0].of(ColumnSeries(series)) for series in np.split(rtt_us, ends[:-1])])
    assert np.array_equal(np.concatenate([of.features["window"] for of in found]), features)


def test_the_widest_window_is_what_the_suites_reach_for(study_file: StudyFile) -> None:
    """Ten prior buckets of 50, and the half of the own one before the ping."""
    assert reach(setting_of(study_file).tasks, []) == 525
    (blind, *_) = setting_of(study_file.with_values({"tasks.noise.suite": "blind"}), tasks=["noise"]).tasks
    assert reach([blind], []) == 1_000 + 25


@given(groups=st.lists(st.integers(1, 50), min_size=1, max_size=6), part_rows=st.integers(1, 120))
def test_parts_hold_every_row_once_and_row_groups_whole(
    groups: list[int], part_rows: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    for k, rows in enumerate(groups):
        pq.write_table(pa.table(pings([rows], k, first_probe=k)), folder / f"{k}.parquet", row_group_size=20)
    archive = archive_of(folder, Named(), part_rows)
    assert archive.rows == sum(groups)
    assert [part.at for part in archive.parts] == [
        sum(of.rows for of in archive.parts[:k]) for k in range(len(archive.parts))
    ]
    read = [
        block.table.column("probe").to_numpy()[block.rows]
        for part in archive.parts
        for block in blocks(part, archive.columns, 3, 17)
    ]
    assert np.array_equal(np.concatenate(read), np.repeat(np.arange(len(groups)), groups))
    assert all(part.rows >= part_rows for part in archive.parts[:-1])


def changed(**rows: tuple[int, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {name: list(of) for name, of in pings([300, 300]).items()}
    for name, (row, value) in rows.items():
        columns[name][row] = value
    return columns


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (changed(rtt_ms=(450, float("nan"))), "row 451: the RTT is NaN; write a loss as null or 0"),
        (changed(rtt_ms=(451, float("inf"))), "row 452: the RTT is infinite"),
        (changed(rtt_ms=(452, 60_001.0)), "row 453: an RTT above 60 s; .* --unit"),
        (changed(time=(453, 0.25)), "row 454: the time stamp lies before that of the row before; sort by time"),
        (changed(time=(454, 153.5)), "row 455: the same time stamp as the row before"),
        (changed(time=(455, float("nan"))), "row 456: the time stamp lies before"),
        (changed(time=(456, None)), "row 457: the time stamp is missing"),
        (changed(probe=(457, None)), "row 458: 'probe' is missing"),
    ],
)
@pytest.mark.parametrize("part_rows", [50, 10_000])
def test_what_is_no_ping_is_told_by_file_and_row(
    columns: dict[str, Any], said: str, part_rows: int, write: Write
) -> None:
    path = write(columns, group=50)
    archive = archive_of(path, Named(), part_rows)
    with pytest.raises(BadPingsError, match=rf"^{path}: {said}"):
        for part in archive.parts:
            list(blocks(part, archive.columns, 25, 64))


def test_a_loss_is_null_or_0_or_negative_and_the_fastest_reply_is_none(write: Write) -> None:
    columns = changed(rtt_ms=(0, None)) | {"time": pa.array(range(600), pa.timestamp("ms"))}
    columns["rtt_ms"][1:5] = [0.0, -1.0, 0.0001, 12.3456]
    archive = archive_of(write(columns), Named())
    (block,) = blocks(archive.parts[0], archive.columns, 1)
    assert block.rtt_us[:5].tolist() == [0, 0, 0, 1, 12_346]
    assert block.begins.tolist() == [0, 300]


@pytest.mark.parametrize(
    ("scale", "name", "plausible"),
    [
        (1.0, "rtt", True),
        (0.001, "rtt", False),
        (1_000.0, "rtt_ms", False),
        (0.001, "rtt_s", True),
        (1.0, "rtt_us", False),
        (1.0, "rtt_s", False),
    ],
)
def test_another_unit_is_asked_for(scale: float, name: str, plausible: bool, write: Write) -> None:
    columns = pings([300])
    columns[name] = columns.pop("rtt_ms") * scale
    path = write(columns)
    if plausible:
        assert archive_of(path, Named()).columns.rtt == name
        return
    with pytest.raises(
        BadInputError,
        match=rf"^{path}: column '{name}': half of the RTTs lie below [\d,.]+ ms, .* say which unit it is",
    ):
        archive_of(path, Named())
    assert archive_of(path, Named(unit="ms")).columns.unit == "ms"


def test_what_is_no_archive_is_one_line(write: Write, tmp_path: Path) -> None:
    (tmp_path / "torn.parquet").write_bytes(write(pings([50])).read_bytes()[:-30])
    (tmp_path / "text.parquet").write_text("no ping here")
    (tmp_path / "none").mkdir()
    (tmp_path / "nothing.parquet").touch()
    write({name: of[:0] for name, of in pings([50]).items()}, "empty.parquet")
    write({**pings([50]), "time": np.arange(50)}, "other.parquet")
    for path, said in {
        tmp_path / "torn.parquet": "cannot be read as Parquet",
        tmp_path / "text.parquet": "cannot be read as Parquet",
        tmp_path / "nothing.parquet": "cannot be read as Parquet",
        tmp_path / "none": "holds no file",
        tmp_path / "missing": "no such file",
        tmp_path / "data" / "empty.parquet": "is empty: no rows",
    }.items():
        with pytest.raises(BadInputError, match=rf"^{path}: {said}.*; ") as caught:
            archive_of(path, Named())
        assert "\n" not in str(caught.value)
    (tmp_path / "data" / "empty.parquet").unlink()
    with pytest.raises(
        BadInputError, match=r"pings.parquet: has columns of other types than other.parquet: .*time double"
    ):
        archive_of(tmp_path / "data", Named())
