"""The command line: the steps of the study, and what surrounds them. Nothing heavy is imported before it is needed."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from artifact.errors import BadInputError, printable

if TYPE_CHECKING:
    from artifact.pipeline import Job

NOT_REPRODUCED = 1
DIFFERENT = 1
BAD_INPUT = 2
INTERRUPTED = 130
RESULTS, DATA = Path("results"), Path("data")
STOPPED = "artifact: interrupted; finished runs are kept, the same command goes on from there"


def main() -> NoReturn:
    """Run one command; exit 0 when done, 1 where a claim is not reproduced, 2 on bad input or usage."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # A shell that starts a command in the background has it ignore Ctrl-C, nohup a hang-up; that stays so.
        if signal.getsignal(stop) is not signal.SIG_IGN:
            signal.signal(stop, _interrupted)
    # What a terminal of another encoding cannot show is written out.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        given = _parser().parse_args()
        sys.exit(given.run(given))
    except BadInputError as error:
        print(f"artifact: {error}", file=sys.stderr)
    except KeyboardInterrupt as stopped:
        # A step that has said what it kept raises with its own words.
        if not stopped.args:
            print(STOPPED, file=sys.stderr)
        sys.exit(INTERRUPTED)
    except OSError as error:
        place = printable(str(error.filename or "the output"))
        print(f"artifact: {place}: {error.strerror}; make room, or name another place", file=sys.stderr)
    sys.exit(BAD_INPUT)


def _interrupted(number: int, _: object) -> NoReturn:
    """End at once: an exception could be swallowed by whatever library is at work; files appear whole in any case."""
    os.write(2, f"\n{STOPPED}\n".encode())
    os._exit(128 + number)


class _Parser(argparse.ArgumentParser):
    """A parser that says in one line what is wrong with a command."""

    def error(self, message: str) -> NoReturn:
        """Exit 2 with one line."""
        self.exit(BAD_INPUT, f"artifact: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m artifact", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _study_command(commands, "all", _all, "data, runs, results and report; goes on where it stopped")
    _study_command(commands, "data", _data, "build the data sets of every run as CSV")
    _study_command(commands, "train", _train, "do the runs and write results.json and table1.csv")
    _results_option(_command(commands, "report", _report, "render figures and page from results.json"))
    compare = _command(commands, "compare", _compare, "compare two results folders; exit 1 where an output differs")
    for name in ("first", "second"):
        compare.add_argument(name, type=Path, help="a results folder; its data sets lie in its folder data")
    golden = _command(commands, "golden", _golden, "compare a smoke run with the checksums in data/; exit 1 on another")
    golden.add_argument("results", type=Path, help="the folder of `make smoke`")
    golden.add_argument("--write", action="store_true", help="write the checksums anew")
    docs = _command(commands, "docs", _docs, "write the numbers in README.md, ARTIFACT.md and the datasheet anew")
    _results_option(docs)
    _study_command(commands, "smoke", _smoke, "the whole chain, small: two runs over 3,000 pings")
    audit = _study_command(commands, "audit", _audit, "answer one question of the audit and print its table")
    audit.add_argument("name", help="the question, such as ties")
    audit.add_argument("--worlds", type=_positive, default=64, help="multiverse: number of worlds (default: 64)")
    audit.add_argument("--traces", type=Path, help="real_lines: a folder of traces")
    verify = _command(commands, "verify", _verify, "print each claim's verdict; exit 1 where one is not reproduced")
    _results_option(verify)
    calibrate = _command(commands, "calibrate", _calibrate, "choose the open parameters on the calibration seeds")
    _study_option(calibrate)
    tasks = _command(commands, "tasks", _tasks, "list the study's tasks and their labeling functions")
    _study_option(tasks)
    annotate = _command(commands, "annotate", _annotate, "label the pings of your own log with the trained models")
    annotate.add_argument("log", type=Path, help="a ping log, CSV or TSV")
    annotate.add_argument("--output", type=Path, required=True, help="the CSV to write")
    _study_option(annotate)
    _results_option(annotate)
    _command(commands, "bench", _bench, "time both labeling engines and both models, as ratios within one run")
    _trace_commands(commands)
    return parser


def _trace_commands(commands: argparse._SubParsersAction[_Parser]) -> None:
    trace = commands.add_parser("trace", help="collect or describe a trace", allow_abbrev=False)
    steps = trace.add_subparsers(title="commands", required=True, metavar="COMMAND")
    collect = _command(steps, "collect", _collect, "run the system's ping and keep what it prints")
    collect.add_argument("--host", required=True, help="the host to ping")
    collect.add_argument("--count", type=_positive, required=True, help="how many pings")
    collect.add_argument("--interval", type=float, default=1.0, help="seconds between pings (default: a polite 1)")
    collect.add_argument("--output", type=Path, default=Path("ping.log"), help="the file to write (default: ping.log)")
    describe = _command(steps, "describe", _describe, "print what is in a log")
    describe.add_argument("log", type=Path, help="a ping log, CSV or TSV")


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=says, description=says, allow_abbrev=False)
    command.set_defaults(run=run)
    return command


