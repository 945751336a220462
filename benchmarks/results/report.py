"""A measurement in words: what was done, a table of times, what was checked, who was busy.

Written for a person at a terminal. The same figures for a program are in ``record.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from load.figures import Bin, Summary, histogram, summarise
from load.measure import Result
from load.plan import MICRO
from load.tally import Verdict
from results.limits import explain, limit, own_share

KB, MB = 1_000, 1_000_000
BAR = 40  # characters of the longest bar
HEADINGS = ("", "min", "p50", "p90", "p99", "p99.9", "max")


def duration(time: float) -> str:
    """Microseconds, in three digits and the unit that suits them."""
    for limit_, divisor, unit in ((1_000, 1, "us"), (MICRO, 1_000, "ms")):
        if time < limit_:
            return f"{three(time / divisor)} {unit}"
    return f"{three(time / MICRO)} s"


def three(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def size(count: float) -> str:
    return f"{count / MB:,.1f} MB" if count >= MB else f"{count / KB:,.1f} KB"


def table(rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns wide enough for what is in them; the first to the left, the others to the right."""
    rows = list(rows)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return lines


def times(summary: Summary) -> list[str]:
    s = summary
    return [duration(time) for time in (s.least, s.p50, s.p90, s.p99, s.p999, s.most)]


def time_table(result: Result) -> list[str]:
    rows: list[Sequence[str]] = [HEADINGS]
    named = {
        "connected": result.joined.connects,
        "greeted": result.joined.greetings,
        "let in": result.joined.joins if result.plan.dialect.greets else {},
        "each delivery": result.found.latencies,
        "to the last receiver": result.fan_out,
    }
    for name, counts in named.items():
        summary = summarise(counts)
        if summary is not None:
            rows.append((name, *times(summary)))
    return table(rows)


def bars(bins: Sequence[Bin]) -> list[str]:
    """A histogram; whatever is there at all shows at least a dot."""
    total = sum(bin_.count for bin_ in bins)
    most = max((bin_.count for bin_ in bins), default=1)
    rows = []
    for bin_ in bins:
        length = round(BAR * bin_.count / most)
        bar = "#" * length or ("." if bin_.count else "")
        span = f"{duration(bin_.low)} - {duration(bin_.high)}"
        rows.append((span.rjust(17), f"{100 * bin_.count / total:6.2f}%", "|" + bar.ljust(BAR)))
    return table(rows)


def many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("s" if count != 1 else "")


def verdict(result: Result) -> str:
    """What was found, in one plain sentence."""
    plan = result.plan
    if not plan.messages:
        at_once = " that connected at once" if plan.storm else ""
        within = halves(result.joined.joins)
        return f"This server let in {many(plan.everyone, 'client')}{at_once}{within}."
    if not result.found.verdict.received:
        return f"This server delivered none of {many(plan.messages, 'message')}."
    rate = (plan.messages - result.unsent) / max(result.seconds, plan.seconds)
    bounds = ""
    if limit(result) in ("harness", "both"):
        bounds = "; these are upper bounds, since the harness was late itself"
    pace = f"{rate:,.0f}" if rate >= 10 else three(rate)
    return (
        f"This server delivered {pace} messages/s to {many(plan.readers, 'client')}: "
        f"{fate(result.found.verdict)}{halves(result.found.latencies)}{bounds}."
    )


def fate(found: Verdict) -> str:
    """How many lines were delivered, lost, duplicated or out of order."""
    counts = {
        "did not arrive": found.lost,
        "arrived more than once": found.duplicated,
        "arrived out of order": found.disordered,
    }
    wrong = [f"{count:,} {what}" for what, count in counts.items() if count]
    if not wrong:
        return "every line arrived"
    return f"of {many(found.expected, 'line')} " + ", ".join(wrong)


def halves(counts: Mapping[int, int]) -> str:
    """The median and the 99th percentile, to end a sentence with."""
    summary = summarise(counts)
    if summary is None:
        return ""
    return f", half within {duration(summary.p50)}, 99 % within {duration(summary.p99)}"


def title(result: Result) -> str:
    plan = result.plan
    to = f"({plan.speak}) to {result.address}"
    if plan.storm:
        return f"Storm: {many(plan.clients, 'client')} connect at once {to}"
    parts = [many(plan.clients, "client"), f"{plan.senders:,} of them talking"]
    if plan.stalled:
        parts.append(f"{plan.stalled:,} never read")
    if plan.slow:
        parts.append(f"{plan.slow:,} read 1 KB/s")
    if plan.idle:
        parts.append(f"{plan.idle:,} more listen")
    parts.append(f"{plan.rate:,g} messages/s of {plan.size} bytes for {plan.seconds:g} s")
    return f"Flood: {', '.join(parts)} {to}"


