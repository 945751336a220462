"""How the page bears a burst: the worst frame while 2,000 messages arrive at once.

    python benchmarks/page.py [--messages 2000]

It needs Chromium and Playwright (pip install -e .[browser]). The goal is no frame over 100 ms.
"""

import argparse
import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parent.parent
WATCH = """() => {
  window.frames_seen = [];
  let last = performance.now();
  const step = (now) => {
    window.frames_seen.push(now - last);
    last = now;
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}"""


@contextmanager
def server() -> Iterator[int]:
    """The port of a server that lives as long as the block."""
    command = [sys.executable, "-m", "chatroom.server", "-p", "0", "--rate", "0"]
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline().rpartition(":")[2])
    finally:
        process.terminate()
        process.wait()


def burst(page: Page, port: int, messages: int) -> list[float]:
    """The milliseconds between two frames while the messages arrive and are drawn."""
    page.goto(f"http://127.0.0.1:{port}/")
    page.fill("#join-name", "reader")
    page.click("#join-button")
    page.wait_for_selector("#people .person")
    page.wait_for_timeout(1000)
    page.evaluate(WATCH)
    with socket.create_connection(("127.0.0.1", port)) as bot:
        said = [{"type": "join", "name": "bot"}]
        said += [
            {"type": "say", "text": f"message {number} of a **burst**, with https://example.org"}
            for number in range(messages)
        ]
        bot.sendall("".join(json.dumps(one) + "\n" for one in said).encode())
        page.wait_for_selector(f"#log .row >> text=message {messages - 1} of")
    page.wait_for_timeout(200)
    frames: list[float] = page.evaluate("window.frames_seen")
    return frames


def main() -> None:
    parser = argparse.ArgumentParser(description="The worst frame of the page in a burst.")
    parser.add_argument("--messages", type=int, default=2000)
    options = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("there is no chromium")
    with server() as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        frames = sorted(burst(page, port, options.messages))
        rows = page.evaluate("document.getElementById('log').childElementCount")
        browser.close()
    print(f"{options.messages} messages, {len(frames)} frames, {rows} rows in the page")
    print(f"frame: median {frames[len(frames) // 2]:.0f} ms, worst {frames[-1]:.0f} ms")


if __name__ == "__main__":
    main()
