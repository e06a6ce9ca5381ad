"""Every file of artifact/inputs is held to the contract the moment it exists."""

from __future__ import annotations

from typing import Any

import pytest

from artifact.contract import parametrize_with_checks
from artifact.inputs.input import Input
from artifact.setting import INPUTS

ALL = [INPUTS.find(name) for name in INPUTS.known()]


@parametrize_with_checks(ALL)
def test_contract(plugin: Input, check: Any) -> None:
    if plugin.name == "tsfresh":
        pytest.importorskip("tsfresh", reason="`make tsfresh-setup` installs it")
    check(plugin)


def test_each_is_named_for_its_file() -> None:
    assert [plugin.name for plugin in ALL] == list(INPUTS.known())
