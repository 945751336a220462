"""Every limit and every default of the server, in one place.

Each field says its unit, why it has this value, and what happens when it is reached. Nothing else
in the program holds a limit of its own: code that needs one is given the `Settings`.
"""

from dataclasses import dataclass

KIB = 1024


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """How much of what is said is kept, and how."""

    # The file in which what is said is kept; without one it is in memory, until the server stops.
    history: str | None = None

    # Seconds without a message after which what can wait is done, a small step at a time.
    idle_seconds: float = 0.05

    # Messages kept of each room; 0 is all. The oldest are trimmed when the server is idle, a
    # hundredth late.
    history_keep: int = 10_000

    # Bytes that all messages may take, in a file and in memory. Over it the oldest of all rooms are
    # trimmed: rooms cost nothing to make, so a limit for each would be none.
    history_bytes: int = 4096 * 1024 * KIB
    history_memory: int = 16 * 1024 * KIB

    # Whether what was committed survives the loss of power ("full") or the death of the process
    # alone ("normal"). Full costs an fsync for each tick in which something was said.
    fsync: str = "normal"

    # Messages and bytes of text in one page of the history.
    page_messages: int = 100
    page_bytes: int = 64 * KIB

    # Seconds for which a message is recognised when it is sent again, over a restart as well.
    # So many are known at once, of 200 bytes each in memory; of more, the newest.
    recognise_seconds: float = 600.0
    max_marks: int = 50_000

    # A history that cannot be written is paused and tried again after so many seconds. A locked
    # file is tried again in each tick for the shorter time first: a lock is mostly a moment's.
    history_retry: float = 30.0
    lock_seconds: float = 1.0

    # Seconds in which the disk must answer. After them the chat goes on without the history.
    stuck_seconds: float = 5.0

    # Threads for what blocks, and jobs that wait for one; one more is refused.
    worker_threads: int = 2
    worker_jobs: int = 16

    # Messages, and bytes of their text, that wait in memory meanwhile. Over it the oldest are lost,
    # and a gap is recorded in their place.
    waiting_lines: int = 10_000
    waiting_bytes: int = 16 * 1024 * KIB

    # Messages written in one transaction; more of them wait for the next tick. 1,000 take 15 ms.
    rows_per_commit: int = 2000

    # Messages trimmed or indexed, or marks forgotten, in one step, and bytes of their texts;
    # seconds between two steps of an idle server. A step takes 1 to 3 ms, and a history in memory
    # does it in the loop.
    rows_per_step: int = 50
    bytes_per_step: int = 16 * KIB
    step_seconds: float = 0.01

    # Messages that are not in the index of words. More of them are indexed while the server is
    # busy: each search looks through them, at three microseconds each.
    most_unindexed: int = 1000

    # What one search may look through: characters, which count 12 times if they are not ASCII, and
    # 300 more for each message, or 600 if the index has found it. It takes 6 ms; the answer then
    # ends and says from where to go on.
    search_work: int = 600_000

    # Steps of SQLite after which the index is interrupted: 1,000 of them return 100 hits, and
    # the others take 10 ms. The search then goes on in another way, and may end with a part.
    index_steps: int = 1600

    # Pages (4 KiB) in the write-ahead log above which an idle server copies them into the file, and
    # above which it is done at once, busy or not: 1,000 take 10 ms.
    idle_log_pages: int = 200
    most_log_pages: int = 1000

    # Seconds in which the file is searched for damage after an unclean stop. A larger file is then
    # searched in part.
    check_seconds: float = 0.7


