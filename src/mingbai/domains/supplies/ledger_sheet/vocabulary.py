"""Vocabulary: how offices head the columns of a supplies ledger, and why a line of it is not taken."""

import enum
import re
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.workbooks import cells

Move = Literal["receive", "issue"]


class Why(enum.StrEnum):
    """Why a line of the paper account is not taken, beside what may be wrong with a cell."""

    NOT_IN_STORE = "not that much in store"
    RECIPIENT_MISSING = "recipient missing"
    NEGATIVE = "negative: reverse the line instead"
    ITEM_MISSING = "item missing"
    UNIT_MISSING = "unit missing"
    UNIT_UNKNOWN = "unit does not fit"
    MOVE_MISSING = "in or out not said"
    CARRIED_OVER = "carried over: count it instead"


WARNING = "balance on paper differs"
SAYINGS: dict[str, Promise] = {
    **cells.SAYINGS,
    Why.NOT_IN_STORE: _("There was not that much in the store on that day. Check the quantity."),
    Why.RECIPIENT_MISSING: _("Nobody is named as the one who took it. Write who."),
    Why.NEGATIVE: _("The quantity is less than nothing. Reverse the mistaken line instead."),
    Why.ITEM_MISSING: _("No item is named. Write what it is."),
    Why.UNIT_MISSING: _("No unit is written, and the item comes in more than one. Write the unit."),
    Why.UNIT_UNKNOWN: _(
        "Nothing tells how this unit converts. Write it in the specification, such as 50只/盒."
    ),
    Why.MOVE_MISSING: _("It is not said whether this came in or went out. Write which."),
    Why.CARRIED_OVER: _(
        "This line only carries a balance over. Count the store and enter the count."
    ),
    WARNING: _("Taken. The balance written on paper is another one than the account's."),
}

IN = (
    r"(?:本期|本月|本日)?(?:入库|收入|购入|购进|采购|进库|进货|接收|领入|收货|收到|收|入|进|增加|借方"
    r"|in|received?|receipts?)"
)
OUT = (
    r"(?:本期|本月|本日)?(?:出库|发出|发放|发货|领用|领取|支出|付出|使用|消耗|发|出|领|减少|贷方"
    r"|out|issued?|issues|used)"
)
AMOUNT = r"(?:/?(?:数量|数|量|qty|quantity))?"
GOODS = r"(?:防疫|防控)?(?:物资|物品|货物|商品|产品|材料|货品|用品)"
WHO = r"(?:人员?|单位|部门|对象|户|者|方|村民)(?:/?(?:签字|签名|姓名)|及单位|/单位)?"
DATED = r"(?:登记|记账|业务|出入库|入出库|收发)?(?:日期|时间|年月日)"

