"""Rule packs: which one proposes condition states, what each says, and packs of one's own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inspections.access import demand
from inspections.conditions import Pack, builtin_packs
from inspections.errors import InspectionError
from inspections.models import Organisation, Role, User
from inspections.pages.forms.rules import RulePackForm
from inspections.pages.requests import MemberRequest
from inspections.services.conditions import pack_of, packs_of, text_of
from inspections.services.rules import add_pack, choose_pack


@dataclass(frozen=True, slots=True)
class RuleBook:
    """An organisation's packs, the one in use, and whether the reader may choose. `lost` names a pack that is gone."""

    organisation: Organisation
    packs: list[Pack]
    used: Pack
    may_choose: bool
    lost: str


def rule_books(user: User) -> list[RuleBook]:
    """One for each organisation of the reader's."""
    return [_book(user, membership.organisation) for membership in user.memberships_by_name()]


@require_http_methods(["GET", "POST"])
def rules_add(request: MemberRequest) -> HttpResponse:
    """Add a pack of one's own, or a new version of it. `?organisation=` chooses one, `?start=` copies a pack."""
    organisations = request.user.organisations_allowing(Role.ADMINISTRATOR)
    if not organisations:
        _refuse(request.user)
    if request.method == "GET":
        return _form_page(request, RulePackForm(organisations=organisations, initial=_start(request)))
    form = RulePackForm(request.POST, request.FILES, organisations=organisations)
    if not form.is_valid():
        return _form_page(request, form)
    organisation = form.cleaned_data["organisation"]
    try:
        row = add_pack(organisation=organisation, text=form.cleaned_data["pack"], added_by=request.user)
    except InspectionError as refusal:
        return _form_page(request, form, refusal)
    messages.success(
        request,
        _("{pack}, version {version}, is kept. Choose it under Condition rules.").format(
            pack=row.pack_id, version=row.version
        ),
    )
    return redirect(f"{reverse('settings-rule-pack', args=[row.pack_id])}?organisation={organisation.pk}")


@require_POST
def rules_choose(request: MemberRequest) -> HttpResponse:
    """Let a pack propose states in an organisation. For its administrators."""
    organisation = _organisation(request.user, request.POST.get("organisation", ""))
    demand(request.user, Role.ADMINISTRATOR, organisation)
    choose_pack(organisation=organisation, pack_id=request.POST.get("pack", ""))
    used = pack_of(organisation).title
    messages.success(
        request,
        _("{pack} proposes the states of {organisation} from now on. Findings are judged again.").format(
            pack=used, organisation=organisation
        ),
    )
    return redirect("settings")


@require_GET
def rule_pack(request: MemberRequest, pack_id: str) -> HttpResponse:
    """What a pack says, rule by rule."""
    organisation, pack = _find(request, pack_id)
    context = {
        "pack": pack,
        "organisation": organisation,
        "own": organisation is not None and pack.id not in builtin_packs(),
        "books": [book for book in rule_books(request.user) if book.used == pack],
        "may_add": bool(request.user.organisations_allowing(Role.ADMINISTRATOR)),
    }
    return render(request, "settings/rule_pack.html", context)


@require_GET
def rule_pack_file(request: MemberRequest, pack_id: str) -> HttpResponse:
    """The pack as YAML, for instance as a start for one's own."""
    organisation, pack = _find(request, pack_id)
    answer = HttpResponse(text_of(pack, organisation), content_type="application/yaml; charset=utf-8")
    # Both are made of letters, digits, full stops, hyphens and underscores.
    answer["Content-Disposition"] = f'attachment; filename="{pack.id}-{pack.version}.yaml"'
    return answer


def _book(user: User, organisation: Organisation) -> RuleBook:
    packs, used = packs_of(organisation), pack_of(organisation)
    return RuleBook(
        organisation=organisation,
        packs=sorted(packs.values(), key=lambda pack: (pack.id != used.id, pack.id in builtin_packs(), pack.id)),
        used=used,
        may_choose=user.may(Role.ADMINISTRATOR, organisation),
        lost="" if organisation.rule_pack in packs else organisation.rule_pack,
    )


def _form_page(request: MemberRequest, form: RulePackForm, refusal: InspectionError | None = None) -> HttpResponse:
    problems = refusal.facts["problems"].splitlines() if refusal else []
    context = {"form": form, "problems": problems, "shipped": builtin_packs().values()}
    return render(request, "settings/rules_add.html", context, status=refusal.status if refusal else 200)


def _start(request: MemberRequest) -> dict[str, Any]:
    start = request.GET.get("start", "")
    initial: dict[str, Any] = {"organisation": request.GET.get("organisation")}
    if start:
        organisation, pack = _find(request, start)
        initial["text"] = text_of(pack, organisation)
    return initial


def _find(request: MemberRequest, pack_id: str) -> tuple[Organisation | None, Pack]:
    """The pack, and whose it is; in the organisation that the address names, else in the first that has it.

    Shipped packs are no secret: they are there for everybody. Raises InspectionError `not_found`.
    """
    named = request.GET.get("organisation")
    if named:
        organisations = [_organisation(request.user, named)]
    else:
        organisations = [membership.organisation for membership in request.user.memberships_by_name()]
    for organisation in organisations:
        pack = packs_of(organisation).get(pack_id)
        if pack is not None:
            return organisation, pack
    if pack_id not in builtin_packs():
        raise InspectionError("not_found")
    return None, builtin_packs()[pack_id]


def _organisation(user: User, key: str) -> Organisation:
    for membership in user.memberships_by_name():
        if str(membership.organisation_id) == key:
            return membership.organisation
    raise InspectionError("not_found")


def _refuse(user: User) -> None:
    """Say which role is missing, and where."""
    own = user.memberships_by_name()
    if not own:
        raise InspectionError("forbidden", role=_("member of no organisation"), organisation=_("this server"))
    demand(user, Role.ADMINISTRATOR, own[0].organisation)
