"""What a task keeps: what it says is so, its data can be drawn, and both engines make the same votes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from artifact import mistakes
from artifact.contract.tables import shipped
from artifact.dataset import build_dataset
from artifact.errors import BadInputError, ContractError
from artifact.labeling.bucket import ColumnSeries
from artifact.labeling.engines import apply_columns, apply_rows
from artifact.mistakes import Checks, attempt, base, body_of, broken, check_mask, edges
from artifact.tasks.task import ABSTAIN, NORMAL, PROPERTY, Mask, Microseconds, Task

DRAWS = 20
"""How often a property is drawn anew until some of it is there."""
VOTED_ON = 5
"""On how many drawn series a function that never votes is tried."""
FEW_LOSSES, MANY_LOSSES = 0.002, 0.1
"""Losses as they are, and so many that some of what is injected falls on one."""
AROUND = 200
"""How many pings to either side of an injected property are labelled row by row."""


def check_repeats(task: Task) -> None:
    """Equal generators give equal series, and different ones different series."""
    (inject,) = task.injections
    before = base()
    drawn = [attempt(task, inject, task.inject, before, np.random.default_rng(seed)) for seed in range(VOTED_ON)]
    again = attempt(task, inject, task.inject, before, np.random.default_rng(0))
    if not all(np.array_equal(one, other) for one, other in zip(drawn[0], again, strict=True)):
        problem = f"{inject.__name__} gives another series for an equal generator"
        raise broken(
            task, problem, "draw from rng alone, never from random, np.random or a generator of its own", inject
        )
    if drawn[0][1].any() and all(np.array_equal(rtt_us, drawn[0][0]) for rtt_us, _ in drawn):
        problem = f"{inject.__name__} gives the same series for every seed"
        raise broken(task, problem, "draw from rng where the property comes", inject)


def check_gold(task: Task) -> None:
    """What is changed is marked: each ping of a state, the moment at which an event begins."""
    (inject,) = task.injections
    for before, after, gold in _drawn(task, loss=MANY_LOSSES):
        if (after[before == 0] != 0).any():
            at = int(np.argmax((before == 0) & (after != 0)))
            problem = f"{inject.__name__} turns a loss into a reply (ping {at + 1:,}: 0 becomes {after[at]:,})"
            raise broken(task, problem, "change answered pings alone, as in rtt_us[gold & (rtt_us > 0)]", inject)
        unmarked = (after != before) & ~gold
        if task.kind == "state" and unmarked.any():
            at = int(np.argmax(unmarked))
            problem = (
                f"{inject.__name__} changes ping {at + 1:,} ({before[at]:,} to {after[at]:,}) and does not mark it"
            )
            remedy = 'mark every ping that is changed, or make it an event task (kind="event") that marks the moment'
            raise broken(task, problem, remedy, inject)
        if task.kind == "event":
            _check_moments(task, before, after, gold)


def _check_moments(task: Task, before: Microseconds, after: Microseconds, gold: Mask) -> None:
    (inject,) = task.injections
    first = int(np.argmax(gold))
    if (after[:first] != before[:first]).any():
        at = int(np.argmax(after != before))
        problem = f"{inject.__name__} changes ping {at + 1:,} before the first marked one ({first + 1:,})"
        raise broken(task, problem, "mark the first ping of what lasts", inject)
    longest, most = _longest_run(gold), max(task.within, 1)
    if longest > most:
        problem = f"{inject.__name__} marks {longest:,} pings in a row"
        raise broken(task, problem, "mark the moment at which it begins alone, not everything after it", inject)


def check_dataset(task: Task) -> None:
    """The shipped study's data set can be made with it: some of it, and something else, in every split."""
    study, (inject,) = shipped().study, task.injections
    try:
        attempt(task, inject, build_dataset, study.trace, study.dataset, (task,), seed=0)
    except ContractError:
        raise
    except BadInputError as error:
        _, problem, remedy, _ = error.given
        raise broken(task, problem, remedy, inject) from None


