"""Cells of the grid: what decides each, which are current, and how those that are not are done and kept."""

from __future__ import annotations

import dataclasses
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from artifact.grid.code import code_and_versions
from artifact.grid.executor import HERE, Place
from artifact.grid.places import workers_at
from artifact.parameters import FAST, EngineParameters
from artifact.run import Run, Seeds, Setting, run_together
from artifact.setting import setting_of, varied
from artifact.store.kept import keep, kept, stale
from artifact.store.paths import CellPaths, ResultPaths
from artifact.study import StudyFile, Variation
from artifact.tasks.task import LabelingFunction
from artifact.trace.series import Trace

AS_IT_IS = "study"
"""How the study without a variation is called."""
OWN_BASE = "base"
"""How the grid's own base is called among lines that a cell is carried onto."""
MOST_TOGETHER = 40
"""Most runs in one stack: enough to be fast, few enough to be lost on Ctrl-C."""
SPLIT_ABOVE = 4
"""Up to as many runs stay together: one stack of three takes half as long as a stack of two and one alone."""
BUSY = 4
"""Groups per worker from which on all workers have enough to do."""


@dataclass(frozen=True)
class Cell:
    """One run to be had: a variation of the study, seeds, a base trace, and which approaches are wanted of it.

    ``approaches`` and ``tasks`` are names; no tasks means all of the study's. A timed cell is worked out by the
    study's own engine, any other by the fast one. No base trace means the grid's own base; so it does in ``onto``, the
    lines of different names that what was fitted is used on as well. ``labels``: those of every ping are kept too.
    ``repeats``: so often is each task there, under other names, which are streams of random numbers of their own.
    """

    seeds: Seeds
    approaches: tuple[str, ...]
    variation: Variation | None = None
    tasks: tuple[str, ...] | None = None
    trace: Trace | None = None
    timed: bool = False
    onto: tuple[Trace | None, ...] = ()
    labels: bool = False
    repeats: int = 1


