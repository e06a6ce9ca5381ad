"""Annotations -> one page that needs nothing else: chart, events, and labels to correct by hand."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from artifact.annotate.annotation import Annotation
from artifact.annotate.events import GAP, in_words
from artifact.annotate.hand import Agreement, ByHand
from artifact.annotate.labels import Labelers
from artifact.report.looks import COLOURS, Look, looks
from artifact.report.template import content_hash, environment
from artifact.tasks.task import NORMAL, PROPERTY, Task, description

if TYPE_CHECKING:
    import jinja2
    import markupsafe

HERE = Path(__file__).resolve().parent / "browser"
SCRIPTS = ("uPlot.iife.min.js", "data.js", "thinning.js", "chart.js", "overview.js", "hand.js", "inspector.js",
           "events.js", "main.js")  # fmt: skip
STYLES = ("uPlot.min.css", "page.css")
SHAPES = {
    "o": "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
    "X": "M-1-.5L-.5-1L0-.5L.5-1L1-.5L.5 0L1 .5L.5 1L0 .5L-.5 1L-1 .5L-.5 0Z",
    "s": "M-.85-.85H.85V.85H-.85Z",
    "^": "M0-1L1 .8H-1Z",
    "v": "M0 1L1-.8H-1Z",
    "<": "M-1 0L.8-1V1Z",
    ">": "M1 0L-.8-1V1Z",
    "D": "M0-1L1 0L0 1L-1 0Z",
    "P": "M-.35-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
    "*": "M0-1L.26-.31L1-.31L.4 .12L.62 .85L0 .42L-.62 .85L-.4 .12L-1-.31L-.26-.31Z",
}
"""The figures' markers as SVG paths between -1 and 1."""
COLOUR = re.compile(r"#[0-9a-f]{6}")
DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")
UNIT = re.compile(r"(?<=\d) (?=(?:ms|s|min|h|d|%)(?!\w))")
NIGHT_WHITE = 0.45
"""How much white is mixed into a colour for dark ground: the darkest of the palette then stands out by 4.5 to 1."""


def page(
    log: str,
    annotations: Sequence[Annotation],
    labelers: Labelers,
    by_hand: ByHand | None,
    agreements: Mapping[str, Sequence[Agreement]],
) -> str:
    """Return the page: one file without any request, its scripts and styles named by their hashes, all else inert.

    ``agreements``: per series, how far its labels agree with those by hand.
    """
    tasks = labelers.tasks
    seen = [_safe(look) for look in looks([{"colour": task.colour, "marker": task.marker} for task in tasks])]
    style = "".join(_read(name) for name in STYLES) + _task_colours(seen)
    script = "\n".join(_read(name) for name in SCRIPTS[:1]) + _wrapped([_read(name) for name in SCRIPTS[1:]])
    packed = [_pack(annotation) for annotation in annotations]
    meta = {
        "log": log,
        "approach": labelers.names[0],
        "tasks": [_task(task, look) for task, look in zip(tasks, seen, strict=True)],
        "series": [
            _series(annotation, arrays, by_hand) for annotation, (arrays, _) in zip(annotations, packed, strict=True)
        ],
    }
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            log=log,
            approach=labelers.names[0],
            tasks=tasks,
            shapes=[SHAPES[look.marker] for look in seen],
            place={task.name: k for k, task in enumerate(tasks)},
            annotations=annotations,
            functions={task.name: _functions(labelers.suite_of(task)) for task in tasks},
            agreements=agreements,
            style=style,
            script=script,
            hashes={"style": content_hash(style), "script": content_hash(script)},
            # What stands in a script element ends with the first "</", whatever its type.
            meta=json.dumps(meta, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c"),
            blobs=[base64.b64encode(blob).decode() for _, blob in packed],
            licence=_read("uPlot.LICENSE"),
        )
    )


