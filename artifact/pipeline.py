"""The steps behind ``make``: data -> runs -> results.json -> report, each going on where it stopped."""

from __future__ import annotations

import dataclasses
import fcntl
import hashlib
import json
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import numpy as np

from artifact import provenance
from artifact.dataset import SPLITS, Dataset, build_dataset
from artifact.errors import BadInputError
from artifact.files import remove_torn, sha256, unchanged, write_text
from artifact.paths import ResultPaths
from artifact.results import assemble, describe_base, table1_csv
from artifact.sealed import read_sealed, write_sealed
from artifact.study import Study, StudyFile, read_study
from artifact.tasks import tasks_of
from artifact.tasks.task import Task
from artifact.trace.series import Trace

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Ctrl-C, a request to end, a closed terminal."""


@dataclass(frozen=True)
class Job:
    """What one command works on: the study with its command-line choices, the base trace, the folders."""

    file: StudyFile
    tasks: tuple[Task, ...]
    trace: Trace | None
    results: ResultPaths
    data: Path
    device: str

    @property
    def study(self) -> Study:
        """The study's parameters."""
        return self.file.study

    def fingerprint(self, number: int) -> str:
        """Return a checksum of all that decides run ``number``: a record that carries it is current."""
        decides = {
            "run": number,
            "study": self.study.model_dump(mode="json", exclude={"runs": {"count"}, "calibration": True}),
            "trace": self.trace.sha256 if self.trace else None,
            "code": provenance.code_sha256(self.tasks),
            "versions": provenance.versions(),
            "device": self.device,
        }
        return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()


def prepare(
    study: Path, folders: tuple[Path, Path], device: str, runs: int | None = None, trace: Path | None = None
) -> Job:
    """Read and check everything that a command is given, before anything is written.

    ``folders`` are those of the results and of the data sets.
    """
    file = read_study(study)
    if runs is not None:
        file = file.with_value(("runs", "count"), runs)
    tasks = tasks_of(file)
    base = _read_trace(trace, file.study.trace.pings) if trace else None
    job = Job(file, tasks, base, ResultPaths(folders[0]), folders[1], device)
    _check_device(device)
    return job


def smaller(job: Job) -> Job:
    """Return the same job for a quick look: two runs over 3,000 pings."""
    changed = job.study.model_copy(
        update={
            "runs": job.study.runs.model_copy(update={"count": 2}),
            "trace": job.study.trace.model_copy(update={"pings": 3_000}),
        }
    )
    return dataclasses.replace(job, file=dataclasses.replace(job.file, study=changed))


@contextmanager
def writing(results: ResultPaths, *others: Path) -> Iterator[None]:
    """Hold the results folder: two commands that write to one folder would mix their runs.

    What a killed command left half written there, and in ``others``, is removed.
    """
    try:
        results.folder.mkdir(parents=True, exist_ok=True)
        # Neither what a link leads to nor a pipe is a lock of ours.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        held = os.open(results.lock, flags, 0o644)
    except OSError as error:
        remedy = "name a folder that can be written with RESULTS="
        raise BadInputError(results.folder, f"cannot be written ({error.strerror})", remedy) from None
    with os.fdopen(held, "rb"):
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            remedy = "wait for it, or name another folder with RESULTS="
            raise BadInputError(results.folder, "another command is writing here", remedy) from None
        remove_torn((*results.written(), *others))
        yield


def build_data(job: Job) -> list[Dataset]:
    """Build every run's data set and write it as CSV (RTTs in ms), a row per ping."""
    datasets = [_dataset(job, number) for number in range(job.study.runs.count)]
    for number, dataset in enumerate(datasets):
        columns = {"ping_ms": dataset.rtt_us / 1000, "base_ms": dataset.base_us / 1000, **dataset.gold}
        columns["split"] = _split_names(dataset)
        _write_columns(job.data / f"run-{number:02}.csv", columns)
    sums = [f"{d.sha256()}  run-{number:02}" for number, d in enumerate(datasets)]
    write_text(job.data / "SHA256SUMS", "\n".join(sums) + "\n")
    return datasets


def train(job: Job, datasets: Sequence[Dataset]) -> dict[str, Any]:
    """Do every run that has no current record; return results.json as the records give it, audit left out."""
    stale = [number for number in range(job.study.runs.count) if not _is_current(job, number)]
    # Labeling functions cannot be sent to another process; the worker looks the tasks up again.
    sent = dataclasses.replace(job, tasks=())
    in_parallel(_do_run, [(sent, number) for number in stale], "runs")
    records = [read_sealed(job.results.run(number).record) for number in range(job.study.runs.count)]
    return assemble(job.file, job.tasks, records, _base(job, datasets[0]), _provenance(job, records, datasets))


def write_results(job: Job, results: dict[str, Any]) -> None:
    """Write results.json and table1.csv."""
    write_sealed(job.results.results, results)
    write_text(job.results.table1, table1_csv(results))


def in_parallel(work: Callable[[Any], str], given: Sequence[Any], what: str) -> None:
    """Do ``work`` in processes of one thread each, as many as there are cores; print what each piece says."""
    from tqdm import tqdm

    if not given:
        print(f"all {what} are current", file=sys.stderr)
        return
    workers = min(len(os.sched_getaffinity(0)), len(given))
    spawn = multiprocessing.get_context("spawn")
    with (
        tqdm(total=len(given), desc=what, unit=what[:-1], file=sys.stderr, mininterval=1) as bar,
        _interrupts_raised(),
        ProcessPoolExecutor(workers, spawn, start_worker) as pool,
    ):
        try:
            for done in as_completed(_started_deaf(pool, work, given)):
                if said := done.result():
                    bar.write(said, file=sys.stderr)
                bar.update()
        except BaseException as stopped:
            for worker in multiprocessing.active_children():
                worker.terminate()
            if isinstance(stopped, BrokenProcessPool):
                problem, remedy = "a worker was killed, perhaps for its memory", "finished ones are kept; go on again"
                raise BadInputError(what, problem, remedy) from None
            raise


