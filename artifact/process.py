"""What a process that is to work does first."""

from __future__ import annotations

import ctypes
import warnings

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""What glibc's mallopt(3) calls the free memory at its end that it gives back, and the size of what it maps apart."""
KEPT, APART = 256 << 20, 32 << 20
"""Bytes; the second is the most that glibc takes."""


def make_ready() -> None:
    """Let torch sum in one order, and the C library keep the memory that is freed.

    To give it back and take it again, page by page, can take four times as long as the votes on a short column.
    """
    import torch

    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)
        libc.mallopt(M_MMAP_THRESHOLD, APART)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    # Nothing is read before it is written; to fill all memory first takes a twentieth of training's time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    warnings.filterwarnings("ignore", category=FutureWarning)
