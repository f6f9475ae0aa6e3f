"""The phone judges a document number exactly as the account does: the same vectors, in a real browser."""

import json
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT.parent / "src/mingbai/web/static/mingbai/field/documents.js"
JUDGE = """
async (vectors) => {
  const twin = await import("/documents.js");
  return vectors.map((one) => {
    const found = one.kind === "phone" ? twin.phone(one.text) : twin.check(one.kind, one.text, one.on);
    const said = { kind: one.kind, text: one.text };
    if (one.on) said.on = one.on;
    if (found.number) Object.assign(said, { number: found.number, mask: twin.maskDocument(found.number) });
    else said.why = found.why;
    if (one.kind === "resident_id") said.readings = twin.readings(one.text);
    return said;
  });
}
"""


def test_the_script_gives_what_the_vectors_say(browser) -> None:
    """Rows: T15. The nineteenth digit is seen on the phone, with no network."""
    vectors = json.loads((ROOT / "data/documents.json").read_text("utf-8"))
    page = browser.new_page()
    page.route("http://twin.test/", lambda route: route.fulfill(body="<!doctype html>"))
    page.route(
        "http://twin.test/documents.js",
        lambda route: route.fulfill(body=SCRIPT.read_text("utf-8"), content_type="text/javascript"),
    )
    page.goto("http://twin.test/")
    assert page.evaluate(JUDGE, vectors) == vectors
    page.close()
