"""A dataclass as a JSON object: one declaration serves reading and writing.

The object has the fields of the class, in their order. A field with a default may be missing or
null when it is read, and unknown fields are ignored: later versions will send more. The annotation
of a field says how its value is read and written: `_KINDS` lists the simple types, `_kind` adds
those that are composed of them.

What is done with strings is an argument (`Text`): the server refuses long ones, clients clean them.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import partial
from types import NoneType
from typing import Annotated, Any, NamedTuple, TypeGuard, get_args, get_origin, get_type_hints

from chatroom.vocabulary import commands, events
from chatroom.vocabulary.commands import Ref

_MAX_MARK = 64  # characters of a ref or a ticket
_MAX_INTEGER = 2**53  # beyond it JavaScript's numbers are no longer exact
_MAX_LIMIT = 100  # messages of the history; people may have asked for more
_MAX_SECONDS = 1e11  # some three thousand years: calendars end

Text = Callable[[str, str], str]
"""From the name of a field and its string to the string as it is taken; may raise Wrong."""


class Wrong(Exception):
    """The object cannot be read: a stable code, a sentence, and the ref if there was one."""

    def __init__(self, code: str, text: str, ref: Ref = None) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.ref = ref


class _Kind(NamedTuple):
    """How the values of one type are read, given the field's name, and written (None: as is)."""

    read: Callable[[str, Any, Text], object]
    write: Callable[[Any], object] | None = None


class Shape:
    """One dataclass as a JSON object with `word` as its type; a nested object has no type.

    `implied` fields follow from the word, so the object does not have them. `brief` leaves out
    fields that have their default.
    """

    def __init__(
        self,
        make: type,
        word: str = "",
        implied: Mapping[str, object] | None = None,
        brief: bool = False,
    ) -> None:
        hints = get_type_hints(make, include_extras=True)
        self._implied = dict(implied or {})
        self._make = make
        self._parts = [
            (field.name, _kind(hints[field.name]), field.default)
            for field in fields(make)
            if field.name != "ref" and field.name not in self._implied
        ]
        names = [name for name, *_ in self._parts]
        self._empty: dict[str, object] = {
            **({"type": word} if word else {}),
            **dict.fromkeys(names),
        }
        self._as_is = [name for name, kind, _ in self._parts if kind.write is None]
        self._written = [(name, kind.write) for name, kind, _ in self._parts if kind.write]
        self._defaults = {name: default for name, _, default in self._parts if brief}

    def read(self, name: str, value: Any, text: Text, **more: object) -> Any:
        """An instance of the class; `name` is for the sentence in Wrong, which it may raise."""
        if not isinstance(value, dict):
            raise Wrong("bad-field", f"{name} is an object.")
        given: dict[str, object] = {**self._implied, **more}
        for part, kind, default in self._parts:
            if (one := value.get(part)) is not None:
                given[part] = kind.read(part, one, text)
            elif default is MISSING:
                raise Wrong("missing-field", f"{name} needs {part}.")
        return self._make(**given)

    def write(self, thing: object) -> dict[str, object]:
        message = self._empty.copy()  # which has the order
        for name in self._as_is:
            message[name] = getattr(thing, name)
        for name, write in self._written:
            message[name] = write(getattr(thing, name))
        if not self._defaults:
            return message
        usual = self._defaults.get
        return {name: value for name, value in message.items() if usual(name) != value}


def _kind(hint: Any) -> _Kind:
    """What the annotation of a field says about its values in JSON."""
    if hint in _KINDS:
        return _KINDS[hint]
    if isinstance(hint, type) and is_dataclass(hint):
        shape = Shape(hint)
        return _Kind(shape.read, shape.write)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kind(inner[0])
    if NoneType in inner:  # whether it may be missing is a matter of its default
        read, write = _kind(inner[0])
        return _Kind(read, write and partial(_unless_none, write))
    if origin is tuple:
        read, write = _kind(inner[0])
        return _Kind(partial(_tuple, read), write and partial(_list, write))
    if origin is Mapping:
        return _Kind(partial(_mapping, _kind(inner[1]).read))
    raise TypeError(f"{hint} is nothing in JSON")


def _unless_none(write: Callable[[Any], object], value: object) -> object:
    return None if value is None else write(value)


def _list(write: Callable[[Any], object], values: tuple[object, ...]) -> object:
    return list(map(write, values))


def _tuple(read: Callable[..., object], name: str, value: Any, text: Text) -> object:
    if not isinstance(value, list):
        raise Wrong("bad-field", f"{name} is a list.")
    return tuple(read(name, one, text) for one in value)


def _mapping(read: Callable[..., object], name: str, value: Any, text: Text) -> object:
    if not isinstance(value, dict):
        raise Wrong("bad-field", f"{name} is an object.")
    return {text(name, key): read(name, one, text) for key, one in value.items()}


def _string(name: str, value: Any, text: Text) -> str:
    if not isinstance(value, str):
        raise Wrong("bad-field", f"{name} is a string.")
    return text(name, value)


def _ticket(name: str, value: Any, text: Text) -> str:
    ticket = _string(name, value, text)
    if not _is_mark(ticket):
        raise Wrong("bad-field", f"{name} is 1 to {_MAX_MARK} characters of ASCII.")
    return ticket


def read_ref(name: str, value: Any, _: Text | None = None) -> Ref:
    if is_ref(value):
        return value
    raise Wrong("bad-field", f"{name} is an integer, or 1 to {_MAX_MARK} characters of ASCII.")


def is_ref(value: Any) -> TypeGuard[int | str]:
    return _is_mark(value) or (type(value) is int and abs(value) <= _MAX_INTEGER)


def _is_mark(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return 0 < len(value) <= _MAX_MARK and value.isascii() and value.isprintable()


def _flag(name: str, value: Any, _: Text) -> bool:
    if not isinstance(value, bool):
        raise Wrong("bad-field", f"{name} is true or false.")
    return value


def _count(name: str, value: Any, _: Text) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_INTEGER:
        raise Wrong("bad-field", f"{name} is an integer.")
    return value


def _limit(name: str, value: Any, _: Text) -> int:
    if type(value) is not int or not 1 <= value <= _MAX_LIMIT:
        raise Wrong("bad-field", f"{name} is an integer from 1 to {_MAX_LIMIT}.")
    return value


def _number(name: str, value: Any, _: Text) -> float:
    if type(value) not in (int, float) or not 0 <= value < _MAX_SECONDS:
        raise Wrong("bad-field", f"{name} is a number.")
    return float(value)


_KINDS: dict[Any, _Kind] = {
    str: _Kind(_string),
    int: _Kind(_count),
    float: _Kind(_number),
    bool: _Kind(_flag),
    Ref: _Kind(read_ref),
    commands.Ticket: _Kind(_ticket),
    commands.Limit: _Kind(_limit),
    events.Seconds: _Kind(_number, lambda seconds: round(seconds, 3)),
}
