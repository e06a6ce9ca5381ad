"""Label matrices: golden votes, both engines on a real data set, plain Snorkel functions."""

from __future__ import annotations

import dataclasses
import gc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from snorkel.labeling import labeling_function

from artifact.dataset import Dataset
from artifact.labeling import engines
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import BUCKETS, apply_columns, apply_rows, reach_of
from artifact.parameters import EngineParameters
from artifact.setting import setting_of, varied
from artifact.study import StudyFile
from artifact.tasks.task import Task
from artifact.trace.series import LONGEST_RTT_US


def by_name(tasks: tuple[Task, ...], name: str) -> Task:
    return next(task for task in tasks if task.name == name)


def column(task: Task, name: str, rtt_us: np.ndarray) -> list[int]:
    position = [function.name for function in task.labeling_functions].index(name)
    return apply_columns(task, rtt_us)[:, position].tolist()


@pytest.mark.parametrize("bucket", BUCKETS)
def test_both_engines_agree_on_a_data_set(tasks: tuple[Task, ...], dataset: Dataset, bucket: str) -> None:
    for task in tasks:
        at = np.arange(1_000 if bucket == "once" else 300)
        assert np.array_equal(apply_rows(task, dataset.rtt_us, at, bucket), apply_columns(task, dataset.rtt_us)[at])


def test_rows_that_are_far_apart_are_labelled_in_their_own_surroundings(
    tasks: tuple[Task, ...], dataset: Dataset
) -> None:
    at = np.arange(7, 3_000, 31)
    for task in tasks:
        votes = apply_rows(task, dataset.rtt_us, at)
        assert votes.shape == (len(at), len(task.labeling_functions))
        assert np.array_equal(votes, apply_columns(task, dataset.rtt_us)[at])


def test_the_engines_buckets_are_those_that_a_study_can_name() -> None:
    known = EngineParameters.model_fields["bucket"].annotation
    assert set(BUCKETS) == set(known.__args__)  # type: ignore[union-attr]


def test_both_engines_agree_on_the_robust_suites(study_file: StudyFile, dataset: Dataset) -> None:
    robust = setting_of(varied(study_file, study_file.varied("robust_functions")), [])
    for task in robust.tasks:
        votes = apply_columns(task, dataset.rtt_us)
        assert votes.shape == (3_000, len(task.labeling_functions))
        assert np.array_equal(apply_rows(task, dataset.rtt_us, np.arange(300)), votes[:300])


def test_both_engines_agree_on_the_blind_suites(tasks: tuple[Task, ...], dataset: Dataset) -> None:
    for task in tasks:
        blind = task.with_parameters(task.p.model_copy(update={"suite": "blind"}))
        votes = apply_columns(blind, dataset.rtt_us)
        assert votes.shape == (3_000, len(blind.labeling_functions))
        assert np.array_equal(apply_rows(blind, dataset.rtt_us, np.arange(60)), votes[:60])


def test_blind_functions_know_nothing_of_what_was_added(tasks: tuple[Task, ...], dataset: Dataset) -> None:
    """Another increase, length, gap or probability leaves every vote alone, and so does a line of another scale."""
    for task in tasks:
        secrets = {"increase_ms": (1, 2), "length": (7, 9), "gap": (3, 4), "probability": 0.3}
        known = {name: value for name, value in secrets.items() if name in type(task.p).model_fields}
        assert known
        blind = task.with_parameters(task.p.model_copy(update={"suite": "blind"}))
        other = task.with_parameters(task.p.model_copy(update={"suite": "blind", **known}))
        votes = apply_columns(blind, dataset.rtt_us)
        assert np.array_equal(apply_columns(other, dataset.rtt_us), votes)
        # A factor of 4 rounds nothing but excesses below the medians, which count as one microsecond.
        assert (apply_columns(blind, 4 * dataset.rtt_us) == votes).mean() > 0.999


