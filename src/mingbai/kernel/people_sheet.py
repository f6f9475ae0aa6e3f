"""The roster sheet (花名册): people of a firm or a brigade, read from the workbook as offices keep it."""

import datetime as dt
import enum
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.documents import DocumentFault, mobile_phone, resident_id
from mingbai.kernel.workbooks import cells
from mingbai.kernel.workbooks.cells import CellFault, as_code, as_date, as_identifier, as_text
from mingbai.kernel.workbooks.headings import Headings, find_headings, headings_at, label_of, no_headings
from mingbai.kernel.workbooks.identity import Identities
from mingbai.kernel.workbooks.reading import Cell, Row, Sheet, fill_merged
from mingbai.kernel.workbooks.titles import Titles

KIND = "people.roster"
