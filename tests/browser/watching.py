"""Pages that are watched: what the console says, what axe finds, and whether they fit."""

import time
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe

# Seconds until something is given up that comes within one on a machine with nothing else to do.
PATIENCE = 60


def violations(page) -> list[dict]:
    """Return what axe finds on a page; it is carried there once, and brings back only what is wrong."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    return page.evaluate("axe.run({resultTypes: ['violations']}).then(found => found.violations)")


@dataclass
class Served:
    """A demo that is being served."""

    url: str
    password: str
    folder: Path


class Watched:
    """A page that remembers every console error and every CSP violation."""

    def __init__(self, browser, **profile):
        self.context = browser.new_context(**profile)
        self.context.set_default_timeout(PATIENCE * 1000)
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("console", lambda m: self.faults.append(m.text) if m.type == "error" else None)
        self.page.on("pageerror", lambda e: self.faults.append(str(e)))

    def until(self, expression: str, seconds: float = PATIENCE):
        """Poll: wait_for_function evaluates a string in the page, which the CSP forbids."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.page.evaluate(expression):
                return
            time.sleep(0.05)
        raise AssertionError(f"never true: {expression}; {self.faults}")

    def sign_in(self, served: Served, name: str) -> None:
        """Sign in as somebody of the demo."""
        self.page.goto(served.url + "/sign-in/")
        self.page.fill("#u", name)
        self.page.fill("#p", served.password)
        self.page.click("form .btn--wide")
        self.page.wait_for_url("**/home/")

    def serious(self):
        return [
            (v["id"], v["impact"], [n["html"][:120] for n in v["nodes"]])
            for v in violations(self.page)
            if v["impact"] in {"serious", "critical"}
        ]

    def fits(self):
        return self.page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
