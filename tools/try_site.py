"""Try the built documentation in a real browser, as a reader would: ``python tools/try_site.py``.

Chromium opens every page, follows the navigation and searches. Needs Debian's ``chromium`` and
``chromium-driver`` (or any Chrome with its driver on PATH).
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support import expected_conditions
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parent.parent
SITE = ROOT / "site"
WAIT = 30  # seconds for a page to show what it should
# What is typed into the search -> the page that must be among the results.
SEARCHES = {
    "EPS trust": "explanation/safety/",
    "LimitError": "reference/errors/",
    "compress_level": "reference/options-pillow/",
    "imiter": "reference/python/",
}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on loopback; gives its address."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


@contextlib.contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Start a Chromium without a window."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        raise SystemExit("Chromium or its driver is missing: apt-get install chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.add_argument("--window-size=1400,1000")
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    chrome = webdriver.Chrome(options, webdriver.ChromeService(driver))
    try:
        yield chrome
    finally:
        chrome.quit()


def complaints(chrome: webdriver.Chrome) -> list[str]:
    """Return what the browser itself found wrong with a page: scripts, missing files."""
    log: list[dict[str, str]] = chrome.get_log("browser")  # type: ignore[no-untyped-call]
    return [entry["message"] for entry in log]


def try_pages(chrome: webdriver.Chrome, address: str) -> list[str]:
    """Open every page; each has a heading and makes the browser complain of nothing."""
    wrong = []
    pages = sorted(p.parent.relative_to(SITE).as_posix() for p in SITE.glob("**/index.html"))
    for page in pages:
        chrome.get(f"{address}{page}/".replace("/./", "/"))
        if not chrome.find_elements(By.CSS_SELECTOR, "article h1"):
            wrong.append(f"{page}: it has no heading")
        wrong += [f"{page}: {complaint}" for complaint in complaints(chrome)]
    print(f"{len(pages)} pages opened")
    return wrong


def try_navigation(chrome: webdriver.Chrome, address: str) -> list[str]:
    """Click from the first page to the reference, and there to the errors."""
    chrome.get(address)
    for text in ("Reference", "Errors and warnings"):
        shown = expected_conditions.element_to_be_clickable((By.LINK_TEXT, text))
        WebDriverWait(chrome, WAIT).until(shown).click()
    WebDriverWait(chrome, WAIT).until(lambda c: c.current_url.endswith("/reference/errors/"))
    print("navigation: Reference, Errors and warnings")
    return []


def try_search(chrome: webdriver.Chrome, address: str, words: str, page: str) -> list[str]:
    """Type words into the search box, and look for a page among the results."""
    chrome.get(address)
    box = chrome.find_element(By.CSS_SELECTOR, "input[data-md-component=search-query]")
    box.click()
    box.send_keys(words, Keys.SPACE)
    WebDriverWait(chrome, WAIT).until(
        lambda c: c.find_elements(By.CSS_SELECTOR, ".md-search-result__link")
    )
    found = [
        link.get_attribute("href") or ""
        for link in chrome.find_elements(By.CSS_SELECTOR, ".md-search-result__link")
    ]
    print(f"search for {words!r}: {len(found)} results")
    return [] if any(f"/{page}" in link for link in found) else [f"{words!r} does not find {page}"]


def main() -> int:
    if not (SITE / "index.html").exists():
        raise SystemExit("there is no site: mkdocs build --strict")
    with served(SITE) as address, browser() as chrome:
        wrong = try_pages(chrome, address) + try_navigation(chrome, address)
        for words, page in SEARCHES.items():
            wrong += try_search(chrome, address, words, page)
    print(*wrong, sep="\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
