"""``label``: an archive of pings -> labels, models and summaries in a folder that appears whole."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from artifact.archive import counting, fitting, labelling, summary
from artifact.archive.columns import Named
from artifact.archive.counting import Counted, count_part, counted
from artifact.archive.fitting import Models, fit, keep_models, of_the_study
from artifact.archive.job import Job, WorkPaths
from artifact.archive.labelling import label_part
from artifact.archive.plan import Archive, Part, archive_of
from artifact.archive.reading import BadPingsError
from artifact.archive.summary import write_summaries
from artifact.errors import BadInputError
from artifact.grid.code import code_and_versions
from artifact.grid.executor import Executor, Place
from artifact.grid.grid import code_of, parameters_of
from artifact.grid.places import workers_at
from artifact.process import make_ready
from artifact.store.files import appearing, held, json_sha256, numbers_as_bytes, remove_torn
from artifact.store.kept import keep, stale
from artifact.study import StudyFile

RECORD = "record.json"
ELSEWHERE = "name another folder with --out"


def label_archive(  # noqa: PLR0913 - one per thing that somebody may want
    data: Path, out: Path, named: Named, file: StudyFile, place: Place, results: Path | None = None
) -> None:
    """Label every ping of the Parquet file or folder ``data`` into the new folder ``out``.

    Two passes: vote patterns are counted and label models fitted to them, a network to an even sample of the pings;
    then every ping is labelled. With ``results``, by the models of the study's first run there. Memory depends on
    neither the number of pings nor that of series. What a killed run has done is kept beside ``out``, and the same call
    goes on from there. Whatever is no archive of pings, or is labelled already, is a BadInputError.
    """
    archive = archive_of(data, named)
    job = Job(file, archive.columns, archive.rows, folder=Path())
    models = of_the_study(file, results) if results else None
    manifest = _manifest(job, archive, models)
    if _is_current(out, manifest):
        print(f"{out}: labelled already, from the same data by the same study", file=sys.stderr)
        return
    # Named by all that decides it: what a worker that is cut off leaves late never mixes with other work.
    job = replace(job, folder=_beside(out) / json_sha256(manifest)[:16])
    try:
        with (
            workers_at(place, len(archive.parts)) as executor,
            held(job.paths.lock, ELSEWHERE, f"wait for it, or {ELSEWHERE}"),
        ):
            _begin(job.paths, manifest)
            _do(job, archive, executor, models)
            _finish(job, archive, manifest, out)
    except BadPingsError:
        # Once they are mended, nothing of this is of use.
        shutil.rmtree(_beside(out))
        raise


def _do(job: Job, archive: Archive, executor: Executor, models: Models | None) -> None:
    _pass("pass 1 of 2, counting votes", executor, count_part, job, archive.parts, job.paths.counts)
    found = counted(job, archive.parts)
    _refuse_parted(archive, found)
    # Here as on every worker.
    make_ready()
    keep_models(job, models or fit(job, found))
    _pass("pass 2 of 2, labeling", executor, label_part, job, archive.parts, job.paths.summary)


def _beside(out: Path) -> Path:
    return out.absolute().with_name(f".{out.name}.unfinished")


def _manifest(job: Job, archive: Archive, models: Models | None) -> dict[str, Any]:
    """Return all that decides the labels."""
    own = [module.__name__ for module in (counting, fitting, labelling, summary)]
    study = job.file.study
    setting = parameters_of(job.setting, has_base=True)
    return {
        "data": archive.sha256,
        "columns": ", ".join(archive.columns.all),
        "unit": archive.columns.unit,
        "part rows": [part.rows for part in archive.parts[:1]],
        "seed": study.runs.first_training_seed,
        "sample": len(job.sample),
        "models": _checksum(models) if models else "fitted to the data",
        **{name: value for name, value in setting.items() if not name.startswith(("trace.", "dataset."))},
        **code_of(job.setting),
        **code_and_versions(own),
    }


def _checksum(models: Models) -> str:
    arrays = {f"{approach} {part} {name}": of for (approach, part), s in models.items() for name, of in s.items()}
    return hashlib.sha256(numbers_as_bytes(arrays)).hexdigest()


def _is_current(out: Path, manifest: dict[str, Any]) -> bool:
    if not (out.exists() or out.is_symlink()):
        return False
    if not (out / RECORD).is_file():
        raise BadInputError(out, "is there already", ELSEWHERE)
    if reasons := stale(out / RECORD, manifest):
        raise BadInputError(out, f"holds other labels ({'; '.join(reasons[:3])})", ELSEWHERE)
    shutil.rmtree(_beside(out), ignore_errors=True)
    return True


def _begin(paths: WorkPaths, manifest: dict[str, Any]) -> None:
    for other in paths.folder.parent.iterdir():
        if other.is_dir() and other != paths.folder:
            reasons = stale(other / paths.begun.name, manifest)
            problem = f"holds unfinished work on other labels ({'; '.join(reasons[:3])})"
            raise BadInputError(other.parent, problem, f"remove it, or {ELSEWHERE}")
    if stale(paths.begun, manifest):
        keep(paths.begun, manifest, {})
    remove_torn(paths.written())


def _pass(  # noqa: PLR0913 - one per thing that tells a pass
    title: str,
    executor: Executor,
    work: Callable[[tuple[Job, Part]], int],
    job: Job,
    parts: Sequence[Part],
    kept_at: Callable[[Part], Path],
) -> None:
    """Have the parts done that are not, and say how far it is; what was done before tells nothing of the speed."""
    from tqdm import tqdm

    missing = [part for part in parts if not kept_at(part).exists()]
    before = job.rows - sum(part.rows for part in missing)
    shown = {"unit": " pings", "unit_scale": True, "file": sys.stderr, "mininterval": 1, "smoothing": 0}
    with tqdm(total=job.rows, initial=before, desc=title, **shown) as bar:
        executor.submit(work, [(job, part) for part in missing])
        for rows in executor.completed():
            bar.update(rows)


def _refuse_parted(archive: Archive, found: Counted) -> None:
    """Refuse a series that begins in two places, in two files or in one: its windows would be cut."""
    names, counts = np.unique(found.series, axis=0, return_counts=True)
    if len(names) == len(found.series):
        return
    twice = names[np.argmax(counts > 1)]
    places = [_place(archive, at) for at in found.begins[(found.series == twice).all(axis=1)][:2]]
    problem = f"the series that begins here stands in {places[0]} too"
    raise BadPingsError(places[1], problem, "put the rows of a probe and target into one file, one behind the other")


def _place(archive: Archive, at: int) -> str:
    part = next(part for part in reversed(archive.parts) if part.at <= at)
    for of in part.slices:
        if at < part.at + of.rows:
            return f"{of.path} (row {of.first + at - part.at + 1:,})"
        at -= of.rows
    raise AssertionError("a part holds the rows that it counts")


def _finish(job: Job, archive: Archive, manifest: dict[str, Any], out: Path) -> None:
    """Put the summaries together, and have everything appear at once."""
    paths = job.paths
    with appearing(paths.done / "summary.parquet") as beside:
        series = write_summaries([paths.summary(part) for part in archive.parts], beside)
    keep(paths.done / RECORD, manifest, {"pings": job.rows, "series": series, "parts": len(archive.parts)})
    paths.done.replace(out)
    shutil.rmtree(_beside(out))
    print(f"{out}: {job.rows:,} pings of {series:,} series labelled", file=sys.stderr)
