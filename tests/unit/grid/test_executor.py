"""Work on this machine's cores: whatever ends it, no process is left and what went wrong is one line."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from artifact.errors import BadInputError
from artifact.grid import executor
from artifact.grid.executor import local_processes, workers
from artifact.store.paths import ROOT


def squared(number: int) -> int:
    return number * number


def refused(line: int) -> None:
    raise BadInputError("study.toml", "no such thing", "write another", line)


def killed(_: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def started_bare(_: str, __: object) -> None:
    """Start a worker without the libraries that it would load: seconds, each time."""


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "_start_worker", started_bare)


def named(_: int) -> str:
    return multiprocessing.current_process().name


def asleep(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].startswith("Z")
    except OSError:
        return True


def wait_for(condition: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.05)
    assert condition()  # type: ignore[operator]


@pytest.mark.usefixtures("bare")
def test_each_piece_is_done_in_another_process() -> None:
    with local_processes(1) as pool:
        pool.submit(squared, [1, 2, 3])
        assert sorted(pool.completed()) == [1, 4, 9]
    with local_processes(1) as pool:
        pool.submit(named, [0])
        assert list(pool.completed()) != ["MainProcess"]
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("bare")
def test_a_workers_own_error_arrives_as_it_was_and_no_process_is_left() -> None:
    with pytest.raises(BadInputError) as caught, local_processes(1) as pool:
        pool.submit(refused, [7])
        list(pool.completed())
    assert str(caught.value) == "study.toml:7: no such thing; write another"
    assert caught.value.given == ("study.toml", "no such thing", "write another", 7)
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("bare")
def test_a_killed_worker_is_one_line() -> None:
    with pytest.raises(BadInputError, match="cells: a worker was killed") as caught, local_processes(1) as pool:
        pool.submit(killed, [1])
        list(pool.completed())
    assert "\n" not in str(caught.value)
    assert multiprocessing.active_children() == []


@pytest.mark.usefixtures("bare")
def test_ctrl_c_in_the_waiting_parent_ends_the_workers(tmp_path: Path) -> None:
    before, begin = signal.getsignal(signal.SIGTERM), time.monotonic()
    with pytest.raises(KeyboardInterrupt), local_processes(1) as pool:
        pool.submit(asleep, [str(tmp_path)] * 2)
        wait_for(lambda: list(tmp_path.iterdir()))
        os.kill(os.getpid(), signal.SIGTERM)
        list(pool.completed())
    assert time.monotonic() - begin < 40  # nobody waited for what sleeps a minute
    assert signal.getsignal(signal.SIGTERM) is before
    assert multiprocessing.active_children() == []
    wait_for(lambda: all(gone(int(path.name)) for path in tmp_path.iterdir()), 5)


def test_a_worker_has_one_thread_and_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "working.py").write_text(
        textwrap.dedent("""
            import os, sys, time
            from pathlib import Path
            from artifact.grid.executor import local_processes

            def asleep(folder):
                import torch

                (Path(folder) / f"{os.getpid()}.{torch.get_num_threads()}").touch()
                time.sleep(60)

            if __name__ == "__main__":
                with local_processes(1) as pool:
                    pool.submit(asleep, [sys.argv[1]])
                    list(pool.completed())
        """),
        encoding="utf-8",
    )
    (tmp_path / "at work").mkdir()
    command = [sys.executable, str(tmp_path / "working.py"), str(tmp_path / "at work")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as started:
        wait_for(lambda: list((tmp_path / "at work").iterdir()))
        started.kill()
        assert started.stderr
        # To the end, when the last process is gone: that which removes their semaphores as well.
        assert started.stderr.read() == ""
    ((process, threads),) = [path.name.split(".") for path in (tmp_path / "at work").iterdir()]
    assert threads == "1"
    wait_for(lambda: gone(int(process)))


def test_there_is_a_process_per_core_but_no_more_than_asked_for() -> None:
    assert workers("cpu") == len(os.sched_getaffinity(0))
    for most in (1, 1_000):
        with local_processes(most) as pool:
            assert pool.pool._max_workers == min(most, workers("cpu"))  # type: ignore[attr-defined]
