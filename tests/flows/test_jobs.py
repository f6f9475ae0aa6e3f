"""Jobs: long work that is cut off at any moment goes on, and no row is done twice or left out."""

import io
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import xlsxwriter
from django.db import connections

from mingbai.flows.imports import requests_of_people, unkeyed_requests
from mingbai.kernel import jobs
from mingbai.kernel.actors import OPERATOR
from mingbai.kernel.keys import forget
from mingbai.kernel.models import Job, Person
from mingbai.kernel.people import document_index
from mingbai.kernel.people_sheet import read_roster
from mingbai.kernel.refusals import Refused
from mingbai.kernel.workbooks.reading import read
from tests.conftest import TOWN, URL, VILLAGE, House
from tests.kernel.test_many import resident

ROSTER = "people.roster"
HEAD = ["姓名", "证件号码", "手机号码", "工作单位", "岗位"]


def roster(count: int) -> bytes:
    """Return a workbook of so many people, every fiftieth with a wrong number."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet("花名册")
        sheet.write_row(0, 0, HEAD)
        for number in range(count):
            one = resident(number)
            document = one["document_number"] if number % 50 else "110112198001010009"
            line = [one["name"], document, one["phone"], one["organisation"], one["position"]]
            sheet.write_row(number + 1, 0, line)
    return out.getvalue()


def counts(job: UUID) -> dict[str, Any]:
    """Return a job's own row."""
    row = Job.objects.get(id=job)
    return {name: getattr(row, name) for name in ("total", "done", "accepted", "refused")}


def test_a_job_goes_on_step_by_step_and_tells_how_far(account: House) -> None:
    step = jobs.STEP
    total, wrong = step + 200, step // 50
    job = jobs.begin(ROSTER, roster(total), TOWN, as_=OPERATOR)
    assert not jobs.go_on(job, steps=1)
    # What cannot be asked comes first: it costs nothing and is known at once.
    refused = wrong + 4
    held = {"total": total, "done": step, "accepted": step - refused, "refused": refused}
    assert counts(job) == held
    assert Person.objects.count() == step - refused
    assert jobs.go_on(job)
    assert counts(job) == {
        "total": total,
        "done": total,
        "accepted": total - refused,
        "refused": refused,
    }
    (row,) = account.ask("jobs.jobs", {"place": TOWN})
    assert row.state == "ended"
    bad = account.ask("jobs.outcomes", {"place": TOWN, "job": job, "only": "refused"})
    assert [one.row for one in bad] == [2 + 50 * at for at in range(refused)]
    assert all("110112198001010009" not in one.message for one in bad)
    account.settle()
    assert account.faults() == []


@pytest.mark.parametrize("beside", [None, True, jobs.BESIDE])
def test_a_job_that_a_version_before_began_goes_on_in_the_order_that_it_began_with(
    account: House, beside: object
) -> None:
    content, total = roster(jobs.STEP + 60), jobs.STEP + 60
    job = jobs.begin(ROSTER, content, TOWN, as_=OPERATOR)
    jobs.keep(job, content, **({"beside": beside} if beside else {}))
    assert not jobs.go_on(job, steps=1)
    done = {one.row for one in account.ask("jobs.outcomes", {"place": TOWN, "job": job})}
    if beside is None:
        assert done == set(range(2, jobs.STEP + 2))
    else:
        named = requests_of_people if beside == jobs.BESIDE else unkeyed_requests
        asked = [one for one in read_roster(read(content)) if one.outcome == "ok"]
        asked.sort(key=lambda one: str(named([one], TOWN)[0]))
        # Those who cannot be asked for come before.
        first = asked[: jobs.STEP - (total - len(asked))]
        assert {one.row for one in first} <= done and len(done) == jobs.STEP
    assert jobs.go_on(job)
    assert Person.objects.count() == total - total // 50 - 1
    assert counts(job)["done"] == total


