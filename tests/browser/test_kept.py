"""On a village's one phone: whoever goes back after the sign-out of another reads nothing of theirs."""


def test_back_after_the_sign_out_shows_nothing(house, desk) -> None:
    page = desk.page
    for path in ("/people/", "/store/out/?item=mask", "/about-me/"):
        desk.sign_in(house, "keeper")
        page.goto(house.url + path)
        private = page.inner_text("h1")
        page.goto(house.url + "/sign-out/")
        page.click("main form .btn")
        page.wait_for_url(house.url + "/")
        for _back in range(3):
            page.go_back()
            assert page.locator("h1").count() == 0 or page.inner_text("h1") != private, page.url
            assert "/sign-in/" in page.url or page.url == house.url + "/", page.url
