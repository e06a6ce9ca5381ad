"""Separate networks: the discriminative single-task model that section 3.3 leaves out, on the same weak labels."""

from __future__ import annotations

from artifact.approaches import multi_task
from artifact.approaches.approach import Approach
from artifact.networks.network import NetworkParameters

separate_networks = Approach(
    "separate_networks",
    "Single-task networks (3.3)",
    needs=("weak labels", "input"),
    parameters=NetworkParameters,
    table="multi_task",
)
separate_networks.fitting(together=multi_task.in_one_stack)(multi_task.fit)
separate_networks.loading(multi_task.load)
