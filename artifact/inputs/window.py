"""The ping and its surroundings: how it lies to the medians of a short and of a long while around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from artifact.inputs.input import Features, Input
from artifact.parameters import BucketSize, StrictModel

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries


class WindowParameters(StrictModel):
    """The two windows around a ping (pings)."""

    near: BucketSize
    far: BucketSize


window = Input("window", title="the ping and its surroundings", parameters=WindowParameters)


@window.features
def surroundings(series: ColumnSeries, p: WindowParameters) -> Features:
    """Logarithms of the ping, of the ping over the near median, of that over the far one, shape (n, 3)."""
    ping, near, far = series.rtt_us / 1000, series.bucket(p.near).median, series.bucket(p.far).median
    columns = [np.log1p(ping), np.log((1 + ping) / (1 + near)), np.log((1 + near) / (1 + far))]
    return np.asarray(np.nan_to_num(np.stack(columns, axis=-1)))
