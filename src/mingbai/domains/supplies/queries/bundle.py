"""What the store's desk puts into the bundle that phones carry: goods with what is there, and whom they go to; no names."""

import datetime as dt
from typing import Any

from mingbai.domains.supplies.models import Location
from mingbai.domains.supplies.queries.figures import goods_by_id, on_hand
from mingbai.domains.supplies.words import LocationKind
from mingbai.kernel.gazetteer import short_name
from mingbai.kernel.models import Household, Pack, Place
from mingbai.kernel.registry import bundle_part
from mingbai.kernel.rows import Store
from mingbai.kernel.spelling import pinyin_initials


@bundle_part("store")
def store_part(store: Store, place: str, now: dt.datetime) -> dict[str, Any]:
    """Return the goods of a place's store and its households' numbers, for a phone."""
    goods = goods_by_id(store)
    held = {
        key: quantity for (where, key), quantity in on_hand(place, None).items() if where == place
    }
    packs: dict[Any, list[dict[str, Any]]] = {}
    for pack in store.fetch(Pack, {}, limit=None):
        packs.setdefault(pack.goods_id, []).append({"unit": pack.unit, "size": pack.size})
    named = store.fetch(Place, {"code": place}, limit=1)
    posts = sorted(
        {
            row.name
            for row in store.fetch(
                Location, {"place": place, "kind": LocationKind.POST.value}, limit=None
            )
            if row.name
        }
    )
    households = sorted(row.code for row in store.fetch(Household, {"place": place}, limit=None))
    return {
        "place": place,
        "place_name": short_name(named[0].name, named[0].level) if named else place,
        "goods": [
            {
                "code": goods[key].code,
                "name_zh": goods[key].name_zh,
                "name_en": goods[key].name_en,
                "initials": pinyin_initials(goods[key].name_zh),
                "unit": goods[key].base_unit,
                "packs": packs.get(key, []),
                "on_hand": quantity,
            }
            for key, quantity in sorted(held.items(), key=lambda each: goods[each[0]].name_zh)
        ],
        "recipients": [
            *({"code": code, "label": code} for code in households),
            *({"code": name, "label": name} for name in posts),
        ],
    }
