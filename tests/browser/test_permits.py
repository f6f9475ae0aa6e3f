"""In a real browser: a pass is checked without signing in, and the desk issues what waits; no page shuts anyone out."""

import datetime as dt
import json
import urllib.request

ASKED_AT = dt.datetime(2020, 2, 14, 11, 40, tzinfo=dt.UTC)
"""When the demo's errand asked for passes that the desk has not issued yet."""


def sample(house) -> str:
    """Return the number of the pass that the demo shows."""
    return json.loads((house.folder / "account" / "demo.json").read_text("utf-8"))["links"][
        "permit"
    ].split("/")[1]


def test_anyone_checks_a_pass(house, phone) -> None:
    phone.page.goto(house.url + "/pass/")
    phone.page.fill("#shown", sample(house))
    phone.page.click("main form button")
    said = phone.page.inner_text("[role=status]")
    assert "这张证 有效" in said and "2020-02-23 24:00" in said
    assert "陆秀芬" not in phone.page.inner_text("body")
    for scheme in ("light", "dark"):
        phone.page.emulate_media(color_scheme=scheme)
        assert phone.serious() == []
    assert phone.fits() and phone.faults == []
    with urllib.request.urlopen(house.url + "/pass/sample.pdf") as answered:
        assert answered.read(5) == b"%PDF-"


LATEST = "tbody tr:has-text('永和-2')"


def test_the_desk_issues_what_waits_and_revokes_one(house, phone) -> None:
    """Rows: Z88."""
    phone.sign_in(house, "desk")
    phone.page.goto(house.url + "/home/")
    phone.page.click("a[href='/passes/'] >> nth=0")
    with urllib.request.urlopen(house.url + "/api/account/state") as answered:
        now = dt.datetime.fromisoformat(json.load(answered)["now"])
    minutes = (now - ASKED_AT) // dt.timedelta(minutes=1)
    assert f"{minutes} 分钟" in phone.page.inner_text("section:has(button[value=grant]) .head .tag")
    phone.page.click("button[value=grant]")
    phone.page.wait_for_selector("[role=status]")
    for _attempt in range(240):
        if "6 / 6" in phone.page.inner_text(LATEST):
            break
        phone.page.wait_for_timeout(500)
        phone.page.reload()
    else:
        raise AssertionError(phone.page.inner_text("table"))
    phone.page.click(f"{LATEST} a >> nth=0")
    assert phone.page.locator("tbody tr").count() == 6
    phone.page.click("tbody tr >> nth=0 >> a[href*=revoke_permit]")
    phone.page.fill("#f-reason", "车坏了，不去了")
    phone.page.click("main form .btn")
    phone.page.goto(house.url + "/passes/")
    phone.page.click(f"{LATEST} a >> nth=0")
    assert phone.page.locator("tbody .tag--no").count() == 1
    for path in ("/passes/", phone.page.url.removeprefix(house.url)):
        phone.page.goto(house.url + path)
        for scheme in ("light", "dark"):
            phone.page.emulate_media(color_scheme=scheme)
            assert phone.serious() == [], path
        assert phone.fits(), path
    assert phone.faults == []
