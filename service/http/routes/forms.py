"""The bare pages of links: a sentence and a button, without script or style."""

from starlette.responses import HTMLResponse

FORM_POLICY = "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_PAGE = """\
<!DOCTYPE html>
<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title></head>
<body><main><h1>{title}</h1><p>{text}</p>{form}</main></body></html>
"""
_FORM = '<form method="post"><button type="submit">{button}</button></form>'


def page(title: str, text: str, button: str = "") -> HTMLResponse:
    """Return a page; with a ``button`` it posts to its own address. The caller escapes ``text``."""
    form = _FORM.format(button=button) if button else ""
    headers = {"Content-Security-Policy": FORM_POLICY, "Cache-Control": "no-store"}
    return HTMLResponse(_PAGE.format(title=title, text=text, form=form), headers=headers)
