"""Paper: A4 and A5 sheets as PDF, the same bytes for the same figures, with a font that comes along."""

from mingbai.kernel.paper.printing import (
    SheetFault,
    picture,
    qr_inline,
    qr_path,
    qr_svg,
    qr_text,
    sheet,
)

__all__ = ["SheetFault", "picture", "qr_inline", "qr_path", "qr_svg", "qr_text", "sheet"]
