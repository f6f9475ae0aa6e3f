"""The authority's page: how a phone comes to trust this account's own certificate, step by step."""

from cryptography.hazmat.primitives.serialization import Encoding
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from mingbai.kernel import certificates
from mingbai.kernel.paper import qr_inline


def authority(request: HttpRequest) -> HttpResponse:
    """Show how the authority is installed, and by what it is told from another."""
    held = certificates.authority()
    address = f"{request.scheme}://{request.get_host()}/ca/"
    page = {
        "there": held is not None,
        "fingerprint": certificates.fingerprint(held).split() if held else [],
        "until": held.not_valid_after_utc if held else None,
        "address": address,
        "qr": mark_safe(qr_inline(address)),  # noqa: S308 - made by the house, from its own address
        "secure": request.is_secure(),
    }
    return render(request, "web/authority.html", page)


def download(request: HttpRequest) -> HttpResponse:
    """Give the authority's certificate, which holds no secret."""
    held = certificates.authority()
    if held is None:
        raise Http404
    return HttpResponse(
        held.public_bytes(Encoding.DER),
        content_type="application/x-x509-ca-cert",
        headers={"Content-Disposition": 'attachment; filename="mingbai.crt"'},
    )
