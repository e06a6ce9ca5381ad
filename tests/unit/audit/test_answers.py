"""Each question's answer, and broken variants of it that must be seen."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artifact.approaches.approach import decided
from artifact.audit import (
    ON_DEMAND,
    QUESTIONS,
    asks,
    baselines,
    ceiling,
    class_balance,
    effort,
    initialisation,
    network_labels,
    question,
    sharing,
    splits,
    ties,
)
from artifact.audit.answer import Answer, Found, as_text, each_in_words, means
from artifact.audit.timing import KEYS
from artifact.grid.grid import Grid
from artifact.intervals import in_words, over_runs
from artifact.reported import Plan
from artifact.results import read_results
from artifact.scores import SCALES
from artifact.store.paths import ResultPaths
from artifact.study import StudyFile

PAPER = ("noise", "outage", "swell")


@pytest.fixture(scope="module")
def found(study_file: StudyFile, small_results: Path) -> dict[str, Found]:
    """What each question starts from: two runs over 3,000 pings, as `make smoke` has them, and nothing else to do."""
    grid = Grid(study_file.with_values({"runs.count": 2, "trace.pings": 3_000}), ResultPaths(small_results))
    plan, results, of = Plan(grid.file), read_results(grid.results.results), {}
    for name in QUESTIONS:
        asked = asks(name, plan)
        assert not any(grid.reasons(cell) for cells in asked.values() for cell in cells)
        of[name] = Found(plan, {row: grid.read(cells) for row, cells in asked.items()}, results)
    return of


def row(answer: Answer, begins: str) -> list[Any]:
    (one,) = (list(row[1:]) for row in answer.rows if str(row[0]).startswith(begins))
    return one


def with_records(found: Found, records: Mapping[str, Any]) -> Found:
    return dataclasses.replace(found, records={**found.records, **records})


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_answer_of_make_all_is_whole(name: str, small_results: Path) -> None:
    answer = read_results(small_results / "results.json")["audit"][name]
    assert answer["question"].endswith("?")
    assert answer["answer"].endswith(".")
    assert len(answer["answer"]) < 700
    rows = answer["rows"] + answer["times"]
    assert rows
    assert all(len(row) == len(answer["columns"]) for row in rows)
    assert f"artifact/audit/{name}.py" in answer["derived"]
    for cell in (cell for row in rows for cell in row[1:] if isinstance(cell, Mapping)):
        assert cell["runs"]
        if cell["mean"] is not None and cell["ci95"] is not None:
            assert cell["ci95"][0] <= cell["mean"] <= cell["ci95"][1]


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_is_a_pure_function_of_its_records(name: str, found: dict[str, Found]) -> None:
    kept = found[name].results["audit"][name]
    again = dataclasses.asdict(question(name).answer(found[name]))
    assert {key: again[key] for key in ("question", "answer", "columns")} == {
        key: kept[key] for key in ("question", "answer", "columns")
    }
    assert [list(row) for row in again["rows"]] == kept["rows"]


@pytest.mark.parametrize("name", (*QUESTIONS, *ON_DEMAND))
def test_questions_are_files_found_by_name(name: str) -> None:
    assert callable(question(name).answer)


def test_the_paper_rows_of_the_audit_are_table_1(small_results: Path) -> None:
    """The audit's rows of Table 1's approaches show the scores that every other part of the page speaks of."""
    results = read_results(small_results / "results.json")
    audited = results["audit"]["ties"]["rows"][0][1:4]
    for name, cell in zip(PAPER, audited, strict=True):
        assert cell["runs"] == results["approaches"]["single_task"][name]["accuracy"]["runs"]
    f1 = {row[0]: row[3] for row in results["audit"]["baselines"]["rows"]}
    for name in PAPER:
        for side, title in results["titles"].items():
            assert f1[f"{name}: {title}"]["runs"] == results["approaches"][side][name]["f1"]["runs"]


@pytest.mark.parametrize("name", ["ties", "class_balance", "sharing", "network_labels", "ceiling", "splits", "best"])
def test_its_numbers_are_those_of_the_records(name: str, found: dict[str, Found]) -> None:
    """Each row of ROWS shows its own approach under its own variation, a mean per task and measure."""
    measures = {"ties": ("accuracy",), "best": ("macro_f1",)}.get(name, ("accuracy", "f1"))
    answer = question(name).answer(found[name])
    records = (found[name].by_data_set() if name == "sharing" else found[name]).records
    for title, (_, approach) in question(name).ROWS.items():
        wanted = [
            over_runs([of["scores"][approach][task][measure] for of in records[title]], SCALES[measure])
            for task in PAPER
            for measure in measures
        ]
        as_it_is = getattr(question(name), "TABLE1", None) == title
        (shown, *_) = (of for of in answer.rows if of[0] == title or (as_it_is and title in str(of[0])))
        assert list(shown[1 : 1 + len(wanted)]) == wanted


@pytest.mark.parametrize("name", ["ties", "class_balance", "sharing", "network_labels", "ceiling", "splits", "best"])
def test_its_cells_are_those_of_its_variations(name: str, found: dict[str, Found]) -> None:
    cells = asks(name, found[name].plan)
    for title, (variation, approach) in question(name).ROWS.items():
        for cell in cells[title]:
            assert (cell.variation.name if cell.variation else "") == variation
            assert approach in cell.approaches


def test_the_textbooks_rule_stands_beside_the_tuned_one(found: dict[str, Found]) -> None:
    answer = baselines.answer(found["baselines"])
    tuned, textbook = row(answer, "noise: Rule of thumb"), row(answer, "noise: rule, as textbooks")
    assert tuned[2]["mean"] != textbook[2]["mean"]
    assert not any(str(of[0]).startswith("outage: rule, as textbooks") for of in answer.rows)
    assert "as textbooks have it" in answer.answer


def test_a_task_without_a_rule_is_shown_as_having_none(found: dict[str, Found]) -> None:
    """Its row is left out, its cells are empty, and the sentence says so."""
    of = found["baselines"]
    without = {task: cells for task, cells in of.results["approaches"]["rules"].items() if task != "swell"}
    results = {**of.results, "approaches": {**of.results["approaches"], "rules": without}}
    answer = baselines.answer(dataclasses.replace(of, results=results))
    assert "swell has no rule" in answer.answer
    assert not any(of[0] == "swell: Rule of thumb" for of in answer.rows)
    best = found["best"]
    unruled = [{**record, "scores": {**record["scores"], "rules": {}}} for record in best.records["rule of thumb"]]
    cells = row(question("best").answer(with_records(best, {"rule of thumb": unruled})), "rule of thumb")
    assert cells == [None, None, None]


def scored(approach: str, **of: Any) -> dict[str, Any]:
    """A record in which an approach has the same scores for every task."""
    return {"scores": {approach: {task: {"average_precision": 0.5, **of} for task in PAPER}}}


def said_of(found: dict[str, Found], *records: Any) -> str:
    return baselines.answer(with_records(found["baselines"], {baselines.CROSSED: list(records)})).answer


def test_dead_networks_are_counted_over_all_runs_and_named(found: dict[str, Found]) -> None:
    """An accuracy of .99 and an F1 of 0 is a network that says NORMAL to everything."""
    dead, alive = scored("multi_task", accuracy=0.99, f1=0.0), scored("multi_task", accuracy=0.99, f1=0.1)
    said = said_of(found, alive, dead, alive, dead, dead)
    each = ", ".join(f"{task} in 3 of 5 runs" for task in PAPER)
    assert f"Not a single ping of a property is found by Multi-task network: {each}." in said
    apart = scored("separate_networks", f1=0.0)["scores"]
    both = [{"scores": {**record["scores"], **apart}} for record in (alive, dead)]
    assert "Multi-task network: noise in 1 of 2 runs" in said_of(found, *both)
    assert "Single-task networks (3.3): noise in 2 of 2 runs" in said_of(found, *both)


def test_that_no_network_is_dead_is_said_too(found: dict[str, Found]) -> None:
    said = said_of(found, *[scored("multi_task", f1=0.1)] * 4)
    assert said.endswith("In each of 4 runs, multi-task network found some ping of every property that there was.")


def test_where_there_is_nothing_to_find_nothing_is_dead(found: dict[str, Found]) -> None:
    """F1 is 0 by definition where no testing row has the property; there is no average precision then."""
    nothing = scored("multi_task", f1=0.0, average_precision=None)
    assert "In each of 1 runs" in said_of(found, nothing)
    assert baselines.never_found(
        [nothing, scored("multi_task", f1=0.0)["scores"] and nothing], "multi_task", "noise"
    ) == (0, 0)


def test_those_that_answer_always_the_same_are_not_called_dead(found: dict[str, Found]) -> None:
    silent = scored("majority", f1=0.0)["scores"] | scored("coin", f1=0.0)["scores"]
    assert "Not a single ping" not in said_of(found, {"scores": {**silent, **scored("multi_task", f1=0.1)["scores"]}})


def test_an_approach_without_a_score_has_none_in_words(found: dict[str, Found]) -> None:
    of = found["baselines"]
    models = {**of.results["approaches"]["multi_task"]}
    models["noise"] = {**models["noise"], "f1": over_runs([None, None])}
    results = {**of.results, "approaches": {**of.results["approaches"], "multi_task": models}}
    assert "and none, outage" in baselines.answer(dataclasses.replace(of, results=results)).answer


def test_ties_counted_as_normal_are_normal() -> None:
    posterior = np.array([[0.5, 0.5], [0.1, 0.9], [0.9, 0.1], [0.500001, 0.499999]])
    at = np.arange(4)
    assert decided(posterior, at, "normal").tolist() == [0, 1, 0, 0]
    assert decided(posterior, at, "left out").tolist() == [-1, 1, 0, -1]
    for policy in ("random", "coin"):
        assert decided(posterior, at, policy)[1:3].tolist() == [1, 0]


def test_an_ignored_tie_policy_is_seen(found: dict[str, Found]) -> None:
    healthy = ties.answer(found["ties"])
    assert row(healthy, "NORMAL")[0]["mean"] > row(healthy, "random")[0]["mean"] + 0.02
    assert row(healthy, "another coin")[0]["runs"] != row(healthy, "random")[0]["runs"]
    same = dict.fromkeys(ties.ROWS, found["ties"].records[ties.TABLE1])
    broken = ties.answer(dataclasses.replace(found["ties"], records=same))
    assert row(broken, "NORMAL")[0]["mean"] == row(broken, "random")[0]["mean"]
    assert row(broken, "errors on tied rows")[3]["mean"] == 0


@pytest.mark.parametrize("policy", ["random", "coin"])
def test_coins_lose_half_of_the_ties(policy: str) -> None:
    """Of n tied NORMAL rows a fair coin gets n/2 wrong: within four standard deviations."""
    n = 4_000
    lost = int((decided(np.full((n, 2), 0.5), np.arange(n), policy, seed=3) == 1).sum())
    assert abs(lost - n / 2) < 4 * np.sqrt(n) / 2


def test_two_coins_are_not_the_same() -> None:
    tied, at = np.full((100, 2), 0.5), np.arange(100)
    tosses = [decided(tied, at, "coin", seed).tolist() for seed in (0, 1, 0)]
    assert tosses[0] == tosses[2] != tosses[1]
    assert tosses[0] != decided(tied, at, "random").tolist()
    # What the hash says of a row hangs on the row, not on which other rows are asked about.
    assert decided(tied[50:], at[50:], "random").tolist() == decided(tied, at, "random")[50:].tolist()


def test_lost_coins_are_the_errors_on_tied_rows(found: dict[str, Found]) -> None:
    """Ten rows, four of them tied; two tossed wrong and one untied wrong: two of three errors are lost coins."""
    tossed = {"scores": {"single_task": {task: {"accuracy": 0.7} for task in PAPER}}}
    left_out = {"scores": {"single_task": {task: {"accuracy": 5 / 6, "left_out": 0.4} for task in PAPER}}}
    records = {title: [tossed] for title in ties.ROWS} | {"left out of the score": [left_out]}
    answer = ties.answer(dataclasses.replace(found["ties"], records=records))
    assert row(answer, "errors on tied rows")[3]["mean"] == pytest.approx(2 / 3)
    assert row(answer, "tied rows")[3]["mean"] == 0.4


def test_where_every_row_is_tied_every_error_is_a_lost_coin(found: dict[str, Found]) -> None:
    tossed = {"scores": {"single_task": {task: {"accuracy": 0.5} for task in PAPER}}}
    left_out = {"scores": {"single_task": {task: {"accuracy": None, "left_out": 1.0} for task in PAPER}}}
    records = {title: [tossed] for title in ties.ROWS} | {"left out of the score": [left_out]}
    answer = ties.answer(dataclasses.replace(found["ties"], records=records))
    assert row(answer, "errors on tied rows")[3]["mean"] == 1
    assert row(answer, "left out of the score")[0]["mean"] is None


def test_without_errors_no_coin_is_lost(found: dict[str, Found]) -> None:
    perfect = {"scores": {"single_task": {task: {"accuracy": 1.0, "left_out": 0.0} for task in PAPER}}}
    answer = ties.answer(dataclasses.replace(found["ties"], records={title: [perfect] for title in ties.ROWS}))
    assert "in the runs with errors: there are none." in answer.answer
    assert row(answer, "errors on tied rows")[3]["mean"] is None
    assert "errors on tied rows" in as_text(answer)


def test_masked_tossed_and_soft_labels_differ(found: dict[str, Found]) -> None:
    answer = question("network_labels").answer(found["network_labels"])
    masked, tossed, soft = (row(answer, begins)[:6] for begins in ("masked", "hard, ties tossed", "soft"))
    assert masked != tossed
    assert masked != soft
    assert tossed != soft


def test_an_ignored_input_or_teacher_is_seen(found: dict[str, Found]) -> None:
    """Gold labels and surroundings each make another network; together they find swells best."""
    answer = question("ceiling").answer(found["ceiling"])
    numbers = [str(of[1:]) for of in answer.rows]
    assert len(set(numbers)) == 4
    swell = answer.columns.index("swell f1")
    assert max(answer.rows, key=lambda of: of[swell]["mean"])[0] == "gold labels, surroundings too"


@pytest.mark.parametrize(
    ("name", "ours", "theirs"),
    [
        ("sharing", "one network, sh", "one network per"),
        ("sharing", "one network per", "label models"),
        ("network_labels", "soft", "masked"),
        ("network_labels", "hard, ties tossed", "masked"),
        ("class_balance", "majority vote", "LabelModel as in Table 1"),
    ],
)
def test_gains_are_paired(name: str, ours: str, theirs: str, found: dict[str, Found]) -> None:
    answer = question(name).answer(found[name])
    heads = len(PAPER) * 2
    assert [head.removesuffix(", gain") for head in answer.columns[1 + heads :]] == list(answer.columns[1 : 1 + heads])
    mine, others = row(answer, ours), row(answer, theirs)
    for of, a, b in zip(mine[heads:], mine[:heads], others[:heads], strict=True):
        assert of["runs"] == [x - y for x, y in zip(a["runs"], b["runs"], strict=True)]


def test_the_shared_trunk_has_fewer_numbers(found: dict[str, Found]) -> None:
    assert sharing.trained(found["sharing"]) == (3 * (52 + 10), 52 + 3 * 10)  # 1-8-4: 16 + 36; a head: 5 x 2
    assert (
        "186 trained numbers in one network per task, 82 in the shared one" in sharing.answer(found["sharing"]).derived
    )


def test_trained_numbers_are_those_of_the_studys_own_network(found: dict[str, Found]) -> None:
    """Three inputs instead of one make 16 more numbers in a first layer of eight."""
    changed = {"approaches.multi_task.input": "window"}
    assert sharing.trained(under(found["sharing"], changed)) == (3 * (68 + 10), 68 + 3 * 10)


def under(found: Found, changes: Mapping[str, Any]) -> Found:
    """The same records, as if the study had chosen otherwise."""
    return dataclasses.replace(found, plan=Plan(found.plan.file.with_values(changes)))


@pytest.mark.parametrize(
    ("module", "parameter", "value", "said"),
    [
        (ties, "approaches.single_task.ties", "normal", "ties as in Table 1 (normal)"),
        (class_balance, "approaches.single_task.class_balance", "votes", "Table 1's prior (votes)"),
        (network_labels, "approaches.multi_task.learns_from", "soft", "Table 1's labels (soft)"),
        (ceiling, "approaches.multi_task.input", "window", "Table 1's input (window)"),
        (splits, "dataset.split", "shuffled", "Table 1's split (shuffled)"),
    ],
)
def test_what_table_1_does_is_what_the_study_says(
    module: Any, parameter: str, value: str, said: str, found: dict[str, Found]
) -> None:
    of = found[module.__name__.rpartition(".")[2]]
    assert said not in module.answer(of).answer
    assert said in module.answer(under(of, {parameter: value})).answer


def test_shares_of_a_split_are_the_studys(found: dict[str, Found]) -> None:
    changed = under(found["splits"], {"dataset.train": 0.5, "dataset.validation": 0.1})
    assert "50% training, 10% validation, the rest testing" in splits.answer(changed).derived


def test_gold_labels_that_are_worse_are_called_so(found: dict[str, Found]) -> None:
    """Gold labels masked nothing and taught less of outages: FACTS of one run of ten seeds, F1 .871."""
    of = found["ceiling"]

    def records(approach: str, *f1: float) -> list[Any]:
        return [scored(approach, accuracy=0.9, f1=one) for one in f1]

    weak, gold = records("multi_task", 0.99, 0.98, 0.99), records("gold_network", 0.87, 0.88, 0.86)
    wide = {ceiling.WEAK_WIDE: weak, ceiling.GOLD_WIDE: gold}
    said = ceiling.answer(with_records(of, {ceiling.WEAK: weak, ceiling.GOLD: gold, **wide})).answer
    assert "On gold labels instead: noise: a loss of 0.117, at least" in said
    assert not any(word in said for word in ("upper", "ceiling", "at most", "limit"))


def test_an_initialisation_that_fails_is_seen(found: dict[str, Found]) -> None:
    """Nine starts at .9 and one at .1; a start that decides on no row is left out, and starts are counted."""
    of, (name,) = found["initialisation"], found["initialisation"].records
    starts = [scored("single_task", accuracy=0.9)] * 9 + [scored("single_task", accuracy=0.1)]
    said = initialisation.answer(with_records(of, {name: starts})).answer
    assert "Best minus worst of 10 initialisations on the same votes: noise 0.800, outage 0.800, swell 0.800." in said
    few = initialisation.answer(with_records(of, {name: [*starts[-2:], scored("single_task", accuracy=None)]}))
    assert "of 3 initialisations on the same votes: noise 0.800" in few.answer
    none = initialisation.answer(with_records(of, {name: [scored("single_task", accuracy=None)]}))
    assert "nothing to compare" in none.answer
    assert row(none, "worst") == [None, None, None]


@pytest.mark.parametrize("starts", [1, 2, 3, 10, 40])
def test_what_may_have_been_missed_has_a_chance_of_five_percent(starts: int) -> None:
    """A case of one in so many is in none of the starts with more than 5 %; a case that is more frequent is not."""
    rare = initialisation._rare(starts)
    assert (1 - 1 / rare) ** starts >= 0.05
    assert rare == 2 or (1 - 1 / (rare - 1)) ** starts < 0.05


def test_longer_by_arithmetic_is_said_to_be_so(found: dict[str, Found]) -> None:
    assert "longer whatever the counts" in effort.answer(found["effort"]).answer


def test_what_is_drawn_are_measured_cells_of_its_own_columns(found: dict[str, Found]) -> None:
    """Every question with numbers to compare names columns of its own table, and these hold measured cells."""
    undrawn = {"timing", "effort", "best"}
    for name in QUESTIONS:
        answer = question(name).answer(found[name])
        assert set(answer.draws) <= set(answer.columns)
        assert name in undrawn or answer.draws or answer.heats
        for head in answer.draws:
            at = list(answer.columns).index(head)
            assert any(isinstance(of[at], Mapping) for of in (*answer.rows, *answer.times)), (name, head)


def test_initialisations_move_label_models_alone(found: dict[str, Found]) -> None:
    of = found["initialisation"]
    (records,) = of.records.values()
    assert len({record["dataset_sha256"] for record in records}) == 1
    assert len({record["seeds"]["training"] for record in records}) == len(records) == 10
    answer = question("initialisation").answer(of)
    for worst, mean, best in zip(*(row(answer, name) for name in ("worst", "mean", "best")), strict=True):
        assert worst - 5e-4 <= mean["mean"] <= best + 5e-4


def test_shuffled_pings_are_no_events(found: dict[str, Found]) -> None:
    records = found["splits"].records
    pairs = zip(records["label models, as in Table 1"], records["label models, shuffled"], strict=True)
    for in_time, shuffled in pairs:
        for same in ("base", "dataset_sha256", "votes_sha256"):
            assert in_time[same] == shuffled[same]
        assert in_time["rows"] == shuffled["rows"]
        assert in_time["scores"]["single_task"] != shuffled["scores"]["single_task"]
        assert in_time["scores"]["single_task"]["swell"]["covered"] is not None
        assert shuffled["scores"]["single_task"]["swell"]["covered"] is None


def test_times_charge_labeling_to_both(found: dict[str, Found]) -> None:
    answer = question("timing").answer(found["timing"])
    assert answer.rows == []
    timing: dict[str, Any] = {str(of[0]): of[1:] for of in answer.times}
    accountings = ["paper", "like for like", "fit only", "like for like, columns"]
    assert list(timing) == [*accountings, "paper (loader_batched)", "paper (bucket_figure_2)"]
    for accounting in ("like for like", "like for like, columns"):
        for clock in (0, 3):
            single, multi, ratio = timing[accounting][clock : clock + 3]
            assert ratio["mean"] > 1
            added = [m - s for m, s in zip(multi["runs"], single["runs"], strict=True)]
            assert added == pytest.approx(timing["fit only"][clock + 1]["runs"])
    for clock, name in ((0, ""), (3, "wall_")):
        by_columns = [
            sum(of["labeling"][task][f"columns_{name}s"] + of[f"fit_{name}s"]["single_task"][task] for task in PAPER)
            for of in (record["times"] for record in found["timing"].records["timed"])
        ]
        assert timing["like for like, columns"][clock]["runs"] == pytest.approx(by_columns)


def clocked(cpu: list[float], wall: list[float]) -> dict[str, Any]:
    """Seconds of the multi-task side in two runs, where the single-task side takes one in each."""
    of, beside = (dict(zip(KEYS, map(over_runs, ([1.0] * 2, s, s)), strict=True)) for s in (cpu, wall))
    return {**of, "wall": beside}


HALF = clocked([0.5, 0.51], [0.5, 0.51])
TWICE = clocked([2.0, 2.1], [2.0, 2.1])


def told(found: dict[str, Found], under: dict[str, Any], **timing: Any) -> str:
    given = dict.fromkeys(("paper", "like_for_like", "fit_only"), HALF) | timing
    results = {**found["timing"].results, "timing": given, "timing_under": under}
    return str(question("timing").answer(dataclasses.replace(found["timing"], results=results)).answer)


def test_times_say_on_which_side_each_ratio_lies(found: dict[str, Found]) -> None:
    said = told(found, {}, fit_only=TWICE)
    assert (
        "seconds: below 1 with the whole interval: paper 0.51; above 1 with the whole interval: fit only 2.05. " in said
    )
    assert "Wall time shows the same of each." in said
    across = clocked([0.5, 1.5], [0.5, 1.5])
    assert "undecided: paper 1.00; below 1" in told(found, {}, paper=across)
    under = {"loader_batched": {**clocked([0.5, 0.51], [3.0, 3.1]), "says": "timed"}}
    assert "interval: paper 0.51, fit only 0.51, paper (loader_batched) 0.51. " in told(found, under)
    assert "Wall time shows otherwise: paper (loader_batched). " in told(found, under)


def test_a_ratio_that_exceeds_1_by_arithmetic_is_no_finding(found: dict[str, Found]) -> None:
    counted, arithmetic = told(found, {}, like_for_like=TWICE).split("By arithmetic, not as a finding, ")
    assert "like for like" not in counted
    assert arithmetic.startswith("like for like 2.05 and like for like, columns ")
    assert "cannot lie below 1" in arithmetic


def test_without_both_sides_there_is_no_ratio_of_times(found: dict[str, Found]) -> None:
    of = found["timing"]
    alone = dataclasses.replace(of, results={**of.results, "table1": {"single_task": {}}})
    said = question("timing").answer(alone).answer
    assert said == "No timed run of the paper's tasks has both approaches, so there is no ratio."


def test_effort_is_counted_in_the_source() -> None:
    statements = effort.statements(effort.SINGLE[0])
    assert not any(effort._is_docstring(node) for node in statements)
    assert len(statements) > 30
    assert all(path.is_file() for path in (*effort.SINGLE, *effort.NETWORK))


@pytest.mark.parametrize("name", QUESTIONS)
def test_one_run_has_answers_without_intervals(name: str, found: dict[str, Found]) -> None:
    of = found[name]
    one = Plan(of.plan.file.with_values({"runs.count": 1}))
    records = {title: list(some) if name == "initialisation" else some[:1] for title, some in of.records.items()}
    answer = question(name).answer(Found(one, records, first_run_alone(of.results)))
    for cell in (cell for of_row in (*answer.rows, *answer.times) for cell in of_row[1:] if isinstance(cell, Mapping)):
        assert cell["ci95"] is None or name == "initialisation"
    assert "nan" not in as_text(answer)
    if name in ("sharing", "network_labels", "ceiling"):
        assert "in the one run, which shows no difference" in answer.answer
    if name == "splits":
        assert "one run shows none" in answer.answer


def first_run_alone(value: Any) -> Any:
    """Return results as if there had been one run."""
    if isinstance(value, dict):
        if "runs" in value and "ci95" in value:
            return over_runs(value["runs"][:1])
        return {key: first_run_alone(of) for key, of in value.items()}
    return value


def test_no_verdict_is_stronger_than_its_interval() -> None:
    assert in_words(over_runs([0.02, 0.03, 0.025])).startswith("a gain of 0.025, at least")
    assert in_words(over_runs([-0.02, -0.03, -0.025])).startswith("a loss of 0.025, at least")
    assert in_words({"mean": 0.01, "ci95": [-0.02, 0.04], "runs": [0, 1]}) == (
        "no difference seen; one of up to 0.040 could have been missed"
    )
    assert in_words(over_runs([0.01])) == "+0.010 in the one run, which shows no difference"
    assert in_words(over_runs([0.0, 0.0])) == "the same score in every run"
    assert in_words(over_runs([None])) == "nothing to compare"


def test_an_answer_with_empty_cells_reads_well_in_a_terminal(found: dict[str, Found]) -> None:
    text = as_text(ties.answer(found["ties"]))
    assert text.startswith("How much")
    assert "\nNORMAL " in text
    empty = Answer("Q?", "A.", "c", ["", "x", "y"], [["row", None, over_runs([None, None])]], "d", 2)
    assert "row  -  -" in as_text(empty)


def test_gains_and_words_pass_over_what_is_missing(found: dict[str, Found]) -> None:
    """An approach that says nothing of one task and has no score in one run of another."""
    of, title = found["sharing"], sharing.SEPARATE
    records = []
    for k, record in enumerate(of.records[title]):
        scores = dict(record["scores"]["separate_networks"])
        del scores["noise"]
        scores["outage"] = {**scores["outage"], "f1": None if k == 0 else 0.5}
        records.append({**record, "scores": {**record["scores"], "separate_networks": scores}})
    answer = sharing.answer(with_records(of, {title: records}))
    assert row(answer, title)[:2] == [None, None]
    assert row(answer, sharing.SHARED)[6:8] == [None, None]
    assert row(answer, sharing.SHARED)[9]["runs"][0] is None
    assert "noise:" not in answer.answer
    assert each_in_words(["a", "b"], [None, over_runs([0.0, 0.0])]) == "b: the same score in every run"
    assert means(["a", "b"], [over_runs([None]), None]) == ""


def test_a_mean_over_some_of_the_runs_says_so() -> None:
    """Two of three runs found an event: the third drops out of the mean, and must not drop out of sight."""
    some = over_runs([0.5, None, 0.7])
    assert means(["late"], [some]) == "late 0.600 (2 of 3 runs)"
    assert each_in_words(["a"], [over_runs([0.1, 0.1, None])]).endswith("(2 of 3 runs)")
    assert "(2 of 3 runs)" in as_text(Answer("Q?", "A.", "c", ["", "x"], [["row", some]], "d", 3))
    assert "runs)" not in means(["all", "none"], [over_runs([0.5, 0.7]), over_runs([None, None])])