def _study_command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    run: Callable[[argparse.Namespace], int],
    says: str,
) -> argparse.ArgumentParser:
    command = _command(commands, name, run, says)
    _study_option(command)
    _results_option(command)
    command.add_argument("--data", type=Path, help="folder of the built data sets (default: data, or in other results)")
    command.add_argument("--device", choices=("cpu", "cuda"), default="cpu", help="where models are trained")
    command.add_argument("--runs", type=_positive, help="number of runs (default: the study's)")
    command.add_argument("--trace", type=Path, help="a ping log as base instead of the synthetic trace")
    return command


def _study_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--study", type=Path, default=Path("study.toml"), help="the study (default: study.toml)")


def _results_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--results", type=Path, default=RESULTS, help="results folder (default: results)")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number


def _job(given: argparse.Namespace) -> Job:
    from artifact.pipeline import prepare

    # Only the default results go with the default data folder, or two studies would write into it.
    data = given.data or (DATA if given.results == RESULTS else given.results / "data")
    return prepare(given.study, (given.results, data), given.device, given.runs, given.trace)


def _all(given: argparse.Namespace) -> int:
    return _rebuild(_job(given))


def _smoke(given: argparse.Namespace) -> int:
    from artifact.pipeline import smaller

    return _rebuild(smaller(_job(given)))


def _rebuild(job: Job) -> int:
    from artifact import pipeline
    from artifact.audit import asking
    from artifact.report.page import render

    with pipeline.writing(job.results, job.data):
        results = pipeline.train(job, pipeline.build_data(job))
        results["audit"] = asking.ask(job, results)
        pipeline.write_results(job, results)
        render(job.results)
    verdicts = [claim["verdict"] for claim in results["claims"]]
    counts = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
    print(f"claims: {counts}; read {job.results.report}")
    return 0


def _data(given: argparse.Namespace) -> int:
    from artifact import pipeline

    job = _job(given)
    with pipeline.writing(job.results, job.data):
        pipeline.build_data(job)
    return 0


def _train(given: argparse.Namespace) -> int:
    from artifact import pipeline
    from artifact.audit import asking

    job = _job(given)
    with pipeline.writing(job.results, job.data):
        results = pipeline.train(job, pipeline.build_data(job))
        results["audit"] = asking.kept_answers(job)
        pipeline.write_results(job, results)
    return 0


def _report(given: argparse.Namespace) -> int:
    from artifact import pipeline
    from artifact.paths import ResultPaths
    from artifact.report.page import render

    paths = ResultPaths(given.results)
    with pipeline.writing(paths):
        render(paths)
    return 0