@contextmanager
def _interrupts_raised() -> Iterator[None]:
    """Let Ctrl-C and its like raise while this process only waits for workers, so that they end in good order."""
    before = {stop: signal.getsignal(stop) for stop in STOPS}
    for stop, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(stop, signal.default_int_handler)
    try:
        yield
    finally:
        for stop, handler in before.items():
            signal.signal(stop, handler)


def _started_deaf(pool: ProcessPoolExecutor, work: Callable[[Any], str], given: Sequence[Any]) -> list[Future[str]]:
    """Submit all work to workers that inherit a blocked Ctrl-C; one that comes meanwhile is raised afterwards.

    Blocking is for the workers alone: another thread of this process may still take the signal.
    """
    # The tracker would unblock the signal while it starts.
    resource_tracker.ensure_running()
    heard: list[int] = []
    hearing = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        started = [pool.submit(work, piece) for piece in given]
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.signal(signal.SIGINT, hearing)
    if heard and hearing is not signal.SIG_IGN:
        raise KeyboardInterrupt
    return started


def start_worker() -> None:
    """Make a process ready to work: it ends with its parent, however that ends."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    one_thread()
    _import_what_is_timed()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def one_thread() -> None:
    """Let torch sum in one order."""
    import warnings

    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    warnings.filterwarnings("ignore", category=FutureWarning)


def _import_what_is_timed() -> None:
    """Import the libraries now, so that no run's time holds the loading of a library."""
    import pandas  # noqa: F401
    import snorkel.classification
    import snorkel.labeling.model  # noqa: F401


def _do_run(given: tuple[Job, int]) -> str:
    from artifact.experiment import run_once

    sent, number = given
    job = dataclasses.replace(sent, tasks=tasks_of(sent.file))
    begin = time.perf_counter()
    run = run_once(job.study, job.tasks, number, job.trace, job.device)
    paths = job.results.run(number)
    for name, model in run.single_task.items():
        model.save(paths.single_task(name))
    run.multi_task.save(paths.multi_task)
    columns: dict[str, Any] = {"ping_ms": run.dataset.rtt_us / 1000, "base_ms": run.dataset.base_us / 1000}
    columns |= {f"{name}_gold": gold for name, gold in run.dataset.gold.items()}
    for side in ("single_task", "multi_task"):
        columns |= {f"{name}_{side}": labels for name, labels in run.labels[side].items()}
    _write_columns(paths.series, columns)
    wall_s = time.perf_counter() - begin
    record = {
        "fingerprint": job.fingerprint(number),
        "models_sha256": job.study.models_fingerprint(),
        "outputs": {path.name: sha256(path) for path in paths.outputs(run.single_task)},
        "number": number,
        "wall_s": wall_s,
        **run.record,
    }
    write_sealed(paths.record, record)
    shown = ", ".join(
        f"{name} {run.record['scores']['single_task'][name]['accuracy']:.3f}/"
        f"{run.record['scores']['multi_task'][name]['accuracy']:.3f}"
        for name in run.single_task
    )
    return f"run {number}: accuracy single-task/multi-task: {shown} ({wall_s:.0f} s)"


def _dataset(job: Job, number: int) -> Dataset:
    return build_dataset(job.study, job.tasks, job.study.runs.first_dataset_seed + number, job.trace)


def _is_current(job: Job, number: int) -> bool:
    paths = job.results.run(number)
    try:
        record = read_sealed(paths.record)
    except ValueError:
        return False
    return record["fingerprint"] == job.fingerprint(number) and unchanged(paths.folder, record["outputs"])


def _base(job: Job, first: Dataset) -> dict[str, Any]:
    return describe_base(job.trace, first.base_us, job.study.trace.pings)


def _provenance(job: Job, records: Sequence[dict[str, Any]], datasets: Sequence[Dataset]) -> dict[str, Any]:
    return {
        "git_commit": provenance.git_commit(),
        "locks_sha256": provenance.locks_sha256(),
        "dataset_sha256": [dataset.sha256() for dataset in datasets],
        "trace_sha256": job.trace.sha256 if job.trace else None,
        "study_sha256": job.study.fingerprint(),
        "seeds": [record["seeds"] for record in records],
        "records": [record["seal"] for record in records],
        "versions": provenance.versions(),
        "hardware": provenance.hardware(),
        "device": job.device,
        "stage_s": {
            "one run": math.fsum(record["wall_s"] for record in records) / len(records),
            "all runs, one after the other": math.fsum(record["wall_s"] for record in records),
        },
    }


def _read_trace(path: Path, at_most: int) -> Trace:
    from artifact.trace.reading import read_trace

    return read_trace(path, at_most)


def _check_device(device: str) -> None:
    if device != "cuda":
        return
    import torch

    if not torch.cuda.is_available():
        raise BadInputError("DEVICE=cuda", "torch sees no CUDA device", "use DEVICE=cpu, or a machine with a GPU")


def _split_names(dataset: Dataset) -> np.ndarray[Any, Any]:
    names = np.empty(len(dataset.rtt_us), dtype=object)
    for name in SPLITS:
        names[dataset.splits[name]] = name
    return names


def _write_columns(path: Path, columns: dict[str, Any]) -> None:
    import pandas as pd

    write_text(path, pd.DataFrame(columns).to_csv(index=False, lineterminator="\n"))
