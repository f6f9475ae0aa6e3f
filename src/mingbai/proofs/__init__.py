"""Proofs: pure Python that knows nothing of the house: Merkle log, notes, tiles, receipts, passes.

证明：不依赖网站的纯计算，谁都可以拿去核对账有没有被改过。
"""
