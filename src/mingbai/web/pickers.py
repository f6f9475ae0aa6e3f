"""Pickers: what can be chosen in a field, so that nobody has to know a code or copy an id.

A field is filled from a query that the reader may ask anyway; where they may not, it stays a plain field.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.perform import answer
from mingbai.kernel.places import ROOT, parent_of
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REACH, REGISTRY, Reach
from mingbai.kernel.words import ROLE_TITLES, Role
from mingbai.web.context import place_name
from mingbai.web.controls import Control
from mingbai.web.kinds import KINDS
from mingbai.web.people import actor_of, hat_of, mandate_id
from mingbai.web.place_field import spelled
from mingbai.web.templatetags.mingbai import figure, hours, moment, said_day, short_day

Choices = Iterable[tuple[str, str]]
LINES_SHOWN = 60
SHORT = 60


@dataclass(frozen=True)
class Asker:
    """Who fills in a form, and at which place."""

    request: HttpRequest
    place: str

    def rows(self, name: str, **ask: Any) -> list[Any]:
        """Return a query's rows as the reader may see them."""
        known = {"place": self.place} | ask
        found = answer(name, known, as_=actor_of(self.request), mandate=mandate_id(self.request))
        return list(found)

    def chosen(self, field: str) -> str:
        """Return what another field of the form holds already."""
        return str(self.request.POST.get(field) or self.request.GET.get(field, ""))


@dataclass(frozen=True)
class Picker:
    """What may be chosen; `only` when nothing else makes sense in this field, `search` when part of a name may be typed."""

    choices: Callable[[Asker], Choices]
    only: bool = True
    search: Callable[[Asker, str], Choices] | None = None


def english() -> bool:
    """Tell whether the reader reads English."""
    return not (get_language() or "").startswith("zh")


def goods(asker: Asker) -> Choices:
    """Return every kind of goods."""
    for row in answer("goods.catalogue", {}):
        yield row.code, row.name_en if english() else row.name_zh


def units(asker: Asker) -> Choices:
    """Return every unit and pack that goods are counted in."""
    found: dict[str, None] = {}
    for row in answer("goods.catalogue", {}):
        packs = [part.partition("=")[0] for part in row.packs.split(", ") if part]
        found |= dict.fromkeys([row.base_unit, *packs])
    return ((unit, unit) for unit in found)


def people(asker: Asker) -> Choices:
    """Return the people of the place, with what tells two of one name apart."""
    for row in asker.rows("people.people"):
        mask = row.document_mask or row.phone_mask or ""
        yield str(row.person), f"{row.name} {mask}".strip()


def households(asker: Asker) -> Choices:
    """Return the households of the place."""
    for row in asker.rows("people.households"):
        yield row.code, f"{row.code} {row.head or ''}".strip()


def recipients(asker: Asker) -> Choices:
    """Return posts and the first households of the place."""
    for row in asker.rows("supplies.recipients"):
        yield row.recipient, row.name


def places_near(asker: Asker) -> Choices:
    """Return the place above and those beside this one."""
    above = parent_of(asker.place)
    yield above, place_name(above)
    for row in answer("places.children", {"place": above}):
        if row.code != asker.place:
            yield row.code, row.name


def places_under(asker: Asker) -> Choices:
    """Return the office's own place and those one level under it."""
    hat = hat_of(asker.request)
    own = hat.place if hat else ROOT
    yield own, place_name(own)
    for row in answer("places.children", {"place": own}):
        yield row.code, row.name


def shipments(asker: Asker) -> Choices:
    """Return what is on its way to the place."""
    for row in asker.rows("supplies.shipments"):
        if row.state == "on_the_way" and row.to_place == asker.place:
            what = f"{row.item} {figure(row.quantity)} {row.unit}"
            yield (
                str(row.shipment),
                f"{place_name(row.from_place)} · {what} · {moment(row.sent_at)}",
            )