@dataclass(frozen=True, slots=True)
class Settings(HistorySettings):
    """The first group is the operator's choice; the others are fixed by the design."""

    # Where to listen. Loopback by default: others can join only if the operator says so.
    host: str = "127.0.0.1"
    port: int = 1060

    # Lines a second from one client; the burst is four seconds' worth, so that a pasted snippet
    # goes through at once. Over it the client is throttled: its socket is not read until there are
    # tokens again. Nothing is lost, TCP holds the rest back. 0 means unlimited.
    rate: float = 5.0
    burst_seconds: float = 4.0

    # Clients at once. Over it a newcomer is told that the chatroom is full, and closed.
    max_clients: int = 10_000

    # --- input ---------------------------------------------------------------------------------

    # Bytes of a line without its ending. A longer one is refused with a notice and skipped to its
    # end; cutting it would change what somebody said.
    max_line: int = 4096

    # Lines of one text of a program. A pasted function goes through; people with nc see each line
    # behind the name, so a text must not fill many screens. One with more lines is refused.
    max_text_lines: int = 100

    # Bytes of one JSON object: room for a text as long as a line, half of it in escapes. A longer
    # one is refused with an error and skipped to its end.
    max_object: int = 16 * KIB

    # Bytes received from a socket at once. This piece of work is never divided: in the worst case
    # it takes five milliseconds to parse. While others wait the piece is smaller (turn_bytes).
    recv_bytes: int = 16 * KIB
    turn_bytes: int = 4 * KIB

    # Bytes looked through for /cancel behind a long paste: what the kernel holds for one client.
    peek_bytes: int = 128 * KIB

    # Seconds between two such searches. Each copies what the kernel holds, and is made only when
    # something has arrived.
    look_seconds: float = 1.0

    # Lines of one client handled per tick; the rest waits for the next tick, in order.
    lines_per_tick: int = 32

    # Seconds of a tick in which input is handled; the rest waits for the next tick. The budget is a
    # share (fan_out_share) of the time of the last fan-out, between tick_seconds and
    # longest_tick_seconds: a server with large rooms must not spend its time on small fan-outs.
    # Half of the budget is for what can wait: newcomers, and backlogs of input. A line of somebody
    # who speaks now and then waits for two such ticks at most, fan-outs included.
    # Without a rate limit throughput counts, so the share is 1.
    tick_seconds: float = 0.001
    longest_tick_seconds: float = 0.01
    fan_out_share: float = 0.25

    # Bytes a second that the kernel takes from us, about. A long text in a large room makes the end
    # of the tick longer by its bytes times its receivers, and leaves less time for input.
    bytes_per_second: float = 2e9

    # Who goes first when time is short: connections from which nothing was received for this many
    # seconds, and which have sent no more than this many bytes now, a person's line.
    quiet_seconds: float = 0.25
    small_input: int = 512

    # Seconds of silence after which a new connection is taken for a person, and greeted.
    silence: float = 0.25

    # The same for an address from which a browser has been served in the last minutes. A browser
    # connects first and asks later, and takes a greeting for a broken response.
    browser_silence: float = 3.0
    browser_memory: float = 300.0
    max_browsers: int = 1024

    # Seconds from connecting in which the beginning of a request must be complete. A connection
    # that has sent half a verb by then is closed.
    head_seconds: float = 10.0

    # Seconds from connecting to a name. They do not count from the last byte, so a client that
    # dribbles bytes cannot extend them.
    name_seconds: float = 60.0

    # --- browsers ------------------------------------------------------------------------------

    # Other origins (https://chat.example.org) whose pages may open a WebSocket here.
    allow_origins: tuple[str, ...] = ()

    # Whether rooms can be read over HTTP by anybody, without a name.
    public_rooms: bool = False

    # Bytes of the head of an HTTP request and of its first line, and fields in it. Browsers send
    # less than a kilobyte; of more, the request is refused.
    max_head: int = 16 * KIB
    max_request_line: int = 4 * KIB
    max_fields: int = 100

    # Fragments of one message of a WebSocket. Whoever sends more is closed.
    max_fragments: int = 64

    # Seconds between two pings over a WebSocket, and of silence after which it is taken for dead.
    ping_seconds: float = 20.0
    dead_seconds: float = 40.0

    # --- output --------------------------------------------------------------------------------

    # Bytes of what is said in one room in a tick. A larger batch is sent at once, not at the end
    # of the tick: it is in memory once for each dialect, and the queues of slow readers keep it.
    max_batch: int = 1024 * KIB

    # Bytes waiting for one client. Over it the client is behind: lines are skipped and counted,
    # and the count is told when the queue has drained.
    queue_bytes: int = 256 * KIB

    # The share of it that private messages may fill; one more is refused to its sender. The rest is
    # the room's, whatever strangers do. One sender may have half of what is left of this share.
    private_share: float = 0.25

    # Seconds between two checks of the private messages: which of those in queues have been sent,
    # and which of those that wait for somebody have expired.
    private_seconds: float = 1.0

    # Seconds in which a client with a full queue must acknowledge at least one byte, or be cut. On
    # loopback Linux acknowledges nothing more before 64 KB have been read: whoever reads 1 KB/s
    # without a pause is silent for 66 s (measured).
    stall_seconds: float = 90.0

    # Bytes of kernel buffer each way. Left alone they grow to megabytes for a client that never
    # reads, or that is not read for a while because it talks too fast.
    send_buffer: int = 128 * KIB
    receive_buffer: int = 64 * KIB

    # Pacing: a fan-out that begins sooner after the last one than this many times its own duration
    # is followed by an interval of that length, of at most this many seconds. What is said during
    # the interval is coalesced.
    pacing_factor: float = 2.0
    longest_pacing_interval: float = 0.001

    # Pieces handed to the kernel in one sendmsg; what is over waits for the next tick.
    pieces_per_send: int = 64

    # Seconds of a tick in which those who were behind are given what they have missed, all of them
    # together; the others get theirs in the next tick.
    catch_up_seconds: float = 0.001

    # Messages that somebody has missed are counted up to here, when they come back; it takes a
    # millisecond. Over it they are not told how many of these were trimmed meanwhile.
    most_counted: int = 20_000

    # --- accepting -----------------------------------------------------------------------------

    # Connections the kernel completes before we accept them. With 100, a burst of 3,000 waits
    # seconds for repeated SYNs; with 4096 it does not.
    backlog: int = 4096

    # Accepts per tick and listener: a storm of newcomers must not delay those who talk.
    accepts_per_tick: int = 64

    # Seconds the listener pauses when the process is out of descriptors; it would spin otherwise.
    accept_pause: float = 0.5

    # --- closing -------------------------------------------------------------------------------

    # Seconds to hand over what is queued before a close, and to drain at a shutdown.
    drain_seconds: float = 5.0

    # Seconds, at a shutdown, to read and handle the lines that had arrived before it, without the
    # rate limit. What is left then is dropped, and its senders are told how many lines.
    finish_seconds: float = 1.0

    # After our last byte we read and drop what still arrives, this long and this much: closing
    # with unread input makes the kernel send a reset, which may destroy our last words.
    linger_seconds: float = 5.0
    linger_bytes: int = 64 * KIB

    # Seconds between two checks whether the peer of a brief close has acknowledged our last bytes.
    brief_seconds: float = 0.1

    # --- the chat ------------------------------------------------------------------------------

    # Seconds for which the name of a lost connection is held.
    hold_seconds: float = 30.0

    # Private messages that wait for somebody who lost the connection or is still to come, from all
    # senders and from one; one more is refused. A text has at most 4 KiB, up to 16 in memory.
    waiting_messages: int = 512
    waiting_of_one: int = 16

    # Rooms of more people than this are told of joins and leaves as a count, once per interval
    # (seconds): one notice for each to all the others would be quadratic.
    crowd: int = 50
    presence_seconds: float = 1.0

    # Names in a greeting, and rows in an answer to /who or /rooms; the rest is told as a number.
    names_shown: int = 20
    rows_shown: int = 100

    # Seconds for which one answer to /who serves everybody: it takes a millisecond to write.
    answer_seconds: float = 0.05

    # Seconds for which a kick bars the name and the address, by default and at most. A longer one
    # would be a ban, which ought to outlive the server.
    bar_seconds: float = 60.0
    longest_bar: float = 86400.0

    # Names and addresses barred at once; one more replaces the oldest.
    max_bars: int = 1000

    # Messages that people are shown when they come into a room; programs ask for them.
    recent_lines: int = 20

    # Messages of an answer to /history and /search that names no number; it fills a screen.
    page_lines: int = 20

    # Characters of a room's topic. Everybody who comes into the room is shown it, so it must stay a
    # few lines; a longer one is refused.
    max_topic: int = 300

    # Rooms one member may be in at once; one more is refused.
    max_rooms: int = 50

    # People one member may ignore; one more is refused.
    max_ignored: int = 100

    # --- dead peers ----------------------------------------------------------------------------

    # Keepalive: seconds idle before the first probe, between probes, and probes without an answer.
    # It does not cover data that is never acknowledged; TCP_USER_TIMEOUT (seconds) does.
    keepalive_idle: int = 60
    keepalive_interval: int = 15
    keepalive_probes: int = 4
    user_timeout: int = 120

    # --- telling when something is wrong -------------------------------------------------------

    # Seconds of work in one tick after which the log says that the loop is late.
    lag_warning: float = 0.1

    # Log lines of one kind in a second ("ann joined", "bob joined"); the others are told as a
    # number. A storm of newcomers would write 41 GB a day.
    log_alike: int = 20

    # Seconds between two log lines about the same lasting condition.
    log_interval: float = 60.0

    @property
    def burst(self) -> float:
        """Lines that one client may say at once; 0 means unlimited, like the rate."""
        return max(1.0, self.rate * self.burst_seconds) if self.rate else 0.0
