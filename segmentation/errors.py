"""What can go wrong while looking at a photo. Each error has a slug, its facts, and a sentence with the cure."""

from typing import Any


class SegmentationError(Exception):
    """A failure with an owner: `code` names it, `facts` fill the sentence, `str()` is that sentence."""

    code = "segmentation_failed"
    sentence = "The photo could not be analysed."

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


class UnreadableImage(SegmentationError):
    """The bytes are not a whole photo. Facts: `reason`."""

    code = "unreadable_image"
    sentence = "The photo cannot be decoded ({reason}). Copy it again from the camera and upload it once more."


class ImageTooLarge(SegmentationError):
    """Facts: `megapixels`, `limit`."""

    code = "too_many_pixels"
    sentence = (
        "The photo is {megapixels:.0f} megapixels; the limit is {limit:.0f}. Send single photos, not the panorama."
    )


class UnsupportedImage(SegmentationError):
    """A readable file of a kind that is not analysed. Facts: `reason`."""

    code = "unsupported_image"
    sentence = "This kind of image is not analysed: {reason}. Export it as an 8-bit JPEG or PNG."


class NetworkUnavailable(SegmentationError):
    """Facts: `path`, `reason`."""

    code = "network_unavailable"
    sentence = "The network {path} cannot be loaded ({reason}). Register it again or activate another one."


class CheckpointMismatch(SegmentationError):
    """The weights do not fit the network they name. Facts: `path`, `reason`."""

    code = "network_mismatch"
    sentence = "The weights in {path} do not fit their network: {reason}."


class CheckpointRefused(SegmentationError):
    """A checkpoint of another project that is not taken over. Facts: `path`, `reason`, which ends with the cure."""

    code = "checkpoint_refused"
    sentence = "{path} is not imported: {reason}."


class OutOfMemory(SegmentationError):
    """Facts: `megapixels`."""

    code = "out_of_memory"
    sentence = (
        "The worker ran out of memory on this {megapixels:.0f} megapixel photo. Give it more memory, "
        "or upload the photo in parts."
    )


class Cancelled(SegmentationError):
    """Somebody cancelled the run, or another worker took it over."""

    code = "cancelled"
    sentence = "The analysis was cancelled."


class NothingDrawn(SegmentationError):
    """What a person drew leaves no line to measure."""

    code = "nothing_drawn"
    sentence = "There is no line in what was drawn. Draw it longer, or paint along the crack."


class CutMisses(SegmentationError):
    """A cut that leaves a crack in one piece."""

    code = "cut_misses"
    sentence = "The cut leaves the crack in one piece. Draw the cut right across the crack."


class TooFarApart(SegmentationError):
    """Cracks that are no one crack. Facts: `gap`, `limit`, pixels."""

    code = "too_far_apart"
    sentence = (
        "The cracks lie {gap:.0f} pixels apart; {limit:.0f} can be bridged here. Draw the crack between them first."
    )


class TooManyPieces(SegmentationError):
    """A painted mask in shreds. Facts: `limit`."""

    code = "too_many_pieces"
    sentence = "The mask is in more than {limit} pieces. Paint one crack at a time."
