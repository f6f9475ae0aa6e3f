"""Vocabulary: what the columns of a paper register are called, and what its marks mean."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.words import Doubt
from mingbai.kernel import documents

KIND = "movement.register"
TWICE = "same person, same arrival"
WANTED = _("Name, Document, Number, Phone, From, Arrived on, Where they stay")
SAYINGS: dict[str, Promise] = {
    Doubt.LENGTH: documents.SENTENCES[documents.Why.LENGTH],
    Doubt.CHECK_CHARACTER: documents.SENTENCES[documents.Why.CHECK_CHARACTER],
    Doubt.BIRTH_DATE: documents.SENTENCES[documents.Why.BIRTH_DATE],
    Doubt.PHONE: documents.SENTENCES[documents.Why.PHONE],
    Doubt.LOST: documents.SENTENCES[documents.Why.LOST],
    Doubt.MISSING: documents.SENTENCES[documents.Why.MISSING],
    TWICE: _("This person's arrival on this day stands on the list already. Nothing was added."),
}
NAME_MISSING = _("No name is written. Write the name as on the document.")
DAY_MISSING = _("The day of arrival is missing or cannot be read. Write it like 2020-01-31.")

PATTERNS = {
    "serial": r"序号|编号|行号|序|号|no\.?|#",
    "name": r"(?:返京|来京|返乡|来访|人员|登记人|本人|被登记人)*姓名|名字|(?:full)?name",
    "document_kind": r"(?:有效|身份)?证件(?:类型|种类|类别|名称)|document(?:type|kind)?|idtype",
    "document": (
        r"(?:居民|本人)?身份证(?:件)?(?:号码?|编号)?|(?:身份|有效)?证件(?:号码?|编号)|证号|公民身份(?:证)?号码"
        r"|(?:document|id|card|passport)(?:n(?:o\.?|umber))"
    ),
    "phone": (
        r"(?:本人|联系|移动)*(?:手机|电话)(?:号码?)?|联系(?:电话|方式)|(?:mobile)?phone(?:n(?:o\.?|umber))?|mobile"
    ),
    "from_place": (
        r"来自(?:何?[处地]|哪里)?|从何[处地](?:来|返回)?|(?:出发|来源|始发|返程|原居住|途经|来京前(?:所在|居住)?)(?:地点?|省市|城市)?"
        r"|来[处地]|何[处地](?:来|返回)|from|camefrom|origin"
    ),
    "arrived_on": (
        r"(?:到达|抵达|返回|返京|到京|抵京|来京|进村|入村|返村|登记)(?:日期|时间|日)?|日期|时间|date|arriv(?:ed|al)(?:on|date)?"
    ),
    "lodging": (
        r"(?:现|暂|在京|本村|村内|京内)*(?:居?住(?:地址?|址|处|所)|居所|地址|落脚(?:点|处))(?:详细)?|住哪里|address|lodging|livesin|stays(?:at)?"
    ),
    "transport": r"(?:交通|乘坐|来京)?(?:工具|方式|交通)|车次|航班|transport",
    "note": r"备注|说明|体温|健康状况|note|remarks?",
}
FIELDS = tuple((name, re.compile(pattern)) for name, pattern in PATTERNS.items())
RESIDENT_ID = re.compile(
    r"(?:居民|二代|第二代)*身份证(?:件|号码?)?|resident\s?id|id\s?card|id", re.I
)
PASSPORT = re.compile(r"(?:外国|中国|普通|因私)*护照|passport", re.I)
PASSPORT_NUMBER = re.compile(r"[A-Z]{1,2}\d{7,8}", re.ASCII)
DITTO = frozenset({"〃", "″", '"', "''", "同上", "同前", "ditto", "“", "”", "＂", "々", "..", "…"})
TOTAL = re.compile(r"(?:小计|合计|总计|共计|共|sub-?total|total|sum)(?:[:(\d].*|人.*)?", re.I)
NOTE = re.compile(
    r"(?:注|备注|说明|附注?)(?:[:\d.、(]|$)|填[表报写]|制[表单]|审[核批]|复核|负责人|值班|登记人|note",
    re.I,
)


def recognise(label: str) -> str | None:
    """Return the field that a heading of a register names."""
    return next((name for name, pattern in FIELDS if pattern.fullmatch(label)), None)
