"""Workbooks (表格): what offices keep in .xlsx files comes in as they wrote it and goes out clean.

办公室的表怎么写就怎么读，读不懂的一行一行说明白；交出去的表干净、不带公式、改好能再传回来。
"""
