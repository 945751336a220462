"""A dialect that carries another one: rendered once for both, and framed for whoever gets it."""

from chatroom.chat.batch import Batch
from chatroom.vocabulary.dialect import Dialect
from chatroom.vocabulary.events import Event, Notice


class Bench:
    """A batch of notices, and two dialects; it counts what is rendered and framed."""

    def __init__(self) -> None:
        self.rendered = 0
        self.framed: list[bytes] = []
        self.base = Dialect("base", self._encode)
        frame = self._frame
        self.carrier = Dialect(
            "carrier", lambda event: frame(self._encode(event)), carries=self.base, frame=frame
        )
        self.batch = Batch()

    def _encode(self, event: Event) -> bytes:
        assert isinstance(event, Notice)
        self.rendered += 1
        return f"{event.text}\n".encode()

    def _frame(self, lines: bytes) -> bytes:
        self.framed.append(lines)
        return b"<%b>" % lines

    def add(self, *texts: str, members: set[object] | None = None) -> None:
        for text in texts:
            self.batch.add(Notice(text), None, members)

    def part(self, start: int, stop: int) -> bytes:
        return b"".join(data for data, _ in self.batch.part(self.carrier, start, stop))


def test_what_is_for_all_is_one_frame_made_once() -> None:
    bench = Bench()
    bench.add("a", "b")
    bench.batch.closed = True
    payload = bench.batch.payload(bench.carrier)
    assert payload == b"<a\nb\n>"
    assert bench.batch.payload(bench.carrier) is payload
    assert bench.framed.count(b"a\nb\n") == 1


def test_an_event_is_rendered_once_for_both_dialects() -> None:
    bench = Bench()
    bench.add("a", "b")
    bench.batch.closed = True
    assert bench.batch.payload(bench.base) == b"a\nb\n"
    bench.batch.payload(bench.carrier)
    bench.part(0, 1)
    assert bench.rendered == 2


def test_whoever_gets_a_part_gets_whole_frames() -> None:
    bench = Bench()
    bench.add("a", "b", "c")
    assert bench.part(0, 2) == b"<a\n><b\n>"
    bench.add("d")
    bench.batch.closed = True
    assert bench.part(1, 3) == b"<b\n><c\n>"
    assert bench.part(0, 4) == b"<a\nb\nc\nd\n>"
    assert bench.rendered == 4


def test_what_is_for_a_few_is_not_in_the_frame_for_all() -> None:
    bench = Bench()
    bench.add("a")
    bench.add("secret", members=set())
    bench.add("b")
    bench.batch.closed = True
    assert bench.batch.payload(bench.carrier) == b"<a\nb\n>"
    assert bench.batch.payload(bench.base) == b"a\nb\n"
