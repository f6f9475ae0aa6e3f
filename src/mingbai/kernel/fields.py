"""Fields of the house: what is held here, under one code, so that no form asks for it again.

A query says which columns of its answer hold which field. A form's heading is that field when it is written as one of the
field's names; nothing is guessed.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class About(enum.StrEnum):
    """Of what a field tells."""

    PLACE = "place"
    ORGANISATION = "organisation"


class Over(enum.StrEnum):
    """How the rows of an answer become one value."""

    ONE = "one"
    COUNT = "count"
    SUM = "sum"


@dataclass(frozen=True)
class HouseField:
    """A field that somebody in the house holds: its code, what it is called, and how offices head its column."""

    code: str
    title: Promise
    about: About
    aliases: tuple[str, ...] = ()
    over: Over = Over.ONE
    where: tuple[str, object] | None = None

    def counts(self, row: object) -> bool:
        """Tell whether a row of the answer counts for this field."""
        return self.where is None or getattr(row, self.where[0]) == self.where[1]


HOUSE_FIELDS: dict[str, HouseField] = {}
Holds = Mapping[str, HouseField | tuple[HouseField, ...]]


def house_field(
    code: str,
    title: Promise,
    *,
    about: About = About.PLACE,
    aliases: tuple[str, ...] = (),
    over: Over = Over.ONE,
    where: tuple[str, object] | None = None,
) -> HouseField:
    """Register a field that the house holds; one code has one meaning."""
    assert code not in HOUSE_FIELDS, f"{code} is registered twice"
    HOUSE_FIELDS[code] = found = HouseField(code, title, about, aliases, over, where)
    return found


def in_pairs(holds: Holds) -> tuple[tuple[str, HouseField], ...]:
    """Return each column of an answer with a field that it holds."""
    return tuple(
        (column, field)
        for column, held in holds.items()
        for field in (held if isinstance(held, tuple) else (held,))
    )


PLACE_NAME = house_field(
    "place.name",
    _("Name of the place"),
    aliases=("村名", "单位", "单位名称", "填报单位", "行政村", "社区名称", "village", "unit"),
)
PLACE_CODE = house_field(
    "place.code",
    _("Code of the place"),
    aliases=("行政区划代码", "区划代码", "村编码", "placecode"),
)
PLACE_PATH = house_field(
    "place.path", _("Places above it"), aliases=("所属乡镇", "所属镇街", "所在区县", "上级单位")
)
STORES = house_field(
    "place.stores",
    _("Number of stores"),
    aliases=("仓库数", "仓库个数", "物资点数", "stores"),
    over=Over.COUNT,
    where=("kind", "store"),
)
HOUSEHOLDS = house_field(
    "place.households",
    _("Number of households"),
    aliases=("户数", "总户数", "全村户数", "住户数", "households"),
    over=Over.COUNT,
)
REGISTERED_HOUSEHOLDS = house_field(
    "place.households_registered",
    _("Households registered here"),
    aliases=("户籍户数", "本村户籍户数", "registeredhouseholds"),
    over=Over.COUNT,
    where=("registered", True),
)
TENANT_HOUSEHOLDS = house_field(
    "place.households_tenant",
    _("Households of tenants"),
    aliases=("租户数", "租住户数", "外来户数", "流动人口户数", "tenanthouseholds"),
    over=Over.COUNT,
    where=("registered", False),
)
FIRMS = house_field(
    "place.firms",
    _("Number of firms"),
    aliases=("企业数", "辖区企业数", "企业个数", "firms"),
    over=Over.COUNT,
    where=("kind", "company"),
)
TURNS_TODAY = house_field(
    "place.turns_today",
    _("Turns of duty today"),
    aliases=("今日值班人数", "值班人数", "当日值守人数", "turnstoday"),
    over=Over.COUNT,
)
FIRM_NAME = house_field(
    "firm.name",
    _("Name of the firm"),
    about=About.ORGANISATION,
    aliases=("企业名称", "单位名称", "单位", "公司名称", "填报单位", "firm", "company"),
)
FIRM_KIND = house_field(
    "firm.kind",
    _("Kind of organisation"),
    about=About.ORGANISATION,
    aliases=("单位类型", "组织类型"),
)
FIRM_CREDIT_CODE = house_field(
    "firm.credit_code",
    _("Unified social credit code"),
    about=About.ORGANISATION,
    aliases=("信用代码", "社会信用代码", "统一信用代码", "creditcode"),
)
FIRM_SECTOR = house_field(
    "firm.sector",
    _("Sector"),
    about=About.ORGANISATION,
    aliases=("所属行业", "行业类别", "行业代码", "industry"),
)
FIRM_ADDRESS = house_field(
    "firm.address",
    _("Address"),
    about=About.ORGANISATION,
    aliases=("企业地址", "经营地址", "注册地址", "厂址"),
)
FIRM_PURPOSE = house_field(
    "firm.purpose",
    _("What the firm does"),
    about=About.ORGANISATION,
    aliases=("主营业务", "经营范围", "主要产品"),
)
FIRM_SINCE = house_field(
    "firm.since",
    _("Founded on"),
    about=About.ORGANISATION,
    aliases=("成立日期", "成立时间", "注册日期", "founded"),
)
FIRM_CLASSES = house_field(
    "firm.classes",
    _("Classes of the firm"),
    about=About.ORGANISATION,
    aliases=("企业类别", "是否规上", "规上企业"),
)
FIRM_VEHICLES = house_field(
    "firm.vehicles",
    _("Number of vehicles"),
    about=About.ORGANISATION,
    aliases=("车辆数", "自有车辆数", "vehicles"),
    over=Over.COUNT,
)
