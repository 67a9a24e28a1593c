"""Sources by layout: which layouts there are, which one a folder has, and its photos as pairs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from segmentation.datasets.annotations import Drawing, read_json
from segmentation.datasets.coco import read_coco
from segmentation.datasets.folders import Found, Reading
from segmentation.datasets.labelme import read_labelme
from segmentation.datasets.manifest import read_manifest
from segmentation.datasets.merged import merged_part, read_merged
from segmentation.datasets.pairs import BadSource, Pair
from segmentation.datasets.plain import read_crack_free, read_plain
from segmentation.datasets.problems import Problem
from segmentation.datasets.published import (
    read_crack500,
    read_crackforest,
    read_cracktree200,
    read_deepcrack,
    read_gaps384,
)

AUTO = "auto"
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Layout:
    """A way in which sets are published: how it is read and recognised, what it shows and under which terms."""

    read: Callable[[Path, Drawing], Reading]
    recognise: Callable[[Path], bool]
    looks_like: str
    surface: str = ""
    licence: str = ""


def _without_drawing(read: Callable[[Path], Reading]) -> Callable[[Path, Drawing], Reading]:
    return lambda root, drawing: read(root)


def _has(*names: str) -> Callable[[Path], bool]:
    return lambda root: any((root / name).exists() for name in names)


def _has_merged_names(root: Path) -> bool:
    images = next((root / name for name in ("images", "train/images") if (root / name).is_dir()), None)
    names = [path.stem for path, _ in zip(images.iterdir(), range(_SAMPLE), strict=False)] if images else []
    return bool(names) and all(merged_part(name) for name in names)


def _has_json(*keys: str) -> Callable[[Path], bool]:
    def recognise(root: Path) -> bool:
        files = [root] if root.is_file() else (*root.glob("*.json"), *root.glob("annotations/*.json"))
        return any(_holds(path, keys) for path, _ in zip(sorted(files), range(3), strict=False))

    return recognise


def _holds(path: Path, keys: tuple[str, ...]) -> bool:
    try:
        content = read_json(path)
    except BadSource:
        return False
    return all(isinstance(content.get(key), list) for key in keys)


_RESEARCH = "non-commercial research (authors' README)"
_CITATION = "none stated, citation asked"

# In the order in which `auto` tries them: what is particular first, plain folders last.
LAYOUTS: dict[str, Layout] = {
    "hairline": Layout(_without_drawing(read_manifest), _has("manifest.csv"), "manifest.csv"),
    "crackforest": Layout(
        _without_drawing(read_crackforest), _has("groundTruth", "cfd_image"), "image/, groundTruth/*.mat",
        "asphalt", _RESEARCH,
    ),
    "crack500": Layout(
        _without_drawing(read_crack500), _has("traincrop", "valcrop", "testcrop", "traindata", "testdata"),
        "traincrop/, valcrop/, testcrop/", "asphalt", _CITATION,
    ),
    "deepcrack": Layout(
        _without_drawing(read_deepcrack), _has("train_img", "test_img"), "train_img/, train_lab/, test_img/, test_lab/",
        "concrete, stone, plaster, asphalt", _RESEARCH,
    ),
    "gaps384": Layout(
        _without_drawing(read_gaps384), _has("croppedimg"), "croppedimg/, croppedgt/", "asphalt",
        "academic use (GAPs registration form)",
    ),
    "cracktree200": Layout(
        _without_drawing(read_cracktree200), _has("cracktree200rgb"), "cracktree200rgb/, cracktree200_gt/", "pavement",
        _CITATION,
    ),
    "merged": Layout(_without_drawing(read_merged), _has_merged_names, "images/, masks/ with names like CFD_001.jpg"),
    "coco": Layout(read_coco, _has_json("images", "annotations"), "a JSON file with images and annotations"),
    "labelme": Layout(read_labelme, _has_json("shapes"), "a JSON file with shapes for every photo"),
    "plain": Layout(_without_drawing(read_plain), _has("images", "train/images"), "images/, masks/"),
    "crack-free": Layout(_without_drawing(read_crack_free), lambda root: False, "photos without masks, never guessed"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """A folder (or a COCO file) to read, in the layout of that name, as the set `name`."""

    name: str
    layout: str
    path: Path

    @classmethod
    def parse(cls, text: str) -> "Source":
        """`NAME=LAYOUT:PATH`. Raises ValueError where the text is not written like that."""
        found = re.fullmatch(r"([^=]+)=([a-z0-9-]+):(.+)", text)
        if not found:
            raise ValueError(f"write a source as NAME=LAYOUT:PATH, as in deck=plain:photos/deck, not {text!r}")
        name, layout, path = found.groups()
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", name):
            raise ValueError(f"the name {name!r} of a source may hold small letters, digits, '-', '_' and '.'")
        if layout not in (*LAYOUTS, AUTO):
            raise ValueError(f"there is no layout {layout!r}; known are {', '.join((*LAYOUTS, AUTO))}")
        return cls(name, layout, Path(path))


def recognise(path: Path) -> str:
    """The name of the layout that `path` has. Raises BadSource with what is known and what was seen."""
    for name, layout in LAYOUTS.items():
        if layout.recognise(path):
            return name
    entries = sorted(path.iterdir()) if path.is_dir() else []
    seen = [f"{entry.name}/" if entry.is_dir() else entry.name for entry in entries]
    known = "; ".join(f"{name}: {layout.looks_like}" for name, layout in LAYOUTS.items())
    raise BadSource(
        f"The layout of {path} is not known. There is: {', '.join(seen[:8]) or 'nothing'}"
        f"{' …' if len(seen) > 8 else ''}. Known are: {known}."
    )


def read_source(source: Source, drawing: Drawing | None = None) -> Iterator[Pair | Problem]:
    """The pairs of a source in the order of their names, and what cannot be paired. Raises BadSource."""
    if not source.path.exists():
        raise BadSource(f"There is no {source.path} (source {source.name}).")
    layout = LAYOUTS[recognise(source.path) if source.layout == AUTO else source.layout]
    try:
        for found in layout.read(source.path, drawing or Drawing()):
            yield _pair(found, source, layout) if isinstance(found, Found) else _named(found, source)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSource(
            f"{source.path} cannot be read for {source.name} ({error}); expected is {layout.looks_like}."
        ) from error


def _pair(found: Found, source: Source, layout: Layout) -> Pair:
    set_name = re.sub(r"[^a-z0-9_.-]+", "_", found.set.lower()) or source.name
    # A manifest's groups go across its sets; elsewhere a name says nothing about another set's.
    group = found.group if layout is LAYOUTS["hairline"] else f"{set_name}_{found.group}"
    return Pair(
        set_name, found.stem, group, found.image, found.mask, found.split, found.surface or layout.surface,
        found.licence or layout.licence, found.sha256,
    )  # fmt: skip


def _named(problem: Problem, source: Source) -> Problem:
    return Problem(problem.kind, f"{source.name}_{problem.name}", problem.detail)