def check_votes(task: Task) -> None:
    """Each labeling function votes what it declares, and does vote where there is some of the property."""
    for of in _suites(task):
        functions, voted = of.labeling_functions, np.zeros(len(of.labeling_functions), dtype=np.bool_)
        for _, after, _ in _drawn(task):
            votes = np.stack([_columns(of, function, after) for function in functions], axis=1)
            voted |= (votes != ABSTAIN).any(axis=0)
            for function, column in zip(functions, votes.T, strict=True):
                if not np.isin(column, (ABSTAIN, NORMAL, PROPERTY)).all():
                    problem = f"{function.name} votes {sorted(set(column.tolist()))}"
                    raise broken(task, problem, "vote -1 (ABSTAIN), 0 (NORMAL) or 1 (the property)", body_of(function))
        for function, once in zip(functions, voted, strict=True):
            if not once:
                problem = f"{function.name} never votes on a series with some {task.name} in it"
                raise broken(task, problem, "move its line, or leave it out", body_of(function))


def check_engines(task: Task) -> None:
    """Ping by ping with Snorkel's applier or over whole columns, each labeling function votes the same."""
    for of in _suites(task):
        _, after, gold = next(_drawn(task))
        at = max(int(np.argmax(gold)) - AROUND, 0)
        rtt_us = np.concatenate([edges(of.p.bucket), after[at : at + 2 * AROUND]])
        for function in of.labeling_functions:
            body, alone = body_of(function), _alone(of, function)
            columns = _columns(of, function, rtt_us)
            rows = attempt(task, body, apply_rows, alone, rtt_us)[:, 0]
            if not np.array_equal(rows, columns):
                at = int(np.argmax(rows != columns))
                says = f"{rows[at]} alone and {columns[at]} in a column"
                problem = f"{function.name} votes {says} on ping {at + 1:,} of {len(rtt_us):,}"
                remedy = "work ping by ping: no .mean(), .shift() or [0] of x.ping, and ~ of comparisons alone"
                raise broken(task, problem, remedy, body)


def check_rule(task: Task) -> None:
    """The rule of thumb, if there is one, gives a condition per ping of any series."""
    for rule in task.rules:
        for rtt_us in (base(), edges(task.p.bucket), np.zeros(20, dtype=np.int64), np.array([9_000])):
            answer = attempt(task, rule.body, rule.body, ColumnSeries(rtt_us), task.rule_p)
            check_mask(task, rule.body, answer, len(rtt_us))


def check_drawing(task: Task) -> None:
    """Colour and marker, where it has them, are such that Matplotlib can draw."""
    from matplotlib.colors import is_color_like
    from matplotlib.lines import Line2D

    if task.colour is not None and not is_color_like(task.colour):
        raise broken(task, f"colour={task.colour!r} is no colour", 'write one as "#9467bd", or leave it out')
    if task.marker is not None and task.marker not in Line2D.markers:
        raise broken(task, f"marker={task.marker!r} is no marker of Matplotlib", 'write one as "^", or leave it out')


def _drawn(task: Task, loss: float = FEW_LOSSES) -> Iterator[tuple[Microseconds, Microseconds, Mask]]:
    """Yield series before and after, and what is marked, each with some of the property and something else."""
    (inject,) = task.injections
    found = 0
    for seed in range(DRAWS):
        before = base(seed, loss)
        after, gold = attempt(task, inject, task.inject, before, np.random.default_rng(seed))
        if gold.any() and not gold.all():
            yield before, after, gold
            found += 1
        if found == VOTED_ON:
            return
    if not found:
        problem = f"{inject.__name__} marks nothing, or everything, in {DRAWS} draws on {mistakes.PINGS:,} pings"
        raise broken(task, problem, "raise its probability, or shorten its lengths", inject)


def _suites(task: Task) -> list[Task]:
    """Return the task with each of its suites in turn."""
    return [task.with_parameters(task.p.model_copy(update={"suite": suite}), task.rule_p) for suite in task.suites]


def _alone(task: Task, function: object) -> Task:
    return dataclasses.replace(task, functions=[function])


def _columns(task: Task, function: object, rtt_us: Microseconds) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    votes = attempt(task, body_of(function), apply_columns, _alone(task, function), rtt_us)[:, 0]
    return np.asarray(votes)


def _longest_run(gold: Mask) -> int:
    edge = np.flatnonzero(np.diff(np.concatenate([[False], gold, [False]])))
    return int((edge[1::2] - edge[::2]).max(initial=0))


WITH_PARAMETERS: Checks = (
    *mistakes.TRIED,
    ("repeats", check_repeats),
    ("gold", check_gold),
    ("dataset", check_dataset),
    ("votes", check_votes),
    ("engines", check_engines),
    ("rule", check_rule),
    ("drawing", check_drawing),
)
