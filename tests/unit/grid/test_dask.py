"""Work on Dask's workers: the same outcome, whatever becomes of a worker; what cannot work is one line."""

from __future__ import annotations

import os
import signal
import socket
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("distributed")

from dask import config as dask_config

from artifact.errors import BadInputError
from artifact.grid import dask
from artifact.grid.executor import Place
from artifact.grid.places import workers_at


def squared(number: int) -> int:
    return number * number


def refused(line: int) -> None:
    raise BadInputError("study.toml", "no such thing", "write another", line)


def dies_once(marks: str) -> str:
    mark = Path(marks)
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return f"done by another than {mark.name}"


def dies(_: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_pieces_are_done_and_a_killed_worker_costs_time_alone(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with workers_at(Place(workers=1), 9) as executor:
        executor.submit(squared, [1, 2, 3])
        assert sorted(executor.completed()) == [1, 4, 9]
        executor.submit(dies_once, [str(tmp_path / "worker")])
        assert list(executor.completed()) == ["done by another than worker"]
        executor.submit(refused, [7])
        with pytest.raises(BadInputError, match=r"^study.toml:7: no such thing; write another$"):
            list(executor.completed())
    said = capfd.readouterr().err
    assert said.startswith("dashboard: http://127.0.0.1:")
    assert said.endswith(" (workers: 1)\n")
    assert said.count("\n") == 1


def test_work_that_kills_every_worker_is_one_line() -> None:
    with (
        dask_config.set({"distributed.scheduler.allowed-failures": 0}),
        pytest.raises(BadInputError, match=r"^workers: a piece of work has lost several workers; .* go on again$"),
        workers_at(Place(workers=1), 1) as executor,
    ):
        executor.submit(dies, ["x"])
        list(executor.completed())


def test_a_scheduler_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask, "ANSWERS_WITHIN", "0.3s")
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        for given in (address, "no scheme at all", "gopher://127.0.0.1:1", "tls://127.0.0.1:1"):
            with (
                pytest.raises(BadInputError, match=f"^SCHEDULER={given}: no scheduler answers .*; start one") as caught,
                workers_at(Place(scheduler=given), 1),
            ):
                pass
            assert "\n" not in str(caught.value)


def test_a_scheduler_of_another_version_is_one_line() -> None:
    def told(version: str) -> dict[str, object]:
        return {"host": {"python": "3.11.7.final.0"}, "packages": {"distributed": version}}

    place = Place(scheduler="tcp://10.0.0.1:8786")
    dask._check_versions(place, {"client": told("2026.8.0"), "scheduler": told("2026.8.0")})
    said = f"the scheduler has distributed 2025.1.0, this command 2026.8.0; {dask.IN_ONE_PLACE}"
    with pytest.raises(BadInputError, match=f"^SCHEDULER=tcp://10.0.0.1:8786: {said}$"):
        dask._check_versions(place, {"client": told("2026.8.0"), "scheduler": told("2025.1.0")})


def test_a_scheduler_that_fails_in_the_greeting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """As 2026.8.0's client does with 2024.8.0's scheduler."""

    def greeted(*_: object, **__: object) -> None:
        raise TypeError("Scheduler.identity() got an unexpected keyword argument 'n_workers'\nmore")

    async def reached(_: object) -> None:
        pass

    monkeypatch.setattr(dask, "_reached", reached)
    monkeypatch.setattr("distributed.Client", greeted)
    said = "^SCHEDULER=tcp://a:1: the scheduler speaks another version's language .*'n_workers'.; start scheduler and"
    with pytest.raises(BadInputError, match=said), workers_at(Place(scheduler="tcp://a:1"), 1):
        pass


@pytest.mark.parametrize(
    ("threads", "code", "said"),
    [
        (1, {"code of a.py": "1", "version of numpy": "2"}, None),
        (4, {"code of a.py": "1", "version of numpy": "2"}, "a worker of 4 threads; start workers with --nthreads 1"),
        (1, {"code of a.py": "9", "version of numpy": "2"}, "a worker with another code of a.py; start scheduler and"),
        (1, {"code of a.py": "1"}, "a worker with another version of numpy"),
    ],
)
def test_a_worker_that_would_do_other_work_refuses(
    threads: int, code: dict[str, str], said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = SimpleNamespace(address="tcp://10.0.0.2:1", state=SimpleNamespace(nthreads=threads))
    monkeypatch.setattr("distributed.get_worker", lambda: worker)
    monkeypatch.setattr(dask, "_ready", lambda _: code)
    given = {"code of a.py": "1", "version of numpy": "2"}
    if said is None:
        assert dask._done(squared, given, 3) == 9
        return
    with pytest.raises(BadInputError, match=f"^tcp://10.0.0.2:1: {said}"):
        dask._done(squared, given, 3)
