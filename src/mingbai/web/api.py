"""The API: one address for every command and query, made from the registry."""

import datetime as dt
import hashlib
import json
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _
from ninja import NinjaAPI
from ninja.security import HttpBearer

from mingbai.kernel.actors import Actor
from mingbai.kernel.asks import private_names
from mingbai.kernel.models import Job, Token
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import answer, find_query, perform, rows_as_json
from mingbai.kernel.refusals import NotKnown, Refused, TooMuch, sentences
from mingbai.kernel.registry import REGISTRY, Command, Query
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Known, Via
from mingbai.web.phones import router

BODY_MOST = 1_000_000

sentences(
    {
        "API-1": _("The body is not JSON. Send the ask as one JSON object."),
        "API-2": _("The header %(header)s is not written as it should be."),
        "API-3": _("The body is larger than %(most)s bytes. Send it in smaller parts."),
        "API-5": _(
            "A name, number or text must not stand in an address. Send this ask as the body of a POST."
        ),
        "API-7": _(
            "Not done, and the fault is ours. Send it again with the same id. Number: %(number)s."
        ),
        "API-8": _("There is nothing at this address. Every address is in /api/openapi.json."),
        "API-4": _("This key is not known or has ended."),
    }
)


class Bearer(HttpBearer):
    """A program's key: Authorization: Bearer TOKEN."""

    def authenticate(self, request: HttpRequest, token: str) -> Actor:
        """Return who the key acts for."""
        return actor_of_token(token)


def actor_of_token(token: str) -> Actor:
    """Return who a program's key acts for."""
    store = Store()
    digest = hashlib.sha256(f"mingbai/token/1/{token}".encode()).hexdigest()
    found = store.fetch(Token, {"digest": digest})
    if not found or (found[0].ends_at is not None and found[0].ends_at <= moment_now(store)):
        raise NotKnown("API-4")
    return Actor(person=found[0].person_id, via=Via.API)


def actor_of(request: HttpRequest) -> Actor:
    """Return who sends a request: the holder of a key, or anyone."""
    kind, _space, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer" and token:
        return actor_of_token(token.strip())
    return Actor(via=Via.API, address=str(request.META.get("REMOTE_ADDR", "")))


def header_uuid(request: HttpRequest, name: str) -> UUID | None:
    """Return the id in a header, if it is there."""
    text = request.headers.get(name)
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Refused("API-2", header=name) from None


def header_time(request: HttpRequest, name: str) -> dt.datetime | None:
    """Return the time in a header, if it is there."""
    text = request.headers.get(name)
    if not text:
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Refused("API-2", header=name) from None
    if found.tzinfo is None:
        raise Refused("API-2", header=name)
    return found


def known_of(request: HttpRequest) -> Known:
    """Return how the sender knows what they tell."""
    text = request.headers.get("Mingbai-Known", Known.OBSERVED)
    if text not in set(Known):
        raise Refused("API-2", header="Mingbai-Known")
    return Known(text)


def body_of(request: HttpRequest) -> dict[str, Any]:
    """Return the ask in a request's body."""
    if int(request.headers.get("Content-Length") or 0) > BODY_MOST:
        raise TooMuch("API-3", most=BODY_MOST)
    try:
        found = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise Refused("API-1") from None
    if not isinstance(found, dict):
        raise Refused("API-1")
    return found


def run_command(request: HttpRequest, name: str) -> HttpResponse:
    """Do a command that came over HTTP."""
    receipt = perform(
        name,
        body_of(request),
        as_=actor_of(request),
        request_id=header_uuid(request, "Idempotency-Key"),
        mandate=header_uuid(request, "Mingbai-Mandate"),
        at=header_time(request, "Mingbai-At"),
        known=known_of(request),
        case=header_uuid(request, "Mingbai-Case"),
    )
    told = receipt.as_json()
    if job := receipt.result.get("job"):
        return JsonResponse(told | {"job": job}, status=202)
    return JsonResponse(told)