def _audit(given: argparse.Namespace) -> int:
    from artifact import pipeline
    from artifact.audit import asking
    from artifact.audit.answer import as_text
    from artifact.report.page import render

    asking.check(given.name, given.traces, given.trace)
    job = _job(given)
    with pipeline.writing(job.results, job.data):
        results = pipeline.train(job, pipeline.build_data(job))
        answer = asking.answered(job, results, given.name, given.worlds, given.traces)
        results["audit"] = asking.kept_answers(job)
        pipeline.write_results(job, results)
        render(job.results)
    print(as_text(answer))
    return 0


def _compare(given: argparse.Namespace) -> int:
    from artifact.comparison import as_table, differing, stage_sums

    first, second = (stage_sums(folder, folder / "data") for folder in (given.first, given.second))
    different = differing(first, second)
    print(as_table(first, different))
    return DIFFERENT if any(different.values()) else 0


def _golden(given: argparse.Namespace) -> int:
    from artifact.golden import check, write

    if given.write:
        write(given.results)
        return 0
    return check(given.results)


def _docs(given: argparse.Namespace) -> int:
    from artifact.paths import ResultPaths
    from artifact.report.documents import update

    update(ResultPaths(given.results))
    return 0


def _verify(given: argparse.Namespace) -> int:
    from artifact.claims import NOT_REPRODUCED as FAILED
    from artifact.results import read_results

    claims = read_results(given.results / "results.json")["claims"]
    for claim in claims:
        reproduced = "-" if claim["reproduced"] is None else f"{claim['reproduced']:.3f}"
        published = "-" if claim["published"] is None else f"{claim['published']:g}"
        numbers = f"published {published:>5}  here {reproduced:>6}"
        print(f"{claim['id']:4} {claim['verdict']:15} {numbers}  {claim['statement']}")
    failed = [claim["id"] for claim in claims if claim["verdict"] == FAILED]
    print(f"{len(failed)} of {len(claims)} claims not reproduced" + (f": {', '.join(failed)}" if failed else ""))
    return NOT_REPRODUCED if failed else 0


def _calibrate(given: argparse.Namespace) -> int:
    from artifact.calibration import Trial, calibrate
    from artifact.results import published
    from artifact.study import read_study

    def show(trial: Trial) -> None:
        reached = "; ".join(
            f"{side} {', '.join(f'{name} {value:.4f}' for name, value in of.items())}"
            for side, of in trial.accuracies.items()
        )
        print(f"{trial.task}.{trial.parameter} = {trial.value}: {reached}; off by {trial.distance:.4f}", flush=True)

    chosen = calibrate(read_study(given.study), published()["table1"], show)
    print("nearest to the published accuracies, to be written into study.toml:")
    for trial in chosen:
        print(f"[tasks.{trial.task}] {trial.parameter} = {trial.value}")
    return 0


def _tasks(given: argparse.Namespace) -> int:
    from artifact.study import read_study
    from artifact.tasks import known, tasks_of

    for task in tasks_of(read_study(given.study)):
        print(f"{task.name}: bucket of {task.p.bucket} pings")
        for function in task.labeling_functions:
            print(f"  {function.name:24} {getattr(function, 'says', 'a plain Snorkel function')}")
    print(f"come with the artifact: {', '.join(known())}")
    return 0


def _annotate(given: argparse.Namespace) -> int:
    from artifact.annotate import annotate

    annotate(given.log, given.output, given.study, given.results)
    return 0


def _bench(_: argparse.Namespace) -> int:
    from artifact.bench import bench

    bench()
    return 0


def _collect(given: argparse.Namespace) -> int:
    from artifact.trace.collecting import collect

    collect(given.host, given.count, given.output, given.interval)
    return 0


def _describe(given: argparse.Namespace) -> int:
    from artifact.trace.reading import read_trace

    trace = read_trace(given.log)
    answered = trace.rtt_us[trace.rtt_us > 0] / 1000
    print(f"{trace.name}: {trace.format}, {len(trace)} pings, {len(trace) - len(answered)} without a reply")
    if len(answered):
        print(f"RTT: fastest {answered.min():.3f} ms, slowest {answered.max():.3f} ms")
    for note in trace.notes:
        print(f"note: {note}")
    return 0
