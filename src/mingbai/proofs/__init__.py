"""Proofs: pure Python that knows nothing of the house: Merkle log, signed notes, tiles, receipts, commitments.

证明：不依赖网站的纯计算，谁都可以拿去核对账有没有被改过。
"""
