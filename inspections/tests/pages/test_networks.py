"""Networks: their cards and who may choose them."""

import pytest
from django.test import Client
from django.urls import reverse

from inspections.models import Membership, Network, Role
from inspections.pages.modelcards import DataShare, Score, read_facts
from inspections.testing import make_network, make_organisation, make_user

pytestmark = pytest.mark.django_db

CARD = {
    "parameters": 4_213_345,
    "metrics": {"validation": {"mean_f1": 0.781, "f1": {"deepcrack": 0.823}}, "test": {"f1": {"deepcrack": 0.771}}},
    "protocol": "Whole photos at native resolution.",
    "licence": "CC BY 4.0",
    "data": {"train": {"deepcrack": {"photos": 240}}},
}


def entered(role: Role, organisation) -> Client:
    client = Client()
    client.force_login(make_user(role, organisation))
    return client


def test_a_card_tells_what_it_scored_and_how():
    facts = read_facts(CARD)
    assert facts.scores == (
        Score("test", "deepcrack", 0.771),
        Score("validation", "", 0.781),
        Score("validation", "deepcrack", 0.823),
    )
    assert facts.data == (DataShare("train", "deepcrack", 240),)
    assert (facts.parameters, facts.licence) == (4_213_345, "CC BY 4.0")


def test_scores_are_read_as_evaluation_writes_them():
    sets = {"deepcrack": {"f1": 0.802, "f1_2px": 0.887}}
    facts = read_facts({"metrics": {"test": {"pooled": {"f1": 0.748}, "sets": sets}}})
    assert facts.scores == (Score("test", "pooled", 0.748), Score("test", "deepcrack", 0.802))


@pytest.mark.parametrize(
    "card",
    [None, [], "card", {"metrics": [1]}, {"metrics": {"test": {"f1": "high"}}}, {"metrics": {"test": {"f1": 71}}},
     {"data": {"train": [3]}}, {"data": {"train": {"x": {"photos": "many"}}}}, {"parameters": True, "licence": 7}],
)  # fmt: skip
def test_a_card_of_any_shape_is_read_without_trust(card):
    facts = read_facts(card)
    assert (facts.scores, facts.data, facts.parameters, facts.licence) == ((), (), None, "")


def test_the_page_shows_facts_and_what_is_in_use():
    organisation = make_organisation()
    make_network(name="shipped", card=CARD)
    own = make_network(organisation, name="<i>own</i>", card={"metrics": {"test": {"f1": {"<b>set</b>": 0.5}}}})
    make_network(make_organisation(), name="foreign")
    text = entered(Role.VIEWER, organisation).get(reverse("networks")).text
    for words in ("4.2 million", "0.771", "Whole photos at native resolution.", "CC BY 4.0", "&lt;i&gt;own"):
        assert words in text, words
    assert "foreign" not in text
    assert "<b>set" not in text
    # The shipped one works where nothing was chosen; a viewer may not change that.
    assert text.index("shipped") < text.index("&lt;i&gt;own")
    assert reverse("network-activate", args=[own.pk]) not in text


def test_administrators_choose_for_their_organisation():
    organisation = make_organisation()
    shipped, own = make_network(), make_network(organisation)
    client = entered(Role.ADMINISTRATOR, organisation)
    assert reverse("network-activate", args=[own.pk]) in client.get(reverse("networks")).text
    for network in (own, shipped):
        client.post(reverse("network-activate", args=[network.pk]), {"organisation": organisation.pk})
        organisation.refresh_from_db()
        assert organisation.active_network == network


def test_nobody_chooses_for_another_organisation():
    organisation, other = make_organisation(), make_organisation()
    own = make_network(organisation)
    client = entered(Role.ADMINISTRATOR, organisation)
    address = reverse("network-activate", args=[own.pk])
    for wanted in (other.pk, "", "nonsense"):
        assert client.post(address, {"organisation": wanted}).status_code == 404
    member_of_both = make_user(Role.ADMINISTRATOR, organisation)
    Membership.objects.create(user=member_of_both, organisation=other, role=Role.ADMINISTRATOR)
    client.force_login(member_of_both)
    assert client.post(address, {"organisation": other.pk}).status_code == 400
    other.refresh_from_db()
    assert other.active_network is None


def test_an_empty_room_says_how_to_fill_it(settings, tmp_path):
    settings.SHIPPED_NETWORK = tmp_path / "missing.safetensors"
    text = entered(Role.VIEWER, make_organisation()).get(reverse("networks")).text
    assert "register_network" in text
    assert not Network.objects.exists()
