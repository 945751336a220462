"""Which part may import which, read from every file."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatroom

PACKAGE = Path(chatroom.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))
PATHS = [path.relative_to(PACKAGE).as_posix() for path in FILES]

each_file = pytest.mark.parametrize("path", PATHS)

# What the layers may import of ours, beside themselves.
FOR_ALL = ("chatroom.vocabulary", "chatroom.metrics", "chatroom.settings")
LAYERS = {
    "vocabulary/": ("chatroom.vocabulary",),
    "net/": ("chatroom.net", *FOR_ALL),
    "chat/": ("chatroom.chat", *FOR_ALL),
    "protocols/": ("chatroom.protocols", *FOR_ALL),
    "server/": ("chatroom.server", "chatroom.net", "chatroom.protocols", "chatroom.chat", *FOR_ALL),
    "client/": (
        "chatroom.client",
        "chatroom.vocabulary",
        "chatroom.settings",
        "chatroom.protocols.framing",
        "chatroom.protocols.objects",
        "chatroom.protocols.shapes",
        "chatroom.protocols.rendering",
        "chatroom.protocols.typed",
        "chatroom.net.address",
        "chatroom.net.standard",
    ),
    "metrics.py": (),
    "settings.py": (),
}

# Who may import what of the standard library.
ONLY_IN = {
    "socket": ("net/", "client/"),
    "selectors": ("net/", "client/"),
    "ssl": ("net/tls.py",),
    "sqlite3": ("chat/",),
    "time": (
        "chat/writer.py",
        "chat/database.py",
        "net/loop.py",
        "server/server.py",
        "server/stats.py",
        "server/__main__.py",
        "client/__main__.py",
    ),
}


def tree(path: str) -> ast.Module:
    return ast.parse((PACKAGE / path).read_text(encoding="utf-8"), path)


def modules(node: ast.AST) -> Iterator[str]:
    """The modules of one import; `from a import b` may mean a.b, so both are named."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, "imports are absolute"
        assert node.module is not None
        for alias in node.names:
            path = PACKAGE.parent.joinpath(*node.module.split("."), alias.name)
            is_module = path.is_dir() or path.with_suffix(".py").exists()
            yield f"{node.module}.{alias.name}" if is_module else node.module


def imported(path: str) -> set[str]:
    return {module for node in ast.walk(tree(path)) for module in modules(node)}


def within(module: str, allowed: tuple[str, ...]) -> bool:
    return any(module == one or module.startswith(f"{one}.") for one in allowed)


def test_there_are_files_to_look_at() -> None:
    assert {
        "server/server.py",
        "net/loop.py",
        "chat/hub.py",
        "protocols/line.py",
        "vocabulary/events.py",
    } <= set(PATHS)


def test_the_package_is_six_folders_and_the_two_files_that_all_may_read() -> None:
    top = {path.name for path in PACKAGE.iterdir() if path.name != "__pycache__"}
    folders = {"vocabulary", "net", "protocols", "chat", "server", "client"}
    page = "web"  # no code
    assert top == {*folders, page, "settings.py", "metrics.py", "__init__.py", "__main__.py"}


@each_file
def test_a_layer_imports_only_what_it_may_know(path: str) -> None:
    # the package itself holds nothing but the version
    ours = {module for module in imported(path) if module.startswith("chatroom.")}
    for layer, allowed in LAYERS.items():
        if path.startswith(layer):
            assert not {module for module in ours if not within(module, allowed)}


@each_file
def test_nothing_imports_the_server(path: str) -> None:
    if path.startswith("server/"):
        return
    assert not {module for module in imported(path) if within(module, ("chatroom.server",))}


@each_file
def test_sockets_clocks_and_databases_stay_where_they_belong(path: str) -> None:
    for module in imported(path):
        top = module.partition(".")[0]
        assert path.startswith(ONLY_IN.get(top, ("",))), f"{path} imports {module}"


@each_file
def test_imports_are_at_the_top(path: str) -> None:
    module = tree(path)
    nested = {
        node.lineno
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in module.body
    }
    assert not nested
    is_import = [isinstance(node, ast.Import | ast.ImportFrom) for node in module.body]
    first_other = next(
        (
            index
            for index, node in enumerate(module.body)
            if not (is_import[index] or isinstance(node, ast.Expr))
        ),
        len(is_import),
    )
    assert not any(is_import[first_other:])


def catches_everything(handler: ast.ExceptHandler) -> bool:
    caught = handler.type
    if caught is None:
        return True
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    names = {kind.id for kind in kinds if isinstance(kind, ast.Name)}
    return bool(names & {"Exception", "BaseException"})


def test_everything_is_caught_in_one_place_which_is_the_loop() -> None:
    places = [
        path
        for path in PATHS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and catches_everything(node)
    ]
    assert places == ["net/loop.py"]


def test_nothing_suppresses_every_exception() -> None:
    for path in PATHS:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("suppress"):
                caught = {ast.unparse(argument) for argument in node.args}
                assert not caught & {"Exception", "BaseException"}, path


@each_file
def test_no_file_uses_splitlines(path: str) -> None:
    used = [
        node.lineno
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "splitlines"
    ]
    assert not used