def test_a_suite_holds_its_own_functions_alone(tasks: tuple[Task, ...]) -> None:
    noise = by_name(tasks, "noise")
    robust = noise.with_parameters(noise.p.model_copy(update={"suite": "robust"}))
    names = {function.name for function in robust.labeling_functions}
    assert noise.suites == ("main", "robust", "blind")
    assert names == {"lf_large_increase", "lf_no_large_increase", "lf_below_the_median"}
    assert not names & {function.name for function in noise.labeling_functions}


def test_buckets_reach_beyond_the_labelled_rows(tasks: tuple[Task, ...]) -> None:
    # Ping 9 is the last one labelled; the loss behind it lies in its bucket of four.
    rtt_us = np.full(20, 10_000)
    rtt_us[10] = 0
    votes = apply_rows(by_name(tasks, "outage"), rtt_us, np.arange(10))
    names = [function.name for function in by_name(tasks, "outage").labeling_functions]
    assert votes.shape == (10, 4)
    assert votes[[7, 9], names.index("lf_all_answered_around")].tolist() == [0, -1]


RTTS = st.one_of(st.just(0), st.integers(4_900, 5_100), st.integers(1, LONGEST_RTT_US))
SERIES = st.one_of(
    st.lists(RTTS, min_size=1, max_size=300),
    st.tuples(RTTS, st.integers(1, 300)).map(lambda drawn: [drawn[0]] * drawn[1]),
)


@given(SERIES, st.integers(1, 60), st.sampled_from(["main", "robust", "blind"]))
def test_blocks_change_no_vote(tasks: tuple[Task, ...], values: list[int], rows: int, suite: str) -> None:
    """Losses, constant series, one ping; in blocks far shorter than the windows that look beyond them."""
    rtt_us = np.array(values, dtype=np.int64)
    for task in (narrow(task, suite) for task in tasks if suite in task.suites):
        votes = apply_columns(task, rtt_us)
        with pytest.MonkeyPatch.context() as small:
            small.setattr(engines, "BLOCK", rows)
            assert np.array_equal(apply_columns(task, rtt_us), votes)
        at = np.unique(np.linspace(0, len(rtt_us) - 1, 3).astype(np.int64))
        assert np.array_equal(apply_rows(task, rtt_us, at), votes[at])


@given(st.integers(0, 1_000), st.integers(1, 2_000), st.integers(1, 300))
def test_a_stretch_with_its_reach_is_labelled_as_in_the_whole(
    tasks: tuple[Task, ...], dataset: Dataset, suite_seed: int, begin: int, length: int
) -> None:
    for task in tasks:
        task = narrow(task, task.suites[suite_seed % len(task.suites)])  # noqa: PLW2901
        before, behind = reach_of(task)
        first, end = max(begin - before, 0), begin + length
        votes = apply_columns(task, dataset.rtt_us[first : end + behind])[begin - first : end - first]
        assert np.array_equal(votes, apply_columns(task, dataset.rtt_us)[begin:end])


def test_reaches_are_those_of_the_widest_windows(tasks: tuple[Task, ...]) -> None:
    """A swell's prior buckets, 10 of 50, end where its own begins; a blind one looks 1,500 to either side."""
    assert [reach_of(task) for task in tasks] == [(25, 25), (2, 2), (525, 25)]
    blind = [task.with_parameters(task.p.model_copy(update={"suite": "blind"})) for task in tasks]
    assert [reach_of(task) for task in blind] == [(1_025, 1_025), (2, 2), (1_500, 1_500)]


def test_a_block_is_freed_once_it_is_labelled(tasks: tuple[Task, ...], dataset: Dataset) -> None:
    """Memory that waits for Python's collector would be as long as the series."""
    blocks = []
    gc.disable()
    try:
        for _, block in ColumnSeries(dataset.rtt_us).blocks(1_000):
            assert [of() for of in blocks] == [None] * len(blocks)
            _ = block.bucket(50).prior(2).mean, block.bucket(50).excess(20).median
            blocks.append(weakref.ref(block))
            del block
    finally:
        gc.enable()


