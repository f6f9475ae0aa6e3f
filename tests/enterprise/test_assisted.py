"""Assisted filing: the officer drafts, the firm confirms, both stand in the account; a lead firm files for its suppliers with consent."""

import uuid
from typing import Any

import pytest

from mingbai.domains.enterprise.models import Part
from mingbai.domains.enterprise.words import Need
from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Entry, Mandate, OpenItem, SupplyLink
from mingbai.kernel.refusals import NotAllowed, Refused
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.enterprise.firms import Firm, firm, part, parts


def refused(code: str, house: House, name: str, ask: dict[str, Any], as_: Actor) -> Refused:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, as_=as_)
    assert refusal.value.code == code, refusal.value
    return refusal.value


def mandate(actor: Actor) -> uuid.UUID:
    """Return somebody's only office."""
    found: uuid.UUID = Mandate.objects.get(person=actor.person).id
    return found


def test_the_officer_fills_and_the_clerk_confirms(account: House) -> None:
    """Rows: Z86. The journal shows both offices."""
    one = firm(account)
    officer = account.person("钱素英", "service_officer")
    fills = one.ask | {"parts": parts(one.clerk)}
    told = account.do("enterprise.fill_parts", fills, as_=officer).result
    assert (told["held"], told["drafts"]) == (0, 7)
    item = OpenItem.objects.get(kind="enterprise.confirm")
    assert (item.person, item.role) == (one.clerk.person, "clerk"), "shown to this firm alone"
    assert "roster" in one.file()["missing"], "a draft is not the firm's word"
    refused("ACC-1", account, "enterprise.confirm_parts", one.ask, officer)
    refused("ACC-1", account, "enterprise.file_application", one.ask, officer)
    account.do("enterprise.confirm_parts", one.ask, as_=one.clerk)
    assert OpenItem.objects.get(kind="enterprise.confirm").done_at is not None
    row = Part.objects.get(need="canteen_plan")
    assert (row.written_by, row.confirmed_by) == (mandate(officer), mandate(one.clerk))
    entries = {
        name: Entry.objects.get(command=f"enterprise.{name}").mandate
        for name in ("fill_parts", "confirm_parts")
    }
    assert entries == {"fill_parts": mandate(officer), "confirm_parts": mandate(one.clerk)}
    assert one.file()["decision"] == "approved"
    shown = {row.need: row for row in one.shown().parts}
    assert shown["canteen_plan"].written_by_office == "钱素英 · service_officer"
    assert shown["canteen_plan"].confirmed_by_office == "青峰叉车文员 · clerk"
    account.settle()
    assert account.faults() == []


def test_who_drafted_does_not_confirm_with_another_office(account: House) -> None:
    """Rows: Z86."""
    one = firm(account)
    officer = account.person("钱素英", "service_officer")
    account.do(
        "enterprise.fill_parts", one.ask | {"parts": [part(Need.ROSTER, one.clerk)]}, as_=officer
    )
    both = {
        "place": VILLAGE,
        "person": str(officer.person),
        "role": "clerk",
        "capacity": "兼文员",
        "organisation": one.id,
    }
    second = account.do("mandates.give", both).result["mandate"]
    with pytest.raises(Refused) as refusal:
        account.do("enterprise.confirm_parts", one.ask, as_=officer, mandate=uuid.UUID(second))
    assert refusal.value.code == "ENT-4"


def test_what_is_held_is_not_asked_twice_and_a_draft_may_go_back(account: House) -> None:
    """Rows: Z86."""
    one = firm(account)
    officer = account.person("钱素英", "service_officer")
    account.do(
        "enterprise.fill_parts", one.ask | {"parts": [part(Need.ROSTER, one.clerk)]}, as_=one.clerk
    )
    again = one.ask | {"parts": [part(Need.ROSTER, one.clerk)]}
    refused("ENT-1", account, "enterprise.fill_parts", again, officer)
    plan = one.ask | {"parts": [part(Need.CANTEEN_PLAN, one.clerk)]}
    account.do("enterprise.fill_parts", plan, as_=officer)
    back = one.ask | {"need": "canteen_plan", "reason": "我们没有食堂，外面送餐"}
    account.do("enterprise.send_back", back, as_=one.clerk)
    (draft,) = account.ask("enterprise.drafts", {"place": VILLAGE}, as_=officer)
    assert (draft.state, draft.reason) == ("sent_back", "我们没有食堂，外面送餐")
    refused("ENT-17", account, "enterprise.send_back", back, one.clerk)
    refused("ENT-3", account, "enterprise.confirm_parts", one.ask, one.clerk)
    roster = one.ask | {"need": "roster", "reason": "少写了"}
    refused("ENT-17", account, "enterprise.send_back", roster, one.clerk)


def linked(house: House, supplier: Firm, lead: Firm) -> None:
    """Let a supplier and its buyer agree to a link."""
    told = supplier.ask | {"buyer": lead.id, "supply": "铸件"}
    made = house.do("organisations.link_supply", told, as_=supplier.clerk).result["supply_link"]
    house.do("organisations.agree_supply", lead.ask | {"supply_link": made}, as_=lead.clerk)


