"""Response (响应): which level, grade and measures hold where and until when, and what follows from changing them.

响应：何处、何级、何措施、到何时；先看会变什么，再签字；一处改，处处按时变。
"""
