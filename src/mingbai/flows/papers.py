"""Papers: the notice-board sheet, a household's slip and the ledger, with the day's signed head as a witness on paper."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import PLACE_ZONE
from mingbai.kernel.journal.tree import last_sealed
from mingbai.kernel.paper import qr_svg, sheet
from mingbai.kernel.perform import answer
from mingbai.kernel.rows import Store


def chinese() -> bool:
    """Tell whether the sheet is set in Chinese."""
    return (get_language() or "").startswith("zh")


def said(at: dt.datetime) -> str:
    """Return a moment as the sheet writes it."""
    return at.astimezone(PLACE_ZONE).strftime("%Y-%m-%d %H:%M")


def day_of(on: dt.date) -> str:
    """Return a day without its year."""
    return f"{on.month}-{on.day:02d}"


def head() -> dict[str, Any]:
    """Return the newest signed head as it is printed: its size, its hash in groups, and a QR that holds it whole."""
    sealed = last_sealed(Store())
    note = sealed.note if sealed else ""
    root = note.split("\n")[2] if sealed else ""
    return {
        "head_title": _("The account's head: %(size)s entries")
        % {"size": f"{sealed.size if sealed else 0:,}"},
        "head_code": " ".join(root[at : at + 4] for at in range(0, len(root), 4)),
        "qr": qr_svg(note or "-"),
    }


def frame(words: dict[str, Any]) -> dict[str, Any]:
    """Return what every sheet holds."""
    return {
        "lang": "zh" if chinese() else "en",
        "words": {"product": _("The clear account")} | words,
    }


def notice_board(place: str, item: str | None = None) -> bytes:
    """Return the A4 sheet for a village's notice board: no name of any resident stands on it."""
    where = answer("places.show", {"place": place})
    found = answer("supplies.public_account", {"place": place})
    chosen = next(
        (one for one in found.items if one.item == item), found.items[0] if found.items else None
    )
    data = frame(
        {
            "columns": [
                _("Goods"),
                _("Received"),
                _("Given out"),
                _("Lost"),
                _("On hand"),
                _("Lasts"),
            ],
            "source_columns": [_("Where it came from"), _("Quantity")],
            "share_columns": [_("Where it went"), _("Households or posts"), _("Quantity")],
            "small_groups": _(
                "Groups under ten are not shown apart, so that nobody is recognised."
            ),
        }
    )
    data |= head() | {
        "title": _("%(place)s: the account of its supplies") % {"place": where.name},
        "posted": said(found.as_of),
        "answer": answered(chosen),
        "pillars": pillars(chosen),
        "unit": chosen.unit if chosen else "",
        "rows": [goods_row(one) for one in found.items],
        "sources": [source_row(row) for row in found.sources if chosen and row.item == chosen.item],
        "shares": [share_row(row) for row in found.shares if chosen and row.item == chosen.item],
        "boxes": [
            [_("Keeper"), ""],
            [_("Overseer (reads only)"), ""],
            [_("Place for the seal"), ""],
        ],
        "notes": [
            _(
                "Photograph this sheet and keep it. If anyone changes what stands before it, the head no longer fits."
            ),
            _("Ask about any line: the answer comes within 48 hours."),
        ],
    }
    return sheet("notice", data, at=int(found.as_of.timestamp()))


def called(one: Any) -> str:
    """Return the name of goods in the sheet's language."""
    return str(one.name if chinese() else one.name_en)


def answered(one: Any) -> str:
    """Return the sheet's one sentence."""
    if one is None:
        return _("No line of this place was cut yet")
    facts = {
        "name": called(one),
        "received": f"{one.received:,}",
        "issued": f"{one.issued:,}",
        "lost": f"{one.lost:,}",
        "left": f"{one.on_hand:,}",
        "unit": one.unit,
    }
    return (
        _(
            "%(name)s: %(received)s %(unit)s came, %(issued)s were given out, %(lost)s were lost with the reason "
            "written down, and %(left)s are in the store."
        )
        % facts
    )


