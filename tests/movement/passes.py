"""What tests of passes share: people with documents, a batch issued to its end, and the token of a pass."""

import uuid
from typing import Any

from mingbai.domains.movement.models import Permit
from mingbai.domains.movement.queries.printing import token_text
from mingbai.kernel import jobs
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.documents import check_character
from mingbai.kernel.models import Person
from tests.conftest import VILLAGE, House

FROM, UNTIL = "2026-01-01T00:00:00+08:00", "2030-01-01T00:00:00+08:00"


def document(number: int) -> str:
    """Return a well-formed resident ID number of nobody."""
    body = f"110112{1960 + number % 40}{1 + number // 40 % 12:02d}{1 + number // 480 % 28:02d}000"
    return body + check_character(body)


def person(house: House, name: str, number: int) -> str:
    """Record somebody with a document; return their id."""
    ask = {"place": VILLAGE, "name": name, "document_number": document(number)}
    return str(house.do("people.add_person", ask).result["person"])


def batch(**more: Any) -> dict[str, Any]:
    """Return what every batch of persons is asked with."""
    return {"place": VILLAGE, "batch": "B-1", "kind": "person"} | more


def issue(house: House, ask: dict[str, Any], as_: Actor = OPERATOR, **context: Any) -> Any:
    """Issue passes to the end; return the job's row."""
    receipt = house.do("movement.issue_permits", ask, as_=as_, **context)
    job = uuid.UUID(receipt.result["job"])
    assert jobs.go_on(job)
    return jobs.Job.objects.get(id=job)


def tokens() -> dict[str, str]:
    """Return the text of every pass, by its number."""
    found = {}
    for permit in Permit.objects.all():
        holder = Person.objects.get(id=permit.person_id) if permit.person_id else None
        key = bytes(holder.key_wrapped) if holder and holder.key_wrapped else None
        text = token_text(permit, key)
        if text is not None:
            found[permit.number] = text
    return found
