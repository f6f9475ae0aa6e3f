"""Around every answer: what only people's pages need costs a program's or a phone's request nothing."""

from functools import cache
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase

PROGRAMS = "/api/"


class ForPeople:
    """Passes by what programs and phones send: they show a key or sign each record, and have no session."""

    def __call__(self, request: HttpRequest) -> Any:
        """Pass the request on, through what people need when it is a person's."""
        if request.path.startswith(PROGRAMS):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class Sessions(ForPeople, SessionMiddleware):
    """Sessions, for people."""


class SignedIn(ForPeople, AuthenticationMiddleware):
    """Who has signed in, for people."""


class Messages(ForPeople, MessageMiddleware):
    """Words for the next page, for people."""


@cache
def policy() -> str:
    """Return what a page of the house may load, as the header says it."""
    return build_policy()


class Policy(CSPMiddleware):
    """What a page may load: the words are the same for every answer that asks for no others, and put together once."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        """Say what a page may load."""
        own = hasattr(request, "_csp_nonce") or any(name[:4] == "_csp" for name in vars(response))
        if own:
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, policy())
        return response