def write_offs(asker: Asker) -> Choices:
    """Return the write-offs that wait for a signature."""
    for row in asker.rows("supplies.write_offs"):
        if row.state == "proposed":
            what = f"{row.item} {figure(row.quantity)} {row.unit}"
            yield str(row.proposal), f"{what} · {(row.reason or '')[:SHORT]}"


def offers(asker: Asker) -> Choices:
    """Return the open offers of the place and its neighbours."""
    for row in asker.rows("supplies.offers"):
        if row.state == "open":
            what = f"{row.item} {figure(row.quantity)} {row.unit}"
            yield str(row.offer), f"{place_name(row.from_place)} · {what}"


def questions(asker: Asker) -> Choices:
    """Return the questions that wait for an answer."""
    for row in asker.rows("supplies.open_questions"):
        yield str(row.question), f"{_('Line')} {row.line} · {row.text[:SHORT]}"


def lines(asker: Asker) -> Choices:
    """Return the newest lines of the book."""
    for row in reversed(asker.rows("supplies.account")[-LINES_SHOWN:]):
        what = f"{KINDS.get(row.kind, row.kind)} {row.item} {figure(row.quantity)} {row.unit}"
        yield str(row.number), f"{row.number} · {short_day(row.at)} {what} {row.counterparty}"


def handovers(asker: Asker) -> Choices:
    """Return the hand-overs that wait for me."""
    for row in asker.rows("items.waiting", kind="supplies.handover"):
        yield _as_written(row.subject), f"{KINDS[row.kind]} · {moment(row.asked_at)}"


def items(asker: Asker) -> Choices:
    """Return the open items of my office."""
    for row in asker.rows("items.waiting"):
        yield str(row.item), f"{KINDS.get(row.kind, row.kind)} · {moment(row.asked_at)}"


def lots(asker: Asker) -> Choices:
    """Return the lots in the store."""
    for row in asker.rows("supplies.lots"):
        until = said_day(row.expires_on)
        yield str(row.lot), f"{row.item} {row.batch or ''} {until} · {row.origin or ''}"


def organisations(asker: Asker) -> Choices:
    """Return the organisations of the place."""
    for row in asker.rows("organisations.organisations"):
        yield str(row.organisation), row.name


def firms_named(asker: Asker, name: str) -> Choices:
    """Return the firms of the whole county that a name may mean, each with where it is."""
    for row in asker.rows("organisations.firms_by_name", text=name):
        yield str(row.organisation), f"{row.name} · {row.place_name}"


def supply_links(asker: Asker) -> Choices:
    """Return the supply links that hold of the chosen firm."""
    if firm := asker.chosen("organisation"):
        for row in asker.rows("organisations.supply_links", organisation=firm):
            if row.until is None:
                yield str(row.supply_link), f"{row.supplier} → {row.buyer} · {row.supply}"


def vehicles(asker: Asker) -> Choices:
    """Return the vehicles of the chosen firm."""
    if firm := asker.chosen("organisation"):
        for row in asker.rows("organisations.vehicles", organisation=firm):
            yield str(row.vehicle), f"{row.plate} {KINDS[row.vehicle_kind]}"


def points(asker: Asker) -> Choices:
    """Return the posts of the place."""
    for row in asker.rows("places.points"):
        yield str(row.id), row.name


def candidates(asker: Asker) -> Choices:
    """Return who can be booked at the place."""
    for row in asker.rows("posts.candidates"):
        yield str(row.person), f"{row.name} {row.capacity}"


def bookings(asker: Asker) -> Choices:
    """Return today's turns of duty at the place."""
    for row in asker.rows("posts.turns"):
        yield (
            str(row.booking),
            f"{row.name} · {row.post_name} · {hours(row.starts_at, row.ends_at)}",
        )


def mandates(asker: Asker) -> Choices:
    """Return the offices at the place that are held today."""
    for row in asker.rows("mandates.at_place"):
        yield str(row.mandate), f"{row.person} · {row.capacity}"


