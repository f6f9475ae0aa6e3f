"""Commands on goods: what can be counted, in which unit, in which packs."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.glossary import terms
from mingbai.kernel.goods import find_goods
from mingbai.kernel.models import Goods, Pack
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.words import Code, ItemCode, OpenName, PlaceCode, Quantity, Role, Unit

sentences(
    {
        "GDS-2": _("Goods of this code or name are already registered."),
        "GDS-3": _(
            "This pack is already registered as %(size)s %(unit)s. A pack of another size needs another name."
        ),
        "GDS-4": _("The base unit is not a pack of itself."),
    }
)
terms(
    {
        "name_zh": _("Chinese name"),
        "name_en": _("English name"),
        "base_unit": _("Base unit"),
        "lent": _("Lent, not used up"),
        "size": _("Base units in one pack"),
        "item": _("Goods"),
    }
)

KEEPING = {Role.DESK, Role.KEEPER, Role.OPERATOR}


class AddGoods(Ask):
    """Register a kind of goods."""

    place: PlaceCode
    code: Code
    name_zh: OpenName
    name_en: OpenName
    base_unit: Unit
    lent: bool = False


class GoodsAdded(Answer):
    """The goods' id."""

    goods: UUID


@command(role=KEEPING, desk="goods", title=_("Register goods"))
def add_goods(acting: Acting, ask: AddGoods) -> GoodsAdded:
    """Register a kind of goods and the unit it is counted in."""
    if acting.see(Goods, code=ask.code) or acting.see(Goods, name_zh=ask.name_zh):
        raise Refused("GDS-2")
    added = acting.add(
        Goods(
            code=ask.code,
            name_zh=ask.name_zh,
            name_en=ask.name_en,
            base_unit=ask.base_unit,
            lent=ask.lent,
        )
    )
    return GoodsAdded(goods=added.id)


class AddPack(Ask):
    """Register a pack of goods."""

    place: PlaceCode
    item: ItemCode
    unit: Unit
    size: Quantity


@command(role=KEEPING, desk="goods", title=_("Register a pack"))
def add_pack(acting: Acting, ask: AddPack) -> None:
    """Register how many base units a pack of goods holds."""
    goods = find_goods(acting.store, ask.item)
    if ask.unit == goods.base_unit:
        raise Refused("GDS-4")
    if standing := acting.see(Pack, goods_id=goods.id, unit=ask.unit):
        raise Refused("GDS-3", size=standing.size, unit=goods.base_unit)
    acting.add(Pack(goods_id=goods.id, unit=ask.unit, size=ask.size))
