"""The API that phones use: enrolment, their bundle, what they send, a code that they can't scan, and the ping of their last contact."""

import base64
import io
import json
from typing import Any
from uuid import UUID

import zxingcpp
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router
from PIL import Image

from mingbai.kernel.actors import Actor
from mingbai.kernel.attachments import drawn_anew
from mingbai.kernel.clock import stamp
from mingbai.kernel.devices.bundle import bundle, pass_point
from mingbai.kernel.devices.spoken import words_of
from mingbai.kernel.models import Device
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.pass_keys import roots
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import NotKnown, Refused, TooMuch, sentences
from mingbai.kernel.rows import Store
from mingbai.kernel.syncing import take
from mingbai.kernel.words import Via

SYNC_MOST = 20_000_000
ENROL_MOST = 4000
PICTURE_MOST = 2_000_000

sentences(
    {
        "API-6": _("The body is not JSON, or larger than %(most)s bytes."),
        "API-9": _("The picture is larger than %(most)s bytes. Take it with a lower resolution."),
        "API-10": _("No code can be read in this picture. Hold the phone closer and still."),
    }
)

router = Router(tags=["phones"])


def json_body(request: HttpRequest, most: int) -> dict[str, Any]:
    """Return the JSON object in a request's body."""
    content = request.read(most + 1)
    if len(content) > most:
        raise TooMuch("API-6", most=most)
    try:
        found = json.loads(content or b"{}")
    except (ValueError, RecursionError):
        raise Refused("API-6", most=most) from None
    if not isinstance(found, dict):
        raise Refused("API-6", most=most)
    return found


def find_device(device: UUID) -> Device:
    """Return a phone by the random id that it alone was told."""
    found = Store().fetch(Device, {"id": device})
    if not found:
        raise NotKnown("SYN-6")
    return found[0]


def told(device: Device) -> dict[str, Any]:
    """Return what a phone is told of itself."""
    waits = device.confirmed_at is None
    state = "revoked" if device.revoked_at else "waiting" if waits else "enrolled"
    found: dict[str, Any] = {"device": str(device.id), "state": state}
    if state == "waiting":
        found["words"] = words_of(device.id, base64.b64decode(device.public_key))
    if state == "enrolled":
        found["pass_key"] = pass_point()
        found["roots"] = [base64.b64encode(root).decode() for root in roots()]
    return found


@router.post("/enrol", summary="A phone asks to be enrolled.", auth=None)
def enrol(request: HttpRequest) -> JsonResponse:
    """Take a new phone's key under a code that holds once."""
    body = json_body(request, ENROL_MOST)
    ask = {name: body.get(name) for name in ("token", "public_key", "label")}
    actor = Actor(via=Via.PHONE, address=str(request.META.get("REMOTE_ADDR", "")))
    receipt = perform("devices.enrol", ask, as_=actor)
    return JsonResponse(told(find_device(UUID(receipt.result["device"]))))


@router.get("/device/{uuid:device}", summary="What a phone is told of itself.", auth=None)
def state(request: HttpRequest, device: UUID) -> JsonResponse:
    """Tell a phone whether it waits, is enrolled, or revoked."""
    return JsonResponse(told(find_device(device)))


def enrolled_device(device: UUID) -> Device:
    """Return a phone that may act now."""
    found = find_device(device)
    if found.confirmed_at is None or found.revoked_at is not None:
        raise NotKnown("SYN-6")
    return found


@router.get("/device/{uuid:device}/bundle", summary="A phone's signed bundle.", auth=None)
def phone_bundle(request: HttpRequest, device: UUID) -> JsonResponse:
    """Give an enrolled phone what it needs for a day without a network."""
    return JsonResponse(bundle(enrolled_device(device)))


@router.post("/device/{uuid:device}/read", summary="The code in a picture.", auth=None)
def read_picture(request: HttpRequest, device: UUID) -> JsonResponse:
    """Read the code in an enrolled phone's picture, for a phone that can't itself; the picture is kept nowhere."""
    enrolled_device(device)
    if int(request.headers.get("Content-Length") or 0) > PICTURE_MOST:
        raise TooMuch("API-9", most=PICTURE_MOST)
    drawn, _width, _height = drawn_anew(request.body)
    with Image.open(io.BytesIO(drawn)) as opened:
        found = zxingcpp.read_barcodes(
            opened, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
        )
    if not found:
        raise Refused("API-10")
    return JsonResponse({"text": found[0].text}, headers={"Cache-Control": "no-store"})


@router.post("/device/{uuid:device}/pass", summary="What a pass is worth by its number.", auth=None)
def pass_by_number(request: HttpRequest, device: UUID) -> JsonResponse:
    """Judge a pass by the number under its code, for an enrolled phone that can't scan; nothing of the look is kept."""
    found = enrolled_device(device)
    body = json_body(request, ENROL_MOST)
    ask = {"place": found.place, "permit": body.get("permit")}
    actor = Actor(person=found.person_id, via=Via.PHONE)
    row = answer("movement.pass_by_number", ask, as_=actor, mandate=found.mandate)
    return JsonResponse(row.model_dump(mode="json"), headers={"Cache-Control": "no-store"})


@router.post("/sync", summary="Take what a phone saved; answer every envelope.", auth=None)
def sync(request: HttpRequest) -> JsonResponse:
    """Take what a phone saved while it had no network."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    return JsonResponse(take(json_body(request, SYNC_MOST), address))


@router.get("/ping", summary="The account's time.", auth=None)
def ping(request: HttpRequest) -> JsonResponse:
    """Give the account's time: a phone's real last contact."""
    return JsonResponse({"now": stamp(moment_now(Store()))}, headers={"Cache-Control": "no-store"})
