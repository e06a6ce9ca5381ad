"""Ordinary mistakes in a plug-in, seen in milliseconds: while there is one, no command does or writes anything.

The contract (``artifact.contract``) begins with these checks and goes on with slower ones.
"""

from __future__ import annotations

import re
import typing
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from artifact.approaches.approach import Approach, Need
from artifact.errors import BadInputError, ContractError
from artifact.inputs.input import Input
from artifact.labeling.bucket import ColumnSeries
from artifact.parameters import StrictModel
from artifact.plugins import in_a_line, made_at, raised_at, written_at
from artifact.tasks.task import (
    NORMAL,
    PROPERTY,
    LabelingFunction,
    Mask,
    Microseconds,
    Task,
    TaskParameters,
    description,
)
from artifact.trace.series import LONGEST_RTT_US

Check = Callable[[Any], None]
Checks = tuple[tuple[str, Check], ...]

FEWEST_FUNCTIONS = 3
"""Snorkel's LabelModel refuses fewer (``LabelModel._check_L``)."""
NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What is a table of the study, a column of the series and a file as well."""
NOT_FREE = {Task: ("all", "trace", "split"), Approach: ("gold",), Input: ()}
"""Names that mean something else where a plug-in's stands: a part, a stream of random numbers, a column."""
NEEDS: tuple[str, ...] = typing.get_args(Need)
PINGS = 3_000
"""Enough for every property to occur, few enough to take no time."""
BUCKET = "bucket has size, answered, mean, std, median, prior(k), around(k), earlier and later"


def first_mistake(plugin: Any, where: str) -> ContractError | None:
    """Return the first ordinary mistake in a task, an approach or an input, nothing where there is none.

    A task that has parameters is also tried on a short series. ``where`` is its name in the study, for a mistake whose
    line is not known.
    """
    tried = TRIED if isinstance(plugin, Task) and plugin.p is not None else ()
    for _, check in AS_WRITTEN[type(plugin)] + tried:
        try:
            check(plugin)
        except ContractError as mistake:
            place, problem, remedy, line = mistake.given
            return ContractError(where if line is None else place, problem, remedy, line)
    return None


def broken(
    plugin: Any, problem: str, remedy: str, part: Any = None, error: BaseException | None = None
) -> ContractError:
    """Return the error for a plug-in, at the line that raised ``error``, or of ``part`` of it, or where it is made."""
    place = (raised_at(error) if error else None) or (written_at(part) if part else None) or made_at(plugin)
    word = f"{type(plugin).__name__.lower()} {plugin.name}"
    return ContractError(place[0] if place else word, f"{word}: {problem}", remedy, place[1] if place else None)


