"""Named profiles: what a person chose for a kind of file, kept for next month's."""

import json
import re
from pathlib import Path
from typing import Any

from matcher.domain.items import ItemType
from matcher.errors import BackendUnavailable
from matcher.files import write_whole
from matcher.importing.columns.mapping import Choices
from matcher.importing.report import refusal

_NAME = re.compile(r"[\w-]{1,60}")


def load_profile(folder: Path, name: str) -> Choices:
    """Return the choices kept under a name, none if there is no such profile yet.

    Its columns need not be in every file. InvalidRequest when the name or the kept file is not valid.
    """
    path = _path(folder, name)
    if not path.exists():
        return Choices()
    try:
        kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
        columns: dict[str, str] = dict(kept["columns"])
        ignored = tuple(map(str, kept["ignored"]))
        item_type = ItemType(kept["kind"]) if kept["kind"] else None
        return Choices(
            item_type,
            columns,
            ignored,
            bool(kept["empty_clears"]),
            optional=frozenset([*columns, *ignored]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refusal(
            f"Le profil {path} ne peut pas être lu : le supprimer, puis importer avec --map et --ignore.",
            f"The profile {path} cannot be read: delete it, then import with --map and --ignore.",
        ) from error


def save_profile(folder: Path, name: str, choices: Choices) -> None:
    """Keep choices under a name, in place of former ones; BackendUnavailable when they cannot be written.

    ``file_wins`` is not kept: it is a decision on one file, whose preview names what it replaces.
    """
    path = _path(folder, name)
    kept = {
        "kind": choices.item_type.value if choices.item_type else "",
        "columns": dict(choices.columns),
        "ignored": list(choices.ignored),
        "empty_clears": choices.empty_clears,
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BackendUnavailable(f"The folder {folder} cannot be made: {error.strerror}.") from error
    write_whole(path, json.dumps(kept, ensure_ascii=False, indent=2).encode())


def combined(profile: Choices, asked: Choices) -> Choices:
    """Return the choices of a profile with those of this call, which go before them.

    That a file goes before what members wrote is said anew for each file.

    >>> combined(Choices(ignored=("Fax",)), Choices(columns={"Fax": "name"})).ignored
    ()
    """
    columns = {title: field for title, field in profile.columns.items() if title not in asked.ignored}
    ignored = [title for title in profile.ignored if title not in asked.columns]
    return Choices(
        asked.item_type or profile.item_type,
        {**columns, **asked.columns},
        tuple(dict.fromkeys([*ignored, *asked.ignored])),
        asked.empty_clears or profile.empty_clears,
        asked.file_wins,
        profile.optional - {*asked.columns, *asked.ignored},
    )


def _path(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise refusal(
            f"« {name} » n'est pas un nom de profil : lettres, chiffres, - et _ seulement.",
            f"'{name}' is no name of a profile: letters, digits, - and _ only.",
        )
    return folder / f"{name}.json"
