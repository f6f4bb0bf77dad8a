"""A module for tests that need something that looks like a module.

Its bytes are part of what the tests pin: do not format it.
"""

from __future__ import annotations

import functools
import itertools
from dataclasses import dataclass, field
from typing import Iterable, Iterator


@dataclass(frozen=True)
class Station:
    """A place where trains stop."""

    name: str
    zone: int
    lines: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return f"{self.name} (zone {self.zone})"

    def is_on(self, line: str) -> bool:
        """Tell whether trains of this line stop here."""
        return line in self.lines


class Network:
    """Stations, and which of them are next to each other."""

    def __init__(self, stations: Iterable[Station]) -> None:
        self._stations = {station.name: station for station in stations}
        self._tracks: dict[str, set[str]] = {name: set() for name in self._stations}

    def connect(self, first: str, second: str) -> None:
        if first not in self._stations or second not in self._stations:
            raise KeyError(f"no track between {first!r} and {second!r}")
        self._tracks[first].add(second)
        self._tracks[second].add(first)

    def neighbours(self, name: str) -> Iterator[Station]:
        for other in sorted(self._tracks[name]):
            yield self._stations[other]

    @functools.cached_property
    def lines(self) -> list[str]:
        every = itertools.chain.from_iterable(s.lines for s in self._stations.values())
        return sorted(set(every))

    def route(self, start: str, end: str) -> list[Station]:
        """Find the way with the fewest stops, or raise LookupError."""
        before: dict[str, str | None] = {start: None}
        queue = [start]
        while queue:
            here = queue.pop(0)
            if here == end:
                break
            for station in self.neighbours(here):
                if station.name not in before:
                    before[station.name] = here
                    queue.append(station.name)
        else:
            raise LookupError(f"no way from {start!r} to {end!r}")
        way: list[Station] = []
        step: str | None = end
        while step is not None:
            way.append(self._stations[step])
            step = before[step]
        return way[::-1]
