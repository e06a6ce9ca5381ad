"""What others plug in: a file in one of the artifact's folders, or an object anywhere, as ``module:attribute``."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Generic, TypeVar


@dataclass(frozen=True)
class Pluggable:
    """What every plug-in has: the module that it was found in."""

    module: str = dataclasses.field(default="", kw_only=True, compare=False)


Plugin = TypeVar("Plugin", bound=Pluggable)
Place = tuple[str, int]
"""A file, as one would name it from here, and a line in it."""
_HERE = str(Path(__file__).parent)


@dataclass(frozen=True)
class Kind(Generic[Plugin]):
    """One kind of plug-in: what it is called, the package whose files are found by name, the type of its objects."""

    word: str
    package: str
    type: type[Plugin]

    def find(self, name: str) -> Plugin:
        """Return the plug-in of that name, or of that ``module:attribute``; LookupError, with its cause, for none.

        A name is a file's in the artifact, or else one that an installed package announces.
        """
        place = name if ":" in name else self._place(name)
        module, _, attribute = place.rpartition(":")
        if not module:
            raise LookupError(f"no {self.word} {name!r}")
        try:
            of = importlib.import_module(module)
        except Exception as error:  # whatever a module of somebody else's raises on import
            raise LookupError(f"no {self.word} {name!r} ({cause(error, module)})") from None
        found = getattr(of, attribute, None)
        if not isinstance(found, self.type):
            there = [key for key, value in vars(of).items() if isinstance(value, self.type)]
            said = f"is a {type(found).__name__}, no {self.type.__name__}" if hasattr(of, attribute) else "is not there"
            others = f"; {module} has {', '.join(there)}" if there else f"; {module} has no {self.word}"
            raise LookupError(f"no {self.word} {name!r} ({attribute} {said}{others})")
        # Where it stands is part of the code that decides a run, whichever modules its functions come from.
        return dataclasses.replace(found, module=module)

    def _place(self, name: str) -> str:
        if name in self.known():
            return f"{self.package}.{name}:{name}"
        places = self.announced().get(name, ("",))
        if len(places) > 1:
            raise LookupError(f"no single {self.word} {name!r} ({' and '.join(places)} are announced by that name)")
        return places[0]

    def announced(self) -> dict[str, tuple[str, ...]]:
        """Return what installed packages announce as entry points of the group ``artifact.tasks`` and the like.

        By name, as ``module:attribute``, several where packages disagree; a file of the artifact goes before an entry
        point of its name.
        """
        found = announced(self.package)
        return {name: places for name, places in found.items() if name not in self.known()}

    def known(self) -> tuple[str, ...]:
        """Return the names of those that come with the artifact: the files of its folder."""
        folders = tuple(importlib.import_module(self.package).__path__)
        own = self.type.__module__.rpartition(".")[2]
        return tuple(name for name in _modules(folders, tuple(map(_changed, folders))) if name != own)

    @property
    def remedy(self) -> str:
        """What to write where a name leads nowhere."""
        plural = self.word + ("es" if self.word.endswith("ch") else "s")
        return f"list {plural} among {', '.join((*self.known(), *sorted(self.announced())))} or as module:attribute"


@cache
def _modules(folders: tuple[str, ...], _: tuple[int, ...]) -> tuple[str, ...]:
    """Return the names of public modules in folders, listed once for each time these were changed."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(folders) if found.name[0] != "_"))


def _changed(folder: str) -> int:
    return Path(folder).stat().st_mtime_ns if Path(folder).is_dir() else 0


def announced(group: str) -> dict[str, tuple[str, ...]]:
    """Return where the entry points of a group lead to, by name: a module, or ``module:attribute``.

    A package that lies twice on the path counts once.
    """
    found: dict[str, tuple[str, ...]] = {}
    for of in sorted(entry_points(group=group)):
        place = f"{of.module}:{of.attr}" if of.attr else of.module
        found[of.name] = tuple(dict.fromkeys((*found.get(of.name, ()), place)))
    return found


def written_at(thing: Any) -> Place | None:
    """Return where a function or a class begins, nothing where its source is not at hand."""
    try:
        return _shown(inspect.getsourcefile(thing) or ""), inspect.getsourcelines(thing)[1]
    except (OSError, TypeError):
        return None


def made_at(plugin: Any) -> Place | None:
    """Return where a plug-in is made, as by ``Task("reroute", ...)``, in one of the modules that have it."""
    for module in list(sys.modules.values()):
        there = getattr(module, "__dict__", {})
        if any(_same(value, plugin) for value in list(there.values())):
            file = str(there.get("__file__") or "")
            for line in _made_in(Path(file), type(plugin).__name__, plugin.name):
                return _shown(file), line
    return None


def raised_at(error: BaseException) -> Place | None:
    """Return the last line of a plug-in's own code that led to an error."""
    if isinstance(error, SyntaxError) and error.filename:
        return _shown(error.filename), error.lineno or 1
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).is_file()]
    own = [frame for frame in frames if not frame.filename.startswith(_HERE) and not _of_a_library(frame.filename)]
    of_artifact = [frame for frame in frames if frame.filename.startswith(_HERE)]
    found = (own or of_artifact)[-1:]
    return (_shown(found[0].filename), found[0].lineno or 1) if found else None


def in_a_line(error: BaseException) -> str:
    """Return what an error says, on one line."""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return " ".join(f"{type(error).__name__}: {said}".split())


def cause(error: Exception, module: str) -> str:
    """Say in one line why a module could not be imported, and at which line of somebody's own."""
    said = in_a_line(error)
    if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
        return f"{said}; is the folder that holds it on PYTHONPATH?"
    place = raised_at(error)
    own = place is not None and place[0] != _shown(__file__)
    return f"{said}, {place[0]}:{place[1]}" if place and own else said


def _same(value: Any, plugin: Any) -> bool:
    """Tell whether both are one plug-in, be it with other parameters: what was registered stands in the same lists."""
    if type(value) is not type(plugin):
        return False
    return all(getattr(value, name) is of for name, of in vars(plugin).items() if isinstance(of, list))


def _made_in(file: Path, word: str, name: str) -> Iterator[int]:
    try:
        tree = ast.parse(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and word in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}:
            given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "name")]
            if any(isinstance(value, ast.Constant) and value.value == name for value in given):
                yield node.lineno


def _of_a_library(file: str) -> bool:
    return "site-packages" in file or file.startswith(str(Path(ast.__file__).parent))


def _shown(file: str) -> str:
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
