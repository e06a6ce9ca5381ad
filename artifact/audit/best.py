"""The best labels without gold: blind ones beside rule, label models and an oracle, with properties of all sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from artifact.audit.answer import Answer, Cell, Found, asked, each_in_words, means
from artifact.audit.multiverse import changes
from artifact.grid.grid import Cell as GridCell
from artifact.intervals import paired
from artifact.reported import Plan
from artifact.run import Seeds
from artifact.study import Variation
from artifact.trace.series import Trace

FIRST_SEED = 2_000
"""Of data sets that were never used in choosing anything; training seeds lie 100 above."""
MOST_SEEDS, SEEDS_PER_SIZE = 4, 2
"""What is cheap: a run of all four takes about a second."""
SCALED_TO_SPREAD = {"noise": (4.0, 14.0), "swell": (0.9, 1.8)}
"""Smallest and largest increase on another line, in its 10-90 % ranges: about three quarters of what the study adds."""
SMALLEST_SPREAD_US = 100
"""What a line has at least, so that something is added even to one whose every ping is the same."""
SIZES = {"increase_ms": 4, "length": 2}
"""Parameters that say how large a property is, and at how many steps of their ranges, ends included, it is tried."""
RULE, TABLE1, BLIND, BEST = "rule of thumb", "label models of Table 1", "blind best", "oracle"
ROWS = {RULE: ("", "rules"), TABLE1: ("", "single_task"), BLIND: ("", "blind"), BEST: ("best", "dawid_skene")}
TOLERANCE = 1e-9
"""Two means that are nearer than this are equal."""


def asks(plan: Plan) -> Mapping[str, Sequence[GridCell]]:
    """Ask for rule, label models, blind best and oracle, on fresh seeds, as the study is and with other sizes."""
    found: dict[str, Sequence[GridCell]] = dict(asked(plan, ROWS, fresh_seeds(plan)))
    for variation in sizes(plan):
        found |= _of_size(plan, variation)
    return found


def fresh_seeds(plan: Plan) -> list[Seeds]:
    """Return some seeds, no more than the study reports, none of which was used in choosing anything."""
    return [Seeds(FIRST_SEED + k, FIRST_SEED + 100 + k) for k in range(min(len(plan.seeds), MOST_SEEDS))]


def sizes(plan: Plan) -> list[Variation]:
    """Return the study with properties of other sizes: the multiverse's ranges from end to end, in equal ratios."""
    ranges = plan.file.study.multiverse.ranges
    found = []
    for key, count in SIZES.items():
        varied = {name: of for task in plan.tasks if (of := ranges.get(name := f"tasks.{task}.{key}")) and of[0] > 0}
        for share in np.linspace(0, 1, count).tolist() if varied else ():
            values = changes(plan.file, {name: low * (high / low) ** share for name, (low, high) in varied.items()})
            named = ", ".join(
                f"{name.split('.')[1]} {round(low, 1):g}-{round(high, 1):g}" for name, (low, high) in values.items()
            )
            unit = "ms" if key.endswith("_ms") else "pings"
            reason = "a property of another size, within the multiverse's range"
            found.append(Variation(name=f"{named} {unit}", reason=reason, section="3.1", set=values))
    return found


def scaled_to(plan: Plan, trace: Trace) -> Variation:
    """Return the study with noise and swells that are scaled to this line.

    Increases (ms) are multiples of the 10-90 % range of the answered pings that the study would take of ``trace``.
    """
    taken = trace.rtt_us[: plan.file.study.trace.pings]
    low, high = np.percentile(taken[taken > 0], (10, 90)) if (taken > 0).any() else (0, 0)
    spread_ms = max(float(high - low), SMALLEST_SPREAD_US) / 1000
    return Variation(
        name=f"scaled-{trace.sha256[:8]}",
        reason="noise and swells in proportion to the spread of this line",
        section="3.1",
        set={
            f"tasks.{task}.increase_ms": [round(times * spread_ms, 3) for times in both]
            for task, both in SCALED_TO_SPREAD.items()
        },
    )