def pillars(one: Any) -> list[list[str]]:
    """Return the four pillars."""
    if one is None:
        return []
    figures = (one.opening, one.received, one.gone, one.on_hand)
    titles = (_("Opening"), _("Received"), _("Given out and lost"), _("On hand"))
    return [[title, f"{figure:,}"] for title, figure in zip(titles, figures, strict=True)]


def goods_row(one: Any) -> list[str]:
    """Return one kind of goods as a row."""
    lasts = "–" if one.cover_days is None else _("%(days)s d") % {"days": one.cover_days}
    figures = [f"{figure:,}" for figure in (one.received, one.issued, one.lost, one.on_hand)]
    return [f"{called(one)}（{one.unit}）", *figures, lasts]


def source_row(row: Any) -> list[str]:
    """Return one source as a row; a donor is not named."""
    kinds = {
        "allocation": _("Allocated by the office above"),
        "donation": _("Donated"),
        "purchase": _("Bought"),
        "production": _("Produced"),
        "transit": _("on the way"),
    }
    name = f"：{row.name}" if row.name else ""
    days = "、".join(day_of(on) for on in row.days)
    return [f"{kinds.get(row.kind, row.kind)}{name}  {days}", f"{row.quantity:,}"]


def share_row(row: Any) -> list[str]:
    """Return where goods went as a row; a group that is not counted shows no number."""
    kinds = {
        "household": _("Households"),
        "person": _("Named people"),
        "post": _("Posts"),
        "residents": _("Households and named people"),
        "all": _("All together"),
        "transit": _("on the way"),
    }
    share = "–" if row.share is None else f"{row.share:,}"
    return [kinds.get(row.kind, row.kind), share, f"{row.quantity:,}"]


def named(row: Any) -> str:
    """Return the name of goods in the reader's language."""
    return str(row.name if chinese() else row.name_en)


def household_slip(token: str, address: str) -> bytes:
    """Return a household's slip, A5: its own lines, and a QR that opens them."""
    found = answer("supplies.household_statement", {"link": token})
    where = answer("places.show", {"place": found.place})
    data = frame(
        {
            "columns": [_("Day"), _("Goods"), _("Quantity")],
            "nothing": _("When something is given to your household, it stands here."),
        }
    )
    data |= head() | {
        "title": _("Slip"),
        "posted": said(found.as_of),
        "facts": [[_("Village"), f"{where.path} {where.name}"], [_("Household"), found.household]],
        "rows": [
            [line.on.isoformat(), named(line), f"{line.quantity:,} {line.unit}"]
            for line in found.lines[-12:]
        ],
        "boxes": [[_("Keeper"), ""], [_("Signature or thumb"), ""], [_("Place for the seal"), ""]],
        "qr": qr_svg(f"{address}/slip/{token}/"),
        "notes": [
            " ".join(token[at : at + 4] for at in range(0, len(token), 4)),
            _(
                "Scan it, or type the code on the village's page: your own lines, and nobody else's."
            ),
            _("If a figure is wrong, ask; the answer comes within 48 hours."),
        ],
    }
    return sheet("slip", data, at=int(found.as_of.timestamp()))


def ledger(place: str, as_: Actor, mandate: UUID | None) -> bytes:
    """Return a place's book on A4, every line with its balance, for those who may read it."""
    where = answer("places.show", {"place": place})
    lines = answer("supplies.account", {"place": place}, as_=as_, mandate=mandate)
    state = answer("account.state", {})
    data = frame(
        {"columns": [_("Line"), _("Day"), _("From or to"), _("Goods"), _("Change"), _("Left")]}
    )
    data |= head() | {
        "title": _("%(place)s: the account of its supplies") % {"place": where.name},
        "posted": said(state.now),
        "rows": [
            [
                str(line.number),
                said(line.at)[:10],
                line.counterparty,
                line.item,
                f"{line.change:+,}",
                f"{line.balance:,} {line.unit}",
            ]
            for line in lines
        ],
        "boxes": [
            [_("Keeper"), ""],
            [_("Overseer (reads only)"), ""],
            [_("Place for the seal"), ""],
        ],
        "notes": [
            _(
                "Photograph this sheet and keep it. If anyone changes what stands before it, the head no longer fits."
            ),
        ],
    }
    return sheet("ledger", data, at=int(state.now.timestamp()))
