"""Networks: what is registered, what each can do, and which one looks at new photos."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from inspections.access import demand, fetch
from inspections.errors import InspectionError
from inspections.models import Network, Organisation, Role, User
from inspections.pages.modelcards import CardFacts, read_facts
from inspections.pages.requests import MemberRequest
from inspections.services.networks import activate_network, network_for


@dataclass(frozen=True, slots=True)
class Entry:
    """A network as the page shows it: who uses it now, and for whom the reader may choose it."""

    network: Network
    facts: CardFacts
    used_by: list[Organisation]
    choosable_for: list[Organisation]


@require_GET
def networks(request: MemberRequest) -> HttpResponse:
    """The registered networks of the reader's organisations, and those shipped with Hairline."""
    user = request.user
    active = _active(user)
    rows = Network.objects.visible_to(user).select_related("organisation", "registered_by")
    entries = [_entry(network, user, active) for network in rows]
    # Those in use first; the rest as they came, the newest first.
    entries.sort(key=lambda entry: not entry.used_by)
    return render(request, "networks/networks.html", {"entries": entries})


@require_POST
def network_activate(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Let new photos of an organisation be analysed with this network. For its administrators."""
    network = fetch(Network.objects.all(), request.user, pk=pk)
    organisation = _organisation(request)
    demand(request.user, Role.ADMINISTRATOR, organisation)
    activate_network(organisation=organisation, network=network)
    messages.success(
        request,
        _("{network} analyses the new photos of {organisation} from now on.").format(
            network=network, organisation=organisation
        ),
    )
    return redirect("networks")


def _organisation(request: MemberRequest) -> Organisation:
    for membership in request.user.memberships_by_name():
        if str(membership.organisation_id) == request.POST.get("organisation"):
            return membership.organisation
    raise InspectionError("not_found")


def _active(user: User) -> dict[Any, Network | None]:
    """Each organisation's network for new photos, by the organisation's id."""
    active: dict[Any, Network | None] = {}
    for membership in user.memberships_by_name():
        try:
            active[membership.organisation_id] = network_for(membership.organisation)
        except InspectionError:
            active[membership.organisation_id] = None
    return active


def _entry(network: Network, user: User, active: dict[Any, Network | None]) -> Entry:
    used_by, choosable_for = [], []
    for membership in user.memberships_by_name():
        organisation = membership.organisation
        if active[organisation.pk] == network:
            used_by.append(organisation)
        elif network.organisation_id in (None, organisation.pk) and Role(membership.role).allows(Role.ADMINISTRATOR):
            choosable_for.append(organisation)
    return Entry(network, read_facts(network.card), used_by, choosable_for)
