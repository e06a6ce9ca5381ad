"""An archive, labelled: equal however it is cut and whatever kills it; whole or absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_up_pings import Write, pings

pytest.importorskip("pyarrow")

from artifact.annotate.annotating import annotate
from artifact.archive import label, plan, reading
from artifact.archive.columns import Named
from artifact.archive.label import label_archive
from artifact.errors import BadInputError
from artifact.grid.executor import HERE
from artifact.labeling.engines import apply_columns
from artifact.labeling.patterns import patterns_of
from artifact.setting import setting_of
from artifact.store.files import sha256
from artifact.store.paths import STUDY
from artifact.study import StudyFile

LABELS = [f"{task}_{of}" for of in ("single_task", "multi_task") for task in ("noise", "outage", "swell")]


class InThisProcess:
    """An executor that does everything here, a piece whenever its outcome is asked for."""

    def submit(self, work: Callable[[Any], Any], given: Sequence[Any]) -> None:
        self._work, self._given = work, given

    def completed(self) -> Iterator[Any]:
        yield from map(self._work, self._given)


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(label, "workers_at", lambda *_: nullcontext(InThisProcess()))


@pytest.fixture(scope="session")
def quick(study_file: StudyFile) -> StudyFile:
    return study_file.with_values({"trace.pings": 1_000, "approaches.multi_task.epochs": 1})


def cut(monkeypatch: pytest.MonkeyPatch, part_rows: int, block_rows: int) -> None:
    monkeypatch.setattr(plan.archive_of, "__defaults__", (part_rows,))
    monkeypatch.setattr(reading.blocks, "__defaults__", (block_rows,))


def files(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): sha256(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def labels_of(out: Path) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in sorted((out / "labels").iterdir())], ignore_index=True)


@pytest.fixture
def data(write: Write) -> Path:
    write(pings([700, 1, 40], 1), "a.parquet", group=300)
    return write(pings([900], 2, first_probe=9), "b/c.parquet", group=300).parent.parent


def test_every_ping_has_the_labels_of_its_whole_series(data: Path, quick: StudyFile, tmp_path: Path) -> None:
    label_archive(data, tmp_path / "out", Named(), quick, HERE)
    found = labels_of(tmp_path / "out")
    given = pd.concat(
        [pd.read_parquet(data / "a.parquet"), pd.read_parquet(data / "b" / "c.parquet")], ignore_index=True
    )
    pd.testing.assert_frame_equal(found[list(given)], given)
    assert list(found)[4:] == LABELS
    # The label model's labels by the way that the study goes: all votes in one matrix, ties normal.
    setting = setting_of(quick.with_values({"approaches.single_task.ties": "normal"}), ["single_task"])
    series = [np.rint(of["rtt_ms"] * 1000).astype(np.int64) for _, of in given.groupby("probe")]
    for task in setting.tasks:
        from artifact.approaches.approach import Pings, Training
        from artifact.parameters import FAST

        votes = np.concatenate([apply_columns(task, np.asarray(of)) for of in series])
        seen = Pings((task,), np.arange(len(votes)), {task.name: votes})
        ((fitted, _),) = setting.approaches[0].fit({0: Training(seen, 100, "cpu", FAST)}).values()
        assert np.array_equal(found[f"{task.name}_single_task"], fitted.label(seen).labels[task.name])
        assert found[f"{task.name}_single_task"].sum() > 0
        assert len(patterns_of(votes)[0].votes) > 1


def test_a_summary_says_what_pandas_says(
    data: Path, quick: StudyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, 300, 128)
    label_archive(data, tmp_path / "out", Named(), quick, HERE)
    found = pd.read_parquet(tmp_path / "out" / "summary.parquet").set_index(["probe", "target"])
    pinged = labels_of(tmp_path / "out")
    answered = pinged["rtt_ms"].where(pinged["rtt_ms"] > 0)
    grouped = pinged.assign(losses=answered.isna(), answered=answered).groupby(["probe", "target"])
    expected = grouped.agg(
        first=("time", "first"),
        last=("time", "last"),
        pings=("time", "size"),
        losses=("losses", "sum"),
        fastest_ms=("answered", "min"),
        mean_ms=("answered", "mean"),
        slowest_ms=("answered", "max"),
        **{name: (name, "sum") for name in LABELS},
    )
    assert len(found) == 4
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)


@pytest.mark.parametrize(("part_rows", "block_rows"), [(300, 128), (1, 1_000), (900, 77)])
def test_however_it_is_cut_labels_summaries_and_models_are_equal(
    part_rows: int, block_rows: int, data: Path, quick: StudyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_archive(data, tmp_path / "whole", Named(), quick, HERE)
    cut(monkeypatch, part_rows, block_rows)
    label_archive(data, tmp_path / "cut", Named(), quick, HERE)
    assert len(list((tmp_path / "cut" / "labels").iterdir())) > 1
    pd.testing.assert_frame_equal(labels_of(tmp_path / "cut"), labels_of(tmp_path / "whole"))
    assert files(tmp_path / "cut" / "models") == files(tmp_path / "whole" / "models")
    summaries = [pd.read_parquet(tmp_path / name / "summary.parquet") for name in ("cut", "whole")]
    pd.testing.assert_frame_equal(*summaries)


@pytest.mark.parametrize("work", ["count_part", "fit", "label_part", "_finish"])
@pytest.mark.parametrize("after", [0, 1])
def test_interrupted_work_goes_on_and_ends_with_the_same_bytes(
    work: str, after: int, data: Path, quick: StudyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut(monkeypatch, 600, 1_000)
    label_archive(data, tmp_path / "undisturbed", Named(), quick, HERE)
    done: list[Any] = []
    real = getattr(label, work)

    def killed(*given: Any) -> Any:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(given)
        return real(*given)

    monkeypatch.setattr(label, work, killed)
    if after and work in ("fit", "_finish"):
        return  # once is all there is of them
    with pytest.raises(KeyboardInterrupt):
        label_archive(data, tmp_path / "out", Named(), quick, HERE)
    assert not (tmp_path / "out").exists()
    begun: list[Any] = []
    monkeypatch.setattr(label, work, lambda *given: begun.append(given) or real(*given))
    label_archive(data, tmp_path / "out", Named(), quick, HERE)
    assert files(tmp_path / "out") == files(tmp_path / "undisturbed")
    if work.endswith("part"):
        assert len(begun) == 3 - after
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "out", "undisturbed"]


def test_pings_that_cannot_be_labelled_leave_nothing(write: Write, quick: StudyFile, tmp_path: Path) -> None:
    columns = pings([900])
    columns["rtt_ms"][850] = float("inf")
    path = write(columns, group=300)
    with pytest.raises(BadInputError, match="row 851: the RTT is infinite"):
        label_archive(path, tmp_path / "out", Named(), quick, HERE)
    assert [found.name for found in tmp_path.iterdir()] == ["data"]


def test_a_series_in_two_places_is_refused(write: Write, quick: StudyFile, tmp_path: Path) -> None:
    write(pings([50, 60]), "a.parquet")
    path = write(pings([70], first_probe=2) | {"target": ["host 1"] * 70}, "b.parquet")
    with pytest.raises(
        BadInputError, match=r"b.parquet \(row 1\): .* stands in \S*a.parquet \(row 51\) too; put the rows"
    ):
        label_archive(path.parent, tmp_path / "out", Named(), quick, HERE)
    assert [found.name for found in tmp_path.iterdir()] == ["data"]
    # Of another target it is another series; and files without names are each a series.
    write(pings([70], first_probe=2), "b.parquet")
    label_archive(path.parent, tmp_path / "out", Named(), quick, HERE)
    assert len(pd.read_parquet(tmp_path / "out" / "summary.parquet")) == 3


def test_without_probe_and_target_each_file_is_a_series(write: Write, quick: StudyFile, tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        columns = {name: of for name, of in pings([80]).items() if name in ("time", "rtt_ms")}
        folder = write(columns, name).parent
    label_archive(folder, tmp_path / "out", Named(), quick, HERE)
    assert pd.read_parquet(tmp_path / "out" / "summary.parquet")["file"].tolist() == ["a.parquet", "b.parquet"]
    assert labels_of(tmp_path / "out")["file"].value_counts().to_dict() == {"a.parquet": 80, "b.parquet": 80}


def test_nothing_is_replaced_and_what_is_current_is_not_done_again(
    data: Path, quick: StudyFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    label_archive(data, out, Named(), quick, HERE)
    before = files(out)
    label_archive(data, out, Named(), quick, HERE)
    assert "labelled already" in capsys.readouterr().err
    other = quick.with_values({"tasks.swell.low": 0.9})
    with pytest.raises(
        BadInputError, match=r"out: holds other labels \(tasks.swell.low changed from 1.05 to 0.9\); name"
    ):
        label_archive(data, out, Named(), other, HERE)
    (tmp_path / "mine").mkdir()
    with pytest.raises(BadInputError, match="mine: is there already; name another folder with --out"):
        label_archive(data, tmp_path / "mine", Named(), quick, HERE)
    assert files(out) == before


def test_unfinished_work_on_other_labels_is_left_alone(
    data: Path, quick: StudyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(label, "fit", killed)
        label_archive(data, tmp_path / "out", Named(), quick, HERE)
    other = quick.with_values({"tasks.swell.low": 0.9})
    with pytest.raises(
        BadInputError, match=r"\.out\.unfinished: holds unfinished work .*swell.low changed .*; remove it"
    ):
        label_archive(data, tmp_path / "out", Named(), other, HERE)
    label_archive(data, tmp_path / "out", Named(), quick, HERE)


def test_a_studys_models_label_as_they_annotate_a_log(
    write: Write, small_results: Path, study_file: StudyFile, tmp_path: Path
) -> None:
    columns = pings([1_500])
    log = tmp_path / "log.csv"
    log.write_text("rtt_ms\n" + "".join(f"{of:.3f}\n" for of in columns["rtt_ms"]), encoding="utf-8")
    label_archive(write(columns), tmp_path / "out", Named(), study_file, HERE, small_results)
    annotate(log, tmp_path / "labels.csv", STUDY, small_results, ("single_task", "multi_task"))
    pd.testing.assert_frame_equal(
        labels_of(tmp_path / "out")[LABELS], pd.read_csv(tmp_path / "labels.csv")[LABELS], check_dtype=False
    )
    with pytest.raises(BadInputError, match="no trained models of"):
        other = study_file.with_values({"tasks.swell.low": 0.9})
        label_archive(write(columns), tmp_path / "other", Named(), other, HERE, small_results)
    assert not (tmp_path / "other").exists()
