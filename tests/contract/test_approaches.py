"""Every file of artifact/approaches is held to the contract the moment it exists."""

from __future__ import annotations

from typing import Any

from artifact.approaches.approach import Approach
from artifact.contract import parametrize_with_checks
from artifact.setting import APPROACHES

ALL = [APPROACHES.find(name) for name in APPROACHES.known()]


@parametrize_with_checks(ALL)
def test_contract(plugin: Approach, check: Any) -> None:
    check(plugin)


def test_each_is_named_for_its_file() -> None:
    assert [plugin.name for plugin in ALL] == list(APPROACHES.known())


def test_each_has_a_title_of_its_own() -> None:
    assert len({approach.title for approach in ALL}) == len(ALL)
