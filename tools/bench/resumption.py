"""Resumption: every firm of a province is held against its rule after a level change, and exactly those affected change."""

import os
from uuid import UUID

from accounts import FOLDER
from measuring import DATABASE, FULL, memory, met, probe, spending, tell

from mingbai.domains.enterprise.models import Decision, Dossier
from mingbai.kernel import account, jobs
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.identity import random_id
from mingbai.kernel.journal.tree import settle
from mingbai.kernel.journal.verify import verify
from mingbai.kernel.many.run import One, run_many
from mingbai.kernel.models import Job, Organisation, Place
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.words import Via

COUNT = int(os.environ.get("COUNT", 45_000 if FULL else 4_500))
PROVINCE = "330000000000"
SECTORS = ("C34", "M74", "R89", "H62", "F51", "C29", "I65", "P83")
CLOSED = ("R", "P", "H")
MINUTE, SECOND = 60.0, 1.0
CLAUSES = [
    {"levels": ["I"], "sectors": list(CLOSED), "way": "closed"},
    {"needs": ["address", "sector"]},
]


def towns() -> list[str]:
    """Return the towns of the province."""
    rows = Place.objects.filter(level="town", code__startswith=PROVINCE[:2]).order_by("code")
    return list(rows.values_list("code", flat=True))


def person(name: str, role: str, **more: str) -> Actor:
    """Record somebody with an office in the province."""
    told = {"place": PROVINCE, "name": name}
    found = perform("people.add_person", told).result["person"]
    office = {"place": PROVINCE, "person": found, "role": role, "capacity": role} | more
    perform("mandates.give", office)
    return Actor(person=UUID(found), via=Via.API)


def firms(places: list[str]) -> None:
    """Register the firms and let each file, with two parts of its dossier drafted."""
    asks = [
        One(
            {
                "place": places[number % len(places)],
                "name": f"企业{number}",
                "kind": "company",
                "sector": SECTORS[number % len(SECTORS)],
                "address": "工业园 1 号",
            },
            random_id(),
        )
        for number in range(COUNT)
    ]
    for _part in run_many("organisations.add_organisation", asks):
        continue
    parts = [{"need": "roster", "quantity": 12}, {"need": "protective_stock", "quantity": 9}]
    rows = Organisation.objects.filter(kind="company").values_list("id", "place")
    filed = [
        One({"place": place, "organisation": firm, "parts": parts}, random_id())
        for firm, place in rows
    ]
    with spending() as spent:
        done = sum(
            outcome.outcome == "accepted"
            for part in run_many("enterprise.file_application", filed, as_=OPERATOR)
            for outcome in part
        )
    assert done == COUNT == Dossier.objects.filter(state="approved").count()
    tell("filing", f"{COUNT:,} firms file and are decided: {spent.each(COUNT)}")


def one_firm(place: str) -> None:
    """Measure one application, from filing to its decision with reasons."""
    told = {"place": place, "name": "单家", "kind": "company", "sector": "C34", "address": "1 号"}
    firm = perform("organisations.add_organisation", told).result["organisation"]
    with spending() as spent:
        found = perform("enterprise.file_application", {"place": place, "organisation": firm})
    assert found.result["decision"] == "approved"
    tell("one", f"one application decided: CPU {spent.cpu:.3f} s; {met(spent.cpu, SECOND)}")


def reconsider(leader: Actor) -> None:
    """Measure the long work after the level became I; the answer by hand says which firms change."""
    before = Decision.objects.count()
    level = {"place": PROVINCE, "level": "I", "basis": "省指挥部第 1 号令"}
    perform("response.declare_level", level, as_=leader)
    job = Job.objects.get(kind="enterprise.reconsider", ended_at=None).id
    with spending() as spent:
        assert jobs.go_on(job)
    row = Job.objects.get(id=job)
    assert row.done == row.total == COUNT + 1
    wanted = set(
        Organisation.objects.filter(kind="company", sector__regex=r"^[RPH]").values_list(
            "id", flat=True
        )
    )
    missing = Dossier.objects.filter(state="missing").values_list("organisation_id", flat=True)
    assert set(missing) == wanted, "exactly those affected"
    assert Decision.objects.count() - before == len(wanted), "the others got no new decision"
    limit = MINUTE * COUNT / 45_000
    tell(
        "firms",
        f"{COUNT + 1:,} looked at again, {len(wanted):,} changed: CPU {spent.cpu:.1f} s, "
        f"wall {spent.wall:.1f} s; {met(spent.cpu, limit)}; {memory()}",
    )
    with spending() as foreseen:
        ask = {"place": PROVINCE, "level": "II"}
        answer("response.simulate", ask)
    tell("foresee", f"what level II would change, told in CPU {foreseen.cpu:.1f} s")


def main() -> None:
    """Measure resumption."""
    account.birth(FOLDER, name="bench")
    account.open_account(FOLDER)
    load_places(PROVINCE)
    probe(FOLDER)
    places = towns()
    rule = {"place": PROVINCE, "basis": "第 2 版", "clauses": CLAUSES}
    perform("enterprise.set_rule", rule)
    leader = person("省指挥长", "leader")
    firms(places)
    one_firm(places[0])
    reconsider(leader)
    settle()
    faults = verify()[0]
    assert faults == [], faults[:3]
    tell("firms", f"verified on {DATABASE}")


main()
