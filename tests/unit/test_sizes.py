"""No class and no function is too long to be read at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import chatroom

PACKAGE = Path(chatroom.__file__).parent
CLASS_LINES = 250
FUNCTION_LINES = 45

Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Definition]]:
    """Each with its full name, which begins with the file."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            yield f"{prefix}{child.name}", child
            yield from definitions(child, f"{prefix}{child.name}.")
        else:
            yield from definitions(child, prefix)


def is_too_long(definition: Definition) -> bool:
    assert definition.end_lineno is not None
    most = CLASS_LINES if isinstance(definition, ast.ClassDef) else FUNCTION_LINES
    return definition.end_lineno - definition.lineno + 1 > most


def too_long_in(source: str, file: str) -> set[str]:
    found = definitions(ast.parse(source), f"{file}: ")
    return {name for name, definition in found if is_too_long(definition)}


def too_long() -> set[str]:
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        found |= too_long_in(source, path.relative_to(PACKAGE).as_posix())
    return found


def test_no_class_and_no_function_is_too_long() -> None:
    assert too_long() == set()


@pytest.mark.parametrize(("kind", "most"), [("class", CLASS_LINES), ("def", FUNCTION_LINES)])
def test_the_lengths_are_measured(kind: str, most: int) -> None:
    head = "class A:" if kind == "class" else "def a():"
    body = "    pass\n" * (most - 1)
    assert too_long_in(f"{head}\n{body}", "x.py") == set()
    assert too_long_in(f"{head}\n{body}    pass\n", "x.py") != set()


def test_a_method_is_measured_like_any_function() -> None:
    source = "class A:\n    def b(self):\n" + "        pass\n" * FUNCTION_LINES
    assert too_long_in(source, "x.py") == {"x.py: A.b"}
