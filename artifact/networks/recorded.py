"""Work of many small kernels on a GPU, recorded once and then started as a whole: a CUDA graph."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def recorded(work: Callable[..., None], device: str) -> Callable[..., None]:
    """Return the same work, recorded where ``device`` is a GPU: as ``Recorded`` asks for it."""
    import torch

    return Recorded(work) if torch.device(device).type == "cuda" else work


class Recorded:
    """Work on tensors of the same shapes again and again; it changes what outlives it, and gives nothing back.

    The first call does the work as it stands, so that libraries load; the second records it. The work must start the
    same kernels whatever its tensors hold.
    """

    def __init__(self, work: Callable[..., None]) -> None:
        self._work = work
        self._given: list[Tensor] = []
        self._replay: Callable[[], None] | None = None

    def __call__(self, *given: Tensor) -> None:
        """Do the work on ``given``."""
        if not self._given:
            self._given = [of.clone() for of in given]
            self._work(*given)
            return
        for kept, of in zip(self._given, given, strict=True):
            kept.copy_(of)
        if self._replay is None:
            self._replay = self._record()
        self._replay()

    def _record(self) -> Callable[[], None]:
        import torch

        graph = torch.cuda.CUDAGraph()
        with torch.cuda.device(self._given[0].device), torch.cuda.graph(graph):
            self._work(*self._given)
        return graph.replay
