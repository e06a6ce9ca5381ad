"""``bench``: how fast it is, and how that grows."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import check_device, read, results_option, study_option


@click.command()
@study_option
@results_option
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu", help="where networks are trained")
@click.option("--large", is_flag=True, help="label 10^8 pings as well")
def command(study: Path, results: Path, device: str, large: bool) -> None:
    """Measure speed and memory beside Snorkel's, each figure a ratio within one run."""
    from artifact.bench import bench
    from artifact.rebuild import writing
    from artifact.store.paths import ResultPaths

    file = read(study)
    check_device(device)
    paths = ResultPaths(results)
    with writing(paths):
        bench(file, paths.bench, device, large)
