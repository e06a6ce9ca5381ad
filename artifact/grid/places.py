"""From a place to its workers: processes of this machine, or Dask's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from artifact.grid.executor import HERE, Executor, Place, local_processes


@contextmanager
def workers_at(place: Place, most: int, device: str = "cpu") -> Iterator[Executor]:
    """Offer the workers of a place, no more than ``most`` on this machine's cores."""
    if place == HERE:
        with local_processes(most, device) as executor:
            yield executor
        return
    from artifact.grid.dask import dask_workers

    with dask_workers(place) as executor:
        yield executor
