"""Who a visitor is, over all their connections."""


class Person:
    """What somebody is ignored by. The name is the last one that they were known under.

    Compared by identity, so that whoever takes that name afterwards is somebody else.
    """

    __slots__ = ("__weakref__", "key", "name")

    def __init__(self) -> None:
        self.name = ""
        self.key = ""
