"""Goods: found by code or name, and counted in base units whatever the pack."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.models import Goods, Pack
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.rows import Store

QUANTITY_MOST = 10**12

sentences(
    {
        "GDS-1": _("%(item)s is not counted in %(unit)s. Choose one of: %(units)s."),
        "GDS-5": _(
            "No goods are registered as %(item)s. Register them first, or choose from the list."
        ),
        "GDS-6": _("That is more than an account line can hold (%(most)s %(unit)s)."),
    }
)


def find_goods(store: Store, item: str) -> Goods:
    """Return goods by code, or else by name."""
    for column in ("code", "name_zh", "name_en"):
        if found := store.fetch(Goods, {column: item}, limit=2):
            return found[0]
    raise Refused("GDS-5", item=item)


def in_base_units(store: Store, goods: Goods, quantity: int, unit: str) -> int:
    """Return a quantity in base units; a unit that these goods do not come in is refused."""
    if unit == goods.base_unit:
        return quantity
    packs = {pack.unit: pack.size for pack in store.fetch(Pack, {"goods_id": goods.id}, limit=None)}
    if unit not in packs:
        units = "、".join([goods.base_unit, *sorted(packs)])
        raise Refused("GDS-1", item=goods.name_zh, unit=unit, units=units)
    amount = quantity * packs[unit]
    if amount > QUANTITY_MOST:
        raise Refused("GDS-6", most=QUANTITY_MOST, unit=goods.base_unit)
    return amount
