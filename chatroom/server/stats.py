"""The server's measurements of itself, as `/stats` and the operator see them."""

import time

from chatroom.chat.history import Figures
from chatroom.metrics import Metrics
from chatroom.server.resources import memory_in_use
from chatroom.server.visitors import Visitors
from chatroom.vocabulary.events import Stats


def measure(
    metrics: Metrics, visitors: Visitors, rooms: int, uptime: float, history: Figures
) -> Stats:
    blocked = visitors.blocked
    return Stats(
        clients=visitors.talking,
        rooms=rooms,
        messages=metrics.messages,
        deliveries=metrics.deliveries,
        skipped=metrics.skipped,
        fanout_p50=metrics.fanout.quantile(0.5),
        fanout_p99=metrics.fanout.quantile(0.99),
        fanout_max=metrics.fanout.max,
        lag_p99=metrics.lag.quantile(0.99),
        lag_max=metrics.lag.max,
        slow_readers=len(blocked),
        queued=sum(connection.queued for connection in blocked),
        endings=dict(metrics.endings.most_common(8)),
        accepted=metrics.accepted,
        errors=metrics.handler_errors,
        log_dropped=metrics.log_dropped,
        cpu=time.process_time(),
        memory=memory_in_use(),
        uptime=uptime,
        history_size=history.size,
        history_log=history.log,
        commit_p50=history.commits.quantile(0.5),
        commit_p99=history.commits.quantile(0.99),
        commit_max=history.commits.max,
        checkpoint_max=history.slowest_checkpoint,
        history_waiting=history.waiting,
        history_lost=history.lost,
        history_paused=history.paused,
    )
