"""``trace``: collect or describe a trace."""

from __future__ import annotations

from pathlib import Path

import click

from artifact.cli._options import PATH, POSITIVE


@click.group()
def command() -> None:
    """Collect or describe a trace."""


@command.command()
@click.option("--host", required=True, help="the host to ping")
@click.option("--count", type=POSITIVE, required=True, help="how many pings")
@click.option("--interval", type=float, default=1.0, help="seconds between pings (default: a polite 1)")
@click.option("--output", type=PATH, default=Path("ping.log"), help="the file to write (default: ping.log)")
def collect(host: str, count: int, interval: float, output: Path) -> None:
    """Run the system's ping and keep what it prints."""
    from artifact.trace.collecting import collect as run

    run(host, count, output, interval)


@command.command()
@click.argument("log", type=PATH)
def describe(log: Path) -> None:
    """Print what is in LOG."""
    from artifact.trace.reading import read_trace

    trace = read_trace(log)
    answered = trace.rtt_us[trace.rtt_us > 0] / 1000
    print(f"{trace.name}: {trace.format}, {len(trace)} pings, {len(trace) - len(answered)} without a reply")
    if len(answered):
        print(f"RTT: fastest {answered.min():.3f} ms, slowest {answered.max():.3f} ms")
    for note in trace.notes:
        print(f"note: {note}")
