"""Features of tsfresh over a window around a ping, as section 5 of the paper leaves them to future work.

Christ, Braun, Neuffer and Kempa-Liehr, Time Series FeatuRe Extraction on basis of Scalable Hypothesis tests,
Neurocomputing 2018.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
from pydantic import Field

from artifact.errors import BadInputError
from artifact.extras import needed
from artifact.inputs.input import Features, Input
from artifact.parameters import BucketSize, StrictModel

if TYPE_CHECKING:
    from artifact.labeling.bucket import ColumnSeries

AT_ONCE = 1 << 14
"""Windows whose features are worked out together: tens of MB, however long the series."""


class TsfreshParameters(StrictModel):
    """The window around a ping (pings) and which of tsfresh's features, those without parameters, are taken of it."""

    window: BucketSize
    features: Annotated[tuple[str, ...], Field(min_length=1)]


tsfresh = Input("tsfresh", title="the ping and tsfresh's features of its surroundings", parameters=TsfreshParameters)


@tsfresh.features
def extracted(series: ColumnSeries, p: TsfreshParameters) -> Features:
    """log(1 + RTT in ms), then each feature of it over the ping and half a window to either side, shape (n, 1 + k).

    Beyond its ends a series goes on with its first or last ping. What is not defined is 0, as the skewness of equals.
    """
    needed("tsfresh", target="tsfresh-setup")
    ping = np.log1p(series.rtt_us / 1000)
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(ping, p.window // 2, mode="edge"), p.window + 1)
    blocks = [_of_windows(windows[at : at + AT_ONCE], p.features) for at in range(0, len(windows), AT_ONCE)]
    return np.column_stack([ping, np.nan_to_num(np.concatenate(blocks), posinf=0.0, neginf=0.0)])


def _of_windows(windows: Features, names: tuple[str, ...]) -> Features:
    import pandas as pd
    from tsfresh.feature_extraction import extract_features, feature_calculators

    for name in names:
        calculator: Any = getattr(feature_calculators, name, None)
        # "simple" is one that gives one number; it may take more than the series still, as quantile does.
        if getattr(calculator, "fctype", "") != "simple" or calculator.__code__.co_argcount > 1:
            remedy = "name one of tsfresh.feature_extraction.feature_calculators that takes the series alone"
            raise BadInputError(
                "inputs.tsfresh.features", f"tsfresh has no feature {name!r} without parameters", remedy
            )
    n, width = windows.shape
    long = pd.DataFrame({"window": np.repeat(np.arange(n), width), "value": windows.ravel()})
    found = extract_features(
        long,
        column_id="window",
        column_value="value",
        default_fc_parameters=dict.fromkeys(names),
        n_jobs=0,
        disable_progressbar=True,
    )
    return np.asarray(found.loc[range(n), [f"value__{name}" for name in names]], dtype=np.float64)
