"""The page."""

from artifact.paths import ResultPaths


def render(paths: ResultPaths) -> None: ...
