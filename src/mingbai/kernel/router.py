"""Router: the account's tables lie in one database, sessions and attempts in the running one."""

from typing import Any

from django.apps import apps

HOUSE = "mingbai."


class Router:
    """Send each app's tables to the account or to the running database."""

    def home(self, label: str) -> str:
        """Return the alias of the database that holds this app's tables."""
        app = apps.app_configs.get(label)
        return "default" if app is not None and app.name.startswith(HOUSE) else "running"

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Return where a model is read."""
        return self.home(model._meta.app_label)

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Return where a model is written."""
        return self.home(model._meta.app_label)

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """Allow a foreign key only inside one database."""
        return self.home(one._meta.app_label) == self.home(other._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """Make a table only where it belongs."""
        return self.home(app_label) == db
