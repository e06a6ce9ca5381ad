"""The recipe: engines change times and nothing else, approaches see what they ask for, the testing rows are scored."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from artifact import clock
from artifact import run as recipe
from artifact.approaches.approach import Approach, Labelled, Pings, Training, certain, label
from artifact.dataset import build_dataset
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns
from artifact.parameters import FAST, NoParameters
from artifact.run import Run, Seeds, Setting, run
from artifact.scores import EVENTS, MEASURES, event_scores, scores
from artifact.setting import INPUTS, setting_of
from artifact.study import StudyFile
from artifact.trace.series import Trace

SEEDS = Seeds(7_000, 100)
ENGINES = {
    "columns, a stack": FAST,
    "as the study": FAST.model_copy(update={"labeling": "rows", "training": "snorkel", "loader": "snorkel"}),
    "by our loader": FAST.model_copy(update={"training": "snorkel"}),
    "as Figure 2": FAST.model_copy(update={"labeling": "rows", "bucket": "figure 2", "sample": 0.05}),
}


@pytest.fixture(scope="module")
def quick(small: StudyFile) -> StudyFile:
    return small.with_values({"approaches.multi_task.epochs": 2, "trace.pings": 1_500})


@pytest.fixture(scope="module")
def by_engine(quick: StudyFile) -> dict[str, Run]:
    return {name: run(setting_of(quick), [SEEDS], engine)[0] for name, engine in ENGINES.items()}


@pytest.fixture(scope="module")
def done(by_engine: dict[str, Run]) -> Run:
    return by_engine["columns, a stack"]


def without_times(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "times"}


def same(one: Run, other: Run) -> None:
    """Everything but the times is equal, labels and posteriors to the last bit."""
    assert without_times(one.record) == without_times(other.record)
    assert one.dataset.sha256() == other.dataset.sha256()
    for task, votes in one.votes.items():
        assert np.array_equal(votes, other.votes[task])
    assert list(one.labelled) == list(other.labelled)
    for approach, said in one.labelled.items():
        for task, labels in said.labels.items():
            assert np.array_equal(labels, other.labelled[approach].labels[task])
            assert np.array_equal(said.posteriors[task], other.labelled[approach].posteriors[task]), (approach, task)


@pytest.mark.parametrize("name", [name for name in ENGINES if ENGINES[name] != FAST])
def test_an_engine_changes_times_and_nothing_else(by_engine: dict[str, Run], done: Run, name: str) -> None:
    same(by_engine[name], done)


def test_what_an_engine_does_is_timed(by_engine: dict[str, Run]) -> None:
    """Rows are those of the paper's rates, training and validation, or a sample of them."""
    rows = {"as the study": 1_200, "as Figure 2": 60}
    columns = {"all_rows", "columns_s", "columns_wall_s"}
    for name, one in by_engine.items():
        for of in one.record["times"]["labeling"].values():
            assert of["all_rows"] == 1_500
            assert (of.get("rows"), of.get("of_rows")) == ((rows[name], 1_200) if name in rows else (None, None))
            assert set(of) == columns | ({"rows", "of_rows", "rows_s", "rows_wall_s"} if name in rows else set())


def test_cpu_time_and_wall_time_stand_beside_each_other(quick: StudyFile, monkeypatch: pytest.MonkeyPatch) -> None:
    """Labeling and fitting sleep five of the seven seconds that each takes."""
    hands = {"thread": 0.0, "wall": 0.0}

    def slow(body: Any) -> Any:
        def work(*given: Any) -> Any:
            hands["thread"] += 2
            hands["wall"] += 7
            return body(*given)

        return work

    read = SimpleNamespace(thread_time=lambda: hands["thread"], perf_counter=lambda: hands["wall"])
    monkeypatch.setattr(clock, "time", read)
    for name in ("apply_columns", "apply_rows"):
        monkeypatch.setattr(recipe, name, slow(getattr(recipe, name)))
    setting = setting_of(quick, ["majority"])
    (body, together), *_ = setting.approaches[0].fits
    approach = dataclasses.replace(setting.approaches[0], fits=[(slow(body), together)])
    (one,) = run(dataclasses.replace(setting, approaches=(approach,)), [SEEDS], ENGINES["as Figure 2"])
    times = one.record["times"]
    for of in times["labeling"].values():
        assert (of["columns_s"], of["columns_wall_s"], of["rows_s"], of["rows_wall_s"]) == (2, 7, 2, 7)
    assert set(times["fit_s"]["majority"].values()) == {2}
    assert set(times["fit_wall_s"]["majority"].values()) == {7}