def answer(found: Found) -> Answer:
    """Compare the blind best with rule and label models, and with the oracle beside them, setting by setting."""
    settings = ["", *(of.name for of in sizes(found.plan))]
    rows = [
        [_named(setting, row), *found.row(_named(setting, row), approach, ("macro_f1",))]
        for setting in settings
        for row, (_, approach) in ROWS.items()
    ]
    ours = next(row[1:] for row in rows if row[0] == BLIND)
    return Answer(
        question="How good are labels without gold that know nothing of what was added?",
        answer=f"Macro F1 of the blind best on seeds never used in choosing anything: {means(found.tasks, ours)}. "
        f"{' '.join(_reached(found, task, settings) for task in found.tasks)}{_on_reported(found)}",
        caption="Macro F1 (mean of the property's and NORMAL's) on the testing rows: the study as it is, then "
        "properties of other sizes.",
        columns=["labels", *found.tasks],
        rows=rows,
        derived=f"Data-set seeds {FIRST_SEED} and up, {SEEDS_PER_SIZE} of them for each other size, the base trace of "
        "this report. The blind best sees RTTs alone; its functions are in units of the line's own level and spread, "
        "and were chosen with gold labels of development seeds in view, on this base and on the lines of data/lines/. "
        "The rule's lines were chosen with gold labels of calibration seeds. The oracle (variation best) knows the "
        "increases, lengths and gaps of what was added: where it fails too, what was added can hardly be told from "
        "the line (artifact/audit/best.py).",
        seeds=len(fresh_seeds(found.plan)),
        draws=tuple(found.tasks),
    )


def _of_size(plan: Plan, variation: Variation) -> dict[str, Sequence[GridCell]]:
    seeds = fresh_seeds(plan)[:SEEDS_PER_SIZE]
    together = [approach for of, approach in ROWS.values() if not of]
    found: dict[str, Sequence[GridCell]] = {}
    for row, (of, approach) in ROWS.items():
        known = plan.file.varied(of).set if of else {}
        both = variation.model_copy(
            update={"name": f"{variation.name} {of}".strip(), "set": {**known, **variation.set}}
        )
        found[_named(variation.name, row)] = plan.cells(*([approach] if of else together), variation=both, seeds=seeds)
    return found


def _named(setting: str, row: str) -> str:
    return f"{setting}: {row}" if setting else row


def _reached(found: Found, task: str, settings: Sequence[str]) -> str:
    """Say in how many settings a task's blind labels are as good as rule and label models, and name the others."""
    short, compared = [], 0
    for setting in settings:
        means_of = {row: _mean(found, setting, row, task) for row in ROWS}
        others = [value for row in (RULE, TABLE1) if (value := means_of[row]) is not None]
        ours, oracle = means_of[BLIND], means_of[BEST]
        if ours is None or not others:
            continue
        compared += 1
        if ours < max(others) - TOLERANCE:
            limit = "" if oracle is None else f", oracle {oracle:.3f}"
            short.append(f"{setting or 'the study as it is'} ({ours:.3f} against {max(others):.3f}{limit})")
    if not compared:
        return f"On {task} there is nothing to compare it with."
    reached = f"On {task} it reaches rule and label models in {compared - len(short)} of {compared} settings"
    return f"{reached}{', not in ' + '; '.join(short) if short else ''}."


def _on_reported(found: Found) -> str:
    """Compare with the rule on the data sets that the report speaks of, which are more."""
    ours, rule = (found.results.get("approaches", {}).get(ROWS[row][1], {}) for row in (BLIND, RULE))
    both = [task for task in found.tasks if task in ours and task in rule]
    if not both:
        return ""
    gains = [paired(ours[task]["macro_f1"], rule[task]["macro_f1"]) for task in both]
    runs = len(gains[0]["runs"])
    return f" Over the rule, on the report's own {runs} data sets: {each_in_words(both, gains)}."


def _mean(found: Found, setting: str, row: str, task: str) -> float | None:
    cell: Cell = found.measured(_named(setting, row), ROWS[row][1], task, "macro_f1")
    return cell["mean"] if isinstance(cell, Mapping) else None
