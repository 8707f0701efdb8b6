"""The page that a reader gets when there is nothing to serve: the origin is away and nothing was kept."""

from __future__ import annotations

from html import escape

_TEXTS = {
    "en": (
        "We will be right back",
        "This page can't be shown just now. The newspaper is still here: please try again in a minute.",
        "Try again",
    ),
    "az": (
        "Tezliklə qayıdacağıq",
        "Bu səhifəni hazırda göstərmək mümkün deyil. Qəzet yerindədir: bir dəqiqədən sonra yenidən cəhd edin.",
        "Yenidən cəhd et",
    ),
    "ru": (
        "Мы скоро вернёмся",
        "Эту страницу сейчас показать нельзя. Газета на месте: попробуйте ещё раз через минуту.",
        "Попробовать ещё раз",
    ),
    "ar": (
        "سنعود قريبًا",
        "لا يمكن عرض هذه الصفحة الآن. الصحيفة ما زالت هنا: يرجى المحاولة بعد دقيقة.",
        "حاول مرة أخرى",
    ),
}
_STYLE = (
    ":root{color-scheme:light dark}body{margin:0;min-height:100vh;display:grid;place-content:center;padding:1.5rem;"
    "font:1.125rem/1.5 Georgia,serif;background:#fdfcf9;color:#1b1a17}main{max-width:34rem;border-top:3px double;"
    "padding-top:1rem}p.name{font-weight:700;margin:0}h1{font-size:2rem;line-height:1.15;margin:1rem 0 .5rem}"
    "a{color:inherit}@media(prefers-color-scheme:dark){body{background:#16150f;color:#eeeae0}}"
)


def away(name: str, language: str, path: str) -> bytes:
    """A whole page, nothing outside it needed."""
    language = language if language in _TEXTS else "en"
    title, text, again = _TEXTS[language]
    direction = "rtl" if language == "ar" else "ltr"
    return (
        f'<!doctype html><html lang="{escape(language)}" dir="{direction}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><main>"
        f'<p class="name">{escape(name)}</p><h1>{title}</h1><p>{text}</p>'
        f'<p><a href="{escape(path)}">{again}</a></p></main></body></html>'
    ).encode()