def offices(asker: Asker) -> Choices:
    """Return for whom a field of the firms' records may be shown or hidden: no firm's own side, which sees its own; and everyone."""
    for role in Role:
        if role not in OWN_SIDE | {Role.OPERATOR}:
            yield role.value, str(ROLE_TITLES[role])


def policies(asker: Asker) -> Choices:
    """Return the parameters of the rules with what is in force."""
    for row in asker.rows("policy.in_force_at"):
        yield row.policy, f"{row.title}: {figure(row.value)}"


def wishes(asker: Asker) -> Choices:
    """Return the wishes for corrections that wait."""
    for row in asker.rows("rights.waiting_wishes"):
        yield str(row.correction), f"{row.person} · {moment(row.asked_at)}"


def devices(asker: Asker) -> Choices:
    """Return the phones of the place."""
    for row in asker.rows("devices.devices"):
        yield str(row.device), f"{row.label} · {row.person}"


def envelopes(asker: Asker) -> Choices:
    """Return the records of phones that the rules refused."""
    for row in asker.rows("devices.refused"):
        yield str(row.envelope), f"{row.label} · {row.code} · {moment(row.received_at)}"


def measures(asker: Asker) -> Choices:
    """Return the measures of the catalogue that reach the place."""
    for row in asker.rows("response.measures"):
        if row.withdrawn_at is None:
            yield row.code, row.name


def visits(asker: Asker) -> Choices:
    """Return the visits of the place that are planned or under way."""
    for row in asker.rows("inspection.visits"):
        if row.state in ("planned", "begun"):
            yield str(row.visit), f"{row.on} · {row.visited} · {row.office}"


def findings(asker: Asker) -> Choices:
    """Return the findings of the place that are not closed; a firm sees its own."""
    hat = hat_of(asker.request)
    reads = hat is not None and Role(hat.role) in REGISTRY.queries["inspection.findings"].roles
    for row in asker.rows("inspection.findings" if reads else "inspection.my_findings"):
        yield str(row.finding), f"{row.visited} · {row.sentence[:SHORT]} · {row.due}"


def check_items(asker: Asker) -> Choices:
    """Return the items of the chosen visit."""
    if visit := asker.chosen("visit"):
        found = answer(
            "inspection.visit",
            {"place": asker.place, "visit": visit},
            as_=actor_of(asker.request),
            mandate=mandate_id(asker.request),
        )
        for row in found.check_items:
            yield row.code, row.sentence


def checklists(asker: Asker) -> Choices:
    """Return the checklists in force at the place."""
    for row in asker.rows("inspection.checklists"):
        yield row.checklist, row.name


def inspectors(asker: Asker) -> Choices:
    """Return who may be sent to inspect the place."""
    for row in asker.rows("inspection.inspectors"):
        yield str(row.person), f"{row.name} · {row.office}"


PICKERS = {
    "movement.hang_gate/measure": Picker(measures),
    "movement.hang_passes/measure": Picker(measures),
    "item": Picker(goods),
    "unit": Picker(units, only=False),
    "person": Picker(people),
    "successor": Picker(people),
    "head": Picker(people),
    "household": Picker(households, only=False),
    "recipient": Picker(recipients, only=False),
    "to_place": Picker(places_near, only=False),
    "shipment": Picker(shipments),
    "proposal": Picker(write_offs),
    "offer": Picker(offers),
    "question": Picker(questions),
    "line": Picker(lines, only=False),
    "number": Picker(lines, only=False),
    "handover": Picker(handovers),
    "item_id": Picker(items),
    "lot": Picker(lots),
    "organisation": Picker(organisations),
    "buyer": Picker(organisations, only=False, search=firms_named),
    "supply_link": Picker(supply_links),
    "vehicle": Picker(vehicles),
    "point": Picker(points),
    "booking": Picker(bookings),
    "posts.book/person": Picker(candidates),
    "people.join_household/code": Picker(households, only=False),
    "people.leave_household/code": Picker(households, only=False),
    "organisations.set_visibility/office": Picker(offices),
    "mandate": Picker(mandates),
    "policy": Picker(policies),
    "correction": Picker(wishes),
    "device": Picker(devices),
    "envelope": Picker(envelopes),
    "visit": Picker(visits),
    "finding": Picker(findings),
    "check_item": Picker(check_items, only=False),
    "checklist": Picker(checklists, only=False),
    "inspector": Picker(inspectors),
}
NAMED_FREELY = {
    "people.enrol/organisation",
    "response.decide/number",
    "response.publish_notice/number",
    "response.register_directive/number",
}
"""Fields that share a picker's name and hold something else."""


