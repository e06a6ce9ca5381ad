"""JSON logs as objects with the numbers of their lines: one to a line, an array, or several behind each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from artifact.errors import BadInputError
from artifact.trace.lines import HEAD_BYTES, Lines


def first_object(head: bytes) -> dict[str, Any]:
    """Return the first object in ``head``, or what can be told of it where it is cut off; empty for none."""
    text = head.decode("utf-8", "replace").lstrip("[ \t\r\n,")
    if not text.startswith("{"):
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def objects(lines: Lines) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield all objects; a line that is none is set aside. Raises BadInputError for a document that is no JSON."""
    first = lines.head.lstrip().partition(b"\n")[0]
    one_to_a_line = len(lines.head) < HEAD_BYTES or b"\n" in lines.head
    if one_to_a_line and _parsed(first.rstrip().rstrip(b",")) is not None:
        yield from _by_line(lines)
    else:
        yield from _by_document(lines)


def _by_line(lines: Lines) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, text, ended in lines.blocks():
        written = text.split(b"\n")
        for at, line in enumerate(written):
            stripped = line.strip().rstrip(b",")
            if stripped in (b"", b"[", b"]"):
                continue
            found = _parsed(stripped)
            if found is None:
                if not ended and at == len(written) - 1:
                    lines.notes.append("the last line is cut off and was left out")
                else:
                    lines.put_aside([number + at], [line])
                continue
            lines.known += 1
            yield from ((number + at, one) for one in found)


def _by_document(lines: Lines) -> Iterator[tuple[int, dict[str, Any]]]:
    text = lines.document().decode("utf-8", "replace").replace("\0", "")
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        at += len(text[at:]) - len(text[at:].lstrip(" \t\r\n,")) if text[at] in " \t\r\n," else 0
        if at >= len(text):
            return
        line = text.count("\n", 0, at) + 1
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            where = (
                line + error.lineno - 1 - text.count("\n", 0, at) if isinstance(error, json.JSONDecodeError) else line
            )
            reason = error.msg.lower() if isinstance(error, json.JSONDecodeError) else "nested too deeply"
            raise BadInputError(
                lines.path, f"is no JSON ({reason})", "give the whole file", line=max(where, 1)
            ) from None
        found = _objects(value)
        lines.known += max(len(found), 1)
        yield from ((line, one) for one in found)


def _parsed(line: bytes) -> list[dict[str, Any]] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return _objects(value) if isinstance(value, (dict, list)) else None


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """Return a finite number that stands for itself or in quotes, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e18 else None
