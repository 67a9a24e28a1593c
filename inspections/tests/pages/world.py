"""One small organisation with one of everything, for tests that walk over every address."""

import gzip
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from knox.models import AuthToken
from PIL import Image

from inspections.models import Bridge, Drawing, Finding, Organisation, Project, Role, SegmentationRun, User
from inspections.services.comments import say
from inspections.testing import (  # fmt: skip
    make_bridge,
    make_element,
    make_finding,
    make_image,
    make_network,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)


@dataclass(frozen=True)
class World:
    """`places` are the arguments that each address needs, by its name."""

    organisation: Organisation
    bridge: Bridge
    places: dict[str, dict[str, Any]]

    def somebody(self, role: Role) -> User:
        return make_user(role, self.organisation)

    def posted(self, name: str) -> dict[str, Any]:
        """A good body for addresses that take one."""
        return {
            "finding-review": {"verdict": "accepted"},
            "finding-decide": {"action": "accepted"},
            "finding-comments": {"text": "Is it wet?"},
            "review-apply": {
                "regions": [{"id": str(self.places["finding-decide"]["pk"]), "seen": 0}],
                "action": "accepted",
            },
            "review-save": {"name": "Wide ones", "wider_mm": "0.3"},
            "photo-looked": {"cells": "1"},
            "photo-draw": {"kind": "line", "line": [[20, 20], [80, 60]]},
            "photo-distance": {"distance_m": "3"},
            "photo-known-length": {
                "start_x": "10", "start_y": "10", "stop_x": "110", "stop_y": "10", "length_mm": "50",
            },
            "run-measure": {"threshold": "0.6"},
            "network-activate": {"organisation": str(self.organisation.pk)},
            "settings-rules-choose": {"organisation": str(self.organisation.pk), "pack": "aci-224r-mm"},
            "settings-look": {"theme": "dark", "keys": "on"},
            "settings-profile": {"first_name": "Jo"},
            "token-new": {"days": "30"},
        }.get(name, {})  # fmt: skip


def make_world() -> World:
    """Every file that a page may send is there."""
    organisation = make_organisation()
    bridge = make_bridge(organisation, latitude=54.1, longitude=-2.0)
    survey = make_survey(bridge)
    image = make_image(survey)
    run = make_run(
        image,
        status=SegmentationRun.Status.SUCCEEDED,
        probability_preview=_write("runs/p.png"),
        overlay=_write("runs/o.png"),
        patches=_write_patches(),
        probability=_write("runs/map.png"),
        widths=_write("runs/w.json.gz", gzip.compress(b"{}")),
    )
    failed, queued = make_image(survey), make_image(survey)
    image.thumbnail, image.preview, image.pyramid = _write("t.jpg"), _write("p.jpg"), _write_pyramid(image.pk)
    image.save()
    project = Project.objects.create(organisation=organisation, name="Contract 7")
    pk = {
        "bridge": bridge.pk,
        "element": make_element(bridge).pk,
        "survey": survey.pk,
        "photo": image.pk,
        "run": run.pk,
        "finding": make_finding(run).pk,
        "project": project.pk,
        "drawing": make_drawing(run).pk,
        "network": make_network(organisation).pk,
    }
    asked = say(finding=Finding.objects.get(), author=make_user(Role.REVIEWER, organisation), text="Which end?")
    pk["comment"] = asked.pk
    places: dict[str, dict[str, Any]] = {
        f"{noun}{ending}": {"pk": key}
        for noun, key in pk.items()
        for ending in ("", "-edit", "-new", "-upload", "-grid", "-analyse", "-thumbnail", "-preview", "-original",
                       "-tile", "-probability", "-overlay", "-review", "-activate", "-scale", "-distance",
                       "-known-length", "-measure", "-widths", "-picked", "-decide", "-patch", "-close", "-reopen",
                       "-history", "-history-file", "-map", "-places", "-compare", "-look", "-looked", "-draw", "-crop",
                       "-elements", "-trend", "-undo", "-comments", "-assign", "-people", "-resolve")
    }  # fmt: skip
    del places["bridge-new"], places["project-new"]
    places["element-new"] = places["survey-new"] = {"pk": bridge.pk}
    places["photo-tile"] = {"pk": image.pk, "level": 0, "column": 0, "row": 0}
    places["settings-rule-pack"] = places["settings-rule-pack-file"] = {"pack_id": "aashto-mbei-mm"}
    places["run-cancel"] = {"pk": make_run(queued).pk}
    places["run-retry"] = {"pk": make_run(failed, status=SegmentationRun.Status.FAILED, error_code="internal").pk}
    return World(organisation, bridge, places)


def make_drawing(run: SegmentationRun) -> Drawing:
    """A line along a missed crack, measured and done."""
    author = make_user(Role.REVIEWER, run.image.survey.bridge.organisation)
    return Drawing.objects.create(
        run=run, image=run.image, author=author, kind="line", line=[[1, 1], [30, 30]], status=Drawing.Status.DONE
    )


def give_token(user: User) -> dict[str, str]:
    """A token of the user's, as the address of its deletion names it."""
    return {"key": AuthToken.objects.create(user=user)[0].token_key}


def _write(name: str, data: bytes = b"picture") -> str:
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name


def _write_pyramid(pk: Any) -> str:
    path = Path(settings.MEDIA_ROOT) / "pyramid.szi"
    # 160 × 120 pixels: the whole photo is one tile of level 8.
    tile = BytesIO()
    Image.new("RGB", (160, 120)).save(tile, "JPEG")
    with zipfile.ZipFile(path, "w") as pyramid:
        pyramid.writestr(f"{pk}/{pk}_files/0/0_0.jpg", b"tile")
        pyramid.writestr(f"{pk}/{pk}_files/8/0_0.jpg", tile.getvalue())
    return "pyramid.szi"


def _write_patches() -> str:
    path = Path(settings.MEDIA_ROOT) / "patches.zip"
    with zipfile.ZipFile(path, "w") as patches:
        patches.writestr("1.jpg", b"patch")
    return "patches.zip"
