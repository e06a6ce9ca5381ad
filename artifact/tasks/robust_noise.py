"""Noise, with labeling functions that know its definition and use medians: for the best labels, not for Table 1."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from artifact.tasks.noise import NOISE, NoiseParameters, add_noise
from artifact.tasks.task import NORMAL, Task


class RobustNoiseParameters(NoiseParameters):
    """Noise, and which share of its smallest increase counts as large."""

    large_share: Annotated[float, Field(gt=0, le=1)]


robust_noise = Task("noise", colour="#2ca02c", marker="o", parameters=RobustNoiseParameters, excludes=("outage",))
robust_noise.injection(add_noise)


@robust_noise.labeling_function(votes=NOISE)
def lf_large_increase(x: Any, bucket: Any, p: RobustNoiseParameters) -> Any:
    """Far above the median around it, measured by the smallest increase that is called noise."""
    return x.ping > bucket.median + p.large_share * p.increase_ms[0]


@robust_noise.labeling_function(votes=NORMAL)
def lf_no_large_increase(x: Any, bucket: Any, p: RobustNoiseParameters) -> Any:
    """Not far above the median around it, or no reply."""
    return (x.ping == 0) | (x.ping <= bucket.median + p.large_share * p.increase_ms[0])


@robust_noise.labeling_function(votes=NORMAL)
def lf_below_the_median(x: Any, bucket: Any) -> Any:
    """At most the median around it."""
    return x.ping <= bucket.median
