"""Small drawn sets in the folders of the published ones: a picture of each, for the readers to be tried on."""

from pathlib import Path

import numpy as np
from PIL import Image
from scipy.io import savemat

from segmentation.tests.drawn_sets import draw_pair


def save(path: Path, pixels) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def pair(photo: Path, mask: Path, seed: int, **kind):
    """Draw photo `seed` and its mask; return the mask's pixels, True for crack."""
    pixels, truth = draw_pair(seed, **kind)
    save(photo, pixels)
    save(mask, truth)
    return truth > 0


def crackforest(root: Path):
    truths = {}
    for number in (1, 2, 3):
        pixels, truth = draw_pair(30 + number)
        save(root / "image" / f"{number:03}.jpg", pixels)
        (root / "groundTruth").mkdir(parents=True, exist_ok=True)
        labels = np.where(truth > 0, 2, 1).astype(np.uint16)
        struct = {"Segmentation": labels, "Boundaries": (truth > 0).astype(np.uint8)}
        savemat(root / "groundTruth" / f"{number:03}.mat", {"groundTruth": struct})
        truths[f"{number:03}"] = truth > 0
    return truths


def crackforest_png(root: Path):
    return {"001": pair(root / "cfd_image/001.jpg", root / "cfd_gt/seg_gt/001.png", 1)}


CRACK500 = {"train": "20160222_081011_1_361", "val": "20160222_080850_641_1", "test": "20160222_080933_1281_721"}


def crack500(root: Path):
    """In one of the folders copies of the masks lie beside the crops, as in some editions of the set."""
    truths = {}
    for seed, (split, stem) in enumerate(CRACK500.items()):
        place = root / f"{split}crop"
        truths[stem] = pair(place / f"{stem}.jpg", place / f"{stem}.png", seed)
    Image.fromarray(truths[CRACK500["val"]]).save(root / "valcrop" / f"{CRACK500['val']}_mask.png")
    return truths


def crack500_unpacked(root: Path):
    """As the archives unpack: a folder in a folder of the same name."""
    return {
        stem: pair(root / f"{split}crop/{split}crop/{stem}.jpg", root / f"{split}crop/{split}crop/{stem}.png", seed)
        for seed, (split, stem) in enumerate(CRACK500.items())
    }


def crack500_whole(root: Path):
    stem = "20160222_081011"
    return {stem: pair(root / f"traindata/{stem}.jpg", root / f"traindata/{stem}_mask.png", 1)}


def crack500_lists(root: Path):
    truths = {}
    for seed, (split, stem) in enumerate(CRACK500.items()):
        truths[stem] = pair(root / f"all/{stem}.jpg", root / f"all/{stem}.png", seed)
        (root / f"{split}.txt").write_text(f"all/{stem}.jpg all/{stem}.png\n")
    return truths


def deepcrack(root: Path):
    truths = {}
    for seed, (split, stem) in enumerate((("train", "11111"), ("train", "IMG_6541-2"), ("test", "11125-1")), 20):
        truths[stem] = pair(root / f"{split}_img/{stem}.jpg", root / f"{split}_lab/{stem}.png", seed)
    return truths


def gaps384(root: Path):
    stem = "train_0178_1_541"
    return {stem: pair(root / f"croppedimg/{stem}.jpg", root / f"croppedgt/{stem}.png", 4)}


def gaps384_lists(root: Path):
    truths = gaps384(root)
    for stem in truths:
        (root / "valid.txt").write_text(f"/croppedimg/{stem}.jpg /croppedgt/{stem}.png\n\n")
    return truths


def cracktree200(root: Path):
    return {
        "6192": pair(root / "cracktree200rgb/6192.jpg", root / "cracktree200_gt/6192.png", 5),
        "6193": pair(root / "cracktree200rgb/6193.jpg", root / "cracktree200_gt/6193.bmp", 6),
    }


MERGED = {
    "CFD_001": "cfd_001",
    "CRACK500_20160222_081011_1_361": "crack500_20160222_081011",
    "DeepCrack_11125-1": "deepcrack_11125",
    "GAPS384_train_0178_1_541": "gaps384_train_0178",
    "Rissbilder_for_Florian_9S6A2869_37_1430_3692_3865": "rissbilder_for_florian_9S6A2869",
    "Sylvie_Chambon_056": "sylvie_chambon_056",
    "cracktree200_6192": "cracktree200_6192",
}


def merged(root: Path):
    """As crack_segmentation left it: one folder, masks as JPEG, crack-free names with a double ending."""
    truths = {}
    for seed, stem in enumerate(MERGED):
        truths[stem] = pair(root / f"images/{stem}.jpg", root / f"masks/{stem}.jpg", seed)
    clean = "noncrack_noncrack_concrete_wall_9_27"
    truths[clean] = pair(root / f"images/{clean}.jpg.jpg", root / f"masks/{clean}.jpg.jpg", 9, cracked=False)
    return truths


def plain(root: Path):
    return {"a": pair(root / "images/a.png", root / "masks/a.png", 1)}


def plain_splits(root: Path):
    return {
        name: pair(root / f"{name}/images/{name}_1.jpg", root / f"{name}/masks/{name}_1.png", seed)
        for seed, name in enumerate(("train", "valid", "test"))
    }
