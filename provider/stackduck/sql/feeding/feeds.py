"""In which order tables are loaded that feed each other, and by which queries.

A parameter may have several supplies; one whose tables are loaded before is enough. Owns that choice, and the errors
where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from stackduck.catalog.model import Method, Resource
from stackduck.frozen import frozen
from stackduck.sql import reports
from stackduck.sql.feeding import feed_queries, feed_sources
from stackduck.sql.feeding.feed_queries import Wording
from stackduck.sql.feeding.feed_sources import Body, FeedSources, UnusableError
from stackduck.sql.feeding.readings import Readings
from stackduck.sql.feeding.steadiness import Steadiness
from stackduck.sql.methods import is_written, listed
from stackduck.sql.proving.disjuncts import both
from stackduck.sql.rewrite import Edit, quote
from stackduck.sql.scans import FedCalls, Feed, Kept, Scan
from stackduck.sql.scopes import DAY, Disjuncts, Occurrence, Query, Scopes, Source
from stackduck.sql.statements import Statement, named_in
from stackduck.sql.supplies import Supply
from stackduck.sql.values import Fed, Values, enumerate_all, unite, written

_Way = Mapping[str, Values]
_Key = tuple[Query, Source]


class CircleError(Exception):
    """Tables wait for each other; the text says which."""

    def __init__(self, text: str, lacking: Mapping[Occurrence, tuple[str, ...]]) -> None:
        super().__init__(text)
        self.lacking = lacking
        """The parameters for which each of them waits."""


@frozen
class Group:
    """Parameters that are fed together: the values of a row belong to each other."""

    names: tuple[str, ...]
    """Lower case."""
    sources: FeedSources


@frozen
class Arranged:
    """How one table is fed."""

    ways: tuple[tuple[_Way, tuple[Group, ...]], ...]
    """Each way in which a row may qualify, with what is fed in it; nothing where all values are written."""
    stage: int

    @property
    def written(self) -> Disjuncts:
        """The ways of which all values are written."""
        return [dict(way) for way, groups in self.ways if not groups]

    @property
    def groups(self) -> Iterator[Group]:
        """Everything that is fed."""
        return (group for _, groups in self.ways for group in groups)


@frozen
class Finished:
    """What is told once it is known how DuckDB reads the statement."""

    scans: tuple[Scan, ...]
    edits: tuple[Edit, ...]
    kept: tuple[Kept, ...]


class Feeding:
    """The feeds of one statement."""

    def __init__(
        self,
        tree: Scopes,
        statement: Statement,
        parameters: Mapping[str, object],
        *,
        volatile: Callable[[Collection[str]], frozenset[str]],
    ) -> None:
        self._parameters = parameters
        self._readings = Readings(tree)
        self._statement = statement
        self._wording = Wording(statement)
        self._steadiness = Steadiness(self._readings, self._wording, volatile)
        self._found: dict[tuple[Supply, ...], FeedSources | None] = {}

    def keep_usable(self, occurrences: Iterable[Occurrence]) -> None:
        """Forget the supplies that cannot be computed before the table is loaded that they feed."""
        for occurrence in occurrences:
            ways = occurrence.disjuncts or []
            if not any(isinstance(values, Fed) for way in ways for values in way.values()):
                continue
            if any(name == DAY or _is_fed_only(values) for way in ways for name, values in way.items()):
                occurrence.disjuncts = [self._usable(way, occurrence) for way in ways]
            else:
                # Nothing is left to data.
                occurrence.disjuncts = [{n: v for n, each in way.items() if (v := written(each))} for way in ways]

    def _usable(self, way: _Way, occurrence: Occurrence) -> dict[str, Values]:
        kept: dict[str, Values] = {}
        for name, values in way.items():
            if not isinstance(values, Fed):
                kept[name] = values
                continue
            supplies = tuple(s for s in values.supplies if self._is_usable(s, occurrence))
            if supplies:
                kept[name] = replace(values, supplies=supplies)
            elif values.within is not None:
                kept[name] = values.within
        return kept

    def _is_usable(self, supply: Supply, occurrence: Occurrence) -> bool:
        sources = self._sources((supply,))
        return sources is not None and occurrence not in sources.needs

    def _sources(self, supplies: tuple[Supply, ...]) -> FeedSources | None:
        """Return over what supplies are computed; None where they cannot be."""
        if supplies not in self._found:
            try:
                found = feed_sources.find(supplies, self._readings)
                feed_queries.query(found, ["VARCHAR"] * len(supplies), self._wording)
                self._found[supplies] = self._steadiness.steadied(found)
            except UnusableError:
                self._found[supplies] = None
        return self._found[supplies]

    def arrange(self, chosen: Mapping[Occurrence, tuple[Resource, Method]]) -> Mapping[Occurrence, Arranged]:
        """Return how each table is fed, by the method that reads it.

        Raises CircleError where tables would have to be loaded before themselves.
        """
        done: dict[Occurrence, Arranged] = {}
        pending = dict(chosen)
        while pending:
            found = self._round(pending, done, with_all_filters=True) or self._round(
                pending, done, with_all_filters=False
            )
            if not found and not self._without_feeds(pending):
                raise self._circle(pending, done)
            done |= found
            pending = {o: m for o, m in pending.items() if o not in found}
        return done

    def _without_feeds(self, pending: Iterable[Occurrence]) -> bool:
        """Take what was derived in place of feeds that wait for each other; tells whether there is anything."""
        found = False
        for occurrence in pending:
            for way in occurrence.disjuncts or []:
                for name, values in way.items():
                    if isinstance(values, Fed) and values.otherwise is not None:
                        way[name], found = values.otherwise, True
        return found

    def _round(
        self,
        pending: Mapping[Occurrence, tuple[Resource, Method]],
        done: Mapping[Occurrence, Arranged],
        *,
        with_all_filters: bool,
    ) -> dict[Occurrence, Arranged]:
        """Return the tables that can be loaded next."""
        found: dict[Occurrence, Arranged] = {}
        for occurrence, (_, method) in pending.items():
            ways = [self._groups(way, method, done, occurrence) for way in occurrence.disjuncts or []]
            given = [(way, groups) for way, groups in ways if groups is not None]
            if len(given) < len(ways) or (with_all_filters and self._waits(given, done, occurrence)):
                continue
            ready = [(way, tuple(self._with_ready_filters(g, done) for g in groups)) for way, groups in given]
            needs = {need for _, groups in ready for g in groups for need in _needs(g.sources)}
            stage = 1 + max((done[need].stage for need in needs), default=-1) if any(g for _, g in ready) else 0
            found[occurrence] = Arranged(tuple(ready), stage)
        return found

    def _waits(
        self, ways: Iterable[tuple[_Way, Sequence[Group]]], done: Collection[Occurrence], occurrence: Occurrence
    ) -> bool:
        """Tell whether a condition of the sources reads a table that may still be loaded before."""
        filters = (each for _, groups in ways for group in groups for each in group.sources.filters)
        return any(need not in done for each in filters if occurrence not in each.needs for need in each.needs)

    def _with_ready_filters(self, group: Group, done: Collection[Occurrence]) -> Group:
        levels = tuple(
            replace(level, filters=tuple(f for f in level.filters if all(need in done for need in f.needs)))
            for level in group.sources.levels
        )
        return replace(group, sources=replace(group.sources, levels=levels))

    def _groups(
        self, way: _Way, method: Method, done: Collection[Occurrence], occurrence: Occurrence
    ) -> tuple[_Way, tuple[Group, ...] | None]:
        """Return a way with what is fed in it; None where something is not ready yet."""
        names = _names_of(method, occurrence)
        wanted = {n: v for n, v in way.items() if isinstance(v, Fed) and n in names}
        lacking = [name for name, values in wanted.items() if not is_written(values)]
        lacking += [n for n, v in wanted.items() if n == DAY and n not in lacking and self._is_local(v)]
        groups: list[Group] = []
        while lacking:
            group = self._widest(lacking, wanted, done)
            if group is None:
                return way, None
            group = self._together(group, wanted, done, is_only_way=len(occurrence.disjuncts or []) == 1)
            groups.append(group)
            wanted = {n: v for n, v in wanted.items() if n not in group.names}
            lacking = [name for name in lacking if name not in group.names]
        return way, tuple(groups)

    def _is_local(self, values: Fed) -> bool:
        """Tell whether values can be computed at once."""
        return any(found and not found.needs for found in (self._sources((s,)) for s in values.supplies))

    def _widest(self, names: Sequence[str], wanted: Mapping[str, Fed], done: Collection[Occurrence]) -> Group | None:
        """Return what feeds most of the names at once."""
        keys = dict.fromkeys((s.query, s.source) for name in names for s in wanted[name].supplies)
        groups = [group for key in keys if (group := self._group(key, names, wanted, done))]
        return max(groups, key=lambda group: len(group.names), default=None)

    def _group(
        self, key: _Key, names: Sequence[str], wanted: Mapping[str, Fed], done: Collection[Occurrence]
    ) -> Group | None:
        group: Group | None = None
        for name in names:
            group = self._with(name, key, wanted, done, group) or group
        return group

    def _with(
        self, name: str, key: _Key, wanted: Mapping[str, Fed], done: Collection[Occurrence], group: Group | None
    ) -> Group | None:
        """Return a group that feeds one more parameter; None where it cannot."""
        known = group.sources.supplies if group else ()
        for supply in wanted[name].supplies:
            if (supply.query, supply.source) == key:
                sources = self._sources((*known, supply))
                if sources is not None and all(need in done for need in sources.needs):
                    return Group((*(group.names if group else ()), name), sources)
        return None

    def _together(
        self, group: Group, wanted: Mapping[str, Fed], done: Collection[Occurrence], *, is_only_way: bool
    ) -> Group:
        """Add the parameters that are written but come from the same rows too, so that pairs stay pairs."""
        first = group.sources.supplies[0]
        for name, values in wanted.items():
            is_single = is_only_way and len(enumerate_all(values) or ()) == 1
            if name not in group.names and not is_single:
                group = self._with(name, (first.query, first.source), wanted, done, group) or group
        return group

    def _circle(
        self, pending: Mapping[Occurrence, tuple[Resource, Method]], done: Collection[Occurrence]
    ) -> CircleError:
        """Return the error for tables that wait for each other."""
        lacking: dict[Occurrence, tuple[str, ...]] = {}
        told = []
        for occurrence, (resource, method) in pending.items():
            fed = {n: v for way in occurrence.disjuncts or [] for n, v in way.items() if _is_fed_only(v)}
            names = _names_of(method, occurrence)
            waiting = {names[n]: v.supplies for n, v in fed.items() if n in names and isinstance(v, Fed)}
            lacking[occurrence] = tuple(waiting)
            found = [self._sources((supply,)) for supplies in waiting.values() for supply in supplies]
            needs = {need for sources in found if sources for need in sources.needs if need in pending}
            tables = dict.fromkeys(_named(need, pending[need][0]) for need in sorted(needs, key=lambda o: o.number))
            told.append(f"{_named(occurrence, resource)} takes {' and '.join(waiting)} from {' and '.join(tables)}")
        return CircleError(f"tables feed each other in a circle: {'; '.join(told)}", lacking)

    def finished(
        self,
        arranged: Mapping[Occurrence, Arranged],
        scans: Mapping[Occurrence, Scan],
        edits: Sequence[Edit],
        *,
        new_name: Callable[[str], str],
    ) -> Finished:
        """Put the feeds into the scans, once it is known by which edits DuckDB reads the statement."""
        found = {b.span: b for each in arranged.values() for group in each.groups for b in group.sources.bodies}
        bodies = {body: new_name("kept") for body in sorted(found.values(), key=lambda b: b.span[1] - b.span[0])}
        wording = Wording(self._statement, tuple(_with_kept(edits, bodies)))
        kept = []
        for body, relation in bodies.items():
            others = {each: name for each, name in bodies.items() if each is not body}
            text = feed_queries.body(body, Wording(self._statement, tuple(_with_kept(edits, others))))
            stage = 1 + max((arranged[need].stage for need in body.needs), default=-1)
            kept.append(Kept(relation, text, stage, named_in(text, self._parameters)))
        ready = []
        for occurrence, scan in scans.items():
            ways = arranged[occurrence].ways if occurrence in arranged else ()
            calls: list[FedCalls] = []
            for way, groups in ways:
                fed = self._fed_calls(way, groups, scan.method, wording) if groups else None
                calls += [fed] if fed and fed not in calls else []
            ready.append(replace(scan, fed=tuple(calls)) if calls else scan)
        return Finished(tuple(ready), wording.edits, tuple(kept))

    def _fed_calls(self, way: _Way, groups: Sequence[Group], method: Method, wording: Wording) -> FedCalls:
        fed = {name for group in groups for name in group.names}
        within = {n: v for n in fed if (v := written(way[n])) is not None}
        names = [p.name for p in method.parameters if p.name.lower() not in fed and is_written(way.get(p.name.lower()))]
        others = [(name, listed(way, name)) for name in names]
        if DAY in way and DAY not in fed and reports.has_days(method):
            others.append((DAY, enumerate_all(way[DAY]) or ()))
        return FedCalls(tuple(self._feed(group, method, wording) for group in groups), tuple(others), within)

    def _feed(self, group: Group, method: Method, wording: Wording) -> Feed:
        parameters = {p.name.lower(): p for p in method.parameters}
        kinds = tuple(parameters[n].type if n in parameters else "DATE" for n in group.names)
        names = tuple(parameters[n].name if n in parameters else n for n in group.names)
        origins = tuple(self._origin(supply, group) for supply in group.sources.supplies)
        text = feed_queries.query(group.sources, kinds, wording)
        is_local = not group.sources.bodies and not any(True for _ in _needs(group.sources))
        return Feed(text, names, kinds, origins, named_in(text, self._parameters), is_local)

    def _origin(self, supply: Supply, group: Group) -> str:
        """Return the user's words for a value, with the tables that it comes from."""
        own = self._sources((supply,)) or group.sources
        tables = dict.fromkeys(".".join(o.parts) for o in sorted(own.needs, key=lambda o: o.number))
        text = feed_queries.described(supply, self._wording)
        return f"{text} of {', '.join(tables)}" if tables else text


