"""What an input is: numbers for every ping of a series, standardised on the training rows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from artifact.parameters import NoParameters, StrictModel
from artifact.plugins import Pluggable

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

Features = NDArray[np.float64]


@dataclass(frozen=True)
class Input(Pluggable):
    """What a network sees of a ping; ``title`` is how people call it, ``p`` its parameters."""

    name: str
    title: str
    parameters: type[StrictModel] = NoParameters
    bodies: list[Callable[[Any, Any], Features]] = dataclasses.field(default_factory=list)
    p: Any = None

    def features(self, body: Callable[[Any, Any], Features]) -> Callable[[Any, Any], Features]:
        """Register the decorated function: (column series, parameters) -> numbers, shape (n, k)."""
        self.bodies.append(body)
        return body

    def of(self, series: ColumnSeries) -> Features:
        """Return every ping's numbers, shape (n, k), not yet standardised."""
        (body,) = self.bodies
        return body(series, self.p)

    def with_parameters(self, p: StrictModel) -> Input:
        """Return this input with the parameters of a study."""
        return dataclasses.replace(self, p=p)


@dataclass(frozen=True)
class Scale:
    """Centre and spread of each number on the training rows, shape (k,)."""

    centre: Features
    spread: Features

    @classmethod
    def of(cls, train: Features) -> Scale:
        """Take them from the training rows' numbers, shape (rows, k)."""
        columns = train.T
        centre = np.array([column.mean() for column in columns])
        return cls(centre, np.array([column.std() or 1.0 for column in columns]))

    def standardised(self, features: Features) -> NDArray[np.float32]:
        """Return numbers of shape (rows, k) with the training rows' mean 0 and standard deviation 1."""
        return ((features - self.centre) / self.spread).astype(np.float32)
