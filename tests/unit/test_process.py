"""What a process that is to work does first."""

from __future__ import annotations

import subprocess
import sys

FREED = """
import ctypes
import numpy as np
import torch
from artifact.process import make_ready

SIZES = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in SIZES.split()]

make_ready()
mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = Info
held = [np.ones(1 << 20) for _ in range(8)]
del held
print(mallinfo().keepcost >= 64 << 20, torch.get_num_threads(), torch.are_deterministic_algorithms_enabled())
"""


def test_memory_that_is_freed_is_kept_and_torch_has_one_thread() -> None:
    said = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, check=True).stdout
    assert said == "True 1 True\n"