def both_with_derived(ways: Disjuncts, derived: Disjuncts) -> Disjuncts:
    """Return the ways in which both hold; what was only derived takes no feed's place as long as that can be had."""
    fed = {name for way in ways for name, values in way.items() if _is_fed_only(values)}
    known = {name for name in (ways[0] if fed else ()) if all(is_written(way.get(name)) for way in ways)}
    rest: Disjuncts = []
    for way in derived:
        others = {name: values for name, values in way.items() if name not in fed | known}
        rest += [others] if others not in rest else []
    found = both(ways, rest)
    otherwise = {name: unite(way[name] for way in derived) for name in fed if all(name in way for way in derived)}
    return [
        {n: replace(v, otherwise=otherwise.get(n)) if isinstance(v, Fed) and n in fed else v for n, v in way.items()}
        for way in found
    ]


def _names_of(method: Method, occurrence: Occurrence) -> Mapping[str, str]:
    """Return the names that may be fed, in lower case, as the document writes them."""
    days = {DAY: DAY} if occurrence.has_days else {}
    return {**{parameter.name.lower(): parameter.name for parameter in method.parameters}, **days}


def _named(occurrence: Occurrence, resource: Resource) -> str:
    """Return a table's name with its alias."""
    is_aliased = occurrence.alias.lower() != resource.name.lower()
    return f"{occurrence.alias} ({resource.full_name})" if is_aliased else resource.full_name


def is_fed(way: _Way, method: Method) -> bool:
    """Tell whether a way leaves a parameter of the method to data."""
    names = {p.name.lower() for p in method.parameters} | ({DAY} if reports.has_days(method) else set())
    return any(name in names and _is_fed_only(values) for name, values in way.items())


def _is_fed_only(values: Values) -> bool:
    return isinstance(values, Fed) and not is_written(values)


def _needs(sources: FeedSources) -> Iterator[Occurrence]:
    yield from sources.needs
    for each in sources.filters:
        yield from each.needs


def _with_kept(edits: Iterable[Edit], bodies: Mapping[Body, str]) -> Iterator[Edit]:
    """Yield edits with relations in place of the queries that are computed once."""
    spans = [body.span for body in bodies]
    for edit in edits:
        if not any(start <= edit.start and edit.end <= end for start, end in spans):
            yield edit
    for body, relation in bodies.items():
        start, end = body.span
        if not any(a <= start and end <= b and (a, b) != (start, end) for a, b in spans):
            yield Edit(start, end, f"SELECT * FROM {quote(relation)}")
