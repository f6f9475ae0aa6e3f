"""Signing in: no name has more tries under another spelling, nothing is sent by e-mail, and a changed password ends what was open."""

import uuid
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from tests.conftest import House
from tests.web.test_pages import PASSWORD, signed_in

OUTSIDE = (
    "https://elsewhere.example/",
    "//elsewhere.example",
    "/\\elsewhere.example",
    "javascript:1",
)


@pytest.fixture
def keeper(account: House) -> Client:
    """A keeper who signed in."""
    call_command("createcachetable", database="running", verbosity=0)
    return signed_in(account, "xiufen", account.person("陆秀芬", "keeper"))


def sent(name: str, password: str, address: str) -> int:
    """Sign in from an address and return what was answered."""
    ask = {"login": name, "password": password}
    return Client().post("/sign-in/", ask, REMOTE_ADDR=address).status_code


def test_one_name_is_slowed_down_under_all_its_spellings(keeper: Client) -> None:
    spellings = ("xiufen", "Xiufen", "XIUFEN", " xiufen ", "xiuFEN", "xIUFEN")
    assert sent("XiuFen", PASSWORD, "10.2.0.1") == 302, "a name is known however it is written"
    codes = [sent(name, "wrong", "10.2.0.2") for name in spellings]
    assert (codes[:4], codes[-1]) == ([200] * 4, 429)
    assert sent("xiufen", PASSWORD, "10.2.0.2") == 429
    assert sent("xiufen", PASSWORD, "10.2.0.3") == 302


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "等一分钟"), ("en", "Wait a minute")])
def test_a_crowd_at_one_address_is_told_to_wait_in_words(
    keeper: Client, language: str, said: str
) -> None:
    address = f"10.2.1.{len(said)}"
    with override_settings(ACCOUNT_RATE_LIMITS={"login": "2/m/ip"}):
        for _number in range(3):
            ask = {"login": "nobody", "password": "wrong"}
            headers = {"accept-language": language}
            answered = Client().post("/sign-in/", ask, REMOTE_ADDR=address, headers=headers)
    text = answered.content.decode()
    assert answered.status_code == 429
    assert said in text and "mingbai.css" in text


def test_nothing_leads_to_an_e_mail(keeper: Client) -> None:
    for where in ("password/reset/", "email/", "confirm-email/", "signup/", "password/set/"):
        for client in (Client(), keeper):
            for answered in (
                client.get(f"/account/{where}"),
                client.post(
                    f"/account/{where}", {"email": "a@elsewhere.example", "action_add": ""}
                ),
            ):
                assert answered.status_code == 404, where
    assert "password/reset" not in keeper.get("/account/password/change/").content.decode()


def test_a_changed_password_ends_what_else_was_open(account: House, keeper: Client) -> None:
    elsewhere = Client()
    elsewhere.post("/sign-in/", {"login": "xiufen", "password": PASSWORD})
    assert elsewhere.get("/home/").status_code == 200
    page = "/account/password/change/"
    assert page in keeper.get("/about-me/").content.decode()
    ask = {
        "oldpassword": "not the one",
        "password1": "another long one",
        "password2": "another long one",
    }
    assert keeper.post(page, ask).status_code == 200
    assert elsewhere.get("/home/").status_code == 200
    before = keeper.session.session_key
    answered = keeper.post(page, ask | {"oldpassword": PASSWORD}, follow=True)
    assert "您的密码已经改了" in answered.content.decode()
    assert keeper.session.session_key != before
    assert keeper.get("/home/").status_code == 200
    assert elsewhere.get("/home/").status_code == 302


def test_a_session_is_made_anew_at_sign_in_and_is_dead_after_sign_out(account: House) -> None:
    signed_in(account, "xiufen", account.person("陆秀芬", "keeper"))
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    client.post("/sign-in/", {"login": "xiufen", "password": PASSWORD})
    taken = client.cookies["sessionid"].value
    assert taken != "a" * 32
    client.get("/sign-out/")
    assert client.get("/home/").status_code == 200, "a link alone signs nobody out"
    client.post("/sign-out/")
    thief = Client()
    thief.cookies["sessionid"] = taken
    assert thief.get("/home/").status_code == 302


@pytest.mark.parametrize("outside", OUTSIDE)
def test_no_address_leads_out_of_the_house(keeper: Client, outside: str) -> None:
    ask = {"login": "xiufen", "password": PASSWORD, "next": outside}
    assert Client().post("/sign-in/", ask).headers["Location"] == "/home/"
    assert 'value="/home/"' in keeper.get("/hat/", {"next": outside}).content.decode()
    moved = keeper.post("/language/", {"language": "en", "next": outside})
    assert moved.headers["Location"] == "/"
    assert keeper.post("/sign-out/", {"next": outside}).headers["Location"] == "/"


def views(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Give every address with what answers there."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from views(one, before + str(one.pattern))
        else:
            yield before + str(one.pattern), one


def test_every_form_needs_its_token_and_every_cookie_is_safe_over_https(account: House) -> None:
    """Only what programs send with a key of their own, and no cookie, is taken without a form's token."""
    signed_in(account, "xiufen", account.person("陆秀芬", "keeper"))
    free = [
        where for where, one in views(get_resolver()) if getattr(one.callback, "csrf_exempt", False)
    ]
    assert free, "the API takes no cookie"
    assert all(where.startswith("api/") for where in free), free
    strict = Client(enforce_csrf_checks=True)
    for where in ("/sign-in/", "/hat/", "/language/", "/about-me/", "/store/out/", "/sign-out/"):
        assert strict.post(where, {"request_id": str(uuid.uuid4())}).status_code == 403, where
    secure = {
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "LANGUAGE_COOKIE_SECURE": True,
    }
    with override_settings(**secure):
        client = Client()
        client.post("/sign-in/", {"login": "xiufen", "password": PASSWORD}, secure=True)
        client.post("/language/", {"language": "en"}, secure=True)
        client.get("/about-me/", secure=True)
        assert {"sessionid", "csrftoken", "django_language"} <= set(client.cookies)
        for name, cookie in client.cookies.items():
            assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (
                True,
                True,
                "Lax",
            ), name
    assert get_user_model().objects.filter(username="xiufen").exists()
