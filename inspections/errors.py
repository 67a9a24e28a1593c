"""Every failure of the record has a code, its facts and one sentence that tells the cure. All sentences stand here."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext as one_or_many

from inspections.language import decimal

Counted = tuple[str, str]


def ngettext(one: str, many: str) -> Counted:
    """A sentence that counts, for one and for several. Only marks it: it is translated where it is told."""
    return one, many


@dataclass(frozen=True, slots=True)
class Answer:
    """What the doors say for a code: the HTTP status and the sentence, filled with the error's facts.

    A sentence in two forms follows `count` among the facts.
    """

    status: int
    sentence: str | Counted


ANSWERS: dict[str, Answer] = {
    # Uploads
    "no_file": Answer(
        400, _("No complete file was received. The upload may have been interrupted; please send it again.")
    ),
    "incomplete_batch": Answer(400, _("{arrived} of {declared} files arrived. Please send the missing ones again.")),
    "checksum_mismatch": Answer(422, _("The file arrived damaged (checksum differs). Please upload it again.")),
    "empty_file": Answer(400, _("The file is empty. Copy it from the camera again.")),
    "unsupported_type": Answer(415, _("Not an image we can read. Accepted: JPEG, PNG, TIFF, WebP.")),
    "heic_not_enabled": Answer(415, _("HEIC photos are not enabled on this server. Export as JPEG.")),
    "truncated_image": Answer(422, _("The photo is incomplete (file ends early). Copy it from the camera again.")),
    "damaged_image": Answer(422, _("The photo is damaged ({reason}). Copy it from the camera again.")),
    "too_many_pixels": Answer(
        413, _("{megapixels:.0f} MP is more than the limit of {limit:.0f} MP. Send single photos, not the panorama.")
    ),
    "too_small": Answer(
        422, _("The photo is {width} × {height} pixels. Photos must be at least {min_side} × {min_side} pixels.")
    ),
    "file_too_large": Answer(413, _("The file is larger than the limit of {limit_mb:.0f} MB. Send single photos.")),
    "multi_page": Answer(422, _("The file contains {pages} images; only single images are accepted.")),
    "unsupported_depth": Answer(422, _("The image has {depth} samples; export it with 8 or 16 bits per channel.")),
    "survey_mismatch": Answer(
        400, _("The element belongs to another bridge than the survey. Choose one of this bridge.")
    ),
    # Runs
    "internal": Answer(500, _("The analysis stopped for a reason we did not foresee. The photo is safe; try again.")),
    "crashed": Answer(
        500,
        _(
            "The analysis stopped {attempts} times without finishing. The photo is safe. It may be too large for this "
            "worker's memory; try again later or give the worker more memory."
        ),
    ),
    "too_slow": Answer(
        500, _("The analysis took longer than {minutes:.0f} minutes and was stopped. Send smaller photos.")
    ),
    "original_missing": Answer(
        500, _("The original photo is not in the store. Restore the media folder from the backup.")
    ),
    "storage_full": Answer(507, _("The server has no space left; nothing was saved. Free some space and try again.")),
    "unreadable_image": Answer(
        422, _("The photo cannot be decoded ({reason}). Copy it again from the camera and upload it.")
    ),
    "unsupported_image": Answer(
        422, _("This kind of image is not analysed: {reason}. Export it as an 8-bit JPEG or PNG.")
    ),
    "network_unavailable": Answer(
        503, _("The network cannot be loaded ({reason}). Register it again or activate another one, then retry.")
    ),
    "network_mismatch": Answer(422, _("The weights do not fit their network ({reason}). Register a matching file.")),
    "out_of_memory": Answer(
        507, _("The worker ran out of memory on this {megapixels:.0f} megapixel photo. Give it more memory and retry.")
    ),
    "cancelled": Answer(409, _("The analysis was cancelled.")),
    "run_not_final": Answer(409, _("The analysis of this photo is {status}. Wait for it or cancel it first.")),
    "run_is_final": Answer(409, _("The analysis of this photo has already {status}. Nothing was cancelled.")),
    "nothing_seen": Answer(409, _("There is no map of an earlier analysis to measure. Analyse the photo again.")),
    "no_network": Answer(503, _("No network is active. An administrator registers and activates one under Networks.")),
    # Reviews
    "decided_meanwhile": Answer(409, _("{by} has {verdict} it meanwhile. Look at that, then decide.")),
    "nothing_decided": Answer(409, _("Nobody has decided here. There is nothing to take back.")),
    "survey_closed": Answer(409, _("{survey} was signed off by {by} on {on}. Reopen it to change anything.")),
    "survey_open": Answer(409, _("The survey is open already.")),
    "runs_open": Answer(
        409,
        ngettext(
            "{count} photo is still being analysed. Wait for it, or cancel it, then sign off.",
            "{count} photos are still being analysed. Wait for them, or cancel them, then sign off.",
        ),
    ),
    "undecided_left": Answer(
        409,
        ngettext(
            "{count} finding is undecided, not {known}. Decide it, or sign off with it left undecided.",
            "{count} findings are undecided, not {known}. Decide them, or sign off with all {count} left undecided.",
        ),
    ),
    # Drawings
    "bad_box": Answer(
        400,
        _("Give the box as x0,y0,x1,y1 inside the photo of {width} × {height} pixels, at most {most} pixels a side."),
    ),
    "not_analysed": Answer(409, _("The photo has not been analysed yet. Wait for its analysis, then draw.")),
    "analysed_meanwhile": Answer(409, _("The photo was analysed again meanwhile. Load it again, then draw.")),
    "drawn_meanwhile": Answer(409, _("{by} has changed crack {number} meanwhile. Look at that first.")),
    "not_drawn": Answer(409, _("This is not drawn, or was taken back already. There is nothing to take back.")),
    "drawings_open": Answer(
        409,
        ngettext(
            "{count} drawing is still being measured. Wait for it, then sign off.",
            "{count} drawings are still being measured. Wait for them, then sign off.",
        ),
    ),
    "nothing_left": Answer(422, _("Nothing would be left of the crack. If it is none, reject it instead.")),
    "nothing_drawn": Answer(422, _("There is no line in what was drawn. Draw it longer, or paint along the crack.")),
    "stands_already": Answer(
        409,
        ngettext(
            "Most of this lies where crack {numbers} stands already, and its length would count twice. Correct that "
            "crack (E), or reject it first.",
            "Most of this lies where cracks {numbers} stand already, and their length would count twice. Join or "
            "correct them (E), or reject them first.",
        ),
    ),
    "cut_misses": Answer(422, _("The cut leaves the crack in one piece. Draw the cut right across the crack.")),
    "too_far_apart": Answer(
        422,
        _("The cracks lie {gap:.0f} pixels apart; {limit:.0f} can be bridged here. Draw the crack between them first."),
    ),
    "too_many_pieces": Answer(422, _("The mask is in more than {limit} pieces. Paint one crack at a time.")),
    "mask_too_ragged": Answer(
        413,
        _(
            "The mask is too ragged to be sent: its edges come to more than {limit_mb:.1f} MB. Rub out single pixels "
            "with a larger eraser, or undo them, then save. What you have painted is still there."
        ),
    ),
    "not_found_again": Answer(
        409,
        _("The photo was analysed again before this was drawn, and crack {number} was not found again. Draw it anew."),
    ),
    "one_already": Answer(409, _("The photo was analysed again meanwhile, and these cracks are one there already.")),
    # Networks and data sets
    "unsafe_model_format": Answer(415, _("Only .safetensors files are accepted.")),
    "invalid_model": Answer(422, _("The file is not a network of Hairline: {reason}.")),
    "network_exists": Answer(409, _("A network with these weights is already registered as “{name}”.")),
    "invalid_pack": Answer(422, _("The rule pack is refused. {problems}")),
    "nothing_to_export": Answer(409, _("No reviewed photos. Accept or reject findings first, then export.")),
    # Doors
    "not_found": Answer(404, _("Not found.")),
    "forbidden": Answer(403, _("Your role ({role}) may not do this. Ask an administrator of {organisation}.")),
    "not_authenticated": Answer(401, _("Send a token: “Authorization: Token …”. Make one under Settings.")),
    "invalid_token": Answer(401, _("The token is not valid. Make a new one under Settings.")),
    "parse_error": Answer(400, _("The request cannot be read: {reason}.")),
    "invalid": Answer(400, "{reason}"),
    "unknown_field": Answer(400, _("Unknown field: {name}.")),
    "invalid_reference": Answer(400, _("{kind} {id} does not exist.")),
    "invalid_filter": Answer(400, _("The filter {name} cannot be used here.")),
    "method_not_allowed": Answer(405, _("{method} is not allowed here.")),
    "token_expired": Answer(401, _("The token has expired. Make a new one under Settings.")),
    "bad_credentials": Answer(401, _("User name and password do not fit together.")),
    "secret_in_url": Answer(
        400, _("A secret does not belong in an address: addresses are logged. Send {name} in the body.")
    ),
    "one_file": Answer(400, _("{count} files arrived. Send one photo per request.")),
    "unsupported_media_type": Answer(415, _("The request is {media_type}. Send JSON, a form or multipart/form-data.")),
    "not_acceptable": Answer(406, _("The answer is JSON. Accept application/json, or send no Accept header.")),
    "length_required": Answer(411, _("The length of the request is not told. Send Content-Length, not chunks.")),
    "request_too_large": Answer(413, _("The request is larger than {limit_mb:.1f} MB. Send less at once.")),
    "conflict": Answer(409, _("Somebody else wrote the same at the same time. Read it again, then decide.")),
    "throttled": Answer(429, _("Too many requests. Try again in {seconds} seconds.")),
    "unavailable": Answer(503, _("The server is busy. Try again in a moment.")),
    "server_error": Answer(
        500,
        _("Something failed that we did not foresee. It is in the server's log under this request's id; try again."),
    ),
}

# What the worker, which knows no reader, gives as a reason; such a fact is told in the reader's language.
REASONS = (
    _("it is not a whole JPEG, PNG, TIFF or WebP photo"),
    _("there is no such file"),
    _("its header is damaged"),
    _("the file ends early"),
    _("the file cannot be opened"),
    _("its image data is damaged"),
    _("its pixels are floating point numbers"),
    _("its pixels are 32-bit whole numbers"),
)

# Remarks on a photo that was accepted all the same.
WARNINGS: dict[str, str] = {
    "extension_mismatch": _("The name ends in .{suffix}, but the file is a {format} image. It is stored as {format}."),
    "trailing_data": _("Bytes after the end of the picture: {bytes}. They stay in the original and are never read."),
    "extra_images": _("The file holds {pictures} pictures. Only the first is analysed."),
    "bad_orientation": _("The orientation in the photo's metadata is not valid. The photo is shown as it is stored."),
    "bad_gps": _("The position in the photo's metadata is not valid and was left out."),
    "bad_metadata": _("Part of the photo's metadata cannot be read and was left out."),
}


class InspectionError(Exception):
    """A refusal with an owner: `code` finds the sentence and status, `facts` fill it, `field` names the input."""

    def __init__(self, code: str, field: str | None = None, **facts: Any) -> None:
        self.code, self.field, self.facts = code, field, facts
        # For the log, which is read in English whoever asks.
        super().__init__(_filled(_chosen(code, facts), facts))

    @property
    def status(self) -> int:
        """The HTTP status of this answer."""
        return ANSWERS[self.code].status

    @property
    def detail(self) -> str:
        """The sentence a user reads."""
        return sentence(self.code, self.facts)


def sentence(code: str, facts: dict[str, Any]) -> str:
    """The sentence for a stored code and its facts, in the reader's language.

    An unknown code reads as an internal failure, never as a crash.
    """
    chosen = _chosen(code, facts)
    told = gettext(chosen) if isinstance(chosen, str) else one_or_many(*chosen, _count(facts))
    return _filled(told, {name: _told(name, fact) for name, fact in facts.items()})


def warning(code: str, facts: dict[str, Any]) -> str:
    """The remark on an accepted photo, in the reader's language; empty for one that is not known."""
    return _filled(gettext(WARNINGS[code]), facts) if code in WARNINGS else ""


def _chosen(code: str, facts: dict[str, Any]) -> str | Counted:
    return ANSWERS.get(code, ANSWERS["internal"]).sentence


def _filled(chosen: str | Counted, facts: dict[str, Any]) -> str:
    words = chosen if isinstance(chosen, str) else chosen[_count(facts) != 1]
    try:
        return words.format(**facts)
    except (KeyError, ValueError, IndexError):
        return words


def _count(facts: dict[str, Any]) -> int:
    count = facts.get("count")
    return count if isinstance(count, int) else 0


def _told(name: str, fact: Any) -> Any:
    """A fact as it is read: a reason in the reader's language where it is known, a number with its decimal sign."""
    if name == "reason" and fact in REASONS:
        return gettext(fact)
    return _Number(fact) if isinstance(fact, float) else fact


class _Number(float):
    def __format__(self, form: str) -> str:
        return decimal(super().__format__(form))
