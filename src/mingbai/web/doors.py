"""Doors: which page does a command best, what it is called there, and where an open item is dealt with."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.asks import Ask
from mingbai.kernel.queries.items import ItemRow
from mingbai.kernel.registry import Command, Query

DESKS: dict[str, Promise] = {
    "items": _("What waits"),
    "supplies": _("Supplies"),
    "movement": _("Gates and passes"),
    "response": _("Levels and measures"),
    "inspection": _("Inspections and burden"),
    "enterprise": _("Back to work"),
    "goods": _("Kinds of goods"),
    "people": _("People and households"),
    "organisations": _("Firms and teams"),
    "posts": _("Turns of duty"),
    "standing": _("Standing in force"),
    "mandates": _("Offices and sign-ins"),
    "rights": _("Everyone's rights"),
    "messages": _("Messages"),
    "places": _("Places"),
    "devices": _("Phones"),
    "policy": _("Rules in force"),
    "measures": _("Measures and keeping"),
    "attachments": _("Pictures"),
    "jobs": _("Long work"),
    "journal": _("The journal"),
    "account": _("The account itself"),
}

BY_HAND = {
    "supplies.receive_goods": "/store/in/",
    "supplies.issue_goods": "/store/out/",
    "supplies.count_stock": "/store/count/",
    "supplies.give_slip": "/store/slips/",
    "mandates.open_login": "/sign-ins/",
    "mandates.renew_password": "/sign-ins/",
    "people.reveal": "/people/",
    "rights.answer_correction": "/wishes/",
    "rights.my_record": "/about-me/",
    "rights.my_wishes": "/about-me/",
    "rights.looks_at_me": "/about-me/",
    "messages.mine": "/about-me/",
    "people.about_me": "/about-me/",
    "devices.devices": "/phones/",
    "devices.invite": "/phones/",
    "devices.confirm": "/phones/",
    "devices.revoke": "/phones/",
    "organisations.organisations": "/firms/",
    "organisations.record": "/firms/",
    "organisations.supply_links": "/firms/",
    "organisations.vehicles": "/firms/",
    "organisations.agree_supply": "/firms/",
    "organisations.end_supply": "/firms/",
    "organisations.withdraw_vehicle": "/firms/",
    "organisations.take_from_class": "/firms/",
    "inspection.book_visit": "/inspections/",
    "inspection.begin_visit": "/inspections/",
    "inspection.tick_item": "/inspections/",
    "inspection.end_visit": "/inspections/",
    "inspection.cancel_visit": "/inspections/",
    "inspection.record_finding": "/inspections/",
    "inspection.put_right": "/inspections/",
    "inspection.close_finding": "/inspections/",
    "inspection.send_back": "/inspections/",
    "inspection.waive_finding": "/inspections/",
    "inspection.my_findings": "/inspections/",
    "inspection.checklists": "/inspections/checklists/",
    "inspection.publish_checklist": "/inspections/checklists/",
    "inspection.withdraw_checklist": "/inspections/checklists/",
    "posts.turns": "/posts/",
    "posts.book": "/posts/",
    "posts.cancel": "/posts/",
    "posts.note_coming": "/posts/",
    "posts.note_leaving": "/posts/",
    "posts.confirm": "/posts/",
    "posts.mine": "/posts/",
    "posts.candidates": "/posts/",
    "inspection.burden": "/burden/",
    "inspection.burdens": "/burden/",
    "inspection.request_form": "/forms/new/",
    "inspection.form_gate": "/forms/new/",
    "inspection.forms": "/forms/",
    "inspection.form_fields": "/forms/",
    "inspection.form_answers": "/forms/",
    "inspection.sign_overrun": "/forms/",
    "inspection.decline_overrun": "/forms/",
    "inspection.withdraw_form": "/forms/",
    "inspection.save_answers": "/burden/",
    "inspection.send_answers": "/burden/",
    "inspection.waiting_forms": "/burden/",
    "inspection.held_values": "/burden/",
    "inspection.correct_answer": "/burden/",
    "inspection.form_questions": "/burden/",
    "inspection.leader_visits": "/leaders/",
    "inspection.visit_tasks": "/leaders/",
    "inspection.plan_leader_visit": "/leaders/",
    "inspection.begin_leader_visit": "/leaders/",
    "inspection.end_leader_visit": "/leaders/",
    "inspection.cancel_leader_visit": "/leaders/",
    "inspection.take_task": "/leaders/",
    "inspection.close_task": "/leaders/",
    "inspection.say_nothing_needed": "/leaders/",
    "inspection.say_visit_word": "/leaders/",
    "inspection.turns_to_join": "/leaders/",
    "enterprise.fill_parts": "/dossiers/",
    "enterprise.file_application": "/dossiers/",
    "enterprise.confirm_parts": "/dossiers/",
    "enterprise.send_back": "/dossiers/",
    "enterprise.ask_again": "/dossiers/",
    "enterprise.file_for_suppliers": "/dossiers/",
    "enterprise.answer_lead": "/dossiers/",
    "enterprise.name_officer": "/dossiers/",
    "enterprise.dossier": "/dossiers/",
    "enterprise.group": "/dossiers/",
    "enterprise.contacts": "/dossiers/",
    "enterprise.gate_path": "/dossiers/",
    "enterprise.drafts": "/dossiers/drafts/",
    "enterprise.answer_check": "/dossiers/queue/",
    "enterprise.checks": "/dossiers/queue/",
    "enterprise.check_counts": "/dossiers/queue/",
    "enterprise.rule_in_force": "/dossiers/rule/",
    "enterprise.rule_versions": "/dossiers/rule/",
    "enterprise.required": "/dossiers/rule/",
    "enterprise.set_rule": "/dossiers/rule/new/",
    "enterprise.try_rule": "/dossiers/rule/new/",
    "enterprise.resumption": "/dossiers/resumption/",
    "enterprise.not_due": "/dossiers/resumption/",
    "enterprise.note_not_due": "/dossiers/resumption/",
    "enterprise.note_due": "/dossiers/resumption/",
    "enterprise.site": "/dossiers/resumption/",
    "enterprise.decisions": "/dossiers/decisions/",
    "enterprise.outside": "/dossiers/resumption/",
    "response.directives": "/directives/",
    "response.silent": "/directives/",
    "response.upward": "/directives/",
    "response.directive_tree": "/directives/",
    "response.could_show": "/directives/",
    "response.joint_tasks": "/directives/",
    "response.group_tasks": "/directives/",
    "response.pass_on": "/directives/",
    "response.receive_directive": "/directives/",
    "response.localise_directive": "/directives/",
    "response.add_evidence": "/directives/",
    "response.finish_task": "/directives/",
    "response.ask_upward": "/directives/",
    "response.reply_downward": "/directives/",
    "response.take_back": "/directives/",
    "response.publish_notice": "/notices/write/",
    "response.revise_notice": "/notices/",
    "response.read_notice": "/notices/",
    "response.notices": "/notices/",
    "response.notice": "/notices/",
    "response.my_notices": "/notices/",
    "response.notice_receipts": "/notices/",
    "response.public_notices": "/notices/",
    "response.public_notice": "/notices/",
    "response.write_plan": "/plans/",
    "response.plans": "/plans/",
    "response.plan": "/plans/",
    "response.plan_difference": "/plans/",
    "response.decide": "/decisions/write/",
    "response.decisions": "/decisions/",
    "response.decision": "/decisions/",
    "response.decision_follows": "/decisions/",
    "response.object_to": "/decisions/",
    "response.answer_objection": "/decisions/",
    "response.objections": "/decisions/",
    "response.objection_answers": "/decisions/",
    "movement.stops": "/passes/",
    "movement.my_stops": "/passes/",
    "movement.stop_permits": "/passes/",
    "movement.let_run_on": "/passes/",
    "response.declare_level": "/levels/",
    "response.set_zone_grade": "/levels/",
    "response.sign_easier": "/levels/",
    "response.refuse_easier": "/levels/",
    "response.withdraw_change": "/levels/",
    "response.simulate": "/levels/",
    "response.who_signs": "/levels/",
    "response.here": "/levels/",
    "response.history": "/levels/",
    "response.issue_measure": "/levels/measures/",
    "response.review_measure": "/levels/measures/",
    "response.withdraw_measure": "/levels/measures/",
    "response.measures": "/levels/measures/",
    "response.effect": "/levels/measures/",
    "response.effect_here": "/levels/measures/",
}
"""Hand-made pages that do better what a generated form or table would do."""

WITHIN_A_PAGE = {"attachments.attach", "attachments.of_act", "devices.enrol", "jobs.begin"}
"""What a program or another page does, never a person from a list."""

KEEPERS_OWN = ("/store/",)

ITEMS = {
    "supplies.question": ("/do/supplies/answer_question/", "question"),
    "supplies.shipment": ("/do/supplies/confirm_delivery/", "shipment"),
    "supplies.write_off": ("/do/supplies/sign_write_off/", "proposal"),
    "supplies.handover": ("/do/supplies/sign_handover/", "handover"),
    "supplies.offer": ("/ask/supplies/offers/", ""),
    "supplies.send_offer": ("/do/supplies/dispatch_goods/", ""),
    "supplies.difference": ("/do/items/settle/", "item_id"),
    "supplies.silent_day": ("/do/items/settle/", "item_id"),
    "sync.overruled": ("/do/items/settle/", "item_id"),
    "supplies.cover": ("/store/in/", "item"),
    "rights.correction": ("/wishes/", ""),
    "sync.refused": ("/ask/devices/refused/", ""),
    "sync.quarantined": ("/ask/devices/kept_closed/", ""),
    "sync.never_sent": ("/phones/", ""),
    "movement.permits_asked": ("/passes/", ""),
    "movement.ground_gone": ("/passes/", ""),
    "movement.double_use": ("/ask/movement/crossing/", "crossing"),
    "movement.callback": ("/gates/", "arrival"),
    "movement.other_name": ("/gates/", "arrival"),
    "movement.confirmed_number": ("/gates/", "arrival"),
    "movement.proposal": ("/gates/", ""),
    "inspection.form": ("/forms/answer/", "form"),
    "inspection.overrun": ("/forms/sign/", "form"),
    "inspection.leader_visit": ("/leaders/", "visit"),
    "inspection.leader_task": ("/leaders/", "task"),
    "enterprise.confirm": ("/dossiers/", "organisation"),
    "enterprise.consent": ("/dossiers/", "organisation"),
    "enterprise.changed": ("/dossiers/", "organisation"),
    "enterprise.officer": ("/dossiers/", "organisation"),
    "enterprise.after_check": ("/dossiers/queue/", ""),
    "enterprise.look_again": ("/dossiers/queue/", ""),
    "enterprise.not_due_review": ("/dossiers/resumption/", ""),
    "inspection.finding": ("/inspections/", "finding"),
    "inspection.recheck": ("/inspections/", "finding"),
    "inspection.visit": ("/inspections/", "visit"),
    "response.task": ("/directives/", "task"),
    "response.asked_upward": ("/directives/", "question"),
    "response.objection": ("/decisions/", "decision"),
    "movement.gates_again": ("/gates/", ""),
    "response.easier": ("/levels/", ""),
    "response.review": ("/levels/measures/", ""),
}
"""Where each kind of open item is dealt with, and the field of that form which its subject fills."""


@dataclass(frozen=True)
class Door:
    """One thing that can be done or read, and its page."""

    title: Promise | str
    summary: str
    address: str


@dataclass(frozen=True)
class Desk:
    """The doors of one desk."""

    title: Promise | str
    doors: list[Door]


def door(one: Command | Query, role: str) -> Door | None:
    """Return the page that does a command or answers a query; nothing when another page does it on its way."""
    if one.name in WITHIN_A_PAGE:
        return None
    kind = "do" if isinstance(one, Command) else "ask"
    address = f"/{kind}/{one.name.replace('.', '/')}/"
    by_hand = BY_HAND.get(one.name)
    if by_hand and (role == "keeper" or not by_hand.startswith(KEEPERS_OWN)):
        address = by_hand
    elif needs_a_program(one.ask):
        return None
    return Door(one.title, one.summary, address)


def needs_a_program(ask: type[Ask]) -> bool:
    """Tell whether an ask wants a fingerprint that only a program can make."""
    return any(
        name.endswith("digest") and field.is_required() for name, field in ask.model_fields.items()
    )


def desks(found: Iterable[Command] | Iterable[Query], role: str) -> list[Desk]:
    """Return doors by desk, each page once, the desks in the order of this page's list."""
    by_desk: dict[str, dict[str, Door]] = {name: {} for name in DESKS}
    for one in found:
        made = door(one, role)
        if made is not None:
            by_desk.setdefault(one.desk, {}).setdefault(made.address + str(made.title), made)
    return [
        Desk(DESKS.get(name, name), list(doors.values()))
        for name, doors in by_desk.items()
        if doors
    ]


def where(item: ItemRow, role: str) -> str:
    """Return the page on which an open item is dealt with."""
    if item.kind not in ITEMS:
        return ""
    address, field = ITEMS[item.kind]
    if address.startswith(KEEPERS_OWN) and role != "keeper":
        address, field = "/ask/supplies/store/", ""
    if address.startswith(("/wishes/", "/phones/", "/passes/")):
        return address
    known = {"place": item.place}
    if field:
        known[field] = str(item.item) if field == "item_id" else item.subject
    return f"{address}?{urlencode(known)}"
