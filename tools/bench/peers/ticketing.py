"""Set the ticketing program pretix up with an event, sold tickets and a check-in list; run by its own interpreter.

Prints one line of JSON: organizer, list, key, and the secrets of the tickets.
"""

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

os.environ["DJANGO_SETTINGS_MODULE"] = "pretix.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django_scopes import scopes_disabled  # noqa: E402
from pretix.base.models import (  # noqa: E402
    Event,
    Item,
    Order,
    OrderPosition,
    Organizer,
    Team,
    TeamAPIToken,
)


def main(count: int) -> None:
    """Make the tables and sell the tickets."""
    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    with scopes_disabled():
        organizer = Organizer.objects.create(name="Bench", slug="bench")
        event = Event.objects.create(
            organizer=organizer,
            name="Gate",
            slug="gate",
            date_from=now,
            live=True,
            currency="EUR",
            plugins="",
        )
        item = Item.objects.create(event=event, name="Pass", default_price=Decimal(0))
        door = event.checkin_lists.create(name="East", all_products=True)
        team = Team.objects.create(
            organizer=organizer, name="Guards", all_events=True, all_event_permissions=True
        )
        team.limit_events.add(event)
        key = TeamAPIToken.objects.create(team=team, name="bench")
        order = Order.objects.create(
            event=event,
            code="AAAAA",
            email="",
            status=Order.STATUS_PAID,
            datetime=now,
            expires=now + timedelta(days=10),
            total=Decimal(0),
            locale="en",
            sales_channel=organizer.sales_channels.get(identifier="web"),
        )
        secrets = []
        for number in range(count):
            position = OrderPosition.objects.create(
                order=order,
                item=item,
                variation=None,
                price=Decimal(0),
                attendee_name_parts={"full_name": f"Guest {number}"},
                positionid=number + 1,
            )
            secrets.append(position.secret)
    told = {"organizer": organizer.slug, "list": door.pk, "key": key.token, "secrets": secrets}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
