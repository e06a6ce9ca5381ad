"""A folder of labelled series, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from artifact.changes.labelled import read_folder
from artifact.errors import BadInputError

SERIES = "epoch;rtt;cp\n2016-10-01 00:03:14;-3;0\n2016-10-01 00:07:14;10.5;0\n2016-10-01 00:11:13;-4;1\n"
SERIES += "2016-10-01 00:15:11;20.0004;1\n2016-10-01 00:19:11;20.25;0\n2016-10-01 00:23:11;30.75;1\n"


def test_losses_and_labels_are_read(tmp_path: Path) -> None:
    (tmp_path / "17.csv").write_text(SERIES)
    (tmp_path / "artificial_1.csv").write_text("of another kind")
    (series,) = read_folder(tmp_path)
    assert series.name == "17"
    assert series.labels.tolist() == [2, 3, 5]
    assert series.rtt_us.tolist() == [0, 10_500, 0, 20_000, 20_250, 30_750]
    assert np.isnan(series.rtt_ms).tolist() == [True, False, True, False, False, False]


def test_filled_series_have_no_loss_and_no_label_beside_one(tmp_path: Path) -> None:
    (tmp_path / "17.csv").write_text(SERIES)
    filled = read_folder(tmp_path)[0].filled()
    assert filled.rtt_ms.tolist() == [10.5, 10.5, 10.5, 20.0004, 20.25, 30.75]
    assert filled.labels.tolist() == [5]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (SERIES.replace("20.25", "twenty"), 6, "rtt is no number"),
        (SERIES.replace("20.25", "2e9"), 6, "rtt is no number"),
        (SERIES.replace("30.75;1", "30.75;2"), 7, "cp is neither 0 nor 1"),
        (SERIES.replace("rtt", "delay"), 1, "has no column rtt"),
        (SERIES.replace(";1", ";0"), None, "has no change that is marked"),
        ("epoch;rtt;cp\n1;-3;0\n2;-3;1\n", None, "or no reply"),
        ("", None, "is no table"),
        ("a;b\n1;2;3;4;5\n6;7;8;9;10;11\n", None, "is no table"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, line: int | None, problem: str) -> None:
    (tmp_path / "1.csv").write_text(text)
    with pytest.raises(BadInputError, match=problem) as said:
        read_folder(tmp_path)
    assert str(said.value).startswith(f"{tmp_path / '1.csv'}{f':{line}' if line else ''}: ")
    assert "\n" not in str(said.value)


def test_an_empty_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no labelled series; give a folder"):
        read_folder(tmp_path)
    with pytest.raises(BadInputError, match="is no folder"):
        read_folder(tmp_path / "none")
