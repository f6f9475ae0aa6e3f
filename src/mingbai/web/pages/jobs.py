"""Long work: how far it has come, and what became of its rows; the page tells anew by itself."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from mingbai.kernel.models import Job
from mingbai.kernel.perform import answer
from mingbai.kernel.refusals import NotAllowed, Refused
from mingbai.kernel.rows import Store
from mingbai.web.people import actor_of, hat_of, mandate_id, signed_in

SHOWN = 200


@signed_in
def job(request: HttpRequest, job: UUID) -> HttpResponse:
    """Show how far a piece of work has come."""
    hat = hat_of(request)
    assert hat is not None
    found = Store().fetch(Job, {"id": job})
    if not found:
        raise Refused("JOB-1")
    place, actor, mandate = found[0].place, actor_of(request), mandate_id(request)
    rows = answer("jobs.jobs", {"place": place}, as_=actor, mandate=mandate)
    row = next((row for row in rows if row.job == job), None)
    if row is None:
        raise NotAllowed("ACC-5")
    bad = []
    if found[0].person == actor.person:
        ask = {"place": place, "job": job}
        outcomes = answer("jobs.outcomes", ask, as_=actor, mandate=mandate)
        bad = [one for one in outcomes if one.outcome in ("refused", "to_verify")][:SHOWN]
    page = {"row": row, "bad": bad, "percent": 100 * row.done // max(1, row.total)}
    answered = render(request, "web/job.html", page)
    if row.state == "under way":
        answered["Refresh"] = "3"
    answered["Cache-Control"] = "no-store"
    return answered
