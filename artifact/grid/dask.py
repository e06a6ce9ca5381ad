"""Where pieces of work are done, beyond this machine: as futures of a Dask cluster, or of one that is started here.

A piece writes its own files, and writes the same whoever does it; so one whose worker is lost is done again elsewhere.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

from artifact import interrupts
from artifact.errors import BadInputError
from artifact.extras import needed
from artifact.grid.code import code_and_versions
from artifact.grid.executor import Executor, Place
from artifact.process import make_ready

ANSWERS_WITHIN = "10s"
IN_ONE_PLACE = "start scheduler and workers in the same clone and environment, with PYTHONPATH naming it"
SAME = ("python", "dask", "distributed", "msgpack", "cloudpickle")
"""What client and scheduler must have in one version: they speak to each other in it."""


@contextmanager
def dask_workers(place: Place) -> Iterator[Executor]:
    """Offer the workers of a scheduler, or a cluster of so many on this machine that ends with this process.

    A scheduler that does not answer or is of another version, and workers with other code, are a BadInputError.
    """
    needed("distributed")
    from concurrent.futures import CancelledError

    from distributed.scheduler import KilledWorker

    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with interrupts.raised(), _client(place) as client:
        print(f"dashboard: {client.dashboard_link} (workers: {len(client.nthreads())})", file=sys.stderr)
        executor = _Futures(client)
        try:
            yield executor
        except (KilledWorker, CancelledError) as error:
            lost = "a piece of work has lost several workers" if isinstance(error, KilledWorker) else "it went away"
            remedy = "look into the workers' logs; what is finished is kept, go on again"
            raise BadInputError(place.scheduler or "workers", lost, remedy) from None
        except ModuleNotFoundError as error:
            raise BadInputError(place.scheduler or "workers", f"a worker misses {error.name}", IN_ONE_PLACE) from None
        finally:
            executor.cancel()


class _Futures:
    def __init__(self, client: Any) -> None:
        self._client = client
        self._futures: list[Any] = []

    def submit(self, work: Callable[[Any], Any], given: Sequence[Any]) -> None:
        done = partial(_done, work, code_and_versions([work.__module__]))
        self._futures += self._client.map(done, given, pure=False)

    def completed(self) -> Iterator[Any]:
        from distributed import as_completed

        for future in as_completed(self._futures):
            yield future.result()
            future.release()
        self._futures = []

    def cancel(self) -> None:
        self._client.cancel(self._futures)


@contextmanager
def _client(place: Place) -> Iterator[Any]:
    from distributed import Client, LocalCluster
    from distributed.versions import VersionMismatchWarning

    if place.workers:
        options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
        with LocalCluster(n_workers=place.workers, **options) as cluster, Client(cluster) as client:
            yield client
        return
    # One line says the same of another version.
    warnings.filterwarnings("ignore", category=VersionMismatchWarning)
    try:
        # A client that nobody answers is closed by the garbage collector, which waits for ever while another starts.
        asyncio.run(_reached(place.scheduler))
    except (OSError, TypeError, ValueError) as error:
        problem = f"no scheduler answers ({_first_line(error)})"
        raise BadInputError(f"SCHEDULER={place.scheduler}", problem, "start one, or correct the address") from None
    try:
        client = Client(place.scheduler, timeout=ANSWERS_WITHIN)
    except Exception as error:
        # An older or newer one fails already in the greeting, in whatever it does not know.
        problem = f"the scheduler speaks another version's language ({_first_line(error)})"
        raise BadInputError(f"SCHEDULER={place.scheduler}", problem, IN_ONE_PLACE) from None
    with client:
        _check_versions(place, client.get_versions())
        try:
            # It unpacks what it hands on, and so has to find the same modules.
            client.run_on_scheduler(_stands)
        except Exception:
            problem = "the scheduler does not find the artifact's code"
            raise BadInputError(f"SCHEDULER={place.scheduler}", problem, IN_ONE_PLACE) from None
        yield client


async def _reached(address: str | None) -> None:
    from distributed import Security
    from distributed.comm import connect

    as_client = Security().get_connection_args("client")
    await (await connect(address, timeout=ANSWERS_WITHIN, **as_client)).close()


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:100]


def _stands() -> None:
    """Do nothing."""


def _check_versions(place: Place, found: Mapping[str, Any]) -> None:
    here, there = ({**of["host"], **of["packages"]} for of in (found["client"], found["scheduler"]))
    for name in SAME:
        if there.get(name) != here.get(name):
            problem = f"the scheduler has {name} {there.get(name)}, this command {here.get(name)}"
            raise BadInputError(f"SCHEDULER={place.scheduler}", problem, IN_ONE_PLACE)


def _done(work: Callable[[Any], Any], code: Mapping[str, str], piece: Any) -> Any:
    """Do a piece of work on a worker that has one thread and the client's code."""
    from distributed import get_worker

    worker = get_worker()
    if worker.state.nthreads != 1:
        remedy = "start workers with --nthreads 1, so that times are theirs alone"
        raise BadInputError(worker.address, f"a worker of {worker.state.nthreads} threads", remedy)
    own = _ready(work.__module__)
    for name in {**code, **own}:
        if own.get(name) != code.get(name):
            raise BadInputError(worker.address, f"a worker with another {name}", IN_ONE_PLACE)
    return work(piece)


@cache
def _ready(module: str) -> dict[str, str]:
    """Make this worker ready, once, and return the code that it has."""
    make_ready()
    return code_and_versions([module])
