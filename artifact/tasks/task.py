"""What a task is: how its property is put into a trace, the functions that label it, and its colour."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from artifact.study import StrictModel

ABSTAIN = -1
NORMAL = 0
PROPERTY = 1
"""A vote for the task's property; a task file gives it the property's own name, as in ``NOISE = PROPERTY``."""

Microseconds: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]
Injection: TypeAlias = Callable[[Microseconds, np.random.Generator, Any], tuple[Microseconds, Mask]]


def _even(size: int) -> int:
    if size % 2:
        raise ValueError("a bucket reaches S/2 to either side, so S is even")
    return size


class TaskParameters(StrictModel):
    """The parameters of a task in study.toml; every task has a bucket size S (section 3.2)."""

    bucket: Annotated[int, Field(ge=2, le=1_000), AfterValidator(_even)]


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

    @property
    def says(self) -> str:
        """The one sentence that the function's author wrote about it."""
        return inspect.getdoc(self.body) or ""

    def holds(self, **given: Any) -> Any:
        """Evaluate the body on a ping or on a column of them."""
        return self.body(**{name: given[name] for name in self.takes})


@dataclass(frozen=True)
class Task:
    """One property of a trace to be recognised.

    ``colour`` and ``marker`` draw it in the figures. Where gold labels of a task in ``excludes`` are set, this task's
    are cleared (section 3.1: a measurement cannot be both noisy and an outage). ``p`` are the parameters.
    """

    name: str
    colour: str
    marker: str
    parameters: type[TaskParameters]
    excludes: tuple[str, ...] = ()
    labeling_functions: list[Any] = field(default_factory=list)
    injections: list[Injection] = field(default_factory=list)
    p: Any = None

    def labeling_function(self, votes: int) -> Callable[[Callable[..., Any]], LabelingFunction]:
        """Register the decorated condition as a labeling function of this task."""
        if votes not in (NORMAL, PROPERTY):
            raise ValueError(f"a labeling function votes NORMAL or its property, not {votes}")

        def register(body: Callable[..., Any]) -> LabelingFunction:
            takes = tuple(inspect.signature(body).parameters)
            if unknown := set(takes) - {"x", "bucket", "p"}:
                raise TypeError(f"{body.__name__} asks for {sorted(unknown)}; there are x, bucket and p")
            function = LabelingFunction(body.__name__, votes, body, takes)
            self.labeling_functions.append(function)
            return function

        return register

    def plain_labeling_function(self, function: Any) -> Any:
        """Register a plain Snorkel LabelingFunction; it sees one row (``x.ping`` in ms) and runs row by row."""
        self.labeling_functions.append(function)
        return function

    def injection(self, inject: Injection) -> Injection:
        """Register how the property is added: (RTTs, random generator, parameters) -> (RTTs, gold labels)."""
        self.injections.append(inject)
        return inject

    def inject(self, rtt_us: Microseconds, rng: np.random.Generator) -> tuple[Microseconds, Mask]:
        """Add the property to a copy of ``rtt_us``, shape (n,); return it with the gold labels, shape (n,)."""
        (inject,) = self.injections
        return inject(rtt_us.copy(), rng, self.p)

    def with_parameters(self, p: TaskParameters) -> Task:
        """Return this task with the parameters of a study."""
        return dataclasses.replace(self, p=p)
