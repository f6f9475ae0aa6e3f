"""How far an office reaches: nobody hands out more than they hold, and nobody opens the door of somebody above them."""

import pytest

from mingbai.kernel.actors import Actor
from mingbai.kernel.models import Login
from mingbai.kernel.refusals import Refused
from mingbai.kernel.words import Role
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House


def give(account: House, as_: Actor, role: str, person: str) -> None:
    """Give somebody an office in the village."""
    ask = {"place": VILLAGE, "person": person, "role": role, "capacity": role}
    account.do("mandates.give", ask, as_=as_)


@pytest.mark.parametrize(
    ("role", "code"),
    [
        (Role.OPERATOR, "MAN-8"),
        (Role.ANYONE, "MAN-8"),
        (Role.APPOINTING_OFFICE, "MAN-5"),
        (Role.AUDITOR, "MAN-5"),
        (Role.OVERSEER, "MAN-5"),
    ],
)
def test_a_desk_names_nobody_who_runs_the_machine_or_watches_the_desk(
    account: House, desk: Actor, role: str, code: str
) -> None:
    person = str(account.person("某人").person)
    with pytest.raises(Refused) as refusal:
        give(account, desk, role, person)
    assert refusal.value.code == code
    office = account.person("某纪委", "appointing_office", TOWN)
    if code == "MAN-5":
        give(account, office, role, person)
    else:
        with pytest.raises(Refused, match="MAN-8"):
            give(account, office, role, person)


@pytest.mark.parametrize(
    ("role", "place"),
    [("desk", TONGZHOU), ("clerk", TOWN), ("overseer", VILLAGE), ("appointing_office", VILLAGE)],
)
def test_a_desk_opens_no_door_of_somebody_it_could_not_have_named(
    account: House, desk: Actor, role: str, place: str
) -> None:
    """A second sign-in for somebody, or a new password, would let the desk act as them."""
    other = account.person("别人", role, place)
    ask = {"place": TOWN, "person": str(other.person), "username": "second"}
    with pytest.raises(Refused, match="MAN-9"):
        account.do("mandates.open_login", ask, as_=desk)
    assert Login.objects.count() == 0
    account.do("mandates.open_login", ask | {"place": place})
    with pytest.raises(Refused, match="ACC-5" if place == TONGZHOU else "MAN-9"):
        account.do("mandates.renew_password", ask | {"place": place}, as_=desk)


def test_a_desk_opens_the_door_of_those_it_names(account: House, desk: Actor) -> None:
    keeper = account.person("保管员", "keeper")
    ask = {"place": VILLAGE, "person": str(keeper.person), "username": "near"}
    account.do("mandates.open_login", ask, as_=desk)
    account.do("mandates.renew_password", ask, as_=desk)
    account.settle()
    assert account.faults() == []
