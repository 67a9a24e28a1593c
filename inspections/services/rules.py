"""Rule packs of an organisation: added, chosen, and what a change of rules sets going."""

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from inspections.conditions import Pack, PackError, Problem, builtin_packs, parse_pack
from inspections.errors import InspectionError
from inspections.models import Organisation, RulePack, SegmentationRun, SurveyImage, User
from inspections.models.images import SurveyImageQuerySet
from inspections.services.conditions import packs_of
from inspections.services.measuring import ask_to_measure


def add_pack(*, organisation: Organisation, text: bytes | str, added_by: User | None) -> RulePack:
    """Check an organisation's own pack and keep its text. The very same text again is the row that exists.

    A new version of the pack in use has all findings judged again. Raises InspectionError `invalid_pack` with every
    problem, its line and its column; also for the id of a pack that ships with Hairline, and for a version that the
    organisation has with another text.
    """
    pack = _read(text)
    if pack.id in builtin_packs():
        raise _refused(
            _("id: “{id}” is a pack that ships with Hairline. Give yours an id of its own.").format(id=pack.id)
        )
    plain = text if isinstance(text, str) else text.decode("utf-8")
    with transaction.atomic():
        row, created = RulePack.objects.get_or_create(
            organisation=organisation,
            pack_id=pack.id,
            version=pack.version,
            defaults={"text": plain, "digest": pack.digest, "added_by": added_by},
        )
        # Asked of the database: somebody may have chosen this pack meanwhile.
        if created and Organisation.objects.filter(pk=organisation.pk, rule_pack=pack.id).exists():
            judge_again(_photos_of(organisation))
    if row.digest != pack.digest:
        raise _refused(
            _(
                "version: You have version {version} of “{id}” with another text. Count the version up: "
                "what was judged by it names it."
            ).format(version=pack.version, id=pack.id)
        )
    return row


def choose_pack(*, organisation: Organisation, pack_id: str) -> None:
    """Let a pack propose states from now on, and have all findings judged by it.

    Raises InspectionError `invalid_reference` for a pack that the organisation does not have.
    """
    if pack_id not in packs_of(organisation):
        raise InspectionError("invalid_reference", field="pack", kind=_("The rule pack"), id=f"“{pack_id[:60]}”")
    with transaction.atomic():
        others = Organisation.objects.filter(pk=organisation.pk).exclude(rule_pack=pack_id)
        if others.update(rule_pack=pack_id):
            judge_again(_photos_of(organisation))
    organisation.rule_pack = pack_id


def judge_again(photos: SurveyImageQuerySet) -> int:
    """Have the findings of photos judged again by the rules and materials of now. Returns how many.

    Photos without an analysis wait for theirs; one that is running has read the old rules, and is followed by another
    judgement. Surveys that were signed off stay as they were signed.
    """
    status = SegmentationRun.Status
    looked = SegmentationRun.objects.filter(image=OuterRef("pk"), status__in=(status.SUCCEEDED, status.RUNNING))
    return ask_to_measure(photos.filter(Exists(looked), survey__closed_at__isnull=True))


def _photos_of(organisation: Organisation) -> SurveyImageQuerySet:
    return SurveyImage.objects.filter(survey__bridge__organisation=organisation)


def _read(text: bytes | str) -> Pack:
    try:
        return parse_pack(text)
    except PackError as error:
        told = "\n".join(_located(problem) for problem in error.problems)
        places = [
            {"line": problem.line, "column": problem.column, "place": problem.place, "sentence": problem.sentence}
            for problem in error.problems
        ]
        raise InspectionError("invalid_pack", field="text", problems=told, places=places) from None


def _located(problem: Problem) -> str:
    where = _("Line {line}, column {column}").format(line=problem.line, column=problem.column)
    return f"{where}, {problem.place}: {problem.sentence}" if problem.place else f"{where}: {problem.sentence}"


def _refused(sentence: str) -> InspectionError:
    return InspectionError("invalid_pack", field="text", problems=sentence, places=[])
