"""The pages of links in mails: one sentence and one button, in the look of the pages, without a menu."""

from typing import Literal

from starlette.responses import HTMLResponse

FORM_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_PAGE = """\
<!DOCTYPE html>
<html lang="{lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} – Digital 113</title>
  <link rel="icon" type="image/svg+xml" href="/static/favicon.svg">
  <link rel="stylesheet" href="/static/matcher.css">
</head>
<body>
<header class="top band"><div class="top__row">
  <a class="brand" href="/"><img src="/static/favicon.svg" alt="" width="28" height="28">{brand}</a>
</div></header>
<main class="band"><h1>{title}</h1><p class="lead">{text}</p>{form}</main>
</body>
</html>
"""
_BRAND = {"fr": "Mises en relation", "en": "Introductions"}
_FORM = '<form method="post" class="actions"><button class="primary" type="submit">{button}</button></form>'


def page(title: str, text: str, button: str = "", *, lang: Literal["fr", "en"] = "fr") -> HTMLResponse:
    """Return a page; with a ``button`` it posts to its own address. The caller escapes ``text``."""
    form = _FORM.format(button=button) if button else ""
    headers = {"Content-Security-Policy": FORM_POLICY, "Cache-Control": "no-store"}
    content = _PAGE.format(lang=lang, title=title, brand=_BRAND[lang], text=text, form=form)
    return HTMLResponse(content, headers=headers)
