"""Who a visitor is, over all their connections."""


class Person:
    """The identity that an ignore list refers to. The name is the last one that they had.

    Compared by identity, so that the next owner of that name is somebody else.
    """

    __slots__ = ("__weakref__", "key", "name")

    def __init__(self) -> None:
        self.name = ""
        self.key = ""