def attempt(plugin: Any, part: Any, call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Return what a plug-in's own code gives; whatever it raises, a warning of NumPy's too, breaks the contract."""
    try:
        with warnings.catch_warnings(), np.errstate(divide="warn", over="warn", invalid="warn"):
            warnings.simplefilter("error", RuntimeWarning)
            return call(*given, **named)
    except BadInputError:  # it is one line already
        raise
    except Exception as error:  # whatever code of somebody else's raises
        problem, remedy = _explained(error)
        raise broken(plugin, f"{part.__name__} {problem}", remedy, part, error) from error


def check_name(plugin: Any) -> None:
    """Its name can be that of a table, a column and a file."""
    if not isinstance(plugin.name, str) or not NAME.fullmatch(plugin.name):
        problem = f"the name {plugin.name!r} cannot be that of a table, a column and a file"
        raise broken(plugin, problem, "use small letters, digits and _, and begin with a letter")
    if plugin.name in NOT_FREE[type(plugin)]:
        raise broken(plugin, f"the name {plugin.name!r} means something else", "call it otherwise")


def check_parameters(task: Task) -> None:
    """Its parameters are those of a task, with a bucket and a suite, and their types are known."""
    check_model(task, task.parameters, TaskParameters, "it needs a bucket and a suite: derive it from TaskParameters")


def check_model(plugin: Any, model: Any, base: type[StrictModel], remedy: str) -> None:
    """Raise ContractError unless ``model`` is a class of parameters derived from ``base`` with types that are known."""
    if not (isinstance(model, type) and issubclass(model, base)):
        shown = getattr(model, "__name__", repr(model))
        raise broken(plugin, f"its parameters {shown} are no {base.__name__}", remedy, model)
    try:
        model.model_rebuild()
    except Exception as error:  # pydantic has an error of its own for each way to be incomplete
        problem = f"a type of {model.__name__} is not known ({str(error).splitlines()[0]})"
        raise broken(plugin, problem, "import it above the class", model) from None


def check_fields(task: Task) -> None:
    """Its kind is known, ``within`` is a number of pings, and ``excludes`` lists names."""
    if task.kind not in ("state", "event"):
        raise broken(task, f"kind={task.kind!r} is not known", 'use kind="state" or kind="event"')
    if not isinstance(task.within, int) or task.within < 0:
        raise broken(task, f"within={task.within!r} is no number of pings", "give a whole number, 0 or more")
    if isinstance(task.excludes, str) or not all(isinstance(name, str) for name in task.excludes):
        remedy = f"list names, as in excludes=({task.excludes!r},)"
        raise broken(task, f"excludes={task.excludes!r} is no list of tasks", remedy)


def check_one_injection(task: Task) -> None:
    """There is one injection, and one rule of thumb at most."""
    if len(task.injections) != 1:
        problem = "no injection says how the property comes into a trace" if not task.injections else "two injections"
        last = task.injections[-1] if task.injections else None
        raise broken(task, problem, f"decorate one function with @{task.name}.injection", last)
    if len(task.rules) > 1:
        raise broken(task, "two rules of thumb", f"decorate one function with @{task.name}.rule()", task.rules[-1].body)


def check_functions(task: Task) -> None:
    """Each suite has three labeling functions of different names or more, and some vote for and some against."""
    for suite in task.suites or ("main",):
        functions = functions_of(task, suite)
        if len(functions) < FEWEST_FUNCTIONS:
            problem = f"suite {suite!r} has {len(functions)} labeling functions, Snorkel's LabelModel needs three"
            last = body_of(functions[-1]) if functions else None
            raise broken(task, problem, f"write {FEWEST_FUNCTIONS - len(functions)} more", last)
        names = [function.name for function in functions]
        for function in functions:
            if names.count(function.name) > 1:
                problem = f"two labeling functions of suite {suite!r} are called {function.name}"
                raise broken(task, problem, "give each a name of its own", body_of(function))
        votes = {function.votes for function in functions if isinstance(function, LabelingFunction)}
        if all(isinstance(function, LabelingFunction) for function in functions):
            for vote, word in ((PROPERTY, "PROPERTY"), (NORMAL, "NORMAL")):
                if vote not in votes:
                    problem = f"no labeling function of suite {suite!r} votes {word}"
                    raise broken(task, problem, f"write one with votes={word}", body_of(functions[0]))


def check_descriptions(task: Task) -> None:
    """Each labeling function says in a sentence what it looks for; the report prints it."""
    for function in task.functions:
        if not description(function).strip():
            problem = f"{function.name} has no description, which the report prints beside its coverage"
            raise broken(task, problem, "write a sentence as its docstring", body_of(function))


def check_title(plugin: Any) -> None:
    """It has a title, and its parameters' types are known."""
    if not isinstance(plugin.title, str) or not plugin.title.strip():
        raise broken(plugin, "has no title", "say how people call it; the report does")
    check_model(plugin, plugin.parameters, StrictModel, "derive them from StrictModel")


def check_needs(approach: Approach) -> None:
    """It asks for what there is."""
    for need in [approach.needs] if isinstance(approach.needs, str) else approach.needs:
        if isinstance(approach.needs, str) or need not in NEEDS:
            problem = f"needs {need!r}, which is not known" if need not in NEEDS else f"needs={need!r} is no list"
            raise broken(approach, problem, f"list some of {NEEDS}, as in needs=({NEEDS[0]!r},)")


def check_ways(approach: Approach) -> None:
    """There is one way to fit it and one to load it."""
    for ways, word, remedy in (
        ([body for body, _ in approach.fits], "fitted", f"@{approach.name}.fitting()"),
        (approach.loads, "loaded", f"@{approach.name}.loading"),
    ):
        if len(ways) != 1:
            problem = f"{len(ways) or 'no'} functions say how it is {word}"
            raise broken(approach, problem, f"decorate one with {remedy}", ways[-1] if ways else None)


def check_one_body(sees: Input) -> None:
    """There is one function that gives its numbers."""
    if len(sees.bodies) != 1:
        problem = f"{len(sees.bodies)} functions give its numbers"
        raise broken(
            sees, problem, f"decorate one with @{sees.name}.features", sees.bodies[-1] if sees.bodies else None
        )


def check_bodies(task: Task) -> None:
    """Each labeling function gives one condition per ping, on losses, in silence and among equal RTTs too."""
    for rtt_us in (edges(task.p.bucket), np.zeros(20, dtype=np.int64), np.array([9_000])):
        series = ColumnSeries(rtt_us)
        given = {"x": SimpleNamespace(ping=rtt_us / 1000), "bucket": series.bucket(task.p.bucket), "p": task.p}
        for function in task.functions:
            if isinstance(function, LabelingFunction):
                answer = attempt(task, function.body, function.holds, **given)
                check_mask(task, function.body, answer, len(rtt_us))


def check_mask(task: Task, body: Any, answer: Any, n: int) -> None:
    """Raise ContractError unless ``answer`` is one condition for each of n pings."""
    if answer is None:
        raise broken(task, f"{body.__name__} returns nothing", "return the condition", body)
    shape, kind = np.shape(answer), np.asarray(answer).dtype
    if shape != (n,):
        problem = f"{body.__name__} returns an answer of shape {shape} for {n} pings"
        raise broken(task, problem, "return one condition per ping, as in x.ping > bucket.mean", body)
    if kind != np.bool_:
        problem = f"{body.__name__} returns {kind} instead of a condition"
        raise broken(
            task, problem, "return the comparison itself, as in x.ping > bucket.mean; votes= says the vote", body
        )


def check_injection(task: Task) -> None:
    """The injection gives RTTs in whole microseconds and a mark for each ping."""
    (inject,) = task.injections
    before = base()
    given = attempt(task, inject, task.inject, before, np.random.default_rng(0))
    if not isinstance(given, tuple) or len(given) != 2:
        problem = f"{inject.__name__} returns {type(given).__name__} instead of RTTs and gold labels"
        raise broken(task, problem, "end it with: return rtt_us, gold", inject)
    for what, of, kind in (("RTTs", given[0], np.int64), ("gold labels", given[1], np.bool_)):
        _check_array(task, what, of, np.dtype(kind), before.shape)
    if (given[0] < 0).any() or (given[0] > LONGEST_RTT_US).any():
        problem = f"{inject.__name__} gives an RTT of {given[0][_outside(given[0])][0]:,} microseconds"
        raise broken(task, problem, f"keep within 0 (a loss) and {LONGEST_RTT_US:,}", inject)


def _check_array(task: Task, what: str, given: Any, kind: np.dtype[Any], shape: tuple[int, ...]) -> None:
    (inject,) = task.injections
    if not isinstance(given, np.ndarray):
        problem = f"{inject.__name__} returns {what} as {type(given).__name__}"
        raise broken(task, problem, "return NumPy arrays: RTTs first, then gold labels", inject)
    if given.shape != shape:
        problem = f"{inject.__name__} returns {what} of shape {given.shape} for {shape[0]:,} pings"
        raise broken(task, problem, "return one for each ping", inject)
    if given.dtype != kind:
        problem = f"{inject.__name__} returns {what} of type {given.dtype}"
        remedy = (
            "round them to whole microseconds, .astype(np.int64)" if kind == np.int64 else "mark with True and False"
        )
        raise broken(task, problem, remedy, inject)


def functions_of(task: Task, suite: str) -> list[Any]:
    """Return a suite's labeling functions."""
    return [function for function in task.functions if getattr(function, "suite", "main") == suite]


def body_of(function: Any) -> Any:
    """Return the function that somebody wrote: the body of ours, or what a plain Snorkel one calls."""
    return function.body if isinstance(function, LabelingFunction) else getattr(function, "_f", None)


def base(seed: int = 0, loss: float = 0.002) -> Microseconds:
    """Return a series without any property: a home line's log-normal delays, and single losses."""
    rng = np.random.default_rng(seed)
    rtt_us = (5_180 + 5_070 * np.exp(0.3 * rng.standard_normal(PINGS))).astype(np.int64)
    rtt_us[rng.random(PINGS) < loss] = 0
    return rtt_us


def edges(bucket: int) -> Microseconds:
    """Return a series of what is rare: losses at both ends, a silence and equal RTTs longer than a bucket."""
    long = max(60, bucket + 10)
    usual = np.resize(base(1), 2 * long)
    parts: list[NDArray[np.int64]] = [np.zeros(3, np.int64), usual[:long], np.zeros(long, np.int64)]
    return np.concatenate([*parts, np.full(long, 9_000), usual[long:], np.zeros(2, np.int64)])


def _outside(rtt_us: Microseconds) -> Mask:
    return np.asarray((rtt_us < 0) | (rtt_us > LONGEST_RTT_US))


def _explained(error: Exception) -> tuple[str, str]:
    """Return what went wrong in somebody's function, and what helps."""
    said = in_a_line(error)
    if "truth value" in said:
        problem = "asks a whole column for its truth, with `and`, `or`, `not`, `if` or a chain such as a < b < c"
        return problem, "combine conditions with &, | and ~, each in parentheses"
    if "'bitwise_" in said:  # & binds tighter than a comparison or a sum
        return f"raises {said}", "put each condition in parentheses, as in (a > b) & (c > d)"
    if "Cannot cast" in said and "int64" in said:
        return f"raises {said}", "RTTs are whole microseconds: round what is added, .round().astype(np.int64)"
    if isinstance(error, (RuntimeWarning, ZeroDivisionError)):
        problem = f"divides or takes a logarithm where it cannot ({said})"
        return problem, "mind losses (0), silent buckets (NaN) and equal RTTs; multiply instead of dividing"
    if isinstance(error, AttributeError):
        remedy = BUCKET if "Bucket" in said else "mend the name, or add it to the parameters"
        return f"asks for what is not there ({said})", remedy
    return f"raises {said}", "mend this line"


AS_WRITTEN: dict[type, Checks] = {
    Task: (
        ("name", check_name),
        ("parameters", check_parameters),
        ("fields", check_fields),
        ("one_injection", check_one_injection),
        ("functions", check_functions),
        ("descriptions", check_descriptions),
    ),
    Approach: (("name", check_name), ("title", check_title), ("needs", check_needs), ("ways", check_ways)),
    Input: (("name", check_name), ("title", check_title), ("one_body", check_one_body)),
}
"""Checks of a plug-in as it is written, by its kind."""
TRIED: Checks = (("bodies", check_bodies), ("injection", check_injection))
"""Checks of a task with parameters on a short series."""
