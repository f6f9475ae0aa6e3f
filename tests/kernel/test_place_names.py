"""Places are called as people call them: nobody says the name of what only gathers the districts of a city."""

from django.test import Client

from mingbai.kernel.queries.places import name_of_place
from tests.conftest import TOWN, VILLAGE, House
from tests.web.test_pages import signed_in

CITY, DISTRICTS = "110000000000", "110100000000"


def test_what_only_gathers_districts_is_called_by_its_city(story: House) -> None:
    assert [name_of_place(one) for one in (CITY, DISTRICTS, VILLAGE)] == [
        "北京市",
        "北京市",
        "马头村",
    ]
    assert story.ask("places.show", {"place": DISTRICTS}).name == "北京市"
    assert story.ask("places.show", {"place": TOWN}).path == "北京市 通州区"
    assert name_of_place("999999999999") == ""


def test_a_leader_of_the_city_reads_its_name(story: House) -> None:
    leader: Client = signed_in(story, "the-city", story.person("柳成荫", "leader", DISTRICTS))
    page = leader.get("/home/").content.decode()
    assert "北京市" in page and "市辖区" not in page