def test_nothing_of_a_job_lies_open_beside_the_account(account: House) -> None:
    job = jobs.begin(ROSTER, roster(60), TOWN, as_=OPERATOR)
    jobs.go_on(job, steps=1)
    number = resident(7)["document_number"].encode()
    for path in account.folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert number not in content and b"16000000007" not in content, path
    assert jobs.go_on(job)
    assert not list((account.folder / "jobs").glob("*.content"))


def test_the_same_roster_again_adds_nobody(account: House) -> None:
    content = roster(120)
    first, second = (jobs.begin(ROSTER, content, TOWN, as_=OPERATOR) for _ in range(2))
    assert jobs.go_on(first) and jobs.go_on(second)
    row = Job.objects.get(id=second)
    assert (row.accepted, row.duplicate, row.refused) == (0, 117, 3)


def test_a_row_of_a_roster_is_the_same_request_in_every_roster_of_the_place(account: House) -> None:
    first, second = (
        set(filter(None, requests_of_people(read_roster(read(roster(count)))[1:], TOWN)))
        for count in (40, 50)
    )
    assert first < second and len(second) == 49
    assert not {*requests_of_people(read_roster(read(roster(50))), VILLAGE)} & second


def test_requests_of_a_roster_lie_in_the_order_of_their_documents_and_are_guessed_by_nobody(
    account: House,
) -> None:
    rows = [row for row in read_roster(read(roster(200))) if row.outcome == "ok"]
    requests = requests_of_people(rows, TOWN)
    assert len(set(requests)) == len(rows) and None not in requests
    assert {request.version for request in requests if request} == {8}
    begins = [request.int >> 122 for request in requests if request]
    assert begins == [document_index(row.document)[0] >> 2 for row in rows]
    path = account.folder / "keys" / "index.key"
    path.write_text(os.urandom(32).hex())
    forget()
    assert not {*requests_of_people(rows, TOWN)} & {*requests}


def test_a_job_killed_again_and_again_ends_right(account: House) -> None:
    rows = 6 * jobs.STEP
    bad = rows // 50
    job = jobs.begin(ROSTER, roster(rows), TOWN, as_=OPERATOR)
    environment = {**os.environ, "MINGBAI_DATA": str(account.folder)}
    if URL:
        name = connections["default"].settings_dict["NAME"]
        environment["MINGBAI_DATABASE_URL"] = URL.rsplit("/", 1)[0] + f"/{name}"
        if "?" in URL:
            environment["MINGBAI_DATABASE_URL"] += "?" + URL.split("?", 1)[1]
    rng = random.Random(3)
    seen = [0]
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-m", "mingbai", "work", "--data", str(account.folder)],
            env=environment,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[2],
        )
        # It dies a moment after a chunk more is done, wherever in the next one that is.
        while counts(job)["done"] == seen[-1]:
            assert process.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        time.sleep(rng.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        process.wait()
        held = counts(job)
        seen.append(held["done"])
        assert seen[-2] < held["done"] < rows, "some chunks are done and some are not"
        assert held["done"] % jobs.STEP == 0
        assert Person.objects.count() == held["accepted"] == held["done"] - held["refused"]
    assert jobs.go_on(job)
    assert counts(job) == {"total": rows, "done": rows, "accepted": rows - bad, "refused": bad}
    assert Person.objects.count() == rows - bad
    row = Job.objects.get(id=job)
    assert len(jobs.outcomes_of(row)) == rows
    account.settle()
    assert account.faults() == []


def test_a_job_whose_content_is_gone_stops_and_says_so(account: House) -> None:
    job = jobs.begin(ROSTER, roster(60), TOWN, as_=OPERATOR)
    (account.folder / "jobs" / f"{job.hex}.content").unlink()
    assert jobs.go_on(job)
    (row,) = account.ask("jobs.jobs", {"place": TOWN})
    assert row.state == "stopped"


def test_a_job_is_of_a_kind_that_there_is(account: House) -> None:
    with pytest.raises(Refused, match="JOB-2"):
        account.do("jobs.begin", {"place": VILLAGE, "kind": "nothing", "total": 1})
