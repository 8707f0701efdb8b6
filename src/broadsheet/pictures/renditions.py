"""Which renditions the site uses. Crops are the browser's work (`object-fit` with the focal point)."""

from __future__ import annotations

WIDTHS = (320, 640, 960, 1280)
SHARE = "fill-1200x630|format-jpeg|jpegquality-80"
ADMIN_THUMBNAIL = "max-165x165"


def spec(width: int) -> str:
    """Wagtail's filter for one width in pixels."""
    return f"width-{width}|format-webp|webpquality-74"


def specs_for(width: int) -> tuple[str, ...]:
    """Every rendition of a picture that is `width` pixels wide; never one wider than the picture, but for the first."""
    fitting = [w for w in WIDTHS if w <= width] or [WIDTHS[0]]
    return (*(spec(w) for w in fitting), SHARE, ADMIN_THUMBNAIL)
