"""``bench``: what is fast, and how much."""

from __future__ import annotations

import click


@click.command()
def command() -> None:
    """Time both labeling engines and both ways to train, as ratios within one run."""
    from artifact.bench import bench

    bench()
