"""What the field app says; the page carries these in the language of whoever opens it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mingbai.kernel.documents import LONG, SENTENCES, SHORT, Why

SHELL: dict[str, Promise] = {
    "waiting": _("%(count)s waiting"),
    "nothing_waits": _("All sent"),
    "no_network": _("Nothing to send; no network now"),
    "last_contact": _("last contact %(at)s"),
    "no_contact": _("no contact yet"),
    "untold": _("%(count)s to look at"),
    "seen": _("Seen, take it off"),
    "saved": _("Saved on this phone. It is sent as soon as there is a network."),
    "not_saved": _("Not saved: the phone has no room or closed its store. Try once more."),
    "this_phone": _("This phone"),
    "to_store": _("To the store"),
    "to_gate": _("To the gate"),
    "to_inspection": _("To the visits"),
    "as_store": _("Store"),
    "as_gate": _("Gate"),
    "as_inspection": _("Inspection"),
}
STORE: dict[str, Promise] = {
    "about": _("about %(left)s"),
    "whom_missing": _("Write to whom: the household's number or the post."),
    "quantity_missing": _("Write how many, as a whole number."),
    "no_goods": _("Nothing is in the store by what this phone knows."),
    "no_such_goods": _("Nothing here has this name. Try one character or the initials."),
    "left_after": _("about %(left)s %(unit)s now, about %(after)s after"),
    "too_many": _("This phone knows of about %(left)s %(unit)s only. Count once more."),
}
# One word first; what to do comes third.
VERDICTS: dict[str, Promise] = {
    "pass": pgettext_lazy("verdict", "Pass"),
    "let_in": pgettext_lazy("verdict", "Let in"),
    "stop": pgettext_lazy("verdict", "Stop"),
    "why_valid": _("The pass is good"),
    "why_stale": _("Checked again when online"),
    "why_offline": _("Checked again when online"),
    "why_number": _("A number alone: checked again when online"),
    "do_number": _(
        "Compare the name and the last four on the pass with the card. If they differ, register instead."
    ),
    "why_no_list": _("This phone has no list of keys"),
    "do_no_list": _("Take the phone to a network once. Until then register who comes."),
    "why_prefix": _("This is not a pass"),
    "do_prefix": _("Ask for the pass with the square code, or register here."),
    "why_unreadable": _("The code can't be read whole"),
    "do_unreadable": _("Scan once more, nearer and still. If it does not help, register here."),
    "why_key": _("This account did not issue it"),
    "do_key": _("Do not keep the pass. Register here and tell the desk."),
    "why_unsure": _("The account knows no such number"),
    "do_unsure": _("Compare it with the card, four by four. Nothing was written yet."),
    "why_signature": _("The pass was altered"),
    "do_signature": _("Do not keep the pass. Register here and tell the desk."),
    "why_issuer": _("Whoever issued it may not"),
    "do_issuer": _("Do not keep the pass. Register here and tell the desk."),
    "why_expired": _("The pass ended on %(until)s"),
    "do_expired": _(
        "Say: it held until %(until)s. You can register here, or ask whoever issued it for a new one."
    ),
    "why_not_yet": _("The pass begins on %(from)s"),
    "do_not_yet": _("Say: it holds from %(from)s on. Until then you can register here."),
    "why_place": _("The pass does not hold here"),
    "do_place": _("Say: this pass is for another place. You can register here."),
    "why_kind": _("The pass is for something else"),
    "do_kind": _("Ask for the pass of what comes here, or register."),
    "why_revoked": _("The pass was taken back"),
    "do_revoked": _("Say: whoever issued it has taken it back. You can register here."),
    "why_holder": _("Not the person on the pass"),
    "do_holder": _("Give the pass back. Register who comes with their own document."),
    "twice": _("Scanned here %(seconds)s s ago. Look who carries it."),
    "holder": _("Holder"),
    "plate": _("Plate"),
    "goods": _("Goods"),
    "tail": _("ID ends in"),
    "number": _("Number of the pass"),
    "organisation": _("Organisation"),
    "until": _("Holds until"),
    "checked": _("Checked"),
    "unchecked": _("Not checked"),
    "checked_all": _("signature, days, place, not taken back"),
    "checked_most": _("signature, days, place"),
    "checked_number": _("days, place, not taken back, by the account"),
    "unchecked_number": _("signature, days, place, whether it was taken back"),
    "unchecked_revoked": _("whether it was taken back (this phone knows what held at %(at)s)"),
}
GATE: dict[str, Promise] = {
    "choose_point": _("Choose the gate"),
    "a_pass": _("pass"),
    "a_code": _("a code"),
    "in": pgettext_lazy("gate", "In"),
    "out": pgettext_lazy("gate", "Out"),
    "no_camera": _("The camera can't be opened. Allow it, or type the number under the code."),
    "camera_none": _("This phone has no camera that can be used. Type the number under the code."),
    "camera_taken": _(
        "Another app holds the camera. Close that app and open the camera again, or type the number under the code."
    ),
    "camera_lost": _("The camera went away. Open it again, or type the number under the code."),
    "reading": _("The photo is being read ..."),
    "looking": _("Looking ..."),
    "mistyped": _(
        "A pass's number has 16 characters, 0 to 9 and A to F; here are %(count)s. Look at the card and type it again. Nothing was written."
    ),
    "written": _("Written: %(what)s %(at)s"),
    "photo_needs_network": _(
        "This phone can't read the photo without a network. Type the number under the code, or register."
    ),
}
REGISTER: dict[str, Promise] = {
    "arrival": _("Registered"),
    "seen_card": _("card seen"),
    "self_declared": _("self-declared"),
    "name_missing": _("Write the name."),
    "look_again": _("Not saved. What is written is still here; look at what is marked red."),
    "card_must": _("Here the card must be seen: without it nobody is registered."),
    "card_may": _("Not seen: it counts as self-declared and is checked later."),
    "card_not_seen": _(
        "Not saved. The card must be seen at this gate now. Ask for it, look at it, and tick the box."
    ),
    "without_digit": _("without digit %(place)s, the %(digit)s"),
    "changed_places": _("digits %(place)s and %(next)s the other way round"),
    "number_long": LONG,
    "number_short": SHORT,
    "number_missing": SENTENCES[Why.MISSING],
    "number_characters": SENTENCES[Why.CHARACTERS],
    "number_birth_date": SENTENCES[Why.BIRTH_DATE],
    "number_check_character": SENTENCES[Why.CHECK_CHARACTER],
    "number_phone": SENTENCES[Why.PHONE],
    "passport_wrong": _("A passport number has 5 to 17 letters and digits. Copy it once more."),
}
INSPECTION: dict[str, Promise] = {
    "looked_at": _("%(done)s of %(all)s looked at"),
    "visit_planned": pgettext_lazy("visit", "not begun"),
    "visit_begun": pgettext_lazy("visit", "under way"),
    "visit_ended": pgettext_lazy("visit", "ended"),
    "visit_ended_long": _("This visit has ended. It is in the account as soon as it was sent."),
    "left_out": _(
        "%(left)s items were not looked at yet and would be left out. Press once more to end the visit all the same."
    ),
    "visit_help": _("offered as help"),
    "visit_recheck": _("recheck of what failed"),
    "begin_first": _("Press begin when you are there: the length of the visit counts."),
    "hand_control": _("Control"),
    "hand_resumption": _("Back to work"),
    "item_ok": pgettext_lazy("item", "In order"),
    "item_failed": pgettext_lazy("item", "Not in order"),
    "item_more": pgettext_lazy("item", "One more finding"),
    "within_days": _("within %(days)s days"),
    "severity_minor": _("Minor"),
    "severity_serious": _("Serious"),
    "shown_begin": pgettext_lazy("visit", "Begun:"),
    "shown_end": pgettext_lazy("visit", "Ended:"),
}
QUEUE: dict[str, Promise] = {
    "state_waiting": _("waits to be sent"),
    "state_accepted": _("in the account"),
    "state_already_done": _("in the account"),
    "state_overruled": _("recorded, though the rules were against it; the desk looks at it"),
    "state_refused": _("refused; it is kept at the desk"),
    "state_quarantined": _("not taken; go to the desk with this phone"),
    "gaps": _(
        "These numbers of this phone never came to the account: %(numbers)s. Show the phone at the desk."
    ),
    "held": _(
        "%(count)s could not be taken by the account. They stay here and hold nothing else back; show the phone at the desk."
    ),
    "log_more": _("and %(count)s older ones"),
    "sending": _("Sending ..."),
    "no_answer": _("The account does not answer. Everything stays here."),
    "handed_over": _(
        "The file holds what is unsent, closed. It stays here too, until the answer comes."
    ),
    "carried": _("For other phones: %(waits)s to send on, %(done)s answered."),
    "file_taken": _("%(count)s taken from the file. They are sent on with this phone's own."),
    "file_is_mine": _("Nothing in this file is from another phone."),
    "file_not_ours": _("This is no file of closed records or answers. Choose another."),
    "file_of_another_account": _("This file is of another account. Nothing was taken."),
    "answers_taken": _(
        "%(count)s of this phone are in the account; they were taken off the queue."
    ),
    "answers_not_signed": _(
        "These answers are not signed by the account. Nothing was taken off; everything stays here."
    ),
}
FIELD_WORDS: dict[str, Promise] = {
    **SHELL,
    **STORE,
    **VERDICTS,
    **GATE,
    **REGISTER,
    **INSPECTION,
    **QUEUE,
}
