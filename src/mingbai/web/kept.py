"""What a browser may keep of a page: nothing of what is private, so that "back" after signing out shows nothing."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

# What everybody may read who has not signed in; whatever is not named here is kept by no browser.
PUBLIC = ("/places/", "/notices/", "/alerts/", "/field/", "/ca/", "/log/", "/verify/")
# A form to act with. When a poor network swallows the answer, people go back and press once more: the browser must give
# them the page with what they typed and with its id, by which twice is once. It forgets these pages at the sign-out.
TO_ACT = b'name="request_id"'
SIGN_OUT = "/sign-out/"


def is_public(request: HttpRequest) -> bool:
    """Tell whether an answer is the same for everybody: a public page, asked for by nobody who signed in."""
    if settings.SESSION_COOKIE_NAME in request.COOKIES or request.method not in ("GET", "HEAD"):
        return False
    return request.path == "/" or request.path.startswith(PUBLIC)


class NothingPrivateIsKept:
    """Tell the browser what it may keep: public pages, forms until the sign-out, and nothing else that is private."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        answered = self.get_response(request)
        if request.path == SIGN_OUT and request.method == "POST":
            answered["Clear-Site-Data"] = '"cache"'
        if answered.has_header("Cache-Control") or is_public(request):
            return answered
        acts = not answered.streaming and answered.status_code == 200 and TO_ACT in answered.content
        answered["Cache-Control"] = "private, no-cache" if acts else "no-store"
        patch_vary_headers(answered, ["Cookie"])
        return answered
