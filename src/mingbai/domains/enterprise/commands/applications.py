"""Commands on applications: a firm files, and is decided at once by the version of the rule in force."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.domains.enterprise.commands.dossiers import PartOf, fill
from mingbai.domains.enterprise.commands.settling import dossier_of, load_firms, parts_of, settle
from mingbai.domains.enterprise.queries.judging import judge
from mingbai.domains.enterprise.rules.deciding import strictest
from mingbai.domains.enterprise.words import CHANGED, Need, Verdict
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer
from mingbai.kernel.firms import OWN_SIDE, firm_of, speaks_for
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, Role


class FileApplication(OfFirm):
    """File a firm's application to resume, with parts of the dossier that were not given before."""

    parts: list[PartOf] = Field(default=[], max_length=len(Need))


class Decided(Answer):
    """The decision with its reasons, exactly what is missing, and the version of the rule."""

    decision: Verdict
    reasons: list[Code]
    missing: list[Code]
    rule_version: int
    application: UUID


@command(
    role={Role.CLERK, Role.FIRM_HEAD, Role.DESK},
    title=_("File the application to resume work"),
    many=load_firms,
)
def file_application(acting: Acting, ask: FileApplication) -> Decided:
    """File a firm's application and have it decided at once: approved with reasons, or exactly what is missing, or a visit first.

    The rule in force when it was filed decides. A firm that says it filed earlier is judged by the stricter of then and now.
    """
    firm = firm_of(acting, ask.place, ask.organisation)
    speaks_for(acting, firm)
    dossier = dossier_of(acting, firm)
    if ask.parts:
        fill(acting, firm, ask.parts)
    earlier = acting.at < acting.now
    moments = [acting.at, acting.now] if earlier else [acting.at]
    judged = judge(acting.store, firm, parts_of(acting, firm), *moments)
    acting.close_item(kind=CHANGED, subject=firm.id.hex, place=firm.place, outcome="filed")
    found = strictest(judged) if acting.role in OWN_SIDE else judged[0]
    decision = settle(acting, firm, dossier, found, "filed")
    assert decision is not None
    if found is judged[0] and earlier:
        settle(acting, firm, dossier_of(acting, firm), judged[-1], "reconsidered")
    return Decided(
        decision=found.verdict,
        reasons=list(found.reasons),
        missing=list(found.lacking),
        rule_version=found.required.version,
        application=decision.id,
    )
