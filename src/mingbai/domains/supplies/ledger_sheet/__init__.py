"""The ledger sheet (物资台账): a store's paper account, read from the workbook as offices keep it.

纸上的台账怎么记就怎么读：一行一笔，读不懂的说明白哪一行、为什么。
"""

from mingbai.domains.supplies.ledger_sheet.playing import Outcome, Played, balance_differs, play
from mingbai.domains.supplies.ledger_sheet.rows import KIND, LedgerRow, item_key, read_ledger
from mingbai.domains.supplies.ledger_sheet.vocabulary import SAYINGS, WARNING, Move, Why, recognise

__all__ = [
    "KIND",
    "SAYINGS",
    "WARNING",
    "LedgerRow",
    "Move",
    "Outcome",
    "Played",
    "Why",
    "balance_differs",
    "item_key",
    "play",
    "read_ledger",
    "recognise",
]
