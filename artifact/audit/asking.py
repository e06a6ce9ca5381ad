"""Questions put to a study's finished runs; answers are kept until study, code or runs change."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from artifact import provenance
from artifact.audit import ON_DEMAND, QUESTIONS, multiverse, question, real_lines
from artifact.audit.answer import Answer
from artifact.audit.evidence import Evidence, world_of
from artifact.errors import BadInputError
from artifact.models.multi_task import MultiTaskModel
from artifact.models.single_task import SingleTaskModel
from artifact.paths import BEST_STUDY
from artifact.pipeline import Job, in_parallel, one_thread
from artifact.sealed import read_sealed, write_sealed


def ask(job: Job, results: Mapping[str, Any], names: Iterable[str] = QUESTIONS) -> dict[str, Any]:
    """Return the answers to the named questions as they stand in results.json; only stale ones are worked out."""
    from tqdm import tqdm

    stale = [name for name in names if _kept(job, name) is None]
    if stale:
        evidence = gather(job, results)
        for name in (bar := tqdm(stale, desc="audit", unit="question", file=sys.stderr)):
            bar.set_postfix_str(name)
            keep(job, name, question(name)(evidence))
    return kept_answers(job)


def answered(job: Job, results: Mapping[str, Any], name: str, worlds: int, traces: Path | None) -> Answer:
    """Answer one question by name and keep the answer."""
    if name == "multiverse":
        answer = explore(job, worlds)
    elif name == "real_lines" and traces:
        answer = real_lines.answer_for(job.study, job.tasks, traces)
    else:
        return Answer(**ask(job, results, [name])[name])
    keep(job, name, answer)
    return answer


def check(name: str, traces: Path | None, trace: Path | None) -> None:
    """Refuse a question that cannot be answered before any work is done."""
    if name == "multiverse" and trace:
        raise BadInputError("audit multiverse", "has synthetic worlds and takes no trace", "leave TRACE= out")
    if name not in (*QUESTIONS, *ON_DEMAND):
        raise BadInputError("audit", f"no question {name!r}", f"ask one of {', '.join((*QUESTIONS, *ON_DEMAND))}")
    if name == "real_lines" and (traces is None or not traces.is_dir()):
        raise BadInputError("audit real_lines", "needs a folder of traces", "name one with TRACES= or --traces")


def kept_answers(job: Job) -> dict[str, Any]:
    """Return the current answers that earlier commands left, in the order of the report."""
    found = {name: _kept(job, name) for name in (*QUESTIONS, *ON_DEMAND)}
    return {name: answer for name, answer in found.items() if answer is not None}


def keep(job: Job, name: str, answer: Answer) -> None:
    """Write an answer beside the runs that it was drawn from."""
    kept = {"fingerprint": _fingerprint(job), "answer": dataclasses.asdict(answer)}
    write_sealed(job.results.answer(name), kept)


def gather(job: Job, results: Mapping[str, Any]) -> Evidence:
    """Load the trained models of every run, and build data sets and votes again by the column engine."""
    one_thread()
    runs = range(job.study.runs.count)
    names = [task.name for task in job.tasks]
    networks = [MultiTaskModel.load(job.results.run(k).multi_task, names, job.study.multi_task) for k in runs]
    label_models = ({name: SingleTaskModel.load(job.results.run(k).single_task(name)) for name in names} for k in runs)
    worlds = tuple(world_of(job.study, job.tasks, k, job.trace, of) for k, of in zip(runs, label_models, strict=True))
    return Evidence(job.study, job.tasks, worlds, results, tuple(networks), job.trace)


def explore(job: Job, count: int) -> Answer:
    """Run ``count`` worlds of the multiverse, those that an earlier command left aside, and summarise them."""
    multiverse.check(job.file)
    points = multiverse.worlds(job.file, count)
    seeds = [job.study.multiverse.seed + multiverse.RUNS_PER_WORLD * k for k in range(count)]
    sent = dataclasses.replace(job, tasks=())
    missing = [k for k in range(count) if _kept_world(job, points[k], seeds[k]) is None]
    in_parallel(_do_world, [(sent, points[k], seeds[k]) for k in missing], "worlds")
    reached = [_kept_world(job, point, seed) for point, seed in zip(points, seeds, strict=True)]
    return multiverse.answer_for(points, [world for world in reached if world], job.study.trace.pings)


def _do_world(given: tuple[Job, Mapping[str, float], int]) -> str:
    job, point, seed = given
    reached = multiverse.world(multiverse.changed(job.file, point), seed)
    path = job.results.world(_world_fingerprint(job, point, seed))
    write_sealed(path, {"point": dict(point), "seed": seed, "reached": reached})
    return ""


def _kept_world(job: Job, point: Mapping[str, float], seed: int) -> dict[str, Any] | None:
    try:
        kept = read_sealed(job.results.world(_world_fingerprint(job, point, seed)))
    except ValueError:
        return None
    reached: dict[str, Any] = kept["reached"]
    return reached


def _world_fingerprint(job: Job, point: Mapping[str, float], seed: int) -> str:
    study = job.study.model_dump(mode="json", exclude={"runs", "calibration", "multiverse", "rules"})
    decides = [study, dict(point), seed, _code()]
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _kept(job: Job, name: str) -> dict[str, Any] | None:
    try:
        kept = read_sealed(job.results.answer(name))
    except ValueError:
        return None
    answer: dict[str, Any] = kept["answer"]
    return answer if kept["fingerprint"] == _fingerprint(job) else None


def _fingerprint(job: Job) -> str:
    """Return a checksum of all that decides an answer: code, both studies, and the records of the runs."""
    digest = hashlib.sha256(_code().encode() + BEST_STUDY.read_bytes())
    digest.update(job.study.fingerprint().encode())
    for number in range(job.study.runs.count):
        digest.update(job.results.run(number).record.read_bytes())
    return digest.hexdigest()


@cache
def _code() -> str:
    return provenance.package_sha256(but=("report", "cli.py", "claims.py", "results.py"))
