"""What pieces of work are done by, and where: a place, and on this machine's cores a process of one thread each.

concurrent.futures with less around it than loky needs: that leaves workers behind when its parent is killed.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from typing import Any, Protocol

from artifact import interrupts
from artifact.errors import BadInputError
from artifact.process import make_ready


class Executor(Protocol):
    """What the grid asks of wherever its pieces are done."""

    def submit(self, work: Callable[[Any], Any], given: Sequence[Any]) -> None:
        """Have each piece done."""
        ...

    def completed(self) -> Iterator[Any]:
        """Yield what each piece since the last call returned, as they are done; what one raised is raised here."""
        ...

    def cancel(self) -> None:
        """End all work now."""
        ...


@dataclass(frozen=True)
class Place:
    """Where work is done: on this machine's cores, or by Dask, on ``workers`` here or on those of a ``scheduler``."""

    scheduler: str | None = None
    workers: int | None = None

    def cores(self, device: str) -> int | None:
        """Return how many pieces are done at once; None where the scheduler alone knows."""
        return None if self.scheduler else self.workers or workers(device)


HERE = Place()


@contextmanager
def local_processes(most: int, device: str = "cpu") -> Iterator[Executor]:
    """Offer a process per core, or per GPU, but no more than ``most``; on any error or interrupt all end at once."""
    with interrupts.raised():
        executor = _Processes(min(workers(device), most), device)
        try:
            yield executor
        except BaseException as error:
            executor.cancel()
            if isinstance(error, BrokenProcessPool):
                problem, remedy = "a worker was killed, perhaps for its memory", "finished ones are kept; go on again"
                raise BadInputError("cells", problem, remedy) from None
            raise
        executor.pool.shutdown()


def workers(device: str) -> int:
    """Return how many processes can work at once: one per core, or one per GPU."""
    if device == "cpu":
        return len(os.sched_getaffinity(0))
    import torch

    return torch.cuda.device_count()


class _Processes:
    def __init__(self, count: int, device: str) -> None:
        _start_tracker()
        spawn = multiprocessing.get_context("spawn")
        gpus = spawn.SimpleQueue()
        for number in range(count):
            gpus.put(number)
        self.pool = ProcessPoolExecutor(count, spawn, _start_worker, (device, gpus))
        self._futures: list[Future[Any]] = []

    def submit(self, work: Callable[[Any], Any], given: Sequence[Any]) -> None:
        with interrupts.held():
            # It unblocks what a process that it starts must not hear.
            resource_tracker.ensure_running()
            interrupts.block()
            self._futures += [self.pool.submit(work, piece) for piece in given]

    def completed(self) -> Iterator[Any]:
        futures, self._futures = self._futures, []
        for future in as_completed(futures):
            yield future.result()

    def cancel(self) -> None:
        with interrupts.held():
            for worker in multiprocessing.active_children():
                worker.kill()
            self.pool.shutdown(cancel_futures=True)


def _start_tracker() -> None:
    """Start the process that removes the workers' semaphores if this one is killed; it does so without a warning."""
    quiet = "ignore:resource_tracker:UserWarning"
    sys.warnoptions.append(quiet)
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(quiet)


def _start_worker(device: str, gpus: Any) -> None:
    """Make a process ready to work: it ends with its parent, however that ends, and no clock meets a library loading.

    With CUDA each has a GPU of its own, whose context is open before any clock starts.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if device == "cuda":
        os.environ["CUDA_VISIBLE_DEVICES"] = str(gpus.get())
    make_ready()
    if device == "cuda":
        import torch

        torch.zeros(1, device=device)
    import pandas  # noqa: F401
    import snorkel.classification
    import snorkel.labeling.model  # noqa: F401


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)
