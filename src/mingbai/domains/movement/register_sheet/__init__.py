"""The register sheet (返京人员登记表): a gate's paper register, read from the workbook as gates keep it.

纸上怎么写就怎么读：一人一行，号码不对的留着待核，读法只提示给送表的人，从不自己改。
"""

from mingbai.domains.movement.register_sheet.rows import RegisterRow, gate_named, read_register
from mingbai.domains.movement.register_sheet.vocabulary import (
    DAY_MISSING,
    KIND,
    NAME_MISSING,
    SAYINGS,
    TWICE,
    recognise,
)

__all__ = [
    "DAY_MISSING",
    "KIND",
    "NAME_MISSING",
    "SAYINGS",
    "TWICE",
    "RegisterRow",
    "gate_named",
    "read_register",
    "recognise",
]
