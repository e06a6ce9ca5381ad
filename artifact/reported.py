"""The runs that a study reports: which cells of the grid stand behind Table 1 and behind everything beside it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from artifact import paper
from artifact.grid.grid import Cell
from artifact.run import Seeds
from artifact.setting import approaches_of, tasks_of
from artifact.study import StudyFile, Variation
from artifact.trace.series import Trace


@dataclass(frozen=True)
class Plan:
    """Names the cells of a study's reported seeds, of the study as it is or under a variation."""

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

    @property
    def seeds(self) -> list[Seeds]:
        """The seeds of the reported runs: run k has the first ones + k (section 3.5 has ten)."""
        runs = self.file.study.runs
        return [Seeds(runs.first_dataset_seed + k, runs.first_training_seed + k) for k in range(runs.count)]

    def cells(
        self,
        *approaches: str,
        variation: str | Variation = "",
        seeds: Sequence[Seeds] = (),
        trace: Trace | None = None,
    ) -> list[Cell]:
        """Return a cell per pair of seeds, the reported ones where none are given, by the fast engine.

        Of the study as it is, those are the cells with every approach, which are there in any case.
        """
        of = self.file.varied(variation) if isinstance(variation, str) and variation else variation
        if not of and not seeds and trace is None and set(approaches) <= set(self.approaches):
            return self.every()
        named = of if isinstance(of, Variation) else None
        return [Cell(pair, approaches, named, trace=trace) for pair in seeds or self.seeds]

    def reported(self) -> dict[str, list[Cell]]:
        """Return the cells behind results.json, by the name of what they stand for."""
        return {
            "timed": self.timed(),
            "every": self.every(),
            "paper_timed": self.of_the_paper(self.timed()),
            "paper_every": self.of_the_paper(self.every()),
        }

    def timed(self) -> list[Cell]:
        """Return the timed cells over all of the study's tasks: Table 1's two approaches by the study's own engine."""
        return [Cell(pair, self._table1, timed=True) for pair in self.seeds]

    def every(self) -> list[Cell]:
        """Return the cells over all tasks with every approach of the study."""
        return [Cell(pair, self.approaches) for pair in self.seeds]

    @property
    def _table1(self) -> tuple[str, ...]:
        return tuple(name for name in paper.approaches() if name in self.approaches)

    def of_the_paper(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return the same cells over the paper's tasks alone: a further task changes none of their numbers."""
        names = self.paper_tasks
        tasks = None if list(names) == self.tasks else names
        return [dataclasses.replace(of, tasks=tasks) for of in cells] if names else []