def picked(request: HttpRequest, name: str, found: list[Control]) -> list[Control]:
    """Return a form's controls with what can be chosen in each."""
    place = next((one.value for one in found if one.name == "place" and one.value), "")
    asker = Asker(request, place)
    return [_picked(asker, name, one) for one in found]


def reached(request: HttpRequest, place: str) -> list[tuple[str, str]]:
    """Return the places among which an office that reaches further chooses, the shown one too; nothing for one place."""
    hat = hat_of(request)
    if hat is None or REACH[Role(hat.role)] is Reach.OWN:
        return []
    codes = dict.fromkeys([*dict(places_under(Asker(request, place))), place])
    return [(code, spelled(code, hat.place)) for code in codes]


def _picked(asker: Asker, name: str, control: Control) -> Control:
    if control.name == "place":
        return _place(asker, control)
    picker = PICKERS.get(f"{name}/{control.name}") or PICKERS.get(control.name)
    if picker is None or f"{name}/{control.name}" in NAMED_FREELY:
        return control
    try:
        if picker.search and control.value and not _is_id(control.value):
            return _searched(control, tuple(picker.search(asker, control.value.strip())))
        choices = tuple(picker.choices(asker))
    except Refused:
        return control
    if picker.search:
        control.said = _("Part of the name is enough; the whole county is looked through.")
    if not picker.only:
        control.options = choices
        return control
    control.kind = "choice"
    control.choices = choices
    control.value = _as_written(control.value) or _own_firm(asker, control, choices)
    if control.value and control.value not in dict(choices):
        control.choices = ((control.value, control.value), *choices)
    return control


def _own_firm(asker: Asker, control: Control, choices: tuple[tuple[str, str], ...]) -> str:
    """Return the firm that a clerk or head speaks for, so that they do not look for it in a list."""
    hat = hat_of(asker.request)
    if control.name != "organisation" or hat is None or Role(hat.role) not in OWN_SIDE:
        return ""
    own = str(hat.organisation_id)
    return own if own in dict(choices) else ""


def _is_id(value: str) -> bool:
    """Tell whether what stands in a field is an id already."""
    try:
        UUID(hex=value)
    except ValueError:
        return False
    return True


def _searched(control: Control, found: tuple[tuple[str, str], ...]) -> Control:
    """Offer what a typed name may mean; where there is nothing, the name stays to be mended."""
    if not found:
        control.error = _("Nothing in this county has this in its name. Write it otherwise.")
        return control
    control.kind, control.choices = "choice", found
    control.value = found[0][0] if len(found) == 1 else ""
    control.error = _("Look whether this is the one, then press again.")
    return control


def _as_written(value: str) -> str:
    """Return an id as the choices write it; an open item names its subject without strokes."""
    try:
        return str(UUID(hex=value)) if len(value) == 32 else value
    except ValueError:
        return value


def _place(asker: Asker, control: Control) -> Control:
    """Show an office's one place by its name; let one that reaches further choose among those under it."""
    hat = hat_of(asker.request)
    known = place_name(control.value) if len(control.value) == len(ROOT) else ""
    if hat is not None and REACH[Role(hat.role)] is Reach.OWN and control.value == hat.place:
        control.kind, control.said = "fixed", known
    elif hat is not None:
        control.value = spelled(control.value, hat.place) if known else control.value
        control.options = tuple((spelled(one, hat.place), "") for one, _name in places_under(asker))
    return control
