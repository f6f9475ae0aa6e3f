"""Papers to print: the notice board for anyone, a slip by its code, the ledger for who may read it."""

from django.http import HttpRequest, HttpResponse

from mingbai.flows import papers
from mingbai.web.pages.public import private
from mingbai.web.people import actor_of, mandate_id, signed_in


def pdf(content: bytes, name: str) -> HttpResponse:
    """Return a sheet."""
    answered = HttpResponse(content, content_type="application/pdf")
    answered["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answered


def notice(request: HttpRequest, code: str) -> HttpResponse:
    """Give the notice-board sheet."""
    return pdf(papers.notice_board(code, request.GET.get("item")), f"notice-{code}")


def slip(request: HttpRequest, token: str) -> HttpResponse:
    """Give a household's slip to whoever holds its code."""
    return private(
        pdf(papers.household_slip(token, request.build_absolute_uri("/").rstrip("/")), "slip")
    )


@signed_in
def ledger(request: HttpRequest, code: str) -> HttpResponse:
    """Give the whole book."""
    return pdf(papers.ledger(code, actor_of(request), mandate_id(request)), f"ledger-{code}")