@dataclass(frozen=True)
class Grid:
    """All cells of one study on one base, in one results folder: whoever needs runs asks here.

    ``place`` is where they are done, and decides nothing.
    ``commands`` are those that make results and audit, as somebody would type them; they decide nothing.
    """

    file: StudyFile
    results: ResultPaths
    trace: Trace | None = None
    device: str = "cpu"
    commands: Mapping[str, str] = field(default_factory=dict)
    place: Place = HERE

    def records(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        """Return the record of each cell, in order; those that are not current are done first."""
        self.do(cells)
        return self.read(cells)

    def read(self, cells: Sequence[Cell]) -> list[dict[str, Any]]:
        """Return the kept record of each cell, in order, as ``do`` has left it."""
        return [kept(self.paths(cell).record) for cell in cells]

    def do(self, cells: Sequence[Cell]) -> None:
        """Do the cells that are not current, wherever the grid's place is, and say which they are and why."""
        from tqdm import tqdm

        missing = [(cell, reasons) for cell in _once(cells, self) if (reasons := self.reasons(cell))]
        if not missing:
            return
        for line in _counted(reasons for _, reasons in missing):
            print(f"cells: {line}", file=sys.stderr)
        # Workers may stand elsewhere; and what is known here would be sent to each.
        there = dataclasses.replace(self, results=ResultPaths(self.results.folder.absolute()))
        pieces = [Piece(there, tuple(some)) for some in self._together([c for c, _ in missing])]
        with (
            tqdm(total=len(missing), desc="cells", unit="cell", file=sys.stderr, mininterval=1) as bar,
            workers_at(self.place, len(pieces), self.device) as executor,
        ):
            executor.submit(do_piece, pieces)
            for said in executor.completed():
                bar.update(len(said))
                for line in filter(None, said):
                    bar.write(line, file=sys.stderr)

    def reasons(self, cell: Cell) -> list[str]:
        """Say why a cell has to be done, nothing where it is current."""
        return stale(self.paths(cell).record, self.manifest(cell))

    def status(self, cells: Sequence[Cell]) -> str:
        """Say how many cells are current, and why the others are not."""
        found = [self.reasons(cell) for cell in _once(cells, self)]
        current = f"{sum(not some for some in found)} of {len(found)} cells current"
        return "\n".join([current, *(f"  {line}" for line in _counted(some for some in found if some))])

    def paths(self, cell: Cell) -> CellPaths:
        """Return where a cell is kept."""
        base = cell.trace or self.trace
        name = _file_name(base.name)[:60] + f"-{base.sha256[:8]}" if base else "synthetic"
        variation = _file_name(cell.variation.name) if cell.variation else AS_IT_IS
        tasks = [task.name for task in self.setting(cell).tasks]
        onto = tuple(f"onto_{_file_name(line)}" for line in self.onto(cell))
        wanted = (("timed",) if cell.timed else ()) + onto + cell.approaches
        return self.results.cell(name, tasks, variation, wanted, f"{cell.seeds.dataset}-{cell.seeds.training}")

    def onto(self, cell: Cell) -> dict[str, Trace | None]:
        """Return the lines that a cell is carried onto, by name; None is a synthetic one."""
        return {line.name if line else OWN_BASE: line or self.trace for line in cell.onto}

    def setting(self, cell: Cell) -> Setting:
        """Return what a cell works on."""
        return self._settled(cell)[0]

    def manifest(self, cell: Cell) -> dict[str, Any]:
        """Return exactly what decides a cell."""
        lines = {"base": cell.trace or self.trace, **{f"onto {name}": line for name, line in self.onto(cell).items()}}
        setting, _, code = self._settled(cell)
        return {
            "data-set seed": cell.seeds.dataset,
            "training seed": cell.seeds.training,
            **{name: line.sha256 if line else "synthetic" for name, line in lines.items()},
            **{f"{name} as read": line.read_as for name, line in lines.items() if line},
            "device": self.device,
            **{f"engine.{name}": value for name, value in self.engine(cell)},
            **({"labels of every ping": "kept"} if cell.labels else {}),
            **parameters_of(setting, None not in lines.values()),
            **code,
        }

    def engine(self, cell: Cell) -> EngineParameters:
        """Return how a cell is worked out."""
        return self._settled(cell)[1] if cell.timed else FAST

    def _settled(self, cell: Cell) -> tuple[Setting, EngineParameters, dict[str, str]]:
        key = (cell.variation.name if cell.variation else "", cell.approaches, cell.tasks, cell.repeats)
        if key not in self._known:
            file = varied(self.file, cell.variation)
            setting = _repeated(setting_of(file, cell.approaches, cell.tasks), cell.repeats)
            self._known[key] = setting, file.study.engine, code_of(setting)
        return self._known[key]

    @cached_property
    def _known(self) -> dict[Any, tuple[Setting, EngineParameters, dict[str, str]]]:
        return {}

    def _together(self, cells: Sequence[Cell]) -> Iterator[Sequence[Cell]]:
        """Put cells together whose networks can be trained in one stack; timed ones are done alone."""
        groups: dict[Any, list[Cell]] = {}
        for cell in cells:
            groups.setdefault(self._alike(cell), []).append(cell)
        # A stack of 25 takes hardly longer than one of 13, so groups are cut only where cores would stand idle.
        cores = self.place.cores(self.device) or 1
        enough = len(groups) >= BUSY * cores
        # What takes longest comes first, timed ones before all, so that both cores end together.
        for group in sorted(groups.values(), key=lambda of: (not of[0].timed, -len(of) * len(of[0].approaches))):
            share = len(group) if enough or len(group) <= SPLIT_ABOVE else -(-len(group) // cores)
            size = -(-len(group) // -(-len(group) // min(share, MOST_TOGETHER)))
            yield from (group[first : first + size] for first in range(0, len(group), size))

    def _alike(self, cell: Cell) -> Any:
        """Return what cells that are done together agree in."""
        lines = [cell.trace or self.trace, *self.onto(cell).values()]
        approaches = tuple((approach.name, approach.stack) for approach in self.setting(cell).approaches)
        alone = self.paths(cell).folder if cell.timed else None
        return tuple(line.sha256 if line else "" for line in lines), tuple(self.onto(cell)), approaches, alone


@dataclass(frozen=True)
class Piece:
    """Cells that one worker does together: all of one base and engine, carried onto the same lines."""

    grid: Grid
    cells: tuple[Cell, ...]


def do_piece(piece: Piece) -> list[str]:
    """Do and keep a piece's cells; return a line for each timed one of the study as it is, an empty one for others."""
    grid, cell = piece.grid, piece.cells[0]
    begin = time.perf_counter()
    engine = grid.engine(cell)
    asked = [(grid.setting(of), of.seeds) for of in piece.cells]
    done = run_together(asked, engine, cell.trace or grid.trace, grid.device, grid.onto(cell))
    wall_s = (time.perf_counter() - begin) / len(done)
    return [_keep(grid, of, found, wall_s) for of, found in zip(piece.cells, done, strict=True)]


def _keep(grid: Grid, cell: Cell, done: Run, wall_s: float) -> str:
    """Write a cell's record last; of the study as it is what was fitted too, and labels where they are wanted."""
    from artifact.store.files import write_numbers

    paths, outputs = grid.paths(cell), []
    if cell.variation is None and cell.trace is None and not cell.onto:
        for approach, parts in done.fitted.items():
            for part, fitted in parts.items():
                if state := fitted.state():
                    outputs.append(paths.fitted(approach, part))
                    write_numbers(outputs[-1], dict(state))
    if cell.labels:
        outputs.append(paths.series)
        write_series(paths, done)
    keep(paths.record, grid.manifest(cell), {**done.record, "wall_s": wall_s}, outputs)
    return _line(done.record, wall_s) if cell.timed and cell.variation is None else ""


def write_series(paths: CellPaths, done: Run) -> None:
    """Write every ping of a run as CSV: RTT (ms) with and without what was added, gold labels, each approach's."""
    import pandas as pd

    from artifact.store.files import write_text

    columns: dict[str, Any] = {"ping_ms": done.dataset.rtt_us / 1000, "base_ms": done.dataset.base_us / 1000}
    columns |= {f"{task}_gold": gold for task, gold in done.dataset.gold.items()}
    for approach, labelled in done.labelled.items():
        columns |= {f"{task}_{approach}": labels for task, labels in labelled.labels.items()}
    write_text(paths.series, pd.DataFrame(columns).to_csv(index=False, lineterminator="\n"))


def parameters_of(setting: Setting, has_base: bool) -> dict[str, Any]:
    """Return the parameters that a setting's tasks, inputs and approaches read, by dotted name."""
    trace = setting.trace.model_dump(mode="json")
    found: dict[str, Any] = {"trace": {"pings": trace["pings"]} if has_base else trace}
    found["dataset"] = setting.dataset.model_dump(mode="json")
    rules = any("series" in approach.all_needs for approach in setting.approaches)
    found["tasks"] = {task.name: task.p.model_dump(mode="json") for task in setting.tasks}
    for task in setting.tasks:
        if rules and task.rule_p:
            found["tasks"][task.name]["rule"] = task.rule_p.model_dump(mode="json")
    inputs = [approach.input for approach in setting.approaches if approach.input]
    found["inputs"] = {sees.name: sees.p.model_dump(mode="json") for sees in inputs}
    found["approaches"] = {of.table or of.name: of.p.model_dump(mode="json") for of in setting.approaches}
    listed = {"tasks": [task.name for task in setting.tasks], "approaches": [of.name for of in setting.approaches]}
    return {**listed, **_dotted(found, "")}


def code_of(setting: Setting) -> dict[str, str]:
    """Return the code and the versions behind a run of a setting."""
    bodies: list[Any] = [run_together]
    sees = [approach.input for approach in setting.approaches if approach.input]
    modules = [plugin.module for plugin in (*setting.tasks, *setting.approaches, *sees) if plugin.module]
    for task in setting.tasks:
        # Of every suite: an approach may look for one of its own.
        functions = [f.body if isinstance(f, LabelingFunction) else f._f for f in task.functions]
        bodies += [task.parameters, *functions, *task.injections, *(rule.body for rule in task.rules)]
    for approach in setting.approaches:
        bodies += [approach.parameters, *(body for body, _ in approach.fits), *approach.loads]
        bodies += [approach.asks] if approach.asks else []
        bodies += approach.input.bodies if approach.input else []
    return code_and_versions(dict.fromkeys([*modules, *(body.__module__ for body in bodies)]))


def _repeated(setting: Setting, repeats: int) -> Setting:
    again = [
        dataclasses.replace(task, name=f"{task.name}_{k}") for k in range(2, repeats + 1) for task in setting.tasks
    ]
    return dataclasses.replace(setting, tasks=(*setting.tasks, *again))


def _counted(reasons: Iterable[Sequence[str]]) -> list[str]:
    """Say how many cells are to be done for each reason."""
    counted = Counter("; ".join(some[:3]) + ("; ..." if len(some) > 3 else "") for some in reasons)
    return [f"{count} to do: {why}" for why, count in counted.most_common()]


def _once(cells: Sequence[Cell], grid: Grid) -> list[Cell]:
    return list({grid.paths(cell).folder: cell for cell in cells}.values())


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name)


def _dotted(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= _dotted(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return found


def _line(record: Mapping[str, Any], wall_s: float) -> str:
    shown = ", ".join(
        f"{task} " + "/".join(f"{of[task]['accuracy']:.3f}" for of in record["scores"].values())
        for task in record["labeling"]
    )
    return f"data set {record['seeds']['dataset']}: accuracy {'/'.join(record['scores'])}: {shown} ({wall_s:.0f} s)"
