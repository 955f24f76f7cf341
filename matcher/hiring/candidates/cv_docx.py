"""The visible text of a DOCX, styles resolved: loaded by the program ``cv_child`` alone, after its limits.

A run looks as the document, what it is in, its styles and itself say, the nearest last. It is dropped where
it is hidden, tiny, or of the colour of the paper under it: white on a dark cell is seen. What a list or the
style of a table says of colours is not read.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from defusedxml.ElementTree import fromstring

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_BLACK, _WHITE, _UNKNOWN = "000000", "FFFFFF", ""
"""Colours of a document; ``_UNKNOWN`` is that of a theme or a pattern, on which ink counts as seen."""
_DEFAULT = ("default", "paragraph")
Look = dict[str, str]
"""How text looks as far as something says: ``ink``, ``paper``, ``size`` in half points, ``vanish``."""
Seen = tuple[float, Callable[[tuple[float, ...], tuple[float, ...]], bool]]
"""Points below which text is tiny, and whether ink and paper, as red, green and blue, are alike."""


def text_of(parts: Sequence[bytes], styles: bytes, dropped: Counter[str], seen: Seen) -> str:
    """Return the visible text of the parts of a document, and count in ``dropped`` what was left out, by why.

    ``styles`` is the part of named styles, empty where there is none. DefusedXmlException for a part that
    declares entities.
    """
    named = _styles_of(styles) if styles else {}
    return "\n".join(_text_of_part(fromstring(part, forbid_dtd=True), named, dropped, seen) for part in parts)


def _text_of_part(root: Any, styles: dict[Any, Look], dropped: Counter[str], seen: Seen) -> str:
    parents: dict[Any, Any] = {}
    for parent in root.iter():
        parents.update(dict.fromkeys(parent, parent))
    lines: dict[Any, list[str]] = {paragraph: [] for paragraph in root.iter(f"{_WORD}p")}
    for run in root.iter(f"{_WORD}r"):
        around = _around(run, parents)
        paragraph = next((one for one in around if one in lines), None)
        if paragraph is not None:
            why = _why_unseen(_look_of(run, around, styles), seen)
            lines[paragraph].append(_text_of_run(run, why, dropped))
    return "\n".join("".join(signs) for signs in lines.values())


def _around(element: Any, parents: dict[Any, Any]) -> list[Any]:
    """Return what an element is in, innermost first."""
    found = []
    while element in parents:
        element = parents[element]
        found.append(element)
    return found


def _text_of_run(run: Any, why: str, dropped: Counter[str]) -> str:
    signs: list[str] = []
    for child in run:
        if child.tag == f"{_WORD}t":
            signs.append(child.text or "")
        elif child.tag in {f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"}:
            signs.append("\t" if child.tag.endswith("tab") else "\n")
    text = "".join(signs)
    if why:
        dropped[why] += sum(not sign.isspace() for sign in text)
        return ""
    return text


def _styles_of(content: bytes) -> dict[Any, Look]:
    """Return the look that each named style gives with those it is based on, by id; :data:`_DEFAULT` too."""
    root = fromstring(content, forbid_dtd=True)
    own: dict[Any, Look] = {}
    based: dict[Any, str] = {}
    for style in root.iter(f"{_WORD}style"):
        name = style.get(f"{_WORD}styleId", "")
        own[name] = _set_by(style.find(f"{_WORD}pPr")) | _set_by(style.find(f"{_WORD}rPr"))
        based[name] = _value(style.find(f"{_WORD}basedOn"))
        if style.get(f"{_WORD}default") in {"1", "true"} and style.get(f"{_WORD}type") == "paragraph":
            own[_DEFAULT], based[_DEFAULT] = {}, name
    styles = {name: _inherited(name, own, based) for name in own}
    return {"": _set_by(root.find(f"{_WORD}docDefaults/{_WORD}rPrDefault/{_WORD}rPr"))} | styles


def _inherited(name: Any, own: dict[Any, Look], based: dict[Any, str]) -> Look:
    look: Look = {}
    passed = set()
    while name in own and name not in passed:  # a style that is based on itself ends here
        look = own[name] | look
        passed.add(name)
        name = based[name]
    return look


def _look_of(run: Any, around: list[Any], styles: dict[Any, Look]) -> Look:
    """Return how a run looks: the document says first, then what it is in, its styles, and itself last."""
    look = {"ink": _BLACK, "paper": _WHITE} | styles.get("", {})
    for one in reversed(around):
        kind = one.tag.rpartition("}")[2]
        if kind == "wsp":
            look |= _fill_of_shape(one)
        elif kind in {"tc", "p"}:
            properties = one.find(f"{_WORD}{kind}Pr")
            name = _value(properties.find(f"{_WORD}pStyle")) if properties is not None else ""
            named = styles.get(name or _DEFAULT, {}) if kind == "p" else {}
            look |= named | _set_by(properties)
    properties = run.find(f"{_WORD}rPr")
    style = _value(properties.find(f"{_WORD}rStyle")) if properties is not None else ""
    return look | (styles.get(style, {}) if style else {}) | _set_by(properties)


def _set_by(properties: Any) -> Look:
    """Return what properties of a run, a paragraph or a cell say of the look."""
    look: Look = {}
    for one in properties if properties is not None else ():
        kind, value = one.tag.removeprefix(_WORD), _value(one)
        if kind in {"vanish", "webHidden"}:
            look["vanish"] = "" if value in {"false", "0", "off"} else "yes"
        elif kind == "sz":
            look["size"] = value
        elif kind == "color":
            look["ink"] = _BLACK if value == "auto" else value
        else:
            look |= _paper_of(one, kind, value)
    return look


def _paper_of(one: Any, kind: str, value: str) -> Look:
    """Return what a highlight or a shading puts under text."""
    fill = one.get(f"{_WORD}fill", "auto")
    if kind == "highlight" and value != "none":
        return {"paper": _WHITE if value == "white" else _UNKNOWN}
    return {"paper": fill} if kind == "shd" and fill != "auto" else {}


def _fill_of_shape(shape: Any) -> Look:
    """Return the paper that a drawn shape puts under its text; one of a theme is unknown."""
    for properties in shape:
        fill = properties.find(f"{_A}solidFill")
        if fill is not None:
            color = fill.find(f"{_A}srgbClr")
            return {"paper": _UNKNOWN if color is None else color.get("val", "")}
    return {}


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(f"{_WORD}val", ""))


def _why_unseen(look: Look, seen: Seen) -> str:
    tiny_pt, are_alike = seen
    if look.get("vanish"):
        return "hidden"
    if _number(look.get("size", "")) / 2 < tiny_pt:
        return "tiny"
    ink, paper = _from_hex(look["ink"], (0, 0, 0)), _from_hex(look["paper"], (0.5, 0.5, 0.5))
    return "white" if are_alike(ink, paper) else ""


def _from_hex(value: str, unknown: tuple[float, float, float]) -> tuple[float, ...]:
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return unknown
    return tuple(int(value[at : at + 2], 16) / 255 for at in (0, 2, 4))


def _number(value: str) -> float:
    """Return the size in half points; a size that is none counts as an ordinary one."""
    return float(value) if re.fullmatch(r"\d{1,4}(?:\.\d+)?", value) else 24.0
