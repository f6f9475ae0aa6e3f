"""Enterprise (企业): a firm files once and is decided at once, with reasons, or told exactly what is missing.

企业：资料一次填，申请即报即批；缺哪一样，说哪一样；卡在谁手里，一看就知道。
"""
