"""Addresses of pictures. Each finds its row for the reader first: a foreign picture is not there."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from inspections.access import fetch
from inspections.media import (
    Picture,
    layer_stamp,
    send_crop,
    send_drawn_layer,
    send_layer,
    send_original,
    send_patch,
    send_picture,
    send_tile,
    send_widths,
)
from inspections.models import Finding, SegmentationRun, SurveyImage
from inspections.pages.requests import MemberRequest


@require_safe
def photo_thumbnail(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A photo's thumbnail, long edge 512 px."""
    return send_picture(request, _image(request, pk).thumbnail, Picture.JPEG)


@require_safe
def photo_preview(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A photo's preview, long edge 2048 px."""
    return send_picture(request, _image(request, pk).preview, Picture.JPEG)


@require_safe
def photo_tile(request: MemberRequest, pk: UUID, level: int, column: int, row: int) -> HttpResponseBase:
    """One tile of a photo's pyramid."""
    return send_tile(request, _image(request, pk), level, column, row)


@require_safe
def photo_crop(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """A part of a photo at 1:1; `?box=x0,y0,x1,y1`, at most 2048 px a side."""
    return send_crop(request, _image(request, pk), request.GET.get("box", ""))


@require_safe
def photo_original(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The original as a download, byte for byte."""
    return send_original(request, _image(request, pk))


@require_safe
def finding_patch(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The small square picture of a region."""
    rows = Finding.objects.select_related("run", "image__survey__bridge__organisation").defer("mask_runs", "path")
    return send_patch(request, fetch(rows, request.user, pk=pk))


@require_safe
def run_probability(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """What the network saw, 0 to 255, long edge at most 4096 px, reduced so that hairlines survive."""
    return send_picture(request, _run(request, pk).probability_preview, Picture.PNG)


@require_safe
def run_overlay(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The transparent layer of cracks for a thumbnail: on the latest analysis of a photo of those that stand now.

    `?of=` is the stamp of the cracks that are meant; under it a browser keeps the picture for good.
    """
    run = _run(request, pk)
    photo: Any = SurveyImage.objects.with_state().with_findings().get(pk=run.image_id)
    if photo.current_run_id != run.pk:
        return send_picture(request, run.overlay, Picture.PNG)
    stamp = layer_stamp(photo.finding_count, photo.crack_length_px)
    if not run.overlay or not Finding.objects.changed_on(run).exists():
        return send_layer(request, run.overlay, stamp)
    standing = Finding.objects.current().standing().filter(image=photo).defer("mask_runs", "proposal")
    return send_drawn_layer(request, (photo.width, photo.height), standing, stamp)


@require_safe
def run_widths(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The widths along every crack, as `worker/widths.py` describes them; another file after measuring again."""
    return send_widths(request, _run(request, pk).widths)


def _image(request: MemberRequest, pk: UUID) -> SurveyImage:
    rows = SurveyImage.objects.select_related("survey__bridge__organisation")
    return fetch(rows, request.user, pk=pk)


def _run(request: MemberRequest, pk: UUID) -> SegmentationRun:
    rows = SegmentationRun.objects.select_related("image__survey__bridge__organisation")
    return fetch(rows, request.user, pk=pk)