def test_each_fit_is_timed(done: Run) -> None:
    for key in ("fit_s", "fit_wall_s"):
        parts = {name: set(of) for name, of in done.record["times"][key].items()}
        apart = {"noise", "outage", "swell"}
        joint = {"multi_task", "gold_network"}
        assert parts == {name: {"all"} if name in joint else apart for name in done.labelled}


def test_a_sample_is_spread_evenly_over_training_and_validation_rows(
    quick: StudyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    apply_rows = recipe.apply_rows
    monkeypatch.setattr(
        recipe,
        "apply_rows",
        lambda task, rtt_us, at, bucket: seen.append((at.tolist(), bucket)) or apply_rows(task, rtt_us, at, bucket),
    )
    for name in ("as Figure 2", "as the study"):
        run(setting_of(quick, ["majority"]), [SEEDS], ENGINES[name])
    assert seen == [(list(range(0, 1_200, 20)), "figure 2")] * 3 + [(list(range(1_200)), "once")] * 3
    (lonely,) = run(
        setting_of(quick, ["majority"]), [SEEDS], ENGINES["as Figure 2"].model_copy(update={"sample": 1e-9})
    )
    assert lonely.record["times"]["labeling"]["noise"]["rows"] == 1


@pytest.mark.parametrize(("name", "row"), [("as the study", 700), ("as Figure 2", 59)])
def test_engines_that_disagree_are_not_trusted(
    quick: StudyFile, monkeypatch: pytest.MonkeyPatch, name: str, row: int
) -> None:
    def other(*given: Any) -> np.ndarray:
        votes = recipe_rows(*given)
        votes[row, 0] = -1 if votes[row, 0] != -1 else 1
        return votes

    recipe_rows = recipe.apply_rows
    monkeypatch.setattr(recipe, "apply_rows", other)
    with pytest.raises(AssertionError, match="disagree on noise"):
        run(setting_of(quick, ["majority"]), [SEEDS], ENGINES[name])


def test_several_runs_together_are_each_what_it_is_alone(quick: StudyFile, done: Run) -> None:
    seeds = [Seeds(7_001, 101), SEEDS, Seeds(7_000, 102)]
    together = run(setting_of(quick), seeds)
    assert [one.record["seeds"] for one in together] == [dataclasses.asdict(of) for of in seeds]
    same(together[1], done)
    # The data-set seed decides the data, the training seed only what is random in fitting.
    assert together[1].record["dataset_sha256"] == together[2].record["dataset_sha256"]
    assert together[0].record["dataset_sha256"] != together[1].record["dataset_sha256"]
    networks = [one.labelled["multi_task"].posteriors["noise"] for one in together[1:]]
    assert not np.array_equal(*networks)
    assert np.array_equal(*(one.labelled["majority_vote"].labels["noise"] for one in together[1:]))


def test_the_same_seeds_give_the_same_run(quick: StudyFile, done: Run) -> None:
    np.random.default_rng().random(7)
    same(run(setting_of(quick), [SEEDS])[0], done)


def test_a_record_holds_only_what_json_does(by_engine: dict[str, Run]) -> None:
    for one in by_engine.values():
        assert json.loads(json.dumps(one.record, allow_nan=False)) == one.record


def test_seeds_rows_and_checksums_are_recorded(done: Run) -> None:
    assert done.record["seeds"] == {"dataset": 7_000, "training": 100}
    assert done.record["rows"] == {"train": 900, "validation": 300, "test": 300}
    assert done.record["dataset_sha256"] == done.dataset.sha256()
    assert set(done.record["votes_sha256"]) == {"noise", "outage", "swell"}
    assert len(set(done.record["votes_sha256"].values())) == 3


def test_the_testing_rows_alone_are_scored(done: Run) -> None:
    test = done.dataset.splits["test"]
    assert test.tolist() == list(range(1_200, 1_500))
    for approach, said in done.labelled.items():
        for task, labels in said.labels.items():
            gold, positive = done.dataset.gold[task], said.posteriors[task][:, 1]
            expected = {**scores(gold[test], labels[test], positive[test]), **event_scores(gold[test], labels[test])}
            assert done.record["scores"][approach][task] == expected
            assert set(expected) == set(MEASURES)
    accuracy = done.record["scores"]["multi_task"]["noise"]["accuracy"]
    assert accuracy != np.mean(done.labelled["multi_task"].labels["noise"] == done.dataset.gold["noise"])


def test_shuffled_rows_are_scored_without_events(quick: StudyFile) -> None:
    shuffled = setting_of(quick.with_values({"dataset.split": "shuffled"}), ["majority_vote"])
    (one,) = run(shuffled, [SEEDS])
    of = one.record["scores"]["majority_vote"]["swell"]
    assert [of[name] for name in EVENTS] == [None] * len(EVENTS)
    test = one.dataset.splits["test"]
    said = one.labelled["majority_vote"].labels["swell"]
    assert of["accuracy"] == np.mean(said[test] == one.dataset.gold["swell"][test])


def test_events_are_found_within_what_the_task_says(quick: StudyFile) -> None:
    setting = setting_of(quick, ["majority_vote"])
    noise, *others = setting.tasks
    wide = dataclasses.replace(setting, tasks=(dataclasses.replace(noise, within=1_000), *others))
    (narrow,), (near,) = run(setting, [SEEDS]), run(wide, [SEEDS])
    assert near.record["scores"]["majority_vote"]["noise"]["true"] == 1.0
    assert narrow.record["scores"]["majority_vote"]["noise"]["true"] < 1.0


def test_a_task_without_a_rule_gets_no_labels_of_rules(quick: StudyFile) -> None:
    setting = setting_of(quick, ["rules", "majority"])
    noise, *others = setting.tasks
    bare = dataclasses.replace(setting, tasks=(dataclasses.replace(noise, rules=[]), *others))
    (one,) = run(bare, [SEEDS])
    assert set(one.record["scores"]["rules"]) == set(one.labelled["rules"].labels) == {"outage", "swell"}
    assert set(one.record["scores"]["majority"]) == {"noise", "outage", "swell"}


def test_the_suite_is_described_on_the_training_rows(done: Run, quick: StudyFile) -> None:
    train = done.dataset.splits["train"]
    for task in setting_of(quick).tasks:
        described = done.record["labeling"][task.name]
        votes = done.votes[task.name][train]
        assert list(described["functions"]) == [function.name for function in task.labeling_functions]
        assert described["all_abstain"] == (votes == -1).all(axis=1).mean()
        for j, of in enumerate(described["functions"].values()):
            assert of["coverage"] == pytest.approx((votes[:, j] != -1).mean())
            right = votes[:, j] == done.dataset.gold[task.name][train]
            cast = votes[:, j] != -1
            assert of["accuracy"] == pytest.approx(right[cast].mean() if cast.any() else 0)


def test_a_base_of_ones_own_is_used(quick: StudyFile) -> None:
    base = Trace(np.random.default_rng(3).integers(20_000, 30_000, 1_200), "mine", "csv", "0" * 64)
    (one,) = run(setting_of(quick, ["majority"]), [SEEDS], trace=base)
    assert len(one.dataset.rtt_us) == 1_200
    assert one.dataset.base_us.min() == base.rtt_us.min()


@pytest.fixture(scope="module")
def other() -> Trace:
    return Trace(np.random.default_rng(3).integers(20_000, 30_000, 1_300), "mine", "csv", "0" * 64)


def test_what_was_fitted_is_scored_on_other_lines(quick: StudyFile, other: Trace) -> None:
    """As if each other line were labelled by hand: its own series and votes, its own testing rows, nothing fitted."""
    names = ["single_task", "multi_task", "rules", "majority"]
    setting, seeds = setting_of(quick, names), [SEEDS, Seeds(7_001, 101)]
    together = run(setting, seeds, onto={"mine": other, "base": None})
    for one, pair in zip(together, seeds, strict=True):
        assert list(one.record["carried"]) == ["mine", "base"]
        for line, base in {"mine": other, "base": None}.items():
            found = one.record["carried"][line]
            dataset = build_dataset(setting.trace, setting.dataset, setting.tasks, pair.dataset, base)
            series, test = ColumnSeries(dataset.rtt_us), dataset.splits["test"]
            votes = {task.name: apply_columns(task, dataset.rtt_us) for task in setting.tasks}
            for approach in setting.approaches:
                whole = recipe.seen(approach, setting.tasks, series, votes)
                said = label(one.fitted[approach.name], whole).labels
                for task, labels in said.items():
                    right = labels[test] == dataset.gold[task][test]
                    assert found[approach.name][task]["accuracy"] == right.mean()
        # Carried onto the base that it was fitted on, it scores what it scores there.
        assert one.record["carried"]["base"] == one.record["scores"]
    first, second = (one.record["carried"]["mine"] for one in together)
    assert first["majority"] != second["majority"]
    assert json.loads(json.dumps(first, allow_nan=False)) == first


def test_other_lines_change_nothing_else(quick: StudyFile, other: Trace) -> None:
    setting = setting_of(quick, ["single_task", "majority"])
    (alone,), (carried,) = run(setting, [SEEDS]), run(setting, [SEEDS], onto={"mine": other})
    assert "carried" not in alone.record
    del carried.record["carried"]
    same(alone, carried)


class Probe:
    """An approach that notes what it is shown; it labels every ping NORMAL."""

    def __init__(self, needs: tuple[str, ...], joint: bool = False, teacher: str = "single_task") -> None:
        self.fitted_on: list[Training] = []
        self.asked: list[Pings] = []
        self.approach = Approach("probe", "Probe", needs=needs, joint=joint, teacher=teacher, p=NoParameters())  # type: ignore[arg-type]
        if "input" in needs:
            self.approach = dataclasses.replace(self.approach, input=INPUTS.find("ping"))

        @self.approach.fitting()
        def fit(training: Training, _: object) -> Probe:
            self.fitted_on.append(training)
            return self

    def label(self, pings: Pings) -> Labelled:
        self.asked.append(pings)
        labels = {task.name: np.zeros(len(pings.at), dtype=np.int8) for task in pings.tasks}
        return Labelled(labels, {name: certain(of) for name, of in labels.items()})

    def state(self) -> dict[str, np.ndarray]:
        return {}

    def run(self, file: StudyFile, *others: str, onto: Mapping[str, Trace] | None = None) -> Run:
        setting = setting_of(file, others)
        (one,) = run(dataclasses.replace(setting, approaches=(*setting.approaches, self.approach)), [SEEDS], onto=onto)
        return one


NEEDS = ["votes", "weak labels", "input", "gold", "series"]


def given(pings: Pings) -> set[str]:
    """Name what is there."""
    shown = {"votes": pings.votes, "weak labels": pings.weak, "gold": pings.gold}
    there = {name for name, of in shown.items() if of}
    there |= {"input"} if pings.features is not None else set()
    return there | ({"series"} if pings.series is not None else set())


@pytest.mark.parametrize("needs", [(), *((need,) for need in NEEDS), tuple(NEEDS)])
@pytest.mark.parametrize("joint", [False, True])
def test_an_approach_sees_what_it_asks_for_and_training_rows_alone(
    quick: StudyFile, needs: tuple[str, ...], joint: bool
) -> None:
    probe = Probe(needs, joint)
    one = probe.run(quick, "majority_vote", *(["single_task"] if "weak labels" in needs else []))
    assert len(probe.fitted_on) == len(probe.asked) == (1 if joint else 3)
    train = one.dataset.splits["train"]
    for training in probe.fitted_on:
        assert given(training.pings) == set(needs)
        assert np.array_equal(training.pings.at, train)
        assert (training.seed, training.device, training.engine) == (100, "cpu", FAST)
        tasks = [task.name for task in training.pings.tasks]
        for name, of in [("votes", one.votes), ("gold", one.dataset.gold)]:
            shown = getattr(training.pings, name)
            assert list(shown) == (tasks if name in needs else [])
            assert all(np.array_equal(values, of[task][train]) for task, values in shown.items())
        for task, posterior in training.pings.weak.items():
            assert np.array_equal(posterior, one.labelled["single_task"].posteriors[task][train])
        if training.pings.features is not None:
            assert np.array_equal(training.pings.features[:, 0], np.log1p(one.dataset.rtt_us[train] / 1000))
    for asked in probe.asked:
        assert given(asked) == set(needs) - {"gold", "weak labels"}
        assert np.array_equal(asked.at, np.arange(1_500))


@pytest.mark.parametrize("joint", [False, True])
def test_nothing_is_fitted_on_another_line_and_no_gold_of_it_is_shown(
    quick: StudyFile, joint: bool, other: Trace
) -> None:
    probe = Probe(tuple(NEEDS), joint)
    one = probe.run(quick, "single_task", onto={"mine": other})
    assert len(probe.fitted_on) == len(probe.asked) / 2 == (1 if joint else 3)
    for training in probe.fitted_on:
        assert np.array_equal(training.pings.at, one.dataset.splits["train"])
        assert training.pings.series is not None
        assert training.pings.series.n == 1_500
    for asked in probe.asked[len(probe.asked) // 2 :]:
        assert given(asked) == set(NEEDS) - {"gold", "weak labels"}
        assert len(asked.at) == 1_300
        assert asked.series is not None
        assert asked.features is not None
        assert np.array_equal(asked.features[:, 0], np.log1p(asked.series.rtt_us / 1000))
        assert asked.series.rtt_us.max() > 20_000
    assert set(one.record["carried"]["mine"]["probe"]) == {"noise", "outage", "swell"}


def test_shuffled_training_rows_are_those_of_the_split(quick: StudyFile) -> None:
    probe = Probe(("gold",))
    one = probe.run(quick.with_values({"dataset.split": "shuffled"}))
    train = one.dataset.splits["train"]
    assert np.array_equal(probe.fitted_on[0].pings.at, train)
    assert np.array_equal(probe.fitted_on[0].pings.gold["noise"], one.dataset.gold["noise"][train])


def test_weak_labels_are_those_of_the_teacher(quick: StudyFile) -> None:
    probe = Probe(("weak labels",), teacher="dawid_skene")
    one = probe.run(quick, "single_task", "dawid_skene")
    shown = probe.fitted_on[0].pings.weak["noise"]
    train = one.dataset.splits["train"]
    assert np.array_equal(shown, one.labelled["dawid_skene"].posteriors["noise"][train])
    assert not np.array_equal(shown, one.labelled["single_task"].posteriors["noise"][train])


def test_networks_are_trained_on_the_label_models_votes_with_ties_masked(
    quick: StudyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    from artifact.networks import stack

    seen: list[Any] = []
    train_stack = stack.train_stack
    monkeypatch.setattr(stack, "train_stack", lambda *a: seen.extend(a[0]) or train_stack(*a))
    (one,) = run(setting_of(quick, ["multi_task"]), [SEEDS])
    (problem,) = seen
    train = one.dataset.splits["train"]
    for name, labels in problem.labels.items():
        assert len(labels) == len(train)
        assert (labels != one.dataset.gold[name][train]).any() or name == "outage"
        cast = labels >= 0
        assert np.array_equal(labels[cast], one.labelled["single_task"].labels[name][train][cast])
    assert (problem.labels["noise"] == -1).mean() > 0.05


def test_votes_do_not_depend_on_which_approaches_are_asked(quick: StudyFile, done: Run) -> None:
    (one,) = run(setting_of(quick, ["majority"]), [SEEDS])
    assert one.record["votes_sha256"] == done.record["votes_sha256"]
    assert one.record["scores"]["majority"] == done.record["scores"]["majority"]
    for task in setting_of(quick).tasks:
        assert np.array_equal(one.votes[task.name], apply_columns(task, one.dataset.rtt_us))


def test_a_setting_is_all_that_a_run_reads(quick: StudyFile, done: Run) -> None:
    setting = setting_of(quick)
    rebuilt = Setting(setting.trace, setting.dataset, setting.tasks, setting.approaches)
    assert without_times(run(rebuilt, [SEEDS])[0].record) == without_times(done.record)
