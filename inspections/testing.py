"""What tests of every room are made of: people, bridges, photos drawn in memory, and one that is broken."""

import itertools
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from inspections.models import (
    Bridge,
    Element,
    Finding,
    Membership,
    Network,
    Organisation,
    Role,
    SegmentationRun,
    Survey,
    SurveyImage,
    User,
)
from inspections.services.images import add_image
from inspections.services.runs import FindingFacts, RunResult, claim_run, complete_run, request_run

_numbers = itertools.count(1)

BROKEN_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
"""Begins like a JPEG and ends before the first scan."""


class RecordedDispatch:
    """Stands in for the broker: remembers which bells rang. `fail` makes the broker unreachable."""

    rung: list[str] = []
    measuring = 0
    drawings = 0
    fail = False

    @classmethod
    def reset(cls) -> None:
        cls.rung, cls.measuring, cls.drawings, cls.fail = [], 0, 0, False

    @classmethod
    def ring(cls, run_id: str) -> None:
        if cls.fail:
            raise ConnectionError("The broker is away.")
        cls.rung.append(run_id)


def ring_recorded(run_id: str) -> None:
    """The dispatcher of tests."""
    RecordedDispatch.ring(run_id)


def ring_for_measuring() -> None:
    """The dispatcher of tests for photos to be measured again."""
    if RecordedDispatch.fail:
        raise ConnectionError("The broker is away.")
    RecordedDispatch.measuring += 1


def ring_for_drawings() -> None:
    """The dispatcher of tests for what people draw."""
    if RecordedDispatch.fail:
        raise ConnectionError("The broker is away.")
    RecordedDispatch.drawings += 1


def draw_photo(width: int = 160, height: int = 120, *, seed: int = 1, format: str = "JPEG", **save: Any) -> bytes:
    """A grey wall with one dark line, as bytes. Every seed gives other bytes."""
    picture = Image.new("RGB", (width, height), (150 + seed % 60, 150, 145))
    line = ImageDraw.Draw(picture)
    line.line([(8, 8 + seed % 40), (width // 2, height // 2), (width - 8, height - 8)], fill=(40, 38, 36), width=3)
    line.point((seed % width, seed // width % height), fill=(0, 0, 0))
    out = BytesIO()
    picture.save(out, format, **save)
    return out.getvalue()


def make_user(role: Role | None = None, organisation: Organisation | None = None, **fields: Any) -> User:
    """A person, member of `organisation` with `role` when both are given. The password is "password"."""
    number = next(_numbers)
    user = User.objects.create_user(**{"username": f"user{number}", "password": "password", **fields})
    if role is not None and organisation is not None:
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def make_organisation(**fields: Any) -> Organisation:
    return Organisation.objects.create(**{"name": f"Organisation {next(_numbers)}", **fields})


def make_bridge(organisation: Organisation | None = None, **fields: Any) -> Bridge:
    organisation = organisation or make_organisation()
    return Bridge.objects.create(organisation=organisation, **{"name": f"Bridge {next(_numbers)}", **fields})


def make_element(bridge: Bridge | None = None, **fields: Any) -> Element:
    return Element.objects.create(bridge=bridge or make_bridge(), **{"name": f"Pier {next(_numbers)}", **fields})


def make_survey(bridge: Bridge | None = None, **fields: Any) -> Survey:
    return Survey.objects.create(bridge=bridge or make_bridge(), **{"surveyed_on": date(2026, 5, 4), **fields})


def make_network(organisation: Organisation | None = None, **fields: Any) -> Network:
    number = next(_numbers)
    defaults = {
        "name": f"network {number}",
        "architecture": "light",
        "file": f"networks/{number}.safetensors",
        "sha256": f"{number:064x}",
        "threshold": 0.5,
    }
    return Network.objects.create(organisation=organisation, **{**defaults, **fields})


def make_image(survey: Survey | None = None, *, data: bytes | None = None, name: str = "") -> SurveyImage:
    """A photo that came in through the front door; its run is queued."""
    number = next(_numbers)
    survey = survey or make_survey()
    if not Network.objects.exists():
        make_network()
    added = add_image(
        survey=survey,
        file=BytesIO(data or draw_photo(seed=number)),
        name=name or f"DJI_{number:04d}.JPG",
        added_by=None,
    )
    return added.image


def make_run(image: SurveyImage | None = None, **fields: Any) -> SegmentationRun:
    """The image's newest run, with `fields` written over it."""
    image = image or make_image()
    run = image.runs.latest("created_at")
    for name, value in fields.items():
        setattr(run, name, value)
    run.save()
    return run


def finish_run(image: SurveyImage, findings: Sequence[FindingFacts] = (), **more: Any) -> SegmentationRun:
    """A new analysis of the photo, asked for, claimed and completed with `findings`."""
    run = claim_run(request_run(image=image).pk, worker="test")
    assert run is not None
    facts: dict[str, Any] = dict.fromkeys(("probability", "probability_preview", "overlay"), "")
    facts |= {"used_threshold": 0.5, "crack_length_px": 0.0, "crack_area_share": 0.0, **more}
    assert complete_run(run, RunResult(findings=findings, **facts))
    run.refresh_from_db()
    return run


def make_finding(run: SegmentationRun | None = None, **fields: Any) -> Finding:
    """A crack from (10, 10) to (50, 40), in a run that has succeeded."""
    run = run or make_run(status=SegmentationRun.Status.SUCCEEDED)
    number = run.findings.count() + 1
    defaults = {
        "path": [[10, 10], [50, 40]],
        "length_px": 50.0,
        "width_mean_px": 2.5,
        "width_max_px": 4.0,
        "orientation_deg": 143.1,
        "area_px": 6,
        "confidence": 0.9,
        "box_x0": 10,
        "box_y0": 10,
        "box_x1": 13,
        "box_y1": 12,
        "mask_runs": [0, 6],
    }
    SegmentationRun.objects.filter(pk=run.pk).update(finding_count=number)
    if run.status in (SegmentationRun.Status.FAILED, SegmentationRun.Status.CANCELLED):
        defaults["is_current"] = False
    else:
        Finding.objects.filter(image=run.image, run__created_at__lt=run.created_at).update(is_current=False)
    places = {"run": run, "image": run.image, "survey": run.image.survey}
    return Finding.objects.create(number=number, **places, **{**defaults, **fields})
