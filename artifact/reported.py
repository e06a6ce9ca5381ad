"""The runs that a study reports: which cells of the grid stand behind Table 1, the verdicts and all beside them."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from artifact import paper
from artifact.grid.grid import Cell
from artifact.run import Seeds
from artifact.setting import approaches_of, tasks_of
from artifact.study import StudyFile, Variation
from artifact.trace.series import Trace
from artifact.trace.shipped import shipped

RUNS = 10
"""Timed runs of the paper (section 3.5); a study with fewer is a quick look, and has fewer data sets too."""

TIMED_UNDER: Mapping[str, tuple[str, ...]] = {"loader_batched": ("multi_task",), "bucket_figure_2": ()}
"""Variations that change times alone, and which approaches are fitted anew under each."""
FEW = 3
"""Runs that are timed anew under each of these."""


@dataclass(frozen=True)
class Plan:
    """Names the cells of a study's seeds, of the study as it is or under a variation."""

    file: StudyFile

    @cached_property
    def tasks(self) -> list[str]:
        """The names of the study's tasks."""
        return [task.name for task in tasks_of(self.file)]

    @property
    def paper_tasks(self) -> tuple[str, ...]:
        """The names of those of them that are the paper's."""
        return paper.tasks(self.tasks)

    @cached_property
    def approaches(self) -> tuple[str, ...]:
        """The names of the study's approaches."""
        return tuple(approach.name for approach in approaches_of(self.file))

    @cached_property
    def know_nothing(self) -> tuple[str, ...]:
        """The names of those of them that see nothing of a ping."""
        return tuple(approach.name for approach in approaches_of(self.file) if not approach.sees_pings)

    @property
    def seeds(self) -> list[Seeds]:
        """The seeds of the timed runs: run k has the first ones + k (section 3.5 has ten)."""
        runs = self.file.study.runs
        return [Seeds(runs.first_dataset_seed + k, runs.first_training_seed + k) for k in range(runs.count)]

    @property
    def data_sets(self) -> list[Seeds]:
        """The seeds of every data set of the verdicts' design, with the first training seed."""
        design = paper.design()
        share = min(1.0, self.file.study.runs.count / RUNS)
        count = math.ceil(design["data_sets"] * share)
        return [Seeds(design["first_dataset_seed"] + k, design["first_training_seed"]) for k in range(count)]

    @property
    def trainings(self) -> int:
        """How often each of these data sets is trained on, with the same training seeds for all."""
        return int(min(paper.design()["trainings"], self.file.study.runs.count))

    def cells(
        self,
        *approaches: str,
        variation: str | Variation = "",
        seeds: Sequence[Seeds] = (),
        trace: Trace | None = None,
    ) -> list[Cell]:
        """Return a cell per pair of seeds, those of ``data_sets`` where none are given, by the fast engine.

        Where such a cell is there in any case, with more approaches, it is that one.
        """
        of = self.file.varied(variation) if isinstance(variation, str) and variation else variation
        named = of if isinstance(of, Variation) else None
        if not seeds and trace is None and set(approaches) <= set(self.approaches):
            if named is None:
                return self.every()
            if named.name in {of.name for of in self.choices()} and set(approaches) <= set(self.judged):
                return self.under(named)
        return [Cell(pair, approaches, named, trace=trace) for pair in seeds or self.data_sets]

    def reported(self) -> dict[str, list[Cell]]:
        """Return the cells behind results.json, by the name of what they stand for."""
        return {
            "timed": self.timed(),
            "every": self.every(),
            "paper_timed": self.of_the_paper(self.timed()),
            "paper_every": self.of_the_paper(self.every()),
            "paper_again": self.of_the_paper(self.again()),
            **{f"under {of.name}": self.of_the_paper(self.under(of)) for of in self.choices()},
            **{f"under {name}": self.of_the_paper(cells) for name, cells in self.on_lines().items()},
            **{f"timed {name}": cells for name, cells in self.timed_under().items()},
        }

    def timed(self) -> list[Cell]:
        """Return the timed cells over all of the study's tasks: Table 1's two approaches by the study's own engine."""
        return [Cell(pair, self.table1, timed=True, labels=True) for pair in self.seeds]

    def timed_under(self) -> dict[str, list[Cell]]:
        """Return the cells, of the first timed runs and the paper's tasks, that the clock is read in under a variation.

        A study that lacks one of Table 1's approaches, or a variation, has no such ratio of times.
        """
        if len(self.table1) < len(paper.approaches()):
            return {}
        offered = {name: named for name, named in TIMED_UNDER.items() if name in self.file.variations}
        return {
            name: self.of_the_paper(
                [Cell(pair, named, self.file.varied(name), timed=True) for pair in self.seeds[:FEW]]
            )
            for name, named in offered.items()
        }

    def every(self) -> list[Cell]:
        """Return a cell over all tasks with every approach of the study per data set; the first keeps labels."""
        return [Cell(pair, self.approaches, labels=k == 0) for k, pair in enumerate(self.data_sets)]

    def again(self) -> list[Cell]:
        """Return the cells of the same data sets with the other training seeds, with the approaches of the claims."""
        named = tuple(name for name in self.approaches if name in {*self.judged, *self.know_nothing})
        return [
            Cell(dataclasses.replace(pair, training=pair.training + k), named)
            for k in range(1, self.trainings)
            for pair in self.data_sets
        ]

    def crossed(self) -> list[Cell]:
        """Return every data set with every training seed."""
        return [*self.every(), *self.again()]

    def under(self, variation: Variation) -> list[Cell]:
        """Return the cells of every data set under a variation, with the approaches that claims speak of."""
        if not variation.set:
            return self.every()
        return [Cell(pair, self.judged, variation) for pair in self.data_sets]

    def on_lines(self) -> dict[str, list[Cell]]:
        """Return the cells of the first data sets on each line in the box as base, named for it, all else as it is."""
        some = self.data_sets[: len(self.seeds)]
        lines = shipped(self.file.study.trace.pings)
        return {f"base_{line.name}": [Cell(pair, self.judged, trace=line) for pair in some] for line in lines}

    def choices(self) -> list[Variation]:
        """Return the variations that every verdict on accuracies is tried under.

        They are those with a choice, times left out, and each size that calibration could have chosen instead.
        """
        named = [of for of in self.file.variations.values() if of.choice and not of.of_the_engine]
        return [*named, *self._sizes()]

    @property
    def judged(self) -> tuple[str, ...]:
        """The names of the study's approaches that claims speak of and that see pings."""
        named = {claim.get(key) for claim in paper.claims() for key in ("side", "over")}
        return tuple(name for name in self.approaches if name in named and name not in self.know_nothing)

    def of_the_paper(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return the same cells over the paper's tasks alone: a further task changes none of their numbers."""
        names = self.paper_tasks
        tasks = None if list(names) == self.tasks else names
        return [dataclasses.replace(of, tasks=tasks) for of in cells] if names else []

    @property
    def table1(self) -> tuple[str, ...]:
        """The names of the approaches that Table 1 compares, those that the study has."""
        return tuple(name for name in paper.approaches() if name in self.approaches)

    def _sizes(self) -> list[Variation]:
        found = []
        for task, sweep in self.file.study.calibration.dataset_sweep.items():
            name = f"tasks.{task}.{sweep.parameter}"
            if task not in self.tasks:
                continue
            for value in sweep.values:
                if list(value) == list(self.file.value(name)):
                    continue
                found.append(
                    Variation(
                        name=f"{task}_{'_'.join(f'{of:g}' for of in value)}",
                        reason=f"{sweep.parameter} of {task} as another trial of the calibration had it",
                        section="3.1",
                        choice=SIZE,
                        set={name: value},
                    )
                )
        return found


SIZE = "size of what was added"
"""The choice whose variations are the trials that calibration chose a size from."""
BASE = "base trace"
"""The choice whose ways are the lines in the box."""
