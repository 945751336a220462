"""How far the figures of a measurement can be trusted: was it the server that was measured?

An overloaded harness sends late and reads late. A latency counts from when a message was due, so it
includes the lateness of sending. It does not include the lateness of reading (``load/visitor.py``),
except for messages that were read together with later ones. So the share that may be the harness's
own can be bounded: all of the lateness of sending, and the lateness of reading for as many messages
as did not have a read to themselves. CPU alone would not tell: an event loop with many sockets
looks busy long before it is late, because it then reads more at once.

The same holds for a server: being busy all the time is no limit yet. A server has reached its limit
when it was busy all the time and still had much to deliver after the last message was sent.
"""

from __future__ import annotations

from load.figures import summarise
from load.measure import Result

SATURATED = 0.9  # share of the time with work to do
BEHIND = 0.2  # seconds from the last message to the last delivery, beyond which it fell behind
MOSTLY = 0.5  # share of the median delivery time beyond which it measures the harness


def own_share(result: Result) -> float:
    """At most this part of the median time of a delivery is the harness's own."""
    late, unread = summarise(result.lags), summarise(result.waits)
    latencies = summarise(result.found.latencies)
    if late is None or unread is None or latencies is None or latencies.p50 <= 0:
        return 0.0
    together = max(0.0, 1 - result.found.reads / latencies.count)
    return min((late.p50 + together * unread.p50) / latencies.p50, 1.0)


def busy(result: Result) -> bool:
    return result.server is not None and result.server.share >= SATURATED


def limit(result: Result) -> str:
    """One of: nothing, server, harness, both."""
    harness = own_share(result) > MOSTLY
    if busy(result) and result.seconds - result.plan.seconds > BEHIND:
        return "both" if harness else "server"
    return "harness" if harness else "nothing"


def explain(result: Result) -> str:
    """The same for people, who may also be told what could not be known."""
    if result.server is None:
        kept_up = "the harness was none; of the server's CPU nothing is known"
    elif busy(result):
        kept_up = "none was reached: the server was busy all the time, but kept up"
    else:
        kept_up = "none was reached"
    behind = f"the server, which was {result.seconds - result.plan.seconds:.1f} s behind at the end"
    words = {
        "nothing": kept_up,
        "server": behind,
        "harness": "THE HARNESS more than the server: take these times for upper bounds",
        "both": f"{behind}, and THE HARNESS: these are upper bounds",
    }
    return words[limit(result)]
