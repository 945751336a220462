"""Every limit and every default of the clients, in one place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClientSettings:
    """Times in seconds."""

    # Between two pings. They measure the round trip and find out whether anybody is there: a
    # connection that was cut by a sleeping laptop or a dead router stays open for ever otherwise.
    ping_interval: float = 15.0

    # Without a byte for this long, when an answer is due, the connection is taken to be lost.
    answer_timeout: float = 10.0

    # Until a connection must be made.
    connect_timeout: float = 10.0

    # Waits between attempts to come back, which grow with the time that the server has been away
    # (`backoff.py`): the shortest, the longest, and their share of that time.
    min_backoff: float = 0.4
    max_backoff: float = 30.0
    backoff_share: float = 0.125

    # Who leaves waits no longer than this for the receipts of what was said last.
    leave_timeout: float = 2.0

    # With no more input (a pipe has ended) nobody is waited for longer than this while there is no
    # connection; whoever started us wants to know.
    finish_timeout: float = 30.0

    # Requests kept because there is no connection, or because they must not go out faster. One more
    # is refused, with a word.
    max_queued: int = 1000

    # Lines of one message. A longer text is sent as several messages.
    max_lines: int = 100

    # Bytes of one message, as long as the server has not told its own limit.
    max_text: int = 4096

    # Messages of a room that are shown when one comes into it, and the most of them where it is
    # known up to which one it was read; /more and scrolling up show earlier ones.
    recent: int = 20
    recent_unread: int = 100

    # Messages of one page; the server gives no more.
    max_page: int = 100

    # Entries of a room that wait until what was said before is there, to be shown in their order.
    # If there are more they are shown at once.
    max_held: int = 1000

    # Lines of each room that the terminal client keeps, to show them when one switches to it.
    room_lines: int = 200

    # People of a room that are known by name; of more only the number is.
    max_people: int = 10_000

    # Bytes of one message of the server's. One that is longer is not a chatroom's.
    max_message: int = 1024 * 1024

    # Between two questions who is here, in a room so crowded that comings and goings are told as
    # numbers.
    roster_interval: float = 10.0

    # Lines that the window keeps; the oldest go.
    scrollback_lines: int = 5000
