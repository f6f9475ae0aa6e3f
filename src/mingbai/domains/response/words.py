"""Words of the response desk: levels, zone grades, and the title of every field."""

from typing import Literal

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.glossary import terms
from mingbai.kernel.standing import standing

ResponseLevel = Literal["none", "IV", "III", "II", "I"]
ZoneGrade = Literal["low", "medium", "high"]
LEVELS = ("none", "IV", "III", "II", "I")
GRADES = ("low", "medium", "high")

LEVEL = standing("response.level", _("Response level"), default="none")
ZONE_GRADE = standing("response.zone_grade", _("Zone grade"), default="low")
STEPS = {LEVEL.name: LEVELS, ZONE_GRADE.name: GRADES}
"""What each ruling word may say, the easiest first."""

EASIER = "response.easier"
REVIEW = "response.review"

terms(
    {
        "grade": _("Zone grade"),
        "effective_at": _("In effect from"),
        "issuer": _("Issued by"),
        "change": _("Change"),
        "table": _("When it holds"),
        "blocker": _("What it answers"),
        "section": _("What changes"),
        "before_change": _("As it is"),
        "after_change": _("As it would be"),
        "count": _("How many"),
        "rows_most": _("Rows of each at most"),
        "measure_id": _("Measure"),
        "declared_at": _("Declared"),
        "taken_at": _("Took effect"),
        "word": _("What was said"),
        "standing_before": _("Before"),
        "asked_of": _("Asked of"),
        "answered_because": _("Reason of the answer"),
        "level_since": _("Level since"),
        "level_place": _("Level said for"),
        "level_basis": _("Basis of the level"),
        "level_issuer": _("Level issued by"),
        "grade_since": _("Grade since"),
        "grade_place": _("Grade said for"),
        "grade_basis": _("Basis of the grade"),
        "sectors": _("Sectors"),
        "withdrawn_at": _("Withdrawn"),
        "overdue": _("Past its day"),
        "blockers_before": _("Before the measure"),
        "blockers_after": _("Two weeks later"),
        "blockers_now": _("Now"),
        "compared_on": _("Compared on"),
        "value_above": _("Value above"),
        "choice_state": _("Does it hold?"),
        "sampled": _("Decisions checked afterwards, of a hundred"),
        "factor": _("Times as often"),
        "subject_name": _("Of whom or what"),
    }
)
