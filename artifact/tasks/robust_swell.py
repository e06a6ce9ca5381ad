"""Swells, with labeling functions that know their definition and use medians: for the best labels, not for Table 1."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from artifact.tasks.swell import SWELL, SwellParameters, add_swells
from artifact.tasks.task import NORMAL, Task


class RobustSwellParameters(SwellParameters):
    """Swells, and how many buckets make the long while that a level is compared with."""

    around_buckets: Annotated[int, Field(ge=2, le=1_000)]


robust_swell = Task("swell", colour="#1f77b4", marker="s", parameters=RobustSwellParameters)
robust_swell.injection(add_swells)


@robust_swell.labeling_function(votes=SWELL)
def lf_raised_level(bucket: Any, p: RobustSwellParameters) -> Any:
    """The median around it is raised by at least half of the smallest increase, against a long while around it."""
    return bucket.median > bucket.around(p.around_buckets).median + p.increase_ms[0] / 2


@robust_swell.labeling_function(votes=NORMAL)
def lf_usual_level(bucket: Any, p: RobustSwellParameters) -> Any:
    """The median around it is raised by less than half of the smallest increase."""
    return bucket.median <= bucket.around(p.around_buckets).median + p.increase_ms[0] / 2


@robust_swell.labeling_function(votes=NORMAL)
def lf_usual_reply(x: Any, bucket: Any, p: RobustSwellParameters) -> Any:
    """A reply that is no slower than the median of a long while around it."""
    return (x.ping > 0) & (x.ping <= bucket.around(p.around_buckets).median)


@robust_swell.labeling_function(votes=SWELL)
def lf_raised_reply(x: Any, bucket: Any, p: RobustSwellParameters) -> Any:
    """A reply slower than the median of a long while around it by at least the smallest increase."""
    return x.ping > bucket.around(p.around_buckets).median + p.increase_ms[0]