def run_query(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a query that came over HTTP."""
    ask = body_of(request) if request.method == "POST" else dict(request.GET.items())
    if request.method != "POST" and set(ask) & set(private_names(find_query(name).ask)):
        raise Refused("API-5")
    found = answer(
        name, ask, as_=actor_of(request), mandate=header_uuid(request, "Mingbai-Mandate")
    )
    return JsonResponse(rows_as_json(found))


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer a refusal."""
    return JsonResponse(refusal.as_json(), status=refusal.status)


api = NinjaAPI(
    title="Mingbai 明白",
    description="An account anyone can read. Every command and query of the house.",
    version="1",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
bearer = Bearer()


@api.exception_handler(Refused)
def on_refusal(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer a refusal as every face does."""
    return refused(request, refusal)


def add_command(command: Command) -> None:
    """Give a command its address."""

    def view(request: HttpRequest, **_path: Any) -> HttpResponse:
        return run_command(request, command.name)

    view.__name__ = command.name.replace(".", "_")
    view.__doc__ = command.summary
    schema = command.ask.model_json_schema(ref_template="#/components/schemas/{model}")
    api.post(
        "/" + command.name.replace(".", "/"),
        summary=command.summary,
        operation_id=command.name,
        tags=[command.desk],
        url_name=command.name,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": inline(schema)}},
            },
            "parameters": [header(name) for name in HEADERS],
            "security": [] if command.public else [{"Bearer": []}],
        },
    )(view)


def add_query(found: Query) -> None:
    """Give a query its address: GET, and POST for what must not stand in one."""

    def view(request: HttpRequest, **_path: Any) -> HttpResponse:
        return run_query(request, found.name)

    view.__name__ = found.name.replace(".", "_")
    view.__doc__ = found.summary
    schema = inline(found.ask.model_json_schema(ref_template="#/components/schemas/{model}"))
    parameters = [
        {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", []),
            "schema": part,
        }
        for name, part in schema.get("properties", {}).items()
    ]
    api.api_operation(
        ["GET", "POST"],
        "/" + found.name.replace(".", "/"),
        summary=found.summary,
        operation_id=found.name,
        tags=[found.desk],
        url_name=found.name,
        openapi_extra={
            "parameters": parameters,
            "security": [] if found.public else [{"Bearer": []}],
        },
    )(view)


HEADERS = ("Idempotency-Key", "Mingbai-Mandate", "Mingbai-At", "Mingbai-Known", "Mingbai-Case")


@api.get("/jobs/{uuid:job}", summary="How far long work has come.", url_name="job", tags=["jobs"])
def job_progress(request: HttpRequest, job: UUID) -> HttpResponse:
    """Return how far a piece of work has come, and what became of its rows to whoever began it."""
    found = Store().fetch(Job, {"id": job})
    if not found:
        raise Refused("JOB-1")
    options: dict[str, Any] = {
        "as_": actor_of(request),
        "mandate": header_uuid(request, "Mingbai-Mandate"),
    }
    rows = answer("jobs.jobs", {"place": found[0].place}, **options)
    told = next((json.loads(row.model_dump_json()) for row in rows if row.job == job), None)
    if told is None:
        raise Refused("JOB-1")
    if found[0].person == options["as_"].person:
        ask = {"place": found[0].place, "job": job}
        told |= rows_as_json(answer("jobs.outcomes", ask, **options))
    return JsonResponse(told)


def header(name: str) -> dict[str, Any]:
    """Return a header's place in the API's description."""
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}


def inline(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its definitions put where they are named."""
    definitions = schema.pop("$defs", {})

    def put(part: Any) -> Any:
        if isinstance(part, dict):
            if "$ref" in part:
                return put(definitions[part["$ref"].rsplit("/", 1)[1]])
            return {key: put(value) for key, value in part.items()}
        if isinstance(part, list):
            return [put(value) for value in part]
        return part

    found: dict[str, Any] = put(schema)
    return found


def build() -> None:
    """Give every command and query its address."""
    for name in sorted(REGISTRY.commands):
        add_command(REGISTRY.commands[name])
    for name in sorted(REGISTRY.queries):
        add_query(REGISTRY.queries[name])


def by_desk(whole: NinjaAPI) -> tuple[list[URLPattern | URLResolver], str, str]:
    """Return the API's addresses in a tree: Django tries them one after the other, and a flat list has hundreds."""
    flat, app, space = whole.urls
    found: list[URLPattern | URLResolver] = []
    desks: dict[str, list[URLPattern]] = {}
    for one in flat:
        desk, under, rest = str(one.pattern).partition("/")
        if under and isinstance(one, URLPattern) and one.callback is not None:
            desks.setdefault(desk, []).append(path(rest, one.callback, name=one.name or ""))
        else:
            found.append(one)
    found += [path(f"{desk}/", include(names)) for desk, names in desks.items()]
    return found, app, space


build()
api.add_router("", router)
