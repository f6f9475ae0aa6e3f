"""What the enterprise desk refuses, in one plain sentence each."""

from mingbai.kernel.refusals import sentences
from mingbai.kernel.saying import _

sentences(
    {
        "ENT-1": _("This is held already and not asked twice. If it is wrong, send it back first."),
        "ENT-2": _("This part needs %(wanted)s. Fill that in; what you typed is kept."),
        "ENT-3": _("Nothing of this firm waits for a confirmation."),
        "ENT-4": _("You wrote this yourself, as another office. Somebody else of the firm confirms it."),
        "ENT-5": _("This stands on the firm's one record and is not asked here. Mend it there."),
        "ENT-6": _("A new version can't reach back. Choose a moment from now on."),
        "ENT-7": _("Nothing was filed for this firm yet. File the application first."),
        "ENT-8": _("This firm is approved; there is nothing to look at again."),
        "ENT-9": _("Somebody looks at it already; the answer is due by %(until)s."),
        "ENT-10": _("No check of this id waits here."),
        "ENT-11": _("You had a hand in this yourself. Another person of the desk looks at it."),
        "ENT-12": _("The day of the review must lie ahead, and at most %(most)s days from today."),
        "ENT-13": _("This firm has resumed, so it can't be noted as not due."),
        "ENT-14": _("This firm is due already."),
        "ENT-15": _("No supplier is linked to this firm with both sides agreed. Note the link and let the other side agree first."),
        "ENT-16": _("No service officer holds this office here today."),
        "ENT-17": _("This is not a part of the dossier that can be sent back: it is not there."),
        "ENT-18": _("The parts of a dossier are named twice: %(need)s. Give each once."),
        "ENT-20": _("Name the parts that it is about: those that are enough as they are, or those that go back."),
        "ENT-21": _("More than one firm wishes to file for this one. Say which you answer."),
        "ENT-22": _("An approval can't be wrongly refused, nor a refusal wrongly approved. Choose what was found."),
        "ENT-19": _("No lead firm waits for this firm's word."),
    }
)  # fmt: skip
