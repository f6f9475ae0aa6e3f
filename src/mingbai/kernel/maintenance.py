"""The maintenance door: after a migration every row whose image changed is bound anew by one entry."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.registry import command
from mingbai.kernel.words import Count, Role

LINES: list[list[object]] = []


class BindAnew(Ask):
    """Bind rows that a migration changed."""

    rows: Count


@command(
    role={Role.OPERATOR},
    desk="account",
    title=_("Bind rows anew after a change of the tables"),
    placeless=True,
)
def bind_anew(acting: Acting, ask: BindAnew) -> None:
    """Bind every row that a migration changed; the account was verified before it."""
    assert len(LINES) == ask.rows, "only a migration calls this"
    for line in LINES:
        acting.rows[(str(line[0]), str(line[1]))] = line
    LINES.clear()
