"""The text of a CV, read by a child process with limits; the file is never on a disk, never kept."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from matcher.errors import InvalidRequest

CHILD = Path(__file__).with_name("cv_child.py")
MOST_BYTES = 5_000_000
DEADLINE_S = 10.0
"""Seconds for a CV, the start of the process included."""
_REFUSALS = {
    "size": (
        "Ce fichier dépasse 5 Mo : retirez-en les images, ou collez le texte de votre CV.",
        "This file is over 5 MB: take its pictures out, or paste the text of your CV.",
    ),
    "pages": (
        "Ce fichier a plus de 12 pages : envoyez un CV plus court, ou collez-en le texte.",
        "This file has more than 12 pages: send a shorter CV, or paste its text.",
    ),
    "locked": (
        "Ce fichier est protégé par un mot de passe : enregistrez-le sans protection, ou collez le texte.",
        "This file is protected by a password: save it without protection, or paste the text.",
    ),
    "unknown": (
        "Ce n'est ni un PDF, ni un DOCX, ni un texte : exportez votre CV en PDF, ou collez-en le texte.",
        "This is no PDF, DOCX or text: export your CV as PDF, or paste its text.",
    ),
    "empty": (
        "Ce fichier n'a pas de texte visible, c'est peut-être une image : collez le texte de votre CV.",
        "This file has no visible text, it may be a picture: paste the text of your CV.",
    ),
    "too_heavy": (
        "Ce fichier demande trop de mémoire ou de temps : exportez-le de nouveau, ou collez-en le texte.",
        "This file takes too much memory or time: export it again, or paste its text.",
    ),
    "hostile": (
        "Ce fichier contient des déclarations que nous ne lisons pas : exportez-le, ou collez son texte.",
        "This file holds declarations that we do not read: export it again, or paste its text.",
    ),
    "broken": (
        "Ce fichier est endommagé : exportez-le de nouveau, ou collez-en le texte.",
        "This file is damaged: export it again, or paste its text.",
    ),
}


class CvRefused(InvalidRequest):
    """A CV that is not read; ``code`` says why, and ``french`` and ``str()`` what to do."""

    def __init__(self, code: str) -> None:
        french, english = _REFUSALS[code]
        super().__init__(english)
        self.code, self.french = code, french


@dataclass(frozen=True, slots=True)
class CvText:
    """The visible text of a CV.

    ``dropped`` counts the characters that were left out, by why: ``hidden``, ``white``, ``tiny``, or
    ``beyond`` the length that is read.
    """

    text: str = field(repr=False)
    dropped: Mapping[str, int] = field(default_factory=dict)
    pages: int = 1


def read_cv(content: bytes, deadline_s: float = DEADLINE_S) -> CvText:
    """Return the visible text of a PDF, DOCX or plain text, told by the content and never by a name.

    The bytes go to a new process through a pipe; it limits its memory and time, and may write nothing.

    Raises
    ------
    CvRefused
        The file is too large, has too many pages, is locked, damaged, hostile, or holds no visible text.

    Examples
    --------
    >>> read_cv("Python, 3 ans".encode()).text
    'Python, 3 ans'
    """
    if len(content) > MOST_BYTES:
        raise CvRefused("size")
    try:
        # S603: our own file, run by our own interpreter, with nothing of the sender on the command line
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-I", "-B", str(CHILD)],
            input=content,
            capture_output=True,
            timeout=deadline_s,
            cwd="/",
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CvRefused("too_heavy") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:  # killed by a limit: nothing was said
        raise CvRefused("too_heavy") from None
    if "refused" in answer:
        raise CvRefused(answer["refused"])
    return CvText(answer["text"], answer["dropped"], answer["pages"])
