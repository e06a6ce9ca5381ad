"""The options that several commands share, and the grid that they name."""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from artifact.errors import BadInputError

if TYPE_CHECKING:
    from artifact.grid.executor import Place
    from artifact.grid.grid import Grid

STUDY, RESULTS, DATA = Path("study.toml"), Path("results"), Path("data")
SMALL = {"runs.count": 2, "trace.pings": 3_000}
"""The study for a quick look."""
POSITIVE = click.IntRange(min=1)


class _Named(click.Path):
    """A path that is given: "" would be the folder one stands in, where a variable was meant that is not set."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return it as a Path."""
        if value == "":
            self.fail("no path is given", param, ctx)
        return super().convert(value, param, ctx)


PATH = _Named(path_type=Path)


def study_option(body: Callable[..., Any]) -> Callable[..., Any]:
    """Add --study."""
    says = "the study (default: study.toml)"
    return click.option("--study", type=PATH, default=STUDY, help=says)(body)


def results_option(body: Callable[..., Any]) -> Callable[..., Any]:
    """Add --results."""
    says = "results folder (default: results, or what the variable RESULTS names)"
    return click.option("--results", type=PATH, default=RESULTS, envvar="RESULTS", help=says)(body)


def place_options(body: Callable[..., Any]) -> Callable[..., Any]:
    """Add --scheduler and --workers; the command is called with the place that they name."""

    @click.option("--scheduler", help="a Dask scheduler whose workers do the work, tcp://HOST:PORT")
    @click.option("--workers", type=POSITIVE, help="do the work on so many Dask workers of this machine")
    @functools.wraps(body)
    def command(scheduler: str | None, workers: int | None, **rest: Any) -> Any:
        from artifact.extras import needed
        from artifact.grid.executor import Place

        if scheduler and workers:
            raise click.UsageError("--scheduler has workers of its own; leave --workers out")
        if scheduler or workers:
            needed("distributed")
        return body(place=Place(scheduler, workers), **rest)

    return command


def grid_options(small: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options that name a study's grid; the command is called with it and the folder of its data sets."""

    def decorate(body: Callable[..., Any]) -> Callable[..., Any]:
        @study_option
        @results_option
        @click.option("--data", type=PATH, help="folder of the data sets (default: data, or in other results)")
        @click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", help="where models are trained")
        @click.option("--runs", type=POSITIVE, help="number of runs (default: the study's)")
        @click.option("--trace", type=PATH, help="a ping log as base instead of the synthetic trace")
        @click.option("--series", help="which series of the log, by name (default: the longest)")
        @place_options
        @functools.wraps(body)
        def command(  # noqa: PLR0913 - one per option
            study: Path,
            results: Path,
            data: Path | None,
            device: str,
            runs: int | None,
            trace: Path | None,
            series: str | None,
            place: Place,
            **rest: Any,
        ) -> Any:
            given = {
                **{"STUDY": study, "RESULTS": results, "DEVICE": device, "RUNS": runs},
                **{"TRACE": trace, "SERIES": series},
            }
            # Only the default results go with the default data folder, or two studies would write into it.
            folder = data or (DATA if results == RESULTS else results / "data")
            return body(grid_of(given, small, place), folder, **rest)

        return command

    return decorate


def grid_of(given: dict[str, Any], small: bool = False, place: Place | None = None) -> Grid:
    """Read and check everything that a command is given, before anything is written."""
    from artifact.grid.executor import Place
    from artifact.grid.grid import Grid
    from artifact.setting import setting_of
    from artifact.store.paths import ResultPaths

    file = read(given["STUDY"]).with_values(SMALL if small else {})
    if given["RUNS"] is not None:
        file = file.with_values({"runs.count": given["RUNS"]})
    _check_approaches(file, [approach.name for approach in setting_of(file).approaches])
    base = None
    if given["SERIES"] is not None and not given["TRACE"]:
        raise BadInputError("--series", "names a series of no log", "name the log with --trace or TRACE=")
    if given["TRACE"]:
        from artifact.trace.reading import read_trace
        from artifact.trace.series import FEWEST_PINGS

        base = read_trace(given["TRACE"], file.study.trace.pings, given["SERIES"], FEWEST_PINGS)
    check_device(given["DEVICE"])
    commands = _commands(given, small)
    return Grid(file, ResultPaths(given["RESULTS"]), base, given["DEVICE"], commands, place or Place())


def read(study: Path) -> Any:
    """Read a study with the variations that come with the artifact, and those that lie beside it."""
    from artifact.store.paths import VARIATIONS
    from artifact.study import read_study

    beside = study.parent / VARIATIONS.name
    return read_study(study, VARIATIONS, *([beside] if beside.is_file() else []))


def _check_approaches(file: Any, names: list[str]) -> None:
    from artifact import paper

    first = paper.approaches()[0]
    if first not in names:
        problem, remedy = f"runs.approaches is without {first}", "list it: figures and times are those of its runs"
        raise BadInputError(file.path, problem, remedy, file.line("runs", "approaches"))


def check_device(device: str) -> None:
    """Refuse a device that is not there, before anything is written."""
    if device != "cuda":
        return
    import os

    import torch

    if not torch.cuda.is_available():
        raise BadInputError("DEVICE=cuda", "torch sees no CUDA device", "use DEVICE=cpu, or a machine with a GPU")
    # Without it cuBLAS may sum in another order each time; workers inherit it.
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")


def _commands(given: dict[str, Any], small: bool) -> dict[str, str]:
    """Return the commands that make these results, as somebody would type them in the repository."""
    python, named = ".venv/bin/python -m artifact", _named(given)
    options = "".join(f" --{name.lower()} {value}" for name, value in named.items())
    report = "make report" + (f" RESULTS={named['RESULTS']}" if "RESULTS" in named else "")
    if not small:
        return {"all": _make("all", named), "report": report, "audit": f"{python} audit QUESTION{options}"}
    # The target puts a small study's results into a folder of that name, and takes no number of runs.
    has_target = given["RESULTS"].name == "smoke" and given["RUNS"] is None
    parent = _named({**given, "RESULTS": given["RESULTS"].parent})
    return {"all": _make("smoke", parent) if has_target else f"{python} smoke{options}", "report": report, "audit": ""}


def _make(target: str, named: dict[str, str]) -> str:
    return " ".join([f"make {target}", *(f"{name}={value}" for name, value in named.items())])


def _named(given: dict[str, Any]) -> dict[str, str]:
    """Return what is not as usual, as it would be typed."""
    usual = {"STUDY": STUDY, "RESULTS": RESULTS, "DEVICE": "cpu", "RUNS": None, "TRACE": None, "SERIES": None}
    typed = {name: as_typed(value) for name, value in given.items() if value is not None}
    return {name: value for name, value in typed.items() if value != str(usual[name])}


def as_typed(value: Any) -> str:
    """Return a value quoted for a shell; a path as it is found from the repository."""
    from artifact.store.paths import ROOT

    if isinstance(value, Path):
        full = value.absolute()
        value = full.relative_to(ROOT) if full.is_relative_to(ROOT) else full
    # Where the locale knows ASCII alone, the bytes of another letter come in one by one.
    return shlex.quote(os.fsencode(str(value)).decode("utf-8", "replace"))
