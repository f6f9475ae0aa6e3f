"""What the field app says; the page carries these in the language of whoever opens it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FIELD_WORDS: dict[str, Promise] = {
    "waiting": _("%(count)s waiting to be sent"),
    "nothing_waits": _("Everything was sent"),
    "last_contact": _("last contact %(at)s"),
    "no_contact": _("no contact yet"),
    "about": _("about %(left)s"),
    "seen": _("Seen, take it off"),
    "saved": _("Saved on this phone. It is sent as soon as there is a network."),
    "not_saved": _("Not saved: the phone has no room or closed its store. Try once more."),
    "whom_missing": _("Write to whom: the household's number or the post."),
    "quantity_missing": _("Write how many, as a whole number."),
    "this_phone": _("This phone"),
    "revoked": _("This phone was revoked. Go to the desk."),
    "state_waiting": _("waits to be sent"),
    "state_accepted": _("in the account"),
    "state_already_done": _("in the account"),
    "state_overruled": _("recorded, though the rules were against it; the desk looks at it"),
    "state_refused": _("refused; it is kept at the desk"),
    "state_quarantined": _("not taken; go to the desk with this phone"),
}
