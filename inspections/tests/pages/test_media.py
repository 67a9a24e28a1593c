"""Pictures on their way to a reader: whose they are, how they are sealed, and what is not there."""

import gzip
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image

from inspections.media import DeepZoom, layer_stamp, read_tile
from inspections.models import Role, SegmentationRun
from inspections.testing import (
    draw_photo,
    make_bridge,
    make_image,
    make_organisation,
    make_run,
    make_survey,
    make_user,
)

pytestmark = pytest.mark.django_db


def store(name: str, data: bytes) -> str:
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return name


def store_pyramid(image, tiles: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> str:
    path = Path(settings.MEDIA_ROOT) / f"pictures/{image.pk}/pyramid.szi"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr(f"{image.pk}/{image.pk}.dzi", "<Image/>")
        for place, data in tiles.items():
            archive.writestr(f"{image.pk}/{image.pk}_files/{place}.jpg", data)
    return f"pictures/{image.pk}/pyramid.szi"


@pytest.fixture
def organisation():
    return make_organisation()


@pytest.fixture
def image(organisation):
    """160 × 120 pixels: levels 0 to 8, one tile each."""
    image = make_image(make_survey(make_bridge(organisation)))
    image.thumbnail = store(f"pictures/{image.pk}/thumbnail.jpg", b"small")
    image.preview = store(f"pictures/{image.pk}/preview.jpg", b"larger")
    image.pyramid = store_pyramid(image, {"0/0_0": b"dot", "8/0_0": b"whole"})
    image.save()
    return image


@pytest.fixture
def run(image):
    return make_run(
        image,
        status=SegmentationRun.Status.SUCCEEDED,
        probability_preview=store("runs/p.png", b"map"),
        overlay=store("runs/o.png", b"layer"),
        widths=store("runs/widths-1.json.gz", gzip.compress(b'{"cracks": []}')),
    )


@pytest.fixture
def viewer(organisation) -> Client:
    client = Client()
    client.force_login(make_user(Role.VIEWER, organisation))
    return client


def addresses(image, run) -> dict[str, str]:
    return {
        "thumbnail": reverse("photo-thumbnail", args=[image.pk]),
        "preview": reverse("photo-preview", args=[image.pk]),
        "original": reverse("photo-original", args=[image.pk]),
        "tile": reverse("photo-tile", args=[image.pk, 8, 0, 0]),
        "probability": reverse("run-probability", args=[run.pk]),
        "overlay": reverse("run-overlay", args=[run.pk]) + f"?of={layer_stamp(0, None)}",
        "widths": reverse("run-widths", args=[run.pk]),
    }


EXPECTED = {
    "thumbnail": (b"small", "image/jpeg"),
    "preview": (b"larger", "image/jpeg"),
    "tile": (b"whole", "image/jpeg"),
    "probability": (b"map", "image/png"),
    "overlay": (b"layer", "image/png"),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_picture_is_sealed_and_kept_by_its_reader_alone(viewer, image, run, kind):
    answer = viewer.get(addresses(image, run)[kind])
    assert (answer.getvalue(), answer["Content-Type"]) == EXPECTED[kind]
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" in answer["Vary"]
    unchanged = viewer.get(addresses(image, run)[kind], headers={"If-None-Match": answer["ETag"]})
    assert (unchanged.status_code, unchanged.getvalue()) == (304, b"")
    assert unchanged["ETag"] == answer["ETag"] and unchanged["Cache-Control"] == answer["Cache-Control"]


def test_an_original_is_a_download_of_no_particular_type(viewer, organisation):
    data = draw_photo(seed=7)
    image = make_image(make_survey(make_bridge(organisation)), data=data, name='Pfeiler "2" ☂.jpg')
    answer = viewer.get(reverse("photo-original", args=[image.pk]))
    assert answer.getvalue() == data
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Pfeiler%20%222%22%20%E2%98%82.jpg"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["ETag"] == f'"{image.sha256}"'
    again = viewer.get(reverse("photo-original", args=[image.pk]), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_widths_travel_compressed_and_are_asked_for_again_after_measuring(viewer, image, run):
    address = addresses(image, run)["widths"]
    answer = viewer.get(address)
    assert gzip.decompress(answer.getvalue()) == b'{"cracks": []}'
    assert (answer["Content-Type"], answer["Content-Encoding"]) == ("application/json", "gzip")
    assert answer["Cache-Control"] == "private, no-cache"
    assert viewer.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    run.widths = store("runs/widths-2.json.gz", gzip.compress(b'{"cracks": [1]}'))
    run.save()
    anew = viewer.get(address, headers={"If-None-Match": answer["ETag"]})
    assert anew.status_code == 200 and gzip.decompress(anew.getvalue()) == b'{"cracks": [1]}'


def test_what_is_not_yours_is_not_there(image, run):
    stranger, nobody = Client(), Client()
    stranger.force_login(make_user(Role.ADMINISTRATOR, make_organisation()))
    for address in addresses(image, run).values():
        assert stranger.get(address).status_code == 404
        assert stranger.get(address, headers={"If-None-Match": "*"}).status_code == 404
        assert nobody.get(address)["Location"].startswith(reverse("login"))


def test_a_head_request_tells_without_sending(viewer, image, run):
    answer = viewer.head(addresses(image, run)["thumbnail"])
    assert (answer.status_code, answer["Content-Length"], answer.getvalue()) == (200, "5", b"")


def test_pictures_are_not_changed_over_the_wire(viewer, image, run):
    for address in addresses(image, run).values():
        assert viewer.post(address).status_code == 405


def test_a_picture_not_made_yet_says_when_to_come_back(viewer, organisation):
    fresh = make_image(make_survey(make_bridge(organisation)))
    run = make_run(fresh)
    for kind, address in addresses(fresh, run).items():
        if kind == "original":
            continue
        answer = viewer.get(address)
        assert (answer.status_code, answer["Retry-After"]) == (404, "3"), kind
        assert answer["Cache-Control"] == "no-store", kind


def test_a_picture_that_is_gone_is_not_there(viewer, image, run):
    for name in (image.thumbnail, image.preview, image.pyramid, run.overlay, run.probability_preview, run.widths):
        (Path(settings.MEDIA_ROOT) / name).unlink()
    (Path(settings.MEDIA_ROOT) / image.original.name).unlink()
    for kind, address in addresses(image, run).items():
        answer = viewer.get(address)
        assert answer.status_code == 404, kind
        assert "Retry-After" not in answer, kind


@pytest.mark.parametrize("name", ["../secret_key", "/etc/hostname", "pictures/../../secret_key"])
def test_a_stored_name_never_leads_out_of_the_media_folder(viewer, image, name):
    store("../secret_key", b"secret")
    image.thumbnail = image.pyramid = name
    image.save()
    assert viewer.get(reverse("photo-thumbnail", args=[image.pk])).status_code == 404
    assert viewer.get(reverse("photo-tile", args=[image.pk, 8, 0, 0])).status_code == 404


@pytest.mark.parametrize("place", [(9, 0, 0), (8, 1, 0), (8, 0, 1), (0, 1, 0), (63, 0, 0), (10**12, 0, 0)])
def test_there_are_no_tiles_beside_the_picture(viewer, image, place):
    assert viewer.get(reverse("photo-tile", args=[image.pk, *place])).status_code == 404


def test_a_tile_that_the_pyramid_lacks_is_not_there(viewer, image):
    assert viewer.get(reverse("photo-tile", args=[image.pk, 5, 0, 0])).status_code == 404


@pytest.mark.parametrize(
    "address", ["tiles/8/0_0.png", "tiles/-1/0_0.jpg", "tiles/8/../8/0_0.jpg", "tiles/8/0.5_0.jpg"]
)
def test_tiles_have_no_other_addresses(viewer, image, address):
    assert viewer.get(f"/photos/{image.pk}/{address}").status_code == 404


def test_a_pyramid_made_anew_is_read_anew(viewer, image):
    address = reverse("photo-tile", args=[image.pk, 8, 0, 0])
    first = viewer.get(address)
    store_pyramid(image, {"8/0_0": b"another whole picture"})
    second = viewer.get(address)
    assert (first.content, second.content) == (b"whole", b"another whole picture")
    assert first["ETag"] != second["ETag"]


def test_a_compressed_or_broken_pyramid_is_not_there(viewer, image):
    address = reverse("photo-tile", args=[image.pk, 8, 0, 0])
    store_pyramid(image, {"8/0_0": b"whole" * 100}, zipfile.ZIP_DEFLATED)
    assert viewer.get(address).status_code == 404
    store(image.pyramid, b"PK\x03\x04 and nothing else")
    assert viewer.get(address).status_code == 404


def test_a_tile_is_found_behind_extra_fields(tmp_path):
    path = tmp_path / "pyramid.szi"
    with zipfile.ZipFile(path, "w") as archive:
        member = zipfile.ZipInfo("a/a_files/3/1_2.jpg")
        member.extra = b"\xfe\xca\x04\x00abcd"
        archive.writestr(member, b"tile")
    assert read_tile(path, 3, 1, 2) == b"tile"


@pytest.mark.parametrize(
    ("size", "max_level", "level", "tiles"),
    [
        ((1, 1), 0, 0, (1, 1)),
        ((2, 1), 1, 0, (1, 1)),
        ((512, 512), 9, 9, (1, 1)),
        ((513, 512), 10, 10, (2, 1)),
        ((513, 512), 10, 9, (1, 1)),
        ((11540, 8680), 14, 14, (23, 17)),
        ((11540, 8680), 14, 13, (12, 9)),
        ((11540, 8680), 14, 0, (1, 1)),
    ],
)
def test_the_levels_of_a_deep_zoom_image(size, max_level, level, tiles):
    levels = DeepZoom(*size)
    assert levels.max_level == max_level
    assert levels.tiles(level) == tiles
    columns, rows = tiles
    assert levels.holds(level, columns - 1, rows - 1)
    assert not levels.holds(level, columns, 0) and not levels.holds(level, 0, rows)
    assert not levels.holds(max_level + 1, 0, 0) and not levels.holds(-1, 0, 0)


def test_a_tile_costs_few_questions(viewer, image, django_assert_max_num_queries):
    address = reverse("photo-tile", args=[image.pk, 8, 0, 0])
    with django_assert_max_num_queries(4):
        assert viewer.get(address).status_code == 200


def draw_pyramid(image) -> str:
    """The colour of every tile of the full level tells its place: red its column, green its row."""
    tiles = {}
    for row in range(-(-image.height // 512)):
        for column in range(-(-image.width // 512)):
            size = (min(512, image.width - column * 512), min(512, image.height - row * 512))
            tile = Image.new("RGB", size, (40 * column, 60 * row, 128))
            out = BytesIO()
            tile.save(out, "JPEG", quality=95)
            tiles[f"{DeepZoom(image.width, image.height).max_level}/{column}_{row}"] = out.getvalue()
    return store_pyramid(image, tiles)


@pytest.fixture
def large(organisation):
    """2500 × 1200 pixels: 5 × 3 tiles."""
    image = make_image(make_survey(make_bridge(organisation)), data=draw_photo(2500, 1200))
    image.pyramid = draw_pyramid(image)
    image.save()
    return image


def crop(client, image, box):
    return client.get(reverse("photo-crop", args=[image.pk]), {"box": box})


def test_a_crop_is_cut_from_the_tiles_at_full_size(viewer, large):
    answer = crop(viewer, large, "500,1000,1100,1200")
    with Image.open(BytesIO(answer.content)) as picture:
        assert (picture.format, picture.size) == ("JPEG", (600, 200))
        # Tiles (0, 1), (1, 1), (2, 1) and the row below.
        places = {(0, 0): (0, 60), (100, 0): (40, 60), (599, 0): (80, 60), (100, 199): (40, 120), (599, 199): (80, 120)}
        for place, (red, green) in places.items():
            found = picture.getpixel(place)
            assert abs(found[0] - red) < 6 and abs(found[1] - green) < 6, place
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert "sandbox" in answer["Content-Security-Policy"]
    address = reverse("photo-crop", args=[large.pk]) + "?box=500,1000,1100,1200"
    assert viewer.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert crop(viewer, large, "500,1000,1100,1199")["ETag"] != answer["ETag"]


@pytest.mark.parametrize("box", ["0,0,2500,100", "452,0,2500,1200", "0,0,2049,10"])
def test_a_crop_has_at_most_2048_pixels_a_side(viewer, large, box):
    assert crop(viewer, large, box).status_code == (200 if box.startswith("452") else 400)


@pytest.mark.parametrize(
    "box",
    ["", "1,2,3", "1,2,3,4,5", "a,b,c,d", "-1,0,5,5", "0,0,5.5,5", "5,5,5,9", "9,0,5,5", "0,0,2501,10", "0,1199,5,1201",
     "0,0,١,5", "0,0,99999999999,5"],
)  # fmt: skip
def test_a_crop_outside_the_photo_is_refused(viewer, large, box):
    answer = viewer.get(reverse("photo-crop", args=[large.pk]), {"box": box}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_box")
    assert "2500 × 1200" in answer.json()["detail"]


def test_a_crop_waits_for_the_pyramid_and_misses_a_lost_tile(viewer, large, organisation):
    waiting = make_image(make_survey(make_bridge(organisation)))
    answer = crop(viewer, waiting, "0,0,10,10")
    assert (answer.status_code, answer["Retry-After"]) == (404, "3")
    large.pyramid = store_pyramid(large, {"12/0_0": b""})
    large.save()
    assert crop(viewer, large, "1000,0,1010,10").status_code == 404
