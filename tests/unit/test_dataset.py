"""The data set of section 3.1."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.dataset import Dataset, build_dataset, clean
from artifact.errors import BadInputError
from artifact.paths import DATA
from artifact.study import Study
from artifact.tasks.task import Task
from artifact.trace.series import Trace


def blocks(gold: np.ndarray) -> int:
    return int((np.diff(np.r_[0, gold]) == 1).sum())


def test_the_same_seed_gives_the_same_bytes(small: Study, tasks: tuple[Task, ...], dataset: Dataset) -> None:
    again = build_dataset(small, tasks, seed=7_000)
    assert again.sha256() == dataset.sha256()
    assert again.rtt_us.tobytes() == dataset.rtt_us.tobytes()
    assert build_dataset(small, tasks, seed=7_001).sha256() != dataset.sha256()


def test_the_reported_data_sets_are_the_golden_ones(study: Study, tasks: tuple[Task, ...]) -> None:
    golden = (DATA / "SHA256SUMS.golden").read_text(encoding="utf-8").split()[::2]
    built = [build_dataset(study, tasks, study.runs.first_dataset_seed + k).sha256() for k in range(study.runs.count)]
    assert built == golden


def test_it_is_divided_60_20_20_in_the_order_of_time(study: Study, tasks: tuple[Task, ...]) -> None:
    splits = build_dataset(study, tasks, seed=7_000).splits
    assert [(part.start, part.stop) for part in splits.values()] == [(0, 9_000), (9_000, 12_000), (12_000, 15_000)]


@settings(max_examples=25)
@given(st.integers(0, 2**31 - 1), st.integers(1_000, 16_000))
def test_every_data_set_keeps_section_3_1(small: Study, tasks: tuple[Task, ...], seed: int, n: int) -> None:
    study = small.model_copy(update={"trace": small.trace.model_copy(update={"pings": n})})
    dataset = build_dataset(study, tasks, seed)
    noise, outage, swell = (dataset.gold[name].astype(bool) for name in ("noise", "outage", "swell"))
    rtt_us, base_us = dataset.rtt_us, dataset.base_us
    assert not (noise & outage).any()
    assert np.array_equal(outage, rtt_us == 0)
    assert outage[base_us == 0].all()  # natural losses are outages
    assert np.array_equal(rtt_us[~(noise | outage | swell)], base_us[~(noise | outage | swell)])
    raised = (noise | swell) & ~outage
    assert (rtt_us[raised] > base_us[raised]).all()
    assert blocks(swell) >= 3
    for part in dataset.splits.values():
        for gold in dataset.gold.values():
            assert 0 < gold[part].sum() < len(gold[part])


def test_sizes_are_those_of_the_study(study: Study, tasks: tuple[Task, ...]) -> None:
    noise, _, swell = tasks
    datasets = [build_dataset(study, tasks, seed) for seed in range(7_000, 7_020)]
    for dataset in datasets:
        added = (dataset.rtt_us - dataset.base_us) / 1000
        only_noise = (dataset.gold["noise"] == 1) & (dataset.gold["swell"] == 0)
        low, high = noise.p.increase_ms
        assert low <= added[only_noise].min() <= added[only_noise].max() <= high
        only_swell = (dataset.gold["swell"] == 1) & (dataset.gold["noise"] == 0) & (dataset.rtt_us > 0)
        low, high = swell.p.increase_ms
        assert low <= added[only_swell].min() <= added[only_swell].max() <= high
    share = np.mean([dataset.gold["noise"].mean() for dataset in datasets])
    assert 0.0085 < share < 0.0105  # p = .01, less what outages take
    begins = np.mean([blocks(dataset.gold["outage"]) for dataset in datasets])
    assert 55 < begins < 95  # 15,000 x .005 beginnings and 15 single losses, some merge


def test_swells_keep_their_gaps(study: Study, tasks: tuple[Task, ...]) -> None:
    swell = tasks[2]
    for seed in range(7_000, 7_010):
        edges = np.flatnonzero(np.diff(np.r_[0, build_dataset(study, tasks, seed).gold["swell"], 0]))
        begins, ends = edges[::2], edges[1::2]
        assert ((begins[1:] - ends[:-1]) >= swell.p.gap[0]).all()
        assert ((ends - begins)[:-1] >= swell.p.length[0]).all()
        assert ((ends - begins) <= swell.p.length[1]).all()


def test_a_further_task_leaves_the_others_draws_alone(small: Study, tasks: tuple[Task, ...], dataset: Dataset) -> None:
    fewer = build_dataset(small, tasks[:2], seed=7_000)
    assert np.array_equal(fewer.gold["noise"], dataset.gold["noise"])
    assert np.array_equal(fewer.gold["outage"], dataset.gold["outage"])


def test_cleaning_pulls_down_spikes_and_nothing_else() -> None:
    rtt_us = np.r_[np.arange(1, 1_000), 0, 90_000]
    cleaned = clean(rtt_us, 0.995)
    assert cleaned.max() == 995
    assert np.array_equal(cleaned[:990], rtt_us[:990])
    assert cleaned[999] == 0


def test_a_trace_of_ones_own_is_the_base(small: Study, tasks: tuple[Task, ...]) -> None:
    rtt_us = np.random.default_rng(3).integers(20_000, 30_000, 2_000)
    dataset = build_dataset(small, tasks, 1, Trace(rtt_us, "mine", "csv", "0"))
    assert len(dataset.rtt_us) == 2_000
    assert dataset.base_us.min() == rtt_us.min()


def test_a_trace_without_replies_is_refused(small: Study, tasks: tuple[Task, ...]) -> None:
    with pytest.raises(BadInputError, match="no ping was answered"):
        build_dataset(small, tasks, 1, Trace(np.zeros(2_000, dtype=np.int64), "silent", "csv", "0"))
