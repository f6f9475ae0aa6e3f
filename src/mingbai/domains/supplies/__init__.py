"""Supplies (物资): every mask that came in, went out, and what is left, in an account anyone can read.

物资：来了多少、发给了谁、还剩多少，一笔一笔都在账上，谁都看得懂，谁也改不了。
"""
