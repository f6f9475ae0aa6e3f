"""Words from outside: what no database takes and no eye sees is refused or left out, in every field there is."""

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from mingbai.kernel.asks import inner_ask
from mingbai.kernel.models import Person
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY
from tests.conftest import VILLAGE, House

# What the house itself makes, and what is read and not kept.
READ_ALONE = {
    "KeepRefused.content",
    "KeepClosed.box",
    "CheckCap.content",
    "ShowPass.pass_shown",
    "RecordCrossing.permit",
}
ODD = ("a" * 16 + "\0", "a\0", "\0" * 64, ["a\0"])


def texts() -> Iterator[tuple[str, TypeAdapter[Any]]]:
    """Give every field of every ask, the nested ones too."""
    waiting: list[type[BaseModel]] = [
        one.ask for one in [*REGISTRY.commands.values(), *REGISTRY.queries.values()]
    ]
    seen: set[type[BaseModel]] = set()
    while waiting:
        kind = waiting.pop()
        if kind in seen:
            continue
        seen.add(kind)
        for name, field in kind.model_fields.items():
            if inner := inner_ask(field.annotation):
                waiting.append(inner)
            else:
                marked = Annotated[(field.annotation, *field.metadata)] if field.metadata else None
                yield f"{kind.__name__}.{name}", TypeAdapter(marked or field.annotation)


def test_no_field_takes_what_a_database_cannot_hold() -> None:
    taken = set()
    for name, field in texts():
        for odd in ODD:
            try:
                field.validate_python(odd)
            except (ValidationError, Refused):
                continue
            taken.add(name)
    assert taken == READ_ALONE


def test_what_is_read_alone_is_read_whatever_it_is(account: House) -> None:
    for name, ask in (
        ("movement.check_pass", {"pass_shown": "a\0b\0c\0d\0e\0f\0a\0b\0"}),
        ("response.check_cap", {"content": "<alert>\0</alert>"}),
    ):
        try:
            account.ask(name, ask)
        except Refused as refused:
            assert refused.code != "ASK-4", "there is such a query"


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u2060", "\u200d", "\u00ad", "\U000e0041"])
def test_a_name_with_what_nobody_sees_is_the_same_name(account: House, unseen: str) -> None:
    ask = {"place": VILLAGE, "name": f"{unseen}祁{unseen}满仓{unseen}"}
    person = account.do("people.add_person", ask).result["person"]
    assert Person.objects.get(id=person).name == "祁满仓"
    with pytest.raises(Refused) as refused:
        account.do("people.add_person", {"place": VILLAGE, "name": unseen * 3})
    assert refused.value.code == "ASK-1"
    with pytest.raises(Refused):
        account.do("people.add_person", {"place": VILLAGE, "name": "\u202e仓满祁"})


def test_what_nobody_sees_does_not_make_a_text_long_enough() -> None:
    asked, taken = set(), set()
    for name, field in texts():
        told = field.json_schema()
        least = max(one.get("minLength", 0) for one in [told, *told.get("anyOf", ())])
        if least < 2 or name in READ_ALONE:
            continue
        asked.add(name)
        try:
            field.validate_python("祁" + "\u200b" * least)
        except ValidationError:
            continue
        taken.add(name)
    assert "BeginMeasure.basis" in asked
    assert taken == {"EnrolDevice.public_key"}, "which is then read as a key"


def test_a_text_that_is_too_short_is_not_called_empty(account: House) -> None:
    with pytest.raises(Refused) as refused:
        account.do("measures.begin_measure", {"place": VILLAGE, "basis": "祁"})
    assert refused.value.as_json()["facts"]["fields"]["basis"] == "太短，至少要 4 个字"
