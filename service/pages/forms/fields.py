"""What people type into forms: read as it was typed, so that a form can be shown again with it."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from matcher.errors import InvalidRequest


async def typed(request: Request) -> dict[str, str]:
    """Return the fields of the form sent, stripped; of a repeated field the last, files are left out.

    Read without a pydantic model: FastAPI turns a field that was emptied into its default.
    """
    form = await request.form()
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


async def ticked(request: Request, name: str) -> list[str]:
    """Return every value sent for ``name``, in the order of the page."""
    form = await request.form()
    return [value for value in form.getlist(name) if isinstance(value, str)]


async def sent_file(request: Request, name: str) -> tuple[str, bytes]:
    """Return name and content of the file sent as ``name``; "" and nothing where none was chosen."""
    async with request.form() as form:
        file = form.get(name)
        if not isinstance(file, UploadFile) or not file.filename:
            return "", b""
        return file.filename, await file.read()


async def sent_in_memory(request: Request, most: int) -> dict[str, bytes]:
    """Return the fields of a form, a file as its content, one of ``most`` bytes; its name is unread.

    The file stays in memory: other forms keep one above a megabyte on the disk.

    Raises
    ------
    InvalidRequest
        The form cannot be read, or holds more than one file.
    """
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=20)
    parser.spool_max_size = most + 1
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidRequest(f"The form cannot be read: {error.message}") from error
    sent: dict[str, bytes] = {}
    for name, value in form.items():
        sent[name] = value.encode() if isinstance(value, str) else await value.read(most + 1)
    await form.close()
    return sent


def own_path(address: str) -> str:
    """Return ``address`` if it is a path of this site, else the start page: no form leads elsewhere.

    >>> own_path("/pour-moi?k=2"), own_path("//elsewhere.example/x"), own_path("https://elsewhere.example")
    ('/pour-moi?k=2', '/', '/')
    """
    parts = urlsplit(address)
    is_path = address.startswith("/") and not address.startswith("//")
    if parts.scheme or parts.netloc or not is_path or "\\" in address or not address.isprintable():
        return "/"
    return address