def deliveries(result: Result) -> list[str]:
    found, verdict = result.found, result.found.verdict
    lines = [
        f"Deliveries  {verdict.expected:,} expected, {verdict.received:,} received, "
        f"{verdict.lost:,} lost, {verdict.duplicated:,} duplicated, "
        f"{verdict.disordered:,} out of order",
        f"            {result.per_second:,.0f} a second; checked: "
        f"{many(found.read, 'receiver')} line by line, {found.same:,} by being identical to one of "
        "them" + ("" if found.unread else ": that is every delivery"),
    ]
    if found.unread:
        lines.append(
            f"            {many(found.unread, 'receiver')} by the number of bytes alone (there was "
            "no room to keep them), without times"
        )
    if not verdict.received:
        lines.append(f"            nothing came: does the server speak {result.plan.speak!r}?")
    if result.unsent:
        lines.append(f"            {many(result.unsent, 'message')} were never taken by the server")
    if result.unfinished:
        lines.append(f"            {many(result.unfinished, 'message')} did not reach everybody")
    if result.left:
        lines.append(
            f"            the server disconnected {many(result.left, 'reader')}; what was not sent "
            "for that is not expected"
        )
    if result.plan.stalled:
        lines.append(f"Stalled     {result.cut:,} of {result.plan.stalled:,} were disconnected")
    return [*lines, *slow(result)] if result.plan.slow else lines


def slow(result: Result) -> list[str]:
    """What those who read slowly had in the end, and what the server needed for that."""
    found, caught = result.slow, result.caught
    share = caught.before / caught.after if caught.after else 0.0
    lines = [
        f"Slow        {many(result.plan.slow, 'client')} had {share:.1%} of their bytes when the "
        "others had everything",
        f"            and the rest {three(result.catching_up)} s later, reading at full speed: "
        f"{fate(found.verdict)}",
    ]
    if caught.cut:
        lines.append(f"            {caught.cut:,} of them were disconnected")
    if found.unread:
        lines.append(f"            {found.unread:,} of them judged by the number of bytes alone")
    if result.watched:
        before, end = result.memory["joined"], result.memory["end"]
        lines += [
            f"            for that {result.catching_cpu:.2f} s of the server's CPU; its memory: "
            f"{size(before['VmRSS'])} before they talked,",
            f"            {size(end['VmHWM'])} at its highest, {size(end['VmRSS'])} at the end",
        ]
    return lines


def server(result: Result) -> list[str]:
    lines = []
    if result.server is not None:
        busy = result.server
        lines.append(
            f"Server      {busy.cpu:.2f} s of CPU ({busy.cpu / busy.wall:.0%} of a core), "
            f"{result.per_delivery:.2f} us a delivery"
        )
    if result.watched:
        empty, joined = (result.memory[when]["VmRSS"] for when in ("empty", "joined"))
        most = max(memory["VmHWM"] for memory in result.memory.values())
        lines.append(
            f"Memory      {size(empty)} empty, {size(joined)} with everybody in "
            f"({size(result.per_client())} a client), {size(most)} at most"
        )
    return lines


def harness(result: Result) -> list[str]:
    late, unread = summarise(result.lags), summarise(result.waits)
    if late is None:
        return []
    shares = ", ".join(f"{busy.cpu / busy.wall:.0%}" for busy in result.harness)
    crew = len(result.harness)
    lines = [
        f"Harness     {crew} load process{'es' if crew > 1 else ''} at {shares} of a core; "
        f"sent late by {spread(late)}"
    ]
    if unread is not None:
        lines.append(f"            left unread what had arrived for {spread(unread)}")
        lines.append(
            f"            at most {own_share(result):.0%} of the median time of a delivery are its "
            "own: what it sent late,"
        )
        lines.append("            and what it read late for messages that were read with others")
    return [*lines, f"Limit       {explain(result)}"]


def spread(s: Summary) -> str:
    return f"{duration(s.p50)} (p50), {duration(s.p99)} (p99), {duration(s.most)} (max)"


def report(result: Result) -> str:
    """Everything about one measurement, beginning with the verdict."""
    lines = [verdict(result), "", title(result), "", *time_table(result)]
    if result.plan.messages:
        lines += [
            "deliveries count from when a message was due until the kernel had it for the receiver",
            "",
        ]
        lines += deliveries(result)
    else:
        lines += ["all of them count from when a client began to connect", ""]
    lines += [*server(result), *harness(result)]
    for name, counts in histograms(result).items():
        lines += ["", name, *bars(histogram(counts))]
    return "\n".join(lines)


def histograms(result: Result) -> dict[str, Mapping[int, int]]:
    if result.plan.storm:
        return {"Clients by the time until they were let in": result.joined.joins}
    named = {
        "Deliveries by their time": result.found.latencies,
        "Messages by the time until the last receiver had them": result.fan_out,
    }
    return {name: counts for name, counts in named.items() if counts}


def growth(results: Sequence[Result], name: str) -> str:
    """A sweep in one table, a line for each of its measurements."""
    heading = (name, "let in p99", "delivery p50", "p99", "last p50", "p99", "deliveries/s")
    rows: list[Sequence[str]] = [(*heading, "CPU/delivery", "memory/client", "lost etc.", "limit")]
    for result in results:
        verdict = result.found.verdict
        cells = [f"{getattr(result.plan, name):,.0f}", tail(result.joined.joins)[1]]
        cells += [*tail(result.found.latencies), *tail(result.fan_out)]
        cells += [f"{result.per_second:,.0f}", f"{result.per_delivery:.2f} us"]
        cells += [size(result.per_client()) if result.watched else "-"]
        cells += [f"{verdict.lost + verdict.duplicated + verdict.disordered:,}", limit(result)]
        rows.append(cells)
    return "\n".join(table(rows))


def tail(counts: Mapping[int, int]) -> tuple[str, str]:
    """Median and 99th percentile."""
    summary = summarise(counts)
    return ("-", "-") if summary is None else (duration(summary.p50), duration(summary.p99))
