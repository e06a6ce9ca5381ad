"""Carrying over: made-up records, and what the answer has to say of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from artifact.audit import carries
from artifact.audit.answer import Answer, Found
from artifact.grid.grid import OWN_BASE
from artifact.reported import Plan
from artifact.scores import MEASURES
from artifact.study import StudyFile
from artifact.trace.shipped import shipped

LINES = (OWN_BASE, "one", "two")
TASKS = ("noise", "outage", "swell")
APPROACHES = ("single_task", "multi_task", "rules", "blind", "majority", "coin")
TITLES = {name: name.upper() for name in APPROACHES}
Given = Callable[[str, str, str, str, int], tuple[float | None, float | None]]


def equal(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float, float]:
    """Accuracy and macro F1: all the same, a little better than the majority."""
    return (0.9, 0.49) if approach in ("majority", "coin") else (0.95, 0.8)


def place(line: str) -> int:
    """Of a line among LINES; 9 for the base under a variation."""
    return LINES.index(line) if line in LINES else 9


def found(study_file: StudyFile, given: Given = equal, seeds: int = 3, same_base: bool = False) -> Found:
    def scores(trained: str, used: str, seed: int) -> dict[str, Any]:
        def of(approach: str, task: str) -> dict[str, float | None]:
            accuracy, macro_f1 = given(trained, used, approach, task, seed)
            return {**dict.fromkeys(MEASURES, None), "accuracy": accuracy, "macro_f1": macro_f1}

        return {approach: {task: of(approach, task) for task in TASKS} for approach in APPROACHES}

    def record(line: str, k: int) -> dict[str, Any]:
        base = "one" if same_base and line == OWN_BASE else line
        return {
            "seeds": {"dataset": 2_000 + k, "training": 2_100 + k},
            "dataset_sha256": f"{base} {k}",
            "scores": scores(line, line, k),
            "carried": {other: scores(line, other, k) for other in LINES if other != line},
        }

    plan = Plan(study_file)
    trained = (*LINES, *(name for name in carries.asks(plan) if name.startswith(carries.UNDER)))
    records = {line: [record(line, k) for k in range(seeds)] for line in trained}
    return Found(plan, records, {"titles": TITLES})


def row(answer: Answer, name: str) -> list[Any]:
    (one,) = (list(row[1:]) for row in answer.rows if row[0] == name)
    return one


def test_every_line_is_trained_on_and_carried_onto_every_other(study_file: StudyFile) -> None:
    plan = Plan(study_file)
    asked = {name: cells for name, cells in carries.asks(plan).items() if not name.startswith(carries.UNDER)}
    names = [OWN_BASE, *(line.name for line in shipped(15_000))]
    assert list(asked) == names
    assert len(names) >= 7
    for name, cells in asked.items():
        assert [cell.seeds.dataset for cell in cells] == [2_000, 2_001, 2_002]
        for cell in cells:
            assert (cell.trace.name if cell.trace else OWN_BASE) == name
            onto = [line.name if line else OWN_BASE for line in cell.onto]
            assert onto == [other for other in names if other != name]
            assert {*plan.table1, "rules", "majority"} <= set(cell.approaches)
            assert ("blind" in cell.approaches) == ("blind" in plan.approaches)
            assert (cell.variation, cell.timed) == (None, False)
    assert set(plan.know_nothing) <= set(asked[OWN_BASE][0].approaches)


def test_a_study_without_blind_labels_has_none(study_file: StudyFile) -> None:
    bare = study_file.with_values({"runs.approaches": ["single_task", "multi_task"]})
    asked = carries.asks(Plan(bare))
    for name in names_of(asked):
        assert set(asked[name][0].approaches) == {"single_task", "multi_task", "majority"}
    answer = carries.answer(found(bare))
    assert not any(str(of[0]).startswith("RULES") for of in answer.rows)
    alone = study_file.with_values({"runs.approaches": ["single_task"]})
    assert "MULTI_TASK" not in carries.answer(found(alone)).answer


def test_where_nothing_is_lost_nothing_is_said_to_be(study_file: StudyFile) -> None:
    answer = carries.answer(found(study_file))
    lower, below, _ = answer.answer.split(". ")
    assert "SINGLE_TASK 0 of 18, MULTI_TASK 0 of 18" in lower
    assert "SINGLE_TASK 0 of 18, MULTI_TASK 0 of 18" in below
    assert answer.answer.endswith("MULTI_TASK of this report's base: more accurate than that class for every task on "
                                  "2 of 2 unseen lines.")  # fmt: skip
    assert answer.seeds == 3
    assert len(answer.answer) < 500


def test_what_is_lost_is_counted_against_one_trained_there(study_file: StudyFile) -> None:
    """The network of `one` is lost on `two`, task swell; `two` is a hard line for everybody, which is no loss."""

    def given(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float, float]:
        accuracy, macro_f1 = equal(trained, used, approach, task, seed)
        if used == "two" and approach not in ("majority", "coin"):
            macro_f1 = 0.6
        if (trained, used, approach, task) == ("one", "two", "multi_task", "swell"):
            return 0.8, 0.5
        return accuracy, macro_f1

    answer = carries.answer(found(study_file, given))
    lower, below, useful = answer.answer.split(". ")
    assert "SINGLE_TASK 0 of 18, MULTI_TASK 1 of 18" in lower
    assert "SINGLE_TASK 0 of 18, MULTI_TASK 1 of 18" in below
    assert "2 of 2 unseen lines" in useful
    cells = row(answer, "MULTI_TASK, other lines")
    assert cells[4]["mean"] == pytest.approx((0.8 * 4 + 0.6 + 0.5) / 6)
    assert row(answer, "MULTI_TASK, own line")[4]["mean"] == pytest.approx((0.8 * 2 + 0.6) / 3)


def test_a_loss_within_the_line_is_none(study_file: StudyFile) -> None:
    def given(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float, float]:
        accuracy, macro_f1 = equal(trained, used, approach, task, seed)
        return accuracy, macro_f1 - (0.04 if trained != used else 0)

    assert "MULTI_TASK 0 of 18" in carries.answer(found(study_file, given)).answer.split(". ")[0]


@pytest.mark.parametrize(
    ("task", "accuracy", "useful", "less"), [("noise", 0.9, 1, 0), ("swell", 0.2, 1, 1), ("outage", 0.901, 2, 0)]
)
def test_a_network_is_useful_where_it_beats_the_majority_on_every_task(
    study_file: StudyFile, task: str, accuracy: float, useful: int, less: int
) -> None:
    """As accurate as the majority is neither more nor less."""

    def given(trained: str, used: str, approach: str, of: str, seed: int) -> tuple[float, float]:
        if (trained, used, approach, of) == (OWN_BASE, "two", "multi_task", task):
            return accuracy, 0.8
        return equal(trained, used, approach, of, seed)

    answer = carries.answer(found(study_file, given))
    assert f"{useful} of 2 unseen lines" in answer.answer
    assert f"MULTI_TASK {less} of 18" in answer.answer.split(". ")[1]
    assert row(answer, "MULTI_TASK, base to two")[2 * TASKS.index(task) + 1]["mean"] == pytest.approx(accuracy - 0.9)


def test_the_matrix_has_a_row_per_line_trained_on(study_file: StudyFile) -> None:
    def given(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float, float]:
        return 0.9, place(trained) / 10 + place(used) / 100 + seed / 1_000

    heats = {heat.title: heat for heat in carries.answer(found(study_file, given)).heats}
    assert {"noise: SINGLE_TASK", "swell: RULES"} <= set(heats)
    heat = heats["outage: MULTI_TASK"]
    assert list(heat.rows) == list(heat.columns) == list(LINES)
    for i, values in enumerate(heat.values):
        assert list(values) == pytest.approx([i / 10 + j / 100 + 0.001 for j in range(3)])


def test_intervals_are_over_seeds_and_stay_on_their_scale(study_file: StudyFile) -> None:
    def given(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float, float]:
        return (0.5, 0.5) if approach == "majority" else (1 - 0.5 * seed, 1 - 0.5 * seed)

    cells = row(carries.answer(found(study_file, given)), "MULTI_TASK, other lines")
    assert cells[0]["runs"] == [1.0, 0.5, 0.0]
    assert cells[0]["ci95"] == [0.0, 1.0]
    assert cells[1]["runs"] == [0.5, 0.0, -0.5]
    assert cells[1]["ci95"] == [-1.0, 1.0]


def test_a_line_of_the_box_that_is_the_base_is_no_other_line(study_file: StudyFile) -> None:
    of = found(study_file, same_base=True)
    answer = carries.answer(of)
    assert "of 6," in answer.answer
    assert "of 1 unseen lines" in answer.answer
    assert list(carries.unseen(of.plan, of.records)["lines"]) == ["two"]


def test_what_has_no_score_is_left_out(study_file: StudyFile) -> None:
    """The rules say nothing about swells; the label models decide nothing on one line in one run."""

    def given(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float | None, float | None]:
        if (approach, used, task, seed) == ("single_task", "two", "noise", 1):
            return None, None
        return equal(trained, used, approach, task, seed)

    of = found(study_file, given)

    def unruled(scores: Mapping[str, Any]) -> dict[str, Any]:
        rules = {task: cells for task, cells in scores["rules"].items() if task != "swell"}
        return {**scores, "rules": rules}

    records = {
        line: [
            {**one, "scores": unruled(one["scores"]), "carried": {to: unruled(s) for to, s in one["carried"].items()}}
            for one in some
        ]
        for line, some in of.records.items()
    }
    answer = carries.answer(dataclasses.replace(of, records=records))
    assert "RULES 0 of 12" in answer.answer
    assert row(answer, "RULES, own line")[4]["mean"] is None
    assert row(answer, "SINGLE_TASK, other lines")[0]["runs"][1] is None
    heat = next(heat for heat in answer.heats if heat.title == "swell: RULES")
    assert [list(values) for values in heat.values] == [[None] * 3] * 3


def test_what_a_claim_needs_is_there_per_seed(study_file: StudyFile) -> None:
    def given(trained: str, used: str, approach: str, task: str, seed: int) -> tuple[float, float]:
        marks = (
            place(trained),
            place(used),
            APPROACHES.index(approach),
            TASKS.index(task),
            seed,
        )
        return float("0." + "".join(map(str, marks))), 0.5

    of = found(study_file, given)
    everything = carries.unseen(of.plan, of.records)
    unseen = everything["lines"]
    assert list(unseen) == ["one", "two"]
    assert unseen["two"]["seeds"] == [[2_000, 2_100], [2_001, 2_101], [2_002, 2_102]]
    assert list(unseen["two"]["accuracy"]) == list(APPROACHES)
    assert unseen["two"]["accuracy"]["multi_task"]["swell"] == [0.02120, 0.02121, 0.02122]
    assert unseen["one"]["accuracy"]["majority"]["noise"] == [0.01400, 0.01401, 0.01402]
    elsewhere = everything["under"]["base_one"]["lines"]
    assert list(elsewhere) == [OWN_BASE, "two"]
    assert elsewhere["two"]["accuracy"]["multi_task"]["swell"] == [0.12120, 0.12121, 0.12122]
    glorot = everything["under"]["initialisation_glorot"]
    assert glorot["choice"] == "initialisation"
    assert glorot["lines"]["two"]["accuracy"]["multi_task"]["swell"] == [0.92120, 0.92121, 0.92122]


def test_the_network_is_also_carried_over_as_it_might_have_been_chosen(study_file: StudyFile) -> None:
    """What changes data sets or label models is none of the network's own."""
    asked = carries.asks(Plan(study_file))
    varied = {name.removeprefix(carries.UNDER): cells for name, cells in asked.items() if name not in names_of(asked)}
    assert {"learns_tossed", "learns_soft", "input_window", "initialisation_glorot", "trunk_half"} <= set(varied)
    assert not {"ties_normal", "balance_votes", "trunk_not_shared", "swell_4_8"} & set(varied)
    for name, cells in varied.items():
        for cell in cells:
            assert cell.variation is not None
            assert cell.variation.name == name
            assert (cell.approaches, cell.trace, len(cell.onto)) == (("multi_task", "majority"), None, 6)


def names_of(asked: Mapping[str, Any]) -> list[str]:
    """The lines among what is asked for."""
    return [name for name in asked if not name.startswith(carries.UNDER)]
