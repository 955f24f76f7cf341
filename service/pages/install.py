"""Adds the pages to the application."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from service.pages import errors, public

STATIC = Path(__file__).with_name("static")
ROUTERS = (public.router,)


def install(app: FastAPI) -> None:
    """Serve the pages and their files, and show errors to browsers as pages."""
    errors.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
