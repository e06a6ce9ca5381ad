"""Parameters that decide a run: how a table of a study is checked, and the tables that every run reads."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator


def _rising(bounds: tuple[float, float]) -> tuple[float, float]:
    if bounds[0] > bounds[1]:
        raise ValueError(f"the range runs from {bounds[0]} down to {bounds[1]}")
    return bounds


def even(size: int) -> int:
    """Refuse an odd bucket size."""
    if size % 2:
        raise ValueError("a bucket reaches S/2 to either side, so S is even")
    return size


Probability = Annotated[float, Field(gt=0, lt=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(ge=0, le=10_000)]
Range = Annotated[tuple[float, float], AfterValidator(_rising)]
MillisecondsRange = Annotated[tuple[Milliseconds, Milliseconds], AfterValidator(_rising)]
PingsRange = Annotated[
    tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1, le=100_000)]], AfterValidator(_rising)
]
BucketSize = Annotated[int, Field(ge=2, le=100_000), AfterValidator(even)]


class StrictModel(BaseModel):
    """A table of study.toml: no key beyond the known ones, no value converted from another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NoParameters(StrictModel):
    """The table of what has no parameters."""


class TraceParameters(StrictModel):
    """The synthetic base trace: a log-normal delay over a floor, a slow level, spikes and losses (ms)."""

    pings: Annotated[int, Field(ge=1_000, le=10_000_000)]
    floor_ms: Milliseconds
    scale_ms: Annotated[float, Field(gt=0, le=1_000)]
    sigma: Annotated[float, Field(gt=0, le=2)]
    level_share: Share
    level_memory: Annotated[float, Field(gt=1, le=1_000_000)]
    spike_probability: Share
    spike_mean_ms: Milliseconds
    loss_probability: Share


class DatasetParameters(StrictModel):
    """How the base is cleaned and divided, in the order of time or shuffled (section 3.1)."""

    clean_quantile: Annotated[float, Field(gt=0.5, le=1)]
    split: Literal["time", "shuffled"]
    train: Annotated[float, Field(ge=0.1, le=0.8)]
    validation: Annotated[float, Field(ge=0.1, le=0.8)]

    @field_validator("validation")
    @classmethod
    def _leaves_rows_for_testing(cls, validation: float, before: ValidationInfo) -> float:
        if before.data.get("train", 0) + validation > 0.95:
            raise ValueError("train and validation leave less than 0.05 for testing")
        return validation


class EngineParameters(StrictModel):
    """How numbers are worked out: on a CPU each choice changes times and nothing else.

    ``labeling``: ping by ping with Snorkel's applier, or over whole columns. ``bucket``: cut once for each function
    and ping, or sliced by pandas for every statistic, as Figure 2 prints it. ``sample``: the share of the training and
    validation rows that are labelled ping by ping. ``training``: Snorkel's Trainer, or many networks in one stack.
    ``loader``: Snorkel's, row by row, or whole batches.
    """

    labeling: Literal["rows", "columns"]
    bucket: Literal["once", "figure 2"]
    sample: Annotated[float, Field(gt=0, le=1)]
    training: Literal["snorkel", "stack"]
    loader: Literal["snorkel", "batched"]


FAST = EngineParameters(labeling="columns", bucket="once", sample=1.0, training="stack", loader="batched")
"""The engine wherever the clock is not the subject."""
