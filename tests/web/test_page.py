"""The files of the page: what can be told without a browser. The types need tsc."""

import re
import runpy
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "chatroom" / "web"
MODULES = sorted(WEB.glob("*.js"))
PAGE = (WEB / "index.html").read_text()


class Markup(HTMLParser):
    """What index.html is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self._within = ""
        self.feed(PAGE)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style") and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._within = ""


def test_there_is_no_program_and_no_style_in_the_markup() -> None:
    markup = Markup()
    assert markup.inline == []
    assert not [one for one in markup.attributes if one[1] == "style" or one[1].startswith("on")]


def test_nothing_comes_from_elsewhere() -> None:
    for file in (*MODULES, *WEB.glob("*.css"), WEB / "index.html", WEB / "manifest.webmanifest"):
        found = re.findall(r"[\"'(](?:https?:)?//[\w.]+[^\"')]*", file.read_text())
        assert found == [], file.name


def test_every_file_that_the_page_names_exists() -> None:
    named = [value for _, name, value in Markup().attributes if name in ("src", "href")]
    assert [name for name in named if not (WEB / name).is_file()] == []


def test_every_module_is_fetched_at_once() -> None:
    assert [one.name for one in MODULES if f'="{one.name}"' not in PAGE] == []


def test_every_element_that_a_module_names_exists_once() -> None:
    ids = Markup().ids
    assert len(ids) == len(set(ids))
    wanted = re.compile(r"\b(?:byId|part|field|button|dialog|onClick)\(\"([\w-]+)\"")
    named = {found for one in MODULES for found in wanted.findall(one.read_text())}
    assert named - set(ids) == set()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_is_short_and_writes_no_markup(module: Path) -> None:
    text = module.read_text()
    assert text.count("\n") < 300
    assert text.startswith("// ")
    for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert word not in text


def test_the_letters_that_are_drawn_alike_are_those_of_the_server() -> None:
    made = runpy.run_path(str(ROOT / "contrib" / "make_page_lookalikes.py"))["module"]()
    assert (WEB / "lookalikes.js").read_text() == made


def test_the_types_are_right() -> None:
    tsc = shutil.which("tsc")
    if tsc is None:
        pytest.skip("there is no tsc: npm install -g typescript")
    command = [tsc, "-p", str(Path(__file__).parent / "tsconfig.json")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=50)
    assert done.stdout == ""
    assert done.returncode == 0