PATTERNS: dict[str, tuple[str, ...]] = {
    "serial": (r"序号|编号|行号|序|号|no\.?|#|line(?:no\.?)?",),
    "date": (DATED, r"date|day"),
    "receive_date": (rf"{IN}/?(?:日期|时间|date)",),
    "issue_date": (rf"{OUT}/?(?:日期|时间|date)",),
    "year": (r"(?:日期|时间)/年|年",),
    "month": (r"(?:.*\d年|年|日期|时间)/月|月",),
    "day": (r"(?:.*\d年|年|日期|时间)/日|日",),
    "item": (
        rf"{GOODS}?(?:名称|品名|品种|品名称)|{GOODS}(?:/名称)?|品名(?:规格)?",
        r"item(?:name)?|goods|name|material|supplies|product|commodity",
    ),
    "specification": (
        r"(?:产品|包装)?规格(?:/?型号)?|型号(?:/?规格)?|包装",
        r"spec(?:ification)?s?|pack(?:ing|aging|size)?",
    ),
    "unit": (r"(?:计量|数量|规格)?单位|units?|uom",),
    "balance": (
        r"(?:当前|现有|目前|本期|期末|账面)?"
        r"(?:结存|结余|库存|余额|剩余|现存|实存|余数|余量)(?:/?(?:数量|数|量))?",
        r"(?:closing)?balance|onhand|(?:in)?stock|remaining|left",
    ),
    "recipient": (
        rf"(?:{OUT}/)?(?:领用|领取|领物|领|受领|签领|签收|接收|收货|使用|发放|受助){WHO}",
        rf"(?:{OUT}/?)?(?:去向|流向|发往|户主(?:姓名)?|对象|用途)|(?:领用人|户主)?姓名",
        rf"{OUT}/(?:姓名|单位|人|部门|to|recipient)",
        r"recipient|(?:issued|given)?to|receiver|receivedby",
    ),
    "source": (
        rf"(?:{IN}/)?(?:{GOODS})?(?:来源|供货|供应|捐赠|捐献|送货|拨付|调拨|发货|购货|采购|交货)"
        r"(?:单位|人|方|商|部门|渠道|者)",
        rf"(?:{IN}/?)?(?:{GOODS})?来源|{IN}/(?:姓名|人|部门|from|source|supplier)",
        r"source|(?:received)?from|supplier|donor",
    ),
    "party": (
        r"来源[/或及、和]?(?:去向|领用人|领取人)|收发单位|往来(?:单位|户)|对方(?:单位|户名)?",
        r"交接(?:单位|人)|摘要|事由",
        r"(?:counter)?party|from/to|details?|particulars|description",
    ),
    "receive_quantity": (IN + AMOUNT, r"(?:qty|quantity)(?:in|received)"),
    "issue_quantity": (OUT + AMOUNT, r"(?:qty|quantity)(?:out|issued)"),
    "quantity": (r"数量|数|件数|qty|quantity|amount|count",),
    "move": (
        r"类型|类别|收发|出入库(?:类型|类别)?|入出库|收/发|[出入]/[出入]|方向|业务类型|操作|收支",
        r"(?:出入库)?性质|type|direction|move(?:ment)?|in/out|kind",
    ),
    "note": (r"备注|说明|附注|notes?|remarks?|comments?",),
}
FIELDS = tuple(
    (name, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))
    for name, patterns in PATTERNS.items()
)
WANTED = _("Date, Item, Specification, Unit, Source, Quantity in, Recipient, Quantity out, Balance")

TOTAL = re.compile(
    r"(?:本?[日周月季年页期次]?度?(?:小计|合计|总计|累计|共计)|过次页|承前页|本[日月季年页期]结存"
    r"|(?:sub|grand)?-?total|sum)(?:[:(\d].*)?",
    re.IGNORECASE,
)
CARRIED = re.compile(
    r"期初|[上前](?:[日周月季年页期次]|年度)?(?:结转|结存|结余|库存|余额)|年初|月初|原有库存"
    r"|opening|broughtforward|b/f",
    re.IGNORECASE,
)
NOTE = re.compile(
    r"(?:注|备注|说明|附注?)(?:[:\d.、(]|$)|填[表报]|制[表单]|审[核批]|复核|负责人|主管|监督|联系|经办|保管|领导|单位负责"
    r"|note|prepared|checked|approved|signature",
    re.IGNORECASE,
)
DITTO = frozenset({"〃", "″", '"', "''", "同上", "ditto", "“", "”", "＂"})
SAYS_IN = re.compile(r"入|收|进|购|采|捐|接|调入|领入|in|rec", re.IGNORECASE)
SAYS_OUT = re.compile(r"出|发|领(?!入)|支|用|耗|调出|out|iss", re.IGNORECASE)
GENERAL_NAME = re.compile(
    r"(?:sheet|工作表)?\s*\d*|.*(?:台账|台帐|登记|汇总|明细|流水|出库|入库|账|帐|表|单)|.*\d+月.*",
    re.IGNORECASE,
)


def recognise(label: str) -> str | None:
    """Return the field that a heading of a supplies ledger names."""
    return next((name for name, pattern in FIELDS if pattern.fullmatch(label)), None)


def said_move(text: str) -> Move | None:
    """Return whether a word says in or out; None if it says neither or both."""
    says_in, says_out = SAYS_IN.match(text), SAYS_OUT.match(text)
    if bool(says_in) == bool(says_out):
        return None
    return "receive" if says_in else "issue"


def titled_move(title: str) -> Move | None:
    """Return what a sheet is for if its title or name names only one way: 入库登记, 领用登记."""
    both = re.search(r"出入|入出|收发|进出|台[账帐]|领发", title)
    says_in = re.search(r"入库|接收|捐赠|收货|进货|采购|received|receipts", title, re.IGNORECASE)
    says_out = re.search(r"出库|领用|领取|发放|签领|issued|issues", title, re.IGNORECASE)
    if both or bool(says_in) == bool(says_out):
        return None
    return "receive" if says_in else "issue"
