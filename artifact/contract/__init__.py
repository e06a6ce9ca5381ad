"""The contract that every plug-in keeps, wherever it is written: ``check_task`` and its like, and the same as tests.

In the spirit of scikit-learn's ``check_estimator`` and ``parametrize_with_checks``. In the tests of a plug-in:

    @parametrize_with_checks(["my_lab.tasks:reroute", "my_lab.approaches:trust"], study="study.toml")
    def test_contract(plugin, check):
        check(plugin)
"""

from artifact.contract.checks import (
    check_approach,
    check_input,
    check_reader,
    check_task,
    checks_of,
    parametrize_with_checks,
)
from artifact.contract.readers import SampledReader
from artifact.errors import ContractError

__all__ = [
    "ContractError",
    "SampledReader",
    "check_approach",
    "check_input",
    "check_reader",
    "check_task",
    "checks_of",
    "parametrize_with_checks",
]
