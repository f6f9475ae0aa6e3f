"""Inspection (检查): what was found and who mends it, on one calendar, and nothing asked or looked at twice.

检查：一本日历，发现一项、落到一人、换人复查；查过的不再查，填过的不再填。
"""
