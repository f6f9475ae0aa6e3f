"""In a real browser: a village answers the three questions that are left of a form of twenty, on a phone."""

VILLAGE = "110112106224"


def test_three_questions_are_answered_on_a_phone(house, phone) -> None:
    """Rows: H11."""
    phone.sign_in(house, "keeper")
    page = phone.page
    page.goto(house.url + "/burden/")
    assert "120" in page.inner_text("h1")
    page.tap(".tasks a:has-text('村情调查表')")
    assert "只剩 3 个问题" in page.inner_text(".lead")
    assert phone.fits() and phone.serious() == []
    assert page.input_value("#v-1") == "7", "the draft is there"
    page.select_option("#v-2", "yes")
    page.tap("summary:has-text('我们没有这个') >> nth=2")
    page.fill("#w-3", "还没有统计")
    page.tap("button[value=check]")
    page.wait_for_selector("button[value=send]")
    assert "还没有统计" in page.inner_text("dl.facts.sheet")
    assert phone.fits() and phone.serious() == []
    page.tap("button[value=send]")
    page.wait_for_url("**done=sent*")
    assert "交上去了" in page.inner_text("[role=status]")
    page.goto(house.url + "/burden/")
    assert "村情调查表" not in page.inner_text(".tasks")
    assert phone.faults == []