def test_a_lead_files_for_its_suppliers_and_each_confirms_its_part(account: House) -> None:
    """Rows: Z85. Over links that both sides agreed to; nothing holds before the supplier's own word."""
    lead = firm(account)
    refused("ENT-15", account, "enterprise.file_for_suppliers", lead.ask, lead.clerk)
    suppliers = [firm(account, f"配套{at}", place=NEIGHBOUR) for at in range(3)]
    stranger = firm(account, "没有约定的", place=NEIGHBOUR)
    for one in suppliers:
        linked(account, one, lead)
    told = stranger.ask | {"buyer": lead.id, "supply": "铸件"}
    account.do("organisations.link_supply", told, as_=stranger.clerk)
    lead.file(*parts(lead.clerk))
    made = account.do("enterprise.file_for_suppliers", lead.ask, as_=lead.clerk).result
    assert made == {"suppliers": 3, "prepared": 9}
    assert Part.objects.filter(organisation=stranger.id).count() == 0
    yes, no, silent = suppliers
    own = [part(need, yes.clerk) for need in (Need.ROSTER, Need.CONTACT, Need.PROTECTIVE_STOCK)]
    assert "control_plan" in yes.file(*own)["missing"]
    account.do("enterprise.answer_lead", yes.ask | {"agrees": True}, as_=yes.clerk)
    assert yes.file()["decision"] == "approved"
    decline = no.ask | {"agrees": False, "reason": "我们自己报"}
    account.do("enterprise.answer_lead", decline, as_=no.clerk)
    refused("ENT-19", account, "enterprise.answer_lead", decline, no.clerk)
    rows = {
        row.name: (row.consent, row.state)
        for row in account.ask("enterprise.group", lead.ask, as_=lead.clerk)
    }
    assert rows == {
        "配套0": ("confirmed", "approved"),
        "配套1": ("declined", None),
        "配套2": ("asked", None),
    }, "how somebody stands is for the lead of those alone that confirmed"
    desk = account.person("郎致远", "desk", TOWN)
    seen = account.ask("enterprise.group", lead.ask, as_=desk)
    assert [row.state for row in seen] == ["approved", "none", "none"]
    waits = OpenItem.objects.get(kind="enterprise.consent", done_at=None)
    assert (waits.person, waits.place) == (silent.clerk.person, NEIGHBOUR)
    with pytest.raises(NotAllowed):
        account.ask("enterprise.group", yes.ask, as_=lead.clerk)
    # A second time asks nobody who has answered, and touches nothing that is there; who declined is asked only by name.
    again = account.do("enterprise.file_for_suppliers", lead.ask, as_=lead.clerk).result
    assert again == {"suppliers": 0, "prepared": 0}
    named = SupplyLink.objects.get(supplier=no.id).id
    by_name = lead.ask | {"supply_links": [str(named)]}
    again = account.do("enterprise.file_for_suppliers", by_name, as_=lead.clerk).result
    assert again == {"suppliers": 1, "prepared": 3}
    account.settle()
    assert account.faults() == []


def test_two_leads_get_an_answer_each(account: House) -> None:
    """Rows: Z85. A yes to one firm is no yes to another."""
    leads = [firm(account, name) for name in ("青峰叉车", "山下电机")]
    supplier = firm(account, "两家的配套", place=NEIGHBOUR)
    for lead in leads:
        linked(account, supplier, lead)
        lead.file(*parts(lead.clerk))
        account.do("enterprise.file_for_suppliers", lead.ask, as_=lead.clerk)
    waiting = supplier.shown().supply_leads
    assert [row.name for row in waiting] == ["青峰叉车", "山下电机"]
    refused(
        "ENT-21", account, "enterprise.answer_lead", supplier.ask | {"agrees": True}, supplier.clerk
    )
    stranger = supplier.ask | {"agrees": True, "lead": supplier.id}
    refused("ENT-19", account, "enterprise.answer_lead", stranger, supplier.clerk)
    no = supplier.ask | {"agrees": False, "lead": leads[0].id}
    account.do("enterprise.answer_lead", no, as_=supplier.clerk)
    assert OpenItem.objects.filter(kind="enterprise.consent", done_at=None).count() == 1
    yes = supplier.ask | {"agrees": True, "lead": leads[1].id}
    account.do("enterprise.answer_lead", yes, as_=supplier.clerk)
    assert not OpenItem.objects.filter(kind="enterprise.consent", done_at=None).exists()
    for lead, consent in zip(leads, ("declined", "confirmed"), strict=True):
        (row,) = account.ask("enterprise.group", lead.ask, as_=lead.clerk)
        assert (row.consent, row.state) == (consent, None if consent == "declined" else "none")
    account.settle()
    assert account.faults() == []


def test_a_contact_who_is_erased_is_named_anew(account: House) -> None:
    """Rows: Z86. The firm is told at once, and not when the next level takes its approval back."""
    one = firm(account)
    contact = account.person("池小波", "crew_lead")
    one.file(
        *parts(one.clerk, but=[Need.CONTACT]), {"need": "contact", "person": str(contact.person)}
    )
    assert one.shown().state == "approved"
    office = Mandate.objects.get(person_id=contact.person)
    account.do("mandates.end", {"place": VILLAGE, "mandate": str(office.id)})
    told = {"place": VILLAGE, "person": str(contact.person), "reason": "本人要求"}
    account.do("people.erase_person", told)
    shown = one.shown()
    part_of = {row.need: row for row in shown.parts}["contact"]
    assert (part_of.state, part_of.contact_name) == ("sent_back", None)
    assert shown.state == "approved" and shown.would_be == "missing"
    item = OpenItem.objects.get(kind="enterprise.changed", done_at=None)
    assert (item.person, shown.changed_item) == (one.clerk.person, item.id)
    account.settle()
    assert account.faults() == []
