"""Queries on a supply chain that files together: each supplier, whether it confirmed its part, and how it stands."""

import datetime as dt
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.enterprise.models import Consent, Dossier, Part
from mingbai.domains.enterprise.queries.dossiers import READS, firm_read
from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Row
from mingbai.kernel.firms import OWN_SIDE
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import SupplyLink
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.registry import Scope, query

terms(
    {"consent": _("Consent"), "prepared": _("Parts prepared for it"), "suppliers": _("Suppliers")}
)


class SupplierRow(Row):
    """A supplier for which a lead firm files."""

    organisation: UUID
    name: str
    place: str
    consent: str
    asked_at: dt.datetime
    answered_at: dt.datetime | None
    prepared: int
    state: str | None


@query(scope=Scope.UNDER, role=READS, title=_("Suppliers that file together"))
def group(asking: Asking, ask: OfFirm) -> list[SupplierRow]:
    """Return the suppliers for which a firm files: who confirmed, who declined, for whom it waits since when, and who is approved.

    How a supplier stands the lead firm sees of those alone that confirmed their part and still supply it.
    """
    lead = firm_read(asking, ask)
    rows = Consent.objects.filter(lead=lead).select_related("supplier").order_by("asked_at", "id")
    newest = {row.supplier_id: row for row in rows}
    states = {
        row.organisation_id: row.state
        for row in Dossier.objects.filter(organisation__in=newest, filed_at__isnull=False)
    }
    links = SupplyLink.objects.filter(id__in=[row.supply_link for row in newest.values()])
    lasting = set(links.filter(until=None).values_list("id", flat=True))
    prepared = list(
        Part.objects.filter(organisation__in=newest, lead=lead.id).values_list(
            "organisation_id", flat=True
        )
    )
    return [
        SupplierRow(
            organisation=row.supplier_id,
            name=row.supplier.name,
            place=row.supplier.place,
            consent=row.outcome or "asked",
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            prepared=prepared.count(row.supplier_id),
            state=states.get(row.supplier_id, "none")
            if asking.role not in OWN_SIDE
            or (row.outcome == "confirmed" and row.supply_link in lasting)
            else None,
        )
        for row in newest.values()
    ]
