"""CAP 1.2: write an alert as XML, and read one back; what does not follow the standard is refused with its line.

A table says for each element which elements may stand in it, in which order, how often and in what form; reading goes
by that table, so that a fault is told by its line and in words, and nothing from outside is fetched or expanded.
"""

import datetime as dt
import re
import xml.sax
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree import ElementTree
from xml.sax.handler import ContentHandler, feature_namespaces

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser
from django.utils.translation import gettext as _

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
GEOCODE = "CN-PLACE-12"
EIGHT_HOURS = dt.timezone(dt.timedelta(hours=8))
"""The place's zone without its summers of 1986 to 1991: any zone will do, as long as it is written."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
NAME = re.compile(r"[^\s,<&]+")
LANGUAGE = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
MANY = 1000


class CapFault(Exception):  # noqa: N818 - it says where a message does not follow the standard
    """What is wrong with a message, and in which line."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Info:
    """What an alert says in one language."""

    language: str
    event: str
    urgency: str
    severity: str
    certainty: str
    headline: str
    description: str
    sender_name: str
    area: str
    geocodes: tuple[str, ...]
    category: str = "Health"
    response: str | None = None
    audience: str | None = None
    effective: dt.datetime | None = None
    onset: dt.datetime | None = None
    expires: dt.datetime | None = None


@dataclass(frozen=True)
class Alert:
    """One message: who sends it, when, of which kind, what it refers to, and what it says in each language."""

    identifier: str
    sender: str
    sent: dt.datetime
    status: str
    kind: str
    infos: tuple[Info, ...]
    scope: str = "Public"
    references: tuple[tuple[str, str, dt.datetime], ...] = ()


def said(at: dt.datetime) -> str:
    """Return a moment as CAP writes it: to the second, with its zone."""
    return at.astimezone(EIGHT_HOURS).isoformat(timespec="seconds")


def write(alert: Alert) -> str:
    """Return an alert as CAP 1.2."""
    root = ElementTree.Element("alert", {"xmlns": NAMESPACE})
    put(root, "identifier", alert.identifier)
    put(root, "sender", alert.sender)
    put(root, "sent", said(alert.sent))
    put(root, "status", alert.status)
    put(root, "msgType", alert.kind)
    put(root, "scope", alert.scope)
    if alert.references:
        told = (f"{sender},{name},{said(at)}" for sender, name, at in alert.references)
        put(root, "references", " ".join(told))
    for info in alert.infos:
        write_info(ElementTree.SubElement(root, "info"), info)
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def put(parent: ElementTree.Element, name: str, text: str | None) -> None:
    """Put an element with its text into another, when there is a text."""
    if text:
        ElementTree.SubElement(parent, name).text = text


def write_info(into: ElementTree.Element, info: Info) -> None:
    """Write what an alert says in one language, in the order that the standard gives."""
    put(into, "language", info.language)
    put(into, "category", info.category)
    put(into, "event", info.event)
    put(into, "responseType", info.response)
    put(into, "urgency", info.urgency)
    put(into, "severity", info.severity)
    put(into, "certainty", info.certainty)
    put(into, "audience", info.audience)
    put(into, "effective", said(info.effective) if info.effective else None)
    put(into, "onset", said(info.onset) if info.onset else None)
    put(into, "expires", said(info.expires) if info.expires else None)
    put(into, "senderName", info.sender_name)
    put(into, "headline", info.headline)
    put(into, "description", info.description)
    area = ElementTree.SubElement(into, "area")
    put(area, "areaDesc", info.area)
    for code in info.geocodes:
        geocode = ElementTree.SubElement(area, "geocode")
        put(geocode, "valueName", GEOCODE)
        put(geocode, "value", code)


Check = Callable[[str], str | None]


def free(text: str) -> str | None:
    """Let any text stand that says something."""
    return None if text else _("it is empty")


def a_name(text: str) -> str | None:
    """Let a name without spaces, commas, < and & stand."""
    return None if NAME.fullmatch(text) else _("it holds a space, a comma, < or &, or is empty")


def a_moment(text: str) -> str | None:
    """Let a moment with its zone stand."""
    wrong = _("it is not written as a time with its zone, as 2020-03-02T00:00:00+08:00")
    if not MOMENT.fullmatch(text):
        return wrong
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return wrong
    return None


def a_language(text: str) -> str | None:
    """Let the code of a language stand."""
    return None if LANGUAGE.fullmatch(text) else _("it is not the code of a language, as zh-CN")


def a_whole(text: str) -> str | None:
    """Let a whole number stand."""
    return None if re.fullmatch(r"[-+]?\d+", text) else _("it is not a whole number")


def a_number(text: str) -> str | None:
    """Let a number stand."""
    return None if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)", text) else _("it is not a number")