def _pack(annotation: Annotation) -> tuple[dict[str, Any], bytes]:
    """Return what lies where in the bytes, and the bytes: all that is as long as the series, deflated.

    Times as differences in µs (float64, exact), RTTs in µs (int32), probabilities in 255ths (uint8), and per labeling
    function and vote a bit for each ping.
    """
    trace = annotation.trace
    arrays: dict[str, Any] = {}
    if trace.sent_us is not None:
        arrays["steps_us"] = np.diff(trace.sent_us, prepend=0).astype("<f8")
    arrays["rtt_us"] = trace.rtt_us.astype("<i4")
    if annotation.first:
        for task, posterior in annotation.first.posteriors.items():
            arrays[f"p {task}"] = np.rint(posterior[:, 1] * 255).astype(np.uint8)
    for vote in annotation.votes:
        arrays[f"vote {vote.task} {vote.way} {vote.function}"] = vote.bits
    layout, blob = {}, bytearray()
    for name, of in arrays.items():
        layout[name] = [len(blob), len(of)]
        blob += of.tobytes()
        blob += bytes(-len(blob) % 8)
    return layout, zlib.compress(bytes(blob), 6)


def _series(annotation: Annotation, arrays: Mapping[str, Any], by_hand: ByHand | None) -> dict[str, Any]:
    place = {task.name: k for k, task in enumerate(annotation.tasks)} | {GAP: -1}
    trace = annotation.trace
    return {
        "name": trace.series or trace.name,
        "pings": len(trace),
        "usual_us": annotation.moments.usual_us,
        "timed": trace.sent_us is not None,
        "arrays": arrays,
        "events": [
            [
                place[event.what],
                event.begin,
                event.end,
                None if event.probability is None else round(event.probability, 3),
                in_words(event),
                int(event.is_moment),
            ]
            for event in annotation.events
        ],
        "hand": [
            [place[row.task], row.first, row.last, row.label] for row in (by_hand.corrections(trace) if by_hand else ())
        ],
    }


def _task(task: Task, look: Look) -> dict[str, Any]:
    one, many = task.words
    return {"name": task.name, "one": one, "many": many, "shape": SHAPES[look.marker], "kind": task.kind}


def _functions(task: Task) -> list[tuple[str, str, str]]:
    votes = {PROPERTY: "for", NORMAL: "against", None: "either way"}
    return [
        (of.name, votes[getattr(of, "votes", None)], " ".join(description(of).split()))
        for of in task.labeling_functions
    ]


def _safe(look: Look) -> Look:
    """Return a look that may stand in a style sheet: a task from outside may give any text for a colour."""
    return Look(
        look.colour if COLOUR.fullmatch(look.colour) else COLOURS[0], look.marker if look.marker in SHAPES else "o"
    )


def _task_colours(seen: Sequence[Look]) -> str:
    day = "".join(f"--task{k}:{look.colour};" for k, look in enumerate(seen))
    night = "".join(f"--task{k}:{_lighter(look.colour)};" for k, look in enumerate(seen))
    return (
        f":root{{{day}}}@media (prefers-color-scheme:dark){{:root{{{night}}}}}@media print{{:root{{{day}}}}}"
        + "".join(f".task{k}{{--own:var(--task{k})}}" for k in range(len(seen)))
    )


def _lighter(colour: str) -> str:
    channels = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(of + (255 - of) * NIGHT_WHITE):02x}" for of in channels)


def _wrapped(scripts: Sequence[str]) -> str:
    return "\n(() => {\n'use strict';\n" + "\n".join(scripts) + "\n})();\n"


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _environment() -> jinja2.Environment:
    found = environment(HERE)
    found.filters["unbroken"] = _unbroken
    return found


def _unbroken(text: str) -> markupsafe.Markup:
    """Escape a sentence; its dates, and its numbers with their units, stay on one line."""
    from markupsafe import Markup, escape

    escaped = UNIT.sub("\u00a0", str(escape(text)))
    return Markup(DATE.sub(r'<span class="date">\g<0></span>', escaped))  # noqa: S704 - escaped above
