"""Rules of forms, of the burden they are, and of leaders' visits: pure, each with its number."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from mingbai.kernel.documents import DocumentFault, resident_id
from mingbai.kernel.refusals import NotAllowed, Refused, sentences
from mingbai.kernel.saying import _

HELD, LEARNT, UNDER_WAY, TO_ASK = "held", "learnt", "under_way", "to_ask"
SENT, WAITS, DECLINED, WITHDRAWN = "sent", "waits", "declined", "withdrawn"
PERSONAL = re.compile(
    r"(?:.*(?:身份证|证件|护照)号?码?.*|.*(?:document|passport|identity|id)(?:card)?n(?:o|umber)\.?)",
    re.IGNORECASE,
)
IN_A_ROW = re.compile(r"\d[\dXx -]{13,24}[\dXx]")
YES = {"yes": "yes", "no": "no", "是": "yes", "否": "no", "有": "yes", "无": "no"}

sentences(
    {
        "INS-60": _("Ask either of places or of firms in one form, not of both."),
        "INS-61": _("This form asks of somebody who is not at or under this place: %(subject)s."),
        "INS-62": _("The heading “%(heading)s” stands twice, or names the same field as another one."),
        "INS-63": _(
            "“%(heading)s” asks for people's document numbers. No form collects them: people are recorded once, in the register."
        ),
        "INS-64": _("No field %(field)s is known for this kind of form. Choose one of the list."),
        "INS-65": _("The day by which it is due lies behind. Choose a later one."),
        "INS-66": _(
            "Nothing was sent. %(subject)s has been asked %(spent)s of %(budget)s minutes this week, and this form takes %(minutes)s more. Ask for less, ask later, or give a reason for the level above to sign."
        ),
        "INS-67": _("No form of this id waits for a signature from here."),
        "INS-68": _("Whoever asks does not sign for it. Somebody else of the level above does."),
        "INS-69": _("No form of this id waits for answers from here."),
        "INS-70": _("Not sent yet: %(number)s fields have no answer. Fill them in, or say why you do not have it. What you wrote is kept."),
        "INS-71": _("“%(heading)s”: write a whole number, digits only."),
        "INS-72": _("“%(heading)s”: write a number."),
        "INS-73": _("“%(heading)s”: write a day like 2020-02-14."),
        "INS-74": _("“%(heading)s”: say yes or no."),
        "INS-75": _("“%(heading)s”: choose one of %(choices)s."),
        "INS-76": _("“%(heading)s”: this holds a document number. No form collects them; take it out."),
        "INS-77": _("“%(heading)s”: give the answer or say why you do not have it, not both."),
        "INS-78": _("This field is not one of the form's."),
        "INS-79": _("A choice needs two or more choices: “%(heading)s”."),
        "INS-80": _("No answer to this field is held here."),
        "INS-81": _("This form was withdrawn, declined or answered already."),
        "INS-82": _("Only the office that asked withdraws its form."),
    }
)  # fmt: skip


def learnt_code(about: str, label: str) -> str:
    """Return the code of a field nobody in the house holds: the same for the same heading."""
    return "asked/" + hashlib.sha256(f"{about}/{label}".encode()).hexdigest()[:16]


def check_headings(headings: Sequence[tuple[str, str]]) -> None:
    """INS-62 一项一栏: a form asks for each field once."""
    seen: set[str] = set()
    for heading, code in headings:
        if code in seen:
            raise Refused("INS-62", heading=heading)
        seen.add(code)


def check_not_personal(heading: str) -> None:
    """INS-63 表里不收证件号: a form asks for no document numbers."""
    if PERSONAL.fullmatch("".join(heading.split())):
        raise Refused("INS-63", heading=heading)


def check_due(due: dt.date, today: dt.date) -> None:
    """INS-65 限期在后: a form is due on a day that has not passed."""
    if due < today:
        raise Refused("INS-65")


def minutes_of(fields: int, seconds: int) -> int:
    """INS-B 一栏几秒: what a number of fields takes, in minutes begun."""
    return -(-fields * seconds // 60)


def check_budget(*, subject: str, spent: int, minutes: int, budget: int) -> None:
    """INS-66 一周有数: nobody is asked for more minutes a week than the place lets them be."""
    if minutes and spent + minutes > budget:
        raise Refused("INS-66", subject=subject, spent=spent, budget=budget, minutes=minutes)


def check_signer(*, same: bool) -> None:
    """INS-68 要的不签: an overrun is signed by somebody else, of the level above."""
    if same:
        raise NotAllowed("INS-68")


def too_old(given_at: dt.datetime, now: dt.datetime, days: int) -> bool:
    """INS-O 过期再问: an answer holds for a number of days, and is asked anew afterwards."""
    return now - given_at > dt.timedelta(days=days)


def answer_of(heading: str, kind: str, choices: Sequence[str], text: str) -> str:
    """INS-71 填得下: an answer is of its field's kind, and holds no document number."""
    if kind == "whole":
        if not re.fullmatch(r"-?\d{1,15}", plain := text.replace(",", "").replace("，", "")):
            raise Refused("INS-71", heading=heading)
        return plain
    if kind == "decimal":
        try:
            return str(Decimal(text.replace(",", "")))
        except InvalidOperation:
            raise Refused("INS-72", heading=heading) from None
    if kind == "day":
        try:
            return dt.date.fromisoformat(text).isoformat()
        except ValueError:
            raise Refused("INS-73", heading=heading) from None
    if kind == "yes_no":
        if text.lower() not in YES:
            raise Refused("INS-74", heading=heading)
        return YES[text.lower()]
    if kind == "choice" and text not in choices:
        raise Refused("INS-75", heading=heading, choices="、".join(choices))
    if holds_a_number(text):
        raise Refused("INS-76", heading=heading)
    return text


def holds_a_number(text: str) -> bool:
    """Tell whether a text holds a resident ID number."""
    for run in IN_A_ROW.findall(text):
        try:
            resident_id(run.replace(" ", "").replace("-", ""))
        except DocumentFault:
            continue
        return True
    return False