def references(text: str) -> str | None:
    """Let references stand: sender, identifier and time of each message, with commas between."""
    for one in text.split():
        parts = one.split(",")
        if len(parts) != 3 or a_name(parts[0]) or a_name(parts[1]) or a_moment(parts[2]):
            return _(
                "each message is named by its sender, identifier and time, with commas between"
            )
    return None if text.strip() else _("it is empty")


def words(*known: str) -> Check:
    """Let one of a closed list of words stand."""

    def check(text: str) -> str | None:
        if text in known:
            return None
        return _("“%(text)s” is none of %(known)s") % {"text": text[:40], "known": ", ".join(known)}

    return check


@dataclass(frozen=True)
class Child:
    """What may stand in an element: its name, its form or what stands in it, and how often."""

    name: str
    form: "Check | tuple[Child, ...]" = free
    least: int = 0
    most: int = 1


PAIR = (Child("valueName", free, 1), Child("value", free, 1))
AREA = (
    Child("areaDesc", free, 1),
    Child("polygon", free, 0, MANY),
    Child("circle", free, 0, MANY),
    Child("geocode", PAIR, 0, MANY),
    Child("altitude", a_number),
    Child("ceiling", a_number),
)
RESOURCE = (
    Child("resourceDesc", free, 1),
    Child("mimeType", free, 1),
    Child("size", a_whole),
    Child("uri"),
    Child("derefUri"),
    Child("digest"),
)
CATEGORIES = words(
    *("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env"),
    *("Transport", "Infra", "CBRNE", "Other"),
)
RESPONSES = words(
    *("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess"),
    *("AllClear", "None"),
)
INFO = (
    Child("language", a_language),
    Child("category", CATEGORIES, 1, MANY),
    Child("event", free, 1),
    Child("responseType", RESPONSES, 0, MANY),
    Child("urgency", words("Immediate", "Expected", "Future", "Past", "Unknown"), 1),
    Child("severity", words("Extreme", "Severe", "Moderate", "Minor", "Unknown"), 1),
    Child("certainty", words("Observed", "Likely", "Possible", "Unlikely", "Unknown"), 1),
    Child("audience"),
    Child("eventCode", PAIR, 0, MANY),
    Child("effective", a_moment),
    Child("onset", a_moment),
    Child("expires", a_moment),
    Child("senderName"),
    Child("headline"),
    Child("description"),
    Child("instruction"),
    Child("web"),
    Child("contact"),
    Child("parameter", PAIR, 0, MANY),
    Child("resource", RESOURCE, 0, MANY),
    Child("area", AREA, 0, MANY),
)
ALERT = Child(
    "alert",
    (
        Child("identifier", a_name, 1),
        Child("sender", a_name, 1),
        Child("sent", a_moment, 1),
        Child("status", words("Actual", "Exercise", "System", "Test", "Draft"), 1),
        Child("msgType", words("Alert", "Update", "Cancel", "Ack", "Error"), 1),
        Child("source"),
        Child("scope", words("Public", "Restricted", "Private"), 1),
        Child("restriction"),
        Child("addresses"),
        Child("code", free, 0, MANY),
        Child("note"),
        Child("references", references),
        Child("incidents"),
        Child("info", INFO, 0, MANY),
    ),
)


@dataclass
class Node:
    """An element of a message, with its line."""

    name: str
    line: int
    ours: bool
    text: str = ""
    parts: "list[Node]" = field(default_factory=list)

    def of(self, name: str) -> "Iterator[Node]":
        """Give the elements of a name that stand in this one."""
        return (one for one in self.parts if one.name == name)

    def one(self, name: str) -> str:
        """Return the text of the one element of a name; empty when there is none."""
        return next((part.text for part in self.of(name)), "")


class Reading(ContentHandler):
    """Takes a message in, element by element, each with its line."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[Node] = []
        self.root: Node | None = None
        self.locator: xml.sax.xmlreader.Locator | None = None

    def setDocumentLocator(self, locator: xml.sax.xmlreader.Locator) -> None:  # noqa: N802 - SAX's name
        """Remember who knows the line."""
        self.locator = locator

    @property
    def line(self) -> int:
        """Return the line at which reading stands."""
        return (self.locator.getLineNumber() if self.locator else None) or 1

    def startElementNS(  # noqa: N802 - SAX's name
        self, name: tuple[str | None, str], qname: str | None, attrs: object
    ) -> None:
        """An element begins."""
        node = Node(name[1], self.line, name[0] == NAMESPACE)
        if name[0] == SIGNATURE or (self.open and self.open[-1].name == SIGNATURE):
            node.name = SIGNATURE  # a signature may stand in a message, and is not looked into
        elif not node.ours:
            raise CapFault(
                node.line, _("<%(name)s> is not an element of CAP 1.2") % {"name": node.name[:40]}
            )
        if self.open:
            self.open[-1].parts.append(node)
        else:
            self.root = node
        self.open.append(node)

    def characters(self, content: str) -> None:
        """Some text."""
        self.open[-1].text += content

    def endElementNS(self, name: tuple[str | None, str], qname: str | None) -> None:  # noqa: N802 - SAX's name
        """An element ends."""
        node = self.open.pop()
        node.text = node.text.strip()


def taken_in(text: str) -> Node:
    """Return a message's root element; what is no XML, or wants something expanded, is refused with its line."""
    reading = Reading()
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)
    parser.setContentHandler(reading)
    try:
        parser.parse(BytesIO(text.encode()))
    except xml.sax.SAXParseException as fault:
        raise CapFault(
            fault.getLineNumber() or 1, _("the XML breaks off or is torn here")
        ) from None
    except DefusedXmlException:
        raise CapFault(
            reading.line, _("document types and entities are not read; take this out")
        ) from None
    assert reading.root is not None
    return reading.root


