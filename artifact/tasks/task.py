"""What a task is: how its property is put into a trace, the functions that label it, and what a rule makes of it."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from artifact.parameters import NoParameters, StrictModel, even
from artifact.plugins import Pluggable

ABSTAIN = -1
NORMAL = 0
PROPERTY = 1
"""A vote for the task's property; a task file gives it the property's own name, as in ``NOISE = PROPERTY``."""
MAIN = "main"
"""The suite of labeling functions that a task has at least."""
BLIND = "blind"
"""The suite, if a task has it, whose functions know nothing of what was added: no ms, no parameter of the injection."""

Microseconds: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Injection: TypeAlias = Callable[[Microseconds, np.random.Generator, Any], tuple[Microseconds, Mask]]


class TaskParameters(StrictModel):
    """The parameters of a task in study.toml; every task has a bucket size S (section 3.2) and a suite of functions."""

    bucket: Annotated[int, Field(ge=2, le=1_000), AfterValidator(even)]
    suite: str = MAIN


@dataclass(frozen=True)
class LabelingFunction:
    """A condition on a ping and its bucket, and the vote where it holds; it abstains elsewhere.

    ``body`` takes any of ``x`` (the ping; ``x.ping`` in ms), ``bucket`` (its context) and ``p`` (the task's
    parameters), by name. It is written once: row by row its arguments are numbers, column-wise arrays.
    """

    name: str
    votes: int
    body: Callable[..., Any]
    takes: tuple[str, ...]
    suite: str = MAIN

    def holds(self, **given: Any) -> Any:
        """Evaluate the body on a ping or on a column of them."""
        return self.body(**{name: given[name] for name in self.takes})


@dataclass(frozen=True)
class Rule:
    """What a practitioner would write: (column series, parameters) -> where the property is seen, shape (n,)."""

    parameters: type[StrictModel]
    body: Callable[[Any, Any], Any]


@dataclass(frozen=True)
class Task(Pluggable):
    """One property of a trace to be recognised.

    A *state* task's property holds at each ping that it marks; an *event* task's marks the ping at which something
    lasting begins, everything after it may change, and it counts as found by a label ``within`` so many pings.
    ``colour`` and ``marker`` draw it; where they are missing or taken, the figures choose. ``called`` is what people
    call one of its events, and several; without it, its name. Where gold labels of a task
    in ``excludes`` are set, this task's are cleared (section 3.1: a measurement cannot be both noisy and an outage).
    ``p`` are the parameters, ``rule_p`` the rule's.
    """

    name: str
    parameters: type[TaskParameters]
    kind: Literal["state", "event"] = "state"
    within: int = 0
    colour: str | None = None
    marker: str | None = None
    called: tuple[str, str] | None = None
    excludes: tuple[str, ...] = ()
    functions: list[Any] = field(default_factory=list)
    injections: list[Injection] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    p: Any = None
    rule_p: Any = None

    def labeling_function(self, votes: int, suite: str = MAIN) -> Callable[[Callable[..., Any]], LabelingFunction]:
        """Register the decorated condition as a labeling function of this task, in one of its suites."""
        if votes not in (NORMAL, PROPERTY):
            raise ValueError(f"a labeling function votes NORMAL or its property, not {votes}")

        def register(body: Callable[..., Any]) -> LabelingFunction:
            takes = tuple(inspect.signature(body).parameters)
            if unknown := set(takes) - {"x", "bucket", "p"}:
                raise TypeError(f"{body.__name__} asks for {sorted(unknown)}; there are x, bucket and p")
            function = LabelingFunction(body.__name__, votes, body, takes, suite)
            self.functions.append(function)
            return function

        return register

    def plain_labeling_function(self, function: Any) -> Any:
        """Register a plain Snorkel LabelingFunction; it sees one row (``x.ping`` in ms) and runs row by row."""
        self.functions.append(function)
        return function

    def injection(self, inject: Injection) -> Injection:
        """Register how the property is added: (RTTs, random generator, parameters) -> (RTTs, gold labels)."""
        self.injections.append(inject)
        return inject

    def rule(self, parameters: type[StrictModel] = NoParameters) -> Callable[[Callable[[Any, Any], Any]], Rule]:
        """Register the decorated function as the task's rule of thumb; its parameters stand in the table ``rule``."""

        def register(body: Callable[[Any, Any], Any]) -> Rule:
            rule = Rule(parameters, body)
            self.rules.append(rule)
            return rule

        return register

    @property
    def words(self) -> tuple[str, str]:
        """What one of its events is called, and what several are."""
        plain = self.name.replace("_", " ")
        return self.called or (plain, f"{plain}s")

    @property
    def suites(self) -> tuple[str, ...]:
        """The names of the task's suites of labeling functions; a plain Snorkel function is in the main one."""
        return tuple(dict.fromkeys(getattr(function, "suite", MAIN) for function in self.functions))

    @property
    def labeling_functions(self) -> list[Any]:
        """The labeling functions of the suite that the parameters name."""
        chosen = self.p.suite if self.p else MAIN
        return [function for function in self.functions if getattr(function, "suite", MAIN) == chosen]

    def inject(self, rtt_us: Microseconds, rng: np.random.Generator) -> tuple[Microseconds, Mask]:
        """Add the property to a copy of ``rtt_us``, shape (n,); return it with the gold labels, shape (n,)."""
        (inject,) = self.injections
        return inject(rtt_us.copy(), rng, self.p)

    def with_parameters(self, p: TaskParameters, rule_p: StrictModel | None = None) -> Task:
        """Return this task with the parameters of a study."""
        return dataclasses.replace(self, p=p, rule_p=rule_p)


def description(function: Any) -> str:
    """Return the sentence that a labeling function's author wrote about it."""
    if isinstance(function, LabelingFunction):
        return inspect.getdoc(function.body) or ""
    return "a plain Snorkel function"
