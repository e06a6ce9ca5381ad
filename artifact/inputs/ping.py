"""The paper's input: the RTT alone, as section 5 leaves further features to future work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from artifact.inputs.input import Features, Input
from artifact.parameters import NoParameters

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

ping = Input("ping", title="the ping alone")


@ping.features
def logarithm(series: ColumnSeries, _: NoParameters) -> Features:
    """log(1 + RTT in ms), shape (n, 1): delays are log-normal (Fontugne et al., INFOCOM 2015)."""
    return np.log1p(series.rtt_us / 1000)[:, None]