def read(text: str) -> Alert:
    """Return the alert that a CAP 1.2 message holds; the first thing that does not follow the standard is refused."""
    root = taken_in(text)
    if root.name != ALERT.name:
        raise CapFault(
            root.line, _("a message begins with <alert>, not <%(name)s>") % {"name": root.name[:40]}
        )
    check(root, ALERT)
    check_whole(root)
    return Alert(
        identifier=root.one("identifier"),
        sender=root.one("sender"),
        sent=dt.datetime.fromisoformat(root.one("sent")),
        status=root.one("status"),
        kind=root.one("msgType"),
        scope=root.one("scope"),
        references=tuple(named(one) for one in root.one("references").split()),
        infos=tuple(info_of(one) for one in root.of("info")),
    )


def check(node: Node, form: Child) -> None:
    """Hold an element against the table: what stands in it, in which order, how often, in what form."""
    if not isinstance(form.form, tuple):
        if node.parts:
            raise CapFault(node.parts[0].line, expected_not(node.parts[0]))
        if (problem := form.form(node.text)) is not None:
            raise CapFault(node.line, f"<{node.name}>: {problem}")
        return
    parts = [one for one in node.parts if one.name != SIGNATURE]
    at = 0
    for child in form.form:
        count = 0
        while at < len(parts) and parts[at].name == child.name:
            count += 1
            if count > child.most:
                raise CapFault(
                    parts[at].line, _("<%(name)s> stands here twice") % {"name": child.name}
                )
            check(parts[at], child)
            at += 1
        if count < child.least:
            line = parts[at].line if at < len(parts) else node.line
            wanted = {"name": child.name, "in": node.name}
            raise CapFault(
                line, _("<%(name)s> is missing in <%(in)s>, or stands elsewhere") % wanted
            )
    if at < len(parts):
        raise CapFault(parts[at].line, expected_not(parts[at]))


def expected_not(node: Node) -> str:
    """Say that an element does not belong where it stands."""
    return _("<%(name)s> does not belong here, or stands in another order") % {
        "name": node.name[:40]
    }


def check_whole(root: Node) -> None:
    """Hold a message against what its parts say of each other."""
    line = next(root.of("msgType")).line
    if root.one("msgType") in {"Update", "Cancel", "Ack"} and not root.one("references"):
        raise CapFault(
            line, _("an update or cancellation names in <references> which message it is about")
        )
    line = next(root.of("scope")).line
    if root.one("scope") == "Restricted" and not root.one("restriction"):
        raise CapFault(line, _("a restricted message says in <restriction> for whom it is"))
    if root.one("scope") == "Private" and not root.one("addresses"):
        raise CapFault(line, _("a private message says in <addresses> to whom it goes"))


def named(text: str) -> tuple[str, str, dt.datetime]:
    """Return one reference: sender, identifier, time."""
    sender, identifier, sent = text.split(",")
    return sender, identifier, dt.datetime.fromisoformat(sent)


def info_of(node: Node) -> Info:
    """Return what a message says in one language; of its areas, the first one's name and every place code of ours."""
    areas = list(node.of("area"))
    codes = (
        one.one("value")
        for area in areas
        for one in area.of("geocode")
        if one.one("valueName") == GEOCODE
    )
    moments = {name: node.one(name) for name in ("effective", "onset", "expires")}
    return Info(
        language=node.one("language") or "en-US",
        category=node.one("category"),
        event=node.one("event"),
        response=node.one("responseType") or None,
        urgency=node.one("urgency"),
        severity=node.one("severity"),
        certainty=node.one("certainty"),
        audience=node.one("audience") or None,
        effective=dt.datetime.fromisoformat(moments["effective"]) if moments["effective"] else None,
        onset=dt.datetime.fromisoformat(moments["onset"]) if moments["onset"] else None,
        expires=dt.datetime.fromisoformat(moments["expires"]) if moments["expires"] else None,
        sender_name=node.one("senderName"),
        headline=node.one("headline"),
        description=node.one("description"),
        area=areas[0].one("areaDesc") if areas else "",
        geocodes=tuple(codes),
    )
