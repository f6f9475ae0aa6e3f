"""The table of a query as its page shows it: names first, codes in words, and what only tells rows apart folded at the end."""

import re

from django.test import Client

from mingbai.kernel.registry import REGISTRY
from mingbai.web.tables import arranged
from tests.conftest import NEIGHBOUR, TOWN, VILLAGE, House
from tests.web.test_pages import signed_in


def columns(page: str) -> list[str]:
    """Return the headings of a table."""
    return re.findall(r'<th scope="col"[^>]*>([^<]*)</th>', page)


def test_no_table_begins_with_a_number_that_only_tells_rows_apart() -> None:
    for query in REGISTRY.queries.values():
        shown, ids = arranged(query.row)
        assert not set(shown) & set(ids), query.name
        named = [name for name in ("name", "title", "subject_name") if name in shown]
        assert shown[: len(named)] == sorted(named, key=shown.index), query.name


def test_a_gate_is_open_in_its_own_word_and_its_id_is_folded_at_the_end(story: House) -> None:
    story.do("movement.open_checkpoint", {"place": VILLAGE, "point": "北口"})
    anyone = Client(headers={"accept-language": "zh"})
    page = anyone.get(f"/ask/movement/checkpoints/?place={VILLAGE}").content.decode()
    heads = columns(page)
    assert (heads[0], heads[-1]) == ("名称", "编号")
    assert '<th scope="row">北口</th>' in page and "开着" in page and "未结" not in page
    point = story.ask("movement.checkpoints", {"place": VILLAGE})[0].point
    assert page.index("<details><summary>") < page.index(str(point))
    asked = f"/ask/movement/checkpoints/?place={VILLAGE}&format=csv"
    sheet = anyone.get(asked).content.decode("utf-8-sig")
    assert str(point) in sheet, "a program finds it in the file"


def test_a_register_asks_for_a_persons_name_and_brings_the_keys_of_a_phone(story: House) -> None:
    guard = signed_in(story, "the-guard", story.person("崔守望", "guard"))
    page = guard.get(
        f"/do/movement/register_arrival/?place={VILLAGE}", headers={"accept-language": "zh"}
    ).content.decode()
    assert '<label for="f-name">姓名' in page and '<label for="f-name">名称' not in page
    assert re.search(r'id="f-phone"[^>]* inputmode="tel"', page)


def test_places_are_called_by_their_names(story: House) -> None:
    for place in (VILLAGE, NEIGHBOUR):
        story.do("movement.open_checkpoint", {"place": place, "point": "北口"})
    desk = signed_in(story, "the-desk", story.person("郎致远", "desk", TOWN))
    page = desk.get(f"/ask/movement/check_frequency/?place={TOWN}").content.decode()
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert "马头村" in table and VILLAGE not in table
