"""Words of standing that the supplies desk owns and writes; every rule may read them."""

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.standing import standing

CLOSED = standing("supplies.closed", _("The store is closed for counting"))
COUNTING = "counting"
