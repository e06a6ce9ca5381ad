"""The data set of section 3.1."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from artifact.dataset import Dataset, build_dataset, clean, split
from artifact.errors import BadInputError
from artifact.run import Setting
from artifact.setting import setting_of
from artifact.store.paths import DATA
from artifact.study import Study, StudyFile
from artifact.tasks.task import Task
from artifact.trace.series import Trace


def blocks(gold: np.ndarray) -> int:
    return int((np.diff(np.r_[0, gold]) == 1).sum())


def built(setting: Setting, seed: int, trace: Trace | None = None) -> Dataset:
    return build_dataset(setting.trace, setting.dataset, setting.tasks, seed, trace)


@pytest.fixture(scope="module")
def whole(study_file: StudyFile) -> Setting:
    """The setting of the study over all its 15,000 pings."""
    return setting_of(study_file, [])


@pytest.fixture(scope="module")
def shuffled(small: StudyFile) -> Setting:
    return setting_of(small.with_values({"dataset.split": "shuffled"}), [])


def test_the_same_seed_gives_the_same_bytes(setting: Setting, dataset: Dataset) -> None:
    again = built(setting, 7_000)
    assert again.sha256() == dataset.sha256()
    assert again.rtt_us.tobytes() == dataset.rtt_us.tobytes()
    assert built(setting, 7_001).sha256() != dataset.sha256()


def test_the_reported_data_sets_are_the_golden_ones(study: Study, whole: Setting) -> None:
    golden = (DATA / "SHA256SUMS.golden").read_text(encoding="utf-8").split()[::2]
    first = study.runs.first_dataset_seed
    assert [built(whole, first + k).sha256() for k in range(study.runs.count)] == golden


def test_it_is_divided_60_20_20_in_the_order_of_time(whole: Setting) -> None:
    splits = built(whole, 7_000).splits
    assert list(splits) == ["train", "validation", "test"]
    ends = [(0, 9_000), (9_000, 12_000), (12_000, 15_000)]
    for part, (begin, end) in zip(splits.values(), ends, strict=True):
        assert np.array_equal(part, np.arange(begin, end))


def test_shuffled_parts_have_the_same_sizes_and_hold_each_ping_once(shuffled: Setting, dataset: Dataset) -> None:
    mixed = built(shuffled, 7_000)
    assert [len(part) for part in mixed.splits.values()] == [1_800, 600, 600]
    assert np.array_equal(np.sort(np.concatenate(list(mixed.splits.values()))), np.arange(3_000))
    for part in mixed.splits.values():
        assert part.min() < 50
        assert part.max() >= 2_950
    # Where the parts lie decides no ping and no gold label.
    assert mixed.sha256() == dataset.sha256()


def test_the_seed_decides_how_points_are_shuffled(shuffled: Setting) -> None:
    one, again, other = (split(3_000, shuffled.dataset, seed)["test"] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


@settings(max_examples=25)
@given(st.integers(0, 2**31 - 1), st.integers(1_000, 16_000))
def test_every_data_set_keeps_section_3_1(setting: Setting, seed: int, n: int) -> None:
    trace_p = setting.trace.model_copy(update={"pings": n})
    dataset = build_dataset(trace_p, setting.dataset, setting.tasks, seed)
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


def test_sizes_are_those_of_the_study(whole: Setting) -> None:
    noise, _, swell = whole.tasks
    datasets = [built(whole, seed) for seed in range(7_000, 7_020)]
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


def test_swells_keep_their_gaps(whole: Setting) -> None:
    swell = whole.tasks[2]
    for seed in range(7_000, 7_010):
        edges = np.flatnonzero(np.diff(np.r_[0, built(whole, seed).gold["swell"], 0]))
        begins, ends = edges[::2], edges[1::2]
        assert ((begins[1:] - ends[:-1]) >= swell.p.gap[0]).all()
        assert ((ends - begins)[:-1] >= swell.p.length[0]).all()
        assert ((ends - begins) <= swell.p.length[1]).all()


def test_a_further_task_leaves_the_others_draws_alone(
    setting: Setting, tasks: tuple[Task, ...], dataset: Dataset
) -> None:
    fewer = build_dataset(setting.trace, setting.dataset, tasks[:2], seed=7_000)
    assert np.array_equal(fewer.gold["noise"], dataset.gold["noise"])
    assert np.array_equal(fewer.gold["outage"], dataset.gold["outage"])


def test_cleaning_pulls_down_spikes_and_nothing_else() -> None:
    rtt_us = np.r_[np.arange(1, 1_000), 0, 90_000]
    cleaned = clean(rtt_us, 0.995)
    assert cleaned.max() == 995
    assert np.array_equal(cleaned[:990], rtt_us[:990])
    assert cleaned[999] == 0


def test_a_trace_of_ones_own_is_the_base(setting: Setting) -> None:
    rtt_us = np.random.default_rng(3).integers(20_000, 30_000, 2_000)
    dataset = built(setting, 1, Trace(rtt_us, "mine", "csv", "0"))
    assert len(dataset.rtt_us) == 2_000
    assert dataset.base_us.min() == rtt_us.min()


def test_a_longer_trace_is_cut_at_the_studys_pings(setting: Setting) -> None:
    rtt_us = np.random.default_rng(3).integers(20_000, 30_000, 4_000)
    dataset = built(setting, 1, Trace(rtt_us, "mine", "csv", "0"))
    assert np.array_equal(dataset.base_us, clean(rtt_us[:3_000], setting.dataset.clean_quantile))


def test_a_trace_without_replies_is_refused(setting: Setting) -> None:
    with pytest.raises(BadInputError, match="no ping was answered"):
        built(setting, 1, Trace(np.zeros(2_000, dtype=np.int64), "silent", "csv", "0"))


def test_a_property_that_cannot_be_everywhere_is_refused_with_a_remedy(
    setting: Setting, tasks: tuple[Task, ...]
) -> None:
    def nowhere(rtt_us: np.ndarray, _: np.random.Generator, __: object) -> tuple[np.ndarray, np.ndarray]:
        return rtt_us, np.arange(len(rtt_us)) == 5

    lonely = dataclasses.replace(tasks[0], injections=[nowhere])
    with pytest.raises(BadInputError, match=r"tasks\.noise: after 1000 draws a split of 3000 pings .* event task"):
        build_dataset(setting.trace, setting.dataset, [lonely], 1)


def test_excluded_labels_are_cleared_in_whatever_order_tasks_stand(
    setting: Setting, tasks: tuple[Task, ...], dataset: Dataset
) -> None:
    noise, outage, swell = tasks
    assert noise.excludes == ("outage",)
    turned = build_dataset(setting.trace, setting.dataset, (outage, noise, swell), 7_000)
    for of in (dataset, turned):
        assert not (of.gold["noise"] & of.gold["outage"]).any()
    alone = build_dataset(setting.trace, setting.dataset, (noise, swell), 7_000)
    assert alone.gold["noise"].sum() >= dataset.gold["noise"].sum()
