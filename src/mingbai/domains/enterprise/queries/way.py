"""What is known of a firm on its way back to work, for the page that shows every gate of it."""

import datetime as dt
from dataclasses import dataclass

from mingbai.domains.enterprise.models import Dossier, Part
from mingbai.domains.enterprise.queries.dossiers import firm_read
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.rules.deciding import Judgement
from mingbai.kernel.acting import Asking
from mingbai.kernel.models import Standing
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.standing import in_force


@dataclass(frozen=True)
class WayKnown:
    """What is known of a firm on its way."""

    parts: dict[str, Part]
    judged: Judgement
    dossier: Dossier | None
    words: dict[str, Standing]

    def lacking(self, needs: set[str]) -> list[str]:
        """Return which of these parts are required and missing."""
        return [need for need in self.judged.lacking if need in needs]

    def since(self) -> dt.datetime | None:
        """Return since when the firm itself has its application in hand."""
        if self.dossier is None:
            return None
        return self.dossier.decided_at or self.dossier.opened_at


def way_of(asking: Asking, ask: OfFirm) -> WayKnown:
    """Return what is known of a firm on its way, to whoever may read its dossier."""
    firm = firm_read(asking, ask)
    parts = asking.find(Part, organisation_id=firm.id)
    (judged,) = judge(asking.store, firm, parts, asking.now)
    words = asking.find(Standing, subject=firm.id.hex)
    return WayKnown(
        parts={part.need: part for part in parts},
        judged=judged,
        dossier=asking.see(Dossier, organisation_id=firm.id),
        words={row.what: row for row in words if in_force(row, asking.now)},
    )
