"""Runs inside pretix's own environment, never ours: makes an event with paid orders, a check-in list and an API token."""

import json
import sys
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402
from pretix.base.models import (  # noqa: E402
    Event,
    Order,
    OrderPosition,
    Organizer,
    Team,
    TeamAPIToken,
)


def make(count: int) -> dict[str, object]:
    """Make so many orders of one ticket each; return what a scanner must know."""
    organizer = Organizer.objects.create(name="Bench", slug="bench")
    event = Event.objects.create(
        organizer=organizer,
        name="Gate",
        slug="gate",
        currency="EUR",
        date_from=now(),
        live=True,
        plugins="pretix.plugins.checkinlists",
    )
    item = event.items.create(name="Pass", default_price=0, admission=True)
    web = organizer.sales_channels.get(identifier="web")
    secrets = []
    for number in range(count):
        order = Order.objects.create(
            code=f"B{number:05d}",
            event=event,
            email="nobody@example.org",
            status=Order.STATUS_PAID,
            datetime=now(),
            expires=now() + timedelta(days=9),
            total=0,
            locale="en",
            sales_channel=web,
        )
        position = OrderPosition.objects.create(
            order=order,
            item=item,
            price=0,
            attendee_name_parts={"_scheme": "full", "full_name": f"Holder {number}"},
        )
        secrets.append(position.secret)
    checkin = event.checkin_lists.create(name="Gate", all_products=True)
    team = Team.objects.create(
        organizer=organizer,
        name="Scanners",
        all_events=True,
        all_event_permissions=True,
        all_organizer_permissions=True,
    )
    token = TeamAPIToken.objects.create(team=team, name="bench").token
    return {"list": checkin.pk, "token": token, "secrets": secrets}


if __name__ == "__main__":
    with scopes_disabled(), transaction.atomic():
        made = make(int(sys.argv[1]))
    sys.stdout.write(json.dumps(made))
