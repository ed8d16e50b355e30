"""One slice, or the sheet of an ECG or an event strip, over HTTP, for the board's own pages only.

A browser never lets another page read the answer; asking makes work all the same, so what says
that it comes from elsewhere is refused. Nothing is kept by the browser's cache: it is a patient's.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from command_center.imaging.ecgs import EcgShelf
from command_center.imaging.event_strips import EventStrips
from command_center.imaging.gallery import Gallery, Missing
from command_center.imaging.pixels import PackedSlice

PATH: Final = "/board/ct/{encounter}/{series}/{slice}"

ECG_PATH: Final = "/board/ecg/{encounter}/{ecg}"

STRIP_PATH: Final = "/board/strip/{encounter}/{alarm}"

_OUR_PAGES: Final = ("same-origin", "none")
"""Values of Sec-Fetch-Site; "none" is a person who types the address."""

_PRIVATE: Final = {
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
}

_STATUS: Final = {
    Missing.NO_PATIENT: HTTPStatus.NOT_FOUND,
    Missing.NOT_STORED: HTTPStatus.NOT_FOUND,
    Missing.NO_OBJECT: HTTPStatus.NOT_FOUND,
    Missing.UNREADABLE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Missing.STORE_FAILED: HTTPStatus.SERVICE_UNAVAILABLE,
}


def slices(gallery: Gallery) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a request for one slice."""

    async def serve(request: Request) -> Response:
        if not _from_our_page(request):
            return JSONResponse({"missing": "OTHER_PAGE"}, HTTPStatus.FORBIDDEN)
        asked = request.path_params
        found = await gallery.slice(asked["encounter"], asked["series"], asked["slice"])
        if isinstance(found, Missing):
            return JSONResponse({"missing": str(found)}, _STATUS[found])
        return _answer(found)

    return serve


def sheets(ecgs: EcgShelf) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a request for the sheet of an ECG."""

    async def serve(request: Request) -> Response:
        if not _from_our_page(request):
            return JSONResponse({"missing": "OTHER_PAGE"}, HTTPStatus.FORBIDDEN)
        asked = request.path_params
        return _drawn(await ecgs.sheet(asked["encounter"], asked["ecg"]))

    return serve


def strips(kept: EventStrips) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a request for an event strip."""

    async def serve(request: Request) -> Response:
        if not _from_our_page(request):
            return JSONResponse({"missing": "OTHER_PAGE"}, HTTPStatus.FORBIDDEN)
        asked = request.path_params
        return _drawn(await kept.sheet(asked["encounter"], asked["alarm"]))

    return serve


def _drawn(sheet: str | None) -> Response:
    if sheet is None:
        return JSONResponse({"missing": "NOT_STORED"}, HTTPStatus.NOT_FOUND)
    return Response(sheet, media_type="image/svg+xml", headers=_PRIVATE)


def _from_our_page(request: Request) -> bool:
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return False
    return request.headers.get("sec-fetch-site", "none") in _OUR_PAGES


def _answer(packed: PackedSlice) -> Response:
    return Response(
        packed.body,
        media_type="application/octet-stream",
        headers={
            **_PRIVATE,
            "content-encoding": "gzip",
            "columns": str(packed.columns),
            "rows": str(packed.rows),
            "column-spacing-mm": repr(packed.column_spacing_mm),
            "row-spacing-mm": repr(packed.row_spacing_mm),
        },
    )
