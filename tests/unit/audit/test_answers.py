"""Each question's answer, and broken variants of it that must be seen."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.audit import QUESTIONS, asking, class_balance, network_labels, question, sharing, splits, ties
from artifact.audit.answer import as_text, in_words, measured
from artifact.audit.evidence import Evidence, World, world_of
from artifact.models.networks import Networks
from artifact.paths import STUDY, ResultPaths
from artifact.pipeline import prepare, smaller
from artifact.results import read_results
from artifact.study import Study
from artifact.tasks.task import Task


@pytest.fixture(scope="module")
def evidence(small: Study, tasks: tuple[Task, ...], small_results: Path) -> Evidence:
    """Two runs over 3,000 pings, as `make smoke` has them."""
    from artifact.models.multi_task import MultiTaskModel

    paths = ResultPaths(small_results)
    study = small.model_copy(update={"runs": small.runs.model_copy(update={"count": 2})})
    names = [task.name for task in tasks]
    networks = tuple(MultiTaskModel.load(paths.run(k).multi_task, names, study.multi_task) for k in range(2))
    worlds = tuple(world_of(study, tasks, k, None) for k in range(2))
    return Evidence(study, tasks, worlds, read_results(paths.results), networks)


def row(answer: Any, begins: str) -> list[Any]:
    (found,) = (list(row[1:]) for row in answer.rows if str(row[0]).startswith(begins))
    return found


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_of_make_all_is_whole(name: str, small_results: Path) -> None:
    results = read_results(ResultPaths(small_results).results)
    answer = results["audit"][name]
    assert answer["question"].endswith("?")
    assert answer["answer"].endswith(".")
    assert len(answer["answer"]) < 400
    rows = answer["rows"] + answer["times"]
    assert rows
    assert all(len(row) == len(answer["columns"]) for row in rows)
    assert f"artifact/audit/{name}.py" in answer["derived"]
    for cell in (cell for row in rows for cell in row[1:] if isinstance(cell, Mapping)):
        assert cell["ci95"][0] <= cell["mean"] <= cell["ci95"][1]
        assert cell["runs"]


def test_an_answer_to_other_records_is_asked_again(small_results: Path, tmp_path: Path) -> None:
    shutil.copytree(small_results, tmp_path, dirs_exist_ok=True)
    job = smaller(prepare(STUDY, (tmp_path, tmp_path / "data"), "cpu"))
    assert list(asking.kept_answers(job)) == list(QUESTIONS)
    (job.results.answer("ties")).write_text("{}", encoding="utf-8")
    assert list(asking.kept_answers(job)) == [name for name in QUESTIONS if name != "ties"]
    record = job.results.run(1).record
    record.write_bytes(record.read_bytes() + b" ")
    assert asking.kept_answers(job) == {}


def test_the_paper_row_of_the_audit_is_table_1(small_results: Path) -> None:
    """The label models that the audit loads score what the runs scored."""
    results = read_results(ResultPaths(small_results).results)
    audited = results["audit"]["ties"]["rows"][0][1:]
    for name, cell in zip(("noise", "outage", "swell"), audited, strict=True):
        assert cell["runs"] == results["table1"]["single_task"][name]["accuracy"]["runs"]
    f1 = {row[0]: row[3] for row in results["audit"]["baselines"]["rows"]}
    for name in ("noise", "outage", "swell"):
        for side, head in (("single_task", "label model (Table 1)"), ("multi_task", "multi-task (Table 1)")):
            assert f1[f"{name}: {head}"]["runs"] == results["table1"][side][name]["f1"]["runs"]


def test_ties_counted_as_normal_are_normal(evidence: Evidence) -> None:
    for world in evidence.worlds:
        counted, tied = ties.tied_as_normal(world), ties.tied(world)
        for name in evidence.names:
            assert (counted[name][tied[name]] == 0).all()
            untied = ~tied[name]
            assert np.array_equal(counted[name][untied], world.labels("random")[name][untied])
        assert tied["noise"].any()


def test_an_ignored_tie_policy_is_seen(evidence: Evidence, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = ties.answer(evidence)
    assert row(healthy, "ABSTAIN counts")[0]["mean"] > row(healthy, "random")[0]["mean"] + 0.02
    labels = World.labels
    monkeypatch.setattr(World, "labels", lambda self, _: labels(self, "random"))
    broken = ties.answer(evidence)
    assert row(broken, "ABSTAIN counts")[0]["mean"] == row(broken, "random")[0]["mean"]


def test_coins_lose_half_of_the_ties_that_carry_no_property(evidence: Evidence) -> None:
    """Of n tied NORMAL rows a fair coin gets n/2 wrong: within four standard deviations."""
    for world in evidence.worlds:
        at = ties.tied(world)["noise"] & (world.dataset.gold["noise"] == 0)
        lost = int((ties.another_coin(world)["noise"][at] == 1).sum())
        n = int(at.sum())
        assert abs(lost - n / 2) < 4 * np.sqrt(n) / 2


def flipped(world: World) -> World:
    gold = {name: (1 - labels).astype(np.int8) for name, labels in world.dataset.gold.items()}
    return dataclasses.replace(world, dataset=dataclasses.replace(world.dataset, gold=gold))


@pytest.mark.parametrize("variant", ["weak prior", "majority vote", "dawid-skene"])
def test_what_claims_to_be_weak_sees_no_gold_label(evidence: Evidence, variant: str) -> None:
    of = {
        "weak prior": lambda w: class_balance.with_prior(evidence, w, class_balance.weak_prior),
        "majority vote": class_balance.majority_vote,
        "dawid-skene": class_balance.dawid_skene,
    }[variant]
    world = evidence.worlds[0]
    before, after = of(world), of(flipped(world))
    for name in evidence.names:
        assert np.array_equal(before[name], after[name])


def test_a_gold_prior_does_see_them(evidence: Evidence) -> None:
    """The control: the check above can fail."""
    world = evidence.worlds[0]
    before, after = (class_balance.with_prior(evidence, w, class_balance.gold_prior) for w in (world, flipped(world)))
    assert any(not np.array_equal(before[name], after[name]) for name in evidence.names)


def test_the_shared_trunk_is_shared(evidence: Evidence) -> None:
    """One task's labels move the other tasks' outputs, and there are fewer parameters than in separate networks."""
    weak = evidence.weak.copy()
    weak[..., 0] = 1 - np.abs(weak[..., 0])
    swell_before, swell_after = evidence.shared[..., 2], evidence.trained(weak)[..., 2]
    assert not np.allclose(swell_before, swell_after, atol=1e-3)
    alone = evidence.trained(evidence.weak[..., [2]])[..., 0]
    assert np.array_equal(evidence.separate[..., 2], alone)
    separate, shared = row(sharing.answer(evidence), "parameters")[0].split(" / ")
    assert int(shared) < int(separate)
    networks = Networks(3, 1, evidence.study.multi_task, [0])
    assert int(shared) == sum(w[0].numel() for w in networks.weights)


def test_gains_are_paired(evidence: Evidence) -> None:
    answer = sharing.answer(evidence)
    shared, separate, gain = (row(answer, begins)[0] for begins in ("one network, sh", "one network per", "gain of sh"))
    pairs = zip(shared["runs"], separate["runs"], strict=True)
    assert gain["runs"] == pytest.approx([a - b for a, b in pairs])


def test_soft_labels_are_probabilities_not_hard_ones(evidence: Evidence) -> None:
    answer = network_labels.answer(evidence)
    assert row(answer, "soft") != row(answer, "hard, ties masked")
    soft = evidence.stacked(lambda w: w.posteriors)
    assert ((soft > 0.01) & (soft < 0.99)).any()


def test_the_ceiling_is_trained_on_gold(evidence: Evidence) -> None:
    """Where the gold labels say something else than every labeling function, the network learns that."""
    slow = [(world.dataset.rtt_us > np.median(world.dataset.rtt_us)).astype(np.int8) for world in evidence.worlds]
    worlds = tuple(
        dataclasses.replace(w, dataset=dataclasses.replace(w.dataset, gold={**w.dataset.gold, "outage": of}))
        for w, of in zip(evidence.worlds, slow, strict=True)
    )
    learnt = dataclasses.replace(evidence, worlds=worlds).on_gold[..., 1] > 0.5
    assert max((said == of).mean() for said, of in zip(learnt, slow, strict=True)) > 0.95


def test_shuffled_points_keep_their_labels_and_votes(evidence: Evidence) -> None:
    orders = [np.random.default_rng(seed).permutation(len(evidence.gold[0])) for seed in evidence.seeds]
    gold, weak, _ = splits._shuffled_label_models(evidence, orders)
    for k, order in enumerate(orders):
        assert np.array_equal(gold[k], evidence.gold[k][order])
    assert set(np.unique(weak)) <= {-1, 0, 1}


def test_no_verdict_is_stronger_than_its_interval() -> None:
    assert in_words(measured([0.02, 0.03, 0.025]) or {}).startswith("a gain of 0.025, at least")
    assert in_words(measured([-0.02, -0.03, -0.025]) or {}).startswith("a loss of 0.025, at least")
    assert in_words({"mean": 0.01, "ci95": [-0.02, 0.04], "runs": [0, 1]}) == (
        "no difference seen; one of up to 0.040 could have been missed"
    )
    assert in_words(measured([0.01]) or {}) == "+0.010 in the one run, which shows no difference"
    assert in_words({"mean": 0.0, "ci95": [0.0, 0.0], "runs": [0, 0]}) == "the same score in every run"


def test_an_answer_reads_well_in_a_terminal(evidence: Evidence) -> None:
    text = as_text(ties.answer(evidence))
    assert text.startswith("How much")
    assert "ABSTAIN counts as NORMAL" in text


def test_missing_values_are_left_out() -> None:
    assert measured([float("nan")]) is None
    assert (measured([0.5, float("nan")]) or {})["runs"] == [0.5]


def test_questions_are_found_by_name() -> None:
    assert question("ties") is ties.answer
