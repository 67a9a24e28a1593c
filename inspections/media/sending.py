"""How a stored file is sent: with a type that we name, closed to scripts, and kept by the reader's browser alone."""

import hashlib
import os
from enum import StrEnum

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _

from inspections.errors import InspectionError
from inspections.media.crops import check_box, cut
from inspections.media.layers import draw_layer
from inspections.media.pyramids import DeepZoom, read_member, read_tile
from inspections.models import Finding, SurveyImage
from inspections.models.findings import FindingQuerySet
from inspections.services.housekeeping import drawn_patch
from inspections.services.storage import media_path

NOT_YET_SECONDS = 3
FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"


class Picture(StrEnum):
    """What we made ourselves, and therefore know the type of."""

    JPEG = "image/jpeg"
    PNG = "image/png"


def send_picture(request: HttpRequest, name: str, kind: Picture) -> HttpResponseBase:
    """A picture the worker made; `name` is its place in the media folder, empty while it is not made yet.

    That is answered 404 with the time after which to ask again. Raises `not_found` when the file is gone.
    """
    return _send(request, name, kind.value, FOREVER)


def send_layer(request: HttpRequest, name: str, stamp: str) -> HttpResponseBase:
    """The layer that an analysis wrote, as `send_picture` sends it: for good only under an address with its `stamp`."""
    return _send(request, name, Picture.PNG.value, _kept_for(request, stamp))


def send_drawn_layer(
    request: HttpRequest, size: tuple[int, int], findings: FindingQuerySet, stamp: str
) -> HttpResponseBase:
    """The layer of `findings` on a photo of `size`, drawn now; `stamp` changes with them."""
    etag = f'"{stamp}"'
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(draw_layer(size, findings), content_type=Picture.PNG.value)
    return _sealed(answer, _kept_for(request, stamp), etag)


def _kept_for(request: HttpRequest, stamp: str) -> str:
    return FOREVER if request.GET.get("of") == stamp else ASK_AGAIN


def send_widths(request: HttpRequest, name: str) -> HttpResponseBase:
    """A run's widths, stored as compressed JSON and sent as they lie there; asked for again after each measuring."""
    answer = _send(request, name, "application/json", ASK_AGAIN)
    if answer.status_code == 200:
        answer["Content-Encoding"] = "gzip"
    return answer


def _send(request: HttpRequest, name: str, content_type: str, cache: str) -> HttpResponseBase:
    if not name:
        return _not_yet()
    path = media_path(name)
    try:
        file = path.open("rb")
    except OSError:
        raise InspectionError("not_found") from None
    etag = _etag(name, os.fstat(file.fileno()))
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged is not None:
        file.close()
        return _sealed(unchanged, cache, etag)
    return _sealed(FileResponse(file, content_type=content_type), cache, etag)


def send_tile(request: HttpRequest, image: SurveyImage, level: int, column: int, row: int) -> HttpResponseBase:
    """One tile of a photo's pyramid. Raises InspectionError `not_found` outside the picture."""
    if not DeepZoom(image.width, image.height).holds(level, column, row):
        raise InspectionError("not_found")
    if not image.pyramid:
        return _not_yet()
    path = media_path(image.pyramid)
    try:
        etag = _etag(f"{image.pyramid}/{level}/{column}_{row}", path.stat())
    except OSError:
        raise InspectionError("not_found") from None
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(read_tile(path, level, column, row), content_type=Picture.JPEG.value)
    return _sealed(answer, FOREVER, etag)


def send_crop(request: HttpRequest, image: SurveyImage, box: str) -> HttpResponseBase:
    """A part of a photo at 1:1. Raises InspectionError `bad_box`, `not_found` when the pyramid is gone."""
    place = check_box(box, image.width, image.height)
    if not image.pyramid:
        return _not_yet()
    path = media_path(image.pyramid)
    try:
        etag = _etag(f"{image.pyramid}/{place}", path.stat())
    except OSError:
        raise InspectionError("not_found") from None
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        answer = HttpResponse(cut(path, (image.width, image.height), place), content_type=Picture.JPEG.value)
    return _sealed(answer, FOREVER, etag)


def send_patch(request: HttpRequest, finding: Finding) -> HttpResponseBase:
    """The small picture of a region. Raises InspectionError `not_found` where its analysis has made none."""
    alone = drawn_patch(finding.run, finding.drawing_id, finding.number) if finding.drawing_id else ""
    # What people drew before a photo was analysed again lies with the others of the new analysis.
    is_alone = bool(alone) and media_path(alone).is_file()
    name = alone if is_alone else finding.run.patches
    if not name:
        raise InspectionError("not_found")
    path = media_path(name)
    try:
        etag = _etag(f"{name}/{finding.number}", path.stat())
    except OSError:
        raise InspectionError("not_found") from None
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        patch = path.read_bytes() if is_alone else read_member(path, f"{finding.number}.jpg")
        answer = HttpResponse(patch, content_type=Picture.JPEG.value)
    return _sealed(answer, FOREVER, etag)


def send_original(request: HttpRequest, image: SurveyImage) -> HttpResponseBase:
    """The original, byte for byte, as a download of no particular type: nobody's browser opens what strangers sent."""
    etag = f'"{image.sha256}"'
    answer: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if answer is None:
        try:
            file = media_path(image.original.name or "").open("rb")
        except OSError:
            raise InspectionError("not_found") from None
        answer = FileResponse(
            file, as_attachment=True, filename=image.original_name, content_type="application/octet-stream"
        )
    return _sealed(answer, ASK_AGAIN, etag)


def _etag(name: str, state: os.stat_result) -> str:
    seal = hashlib.sha256(f"{name}\0{state.st_mtime_ns}\0{state.st_size}".encode()).hexdigest()
    return f'"{seal[:32]}"'


def _not_yet() -> HttpResponseBase:
    answer = HttpResponse(
        _("This picture is still being made.") + "\n", content_type="text/plain; charset=utf-8", status=404
    )
    answer["Retry-After"] = str(NOT_YET_SECONDS)
    return _sealed(answer, "no-store")


def _sealed(answer: HttpResponseBase, cache: str, etag: str = "") -> HttpResponseBase:
    answer["Cache-Control"] = cache
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    if etag:
        answer["ETag"] = etag
    patch_vary_headers(answer, ["Cookie"])
    return answer