def narrow(task: Task, suite: str) -> Task:
    """A suite with buckets that fit into short series; contexts keep their length."""
    return task.with_parameters(task.p.model_copy(update={"suite": suite, "bucket": 6}))


def test_a_shared_series_gives_the_same_votes(tasks: tuple[Task, ...], dataset: Dataset) -> None:
    series = ColumnSeries(dataset.rtt_us)
    for task in tasks:
        assert np.array_equal(apply_columns(task, dataset.rtt_us, series), apply_columns(task, dataset.rtt_us))


def test_figure_2_votes_noise_above_two_standard_deviations(tasks: tuple[Task, ...]) -> None:
    # 49 pings of 10 ms and one of 11: mean 10.02, sd .1414; 11 > 10.30, 10 is not.
    rtt_us = np.full(50, 10_000)
    rtt_us[25] = 11_000
    votes = column(by_name(tasks, "noise"), "lf_g_two_sd", rtt_us)
    assert votes[25] == 1
    assert votes[24] == -1
    # Three pings of 10 ms to one of 11: mean 10.25, sd .44; 11 lies more than one deviation above, not two.
    quarter = np.tile([10_000, 10_000, 10_000, 11_000], 100)
    assert set(column(by_name(tasks, "noise"), "lf_g_two_sd", quarter)[50:-50]) == {-1}


def test_figure_2_leaves_losses_out_of_mean_and_deviation(tasks: tuple[Task, ...]) -> None:
    # With the zeros the bucket's sd would be 4.9 and 11 ms nothing special.
    rtt_us = np.tile([10_000, 0], 25)
    rtt_us[24] = 11_000
    assert column(by_name(tasks, "noise"), "lf_g_two_sd", rtt_us)[24] == 1


def test_figure_2_says_nothing_on_a_calm_line(tasks: tuple[Task, ...]) -> None:
    # All pings are 10 ms: the deviation is 0, and no ping lies above the mean.
    assert set(column(by_name(tasks, "noise"), "lf_g_two_sd", np.full(200, 10_000))) == {-1}


def test_zero_is_an_outage(tasks: tuple[Task, ...]) -> None:
    assert column(by_name(tasks, "outage"), "lf_zero", np.array([5, 0, 7])) == [-1, 1, -1]


def test_a_bucket_much_higher_than_prior_buckets_is_a_swell(tasks: tuple[Task, ...]) -> None:
    rtt_us = np.repeat([10_000, 20_000], 600)
    votes = column(by_name(tasks, "swell"), "lf_higher_than_before", rtt_us)
    assert votes[599 - 100] == -1
    assert votes[600 + 50] == 1


def test_plain_snorkel_functions_are_accepted(tasks: tuple[Task, ...]) -> None:
    @labeling_function()
    def lf_over_fifty(x: object) -> int:
        return 1 if x.ping > 50 else -1  # type: ignore[attr-defined]

    noise = by_name(tasks, "noise")
    task = dataclasses.replace(noise, functions=[*noise.functions])
    before = list(noise.functions)
    task.plain_labeling_function(lf_over_fifty)
    rtt_us = np.array([10_000, 60_000, 0, 10_000])
    assert noise.functions == before
    assert task.labeling_functions[-1] is lf_over_fifty
    assert apply_columns(task, rtt_us)[:, -1].tolist() == [-1, 1, -1, -1]
    assert np.array_equal(apply_columns(task, rtt_us), apply_rows(task, rtt_us))


def test_a_function_that_asks_for_something_else_is_refused(tasks: tuple[Task, ...]) -> None:
    with pytest.raises(TypeError, match="x, bucket and p"):
        tasks[0].labeling_function(votes=1)(lambda row: row)


def test_a_vote_is_normal_or_the_property(tasks: tuple[Task, ...]) -> None:
    with pytest.raises(ValueError, match="not 2"):
        tasks[0].labeling_function(votes=2)
