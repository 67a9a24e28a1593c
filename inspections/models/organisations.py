"""Who works here: organisations, their people, and what each may do."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from inspections.models.record import Record


class Role(models.TextChoices):
    """A ladder: every role may do what those before it may.

    A viewer reads; an inspector also uploads and analyses; a reviewer also decides; a curator also builds data sets;
    an administrator also manages people and networks.
    """

    VIEWER = "viewer", _("Viewer")
    INSPECTOR = "inspector", _("Inspector")
    REVIEWER = "reviewer", _("Reviewer")
    CURATOR = "curator", _("Curator")
    ADMINISTRATOR = "administrator", _("Administrator")

    def allows(self, needed: Role) -> bool:
        """Whether this role stands on or above the rung `needed`."""
        ladder = list(Role)
        return ladder.index(self) >= ladder.index(needed)


class User(AbstractUser):
    """A person or a machine that logs in. What they see and may do is told by their memberships."""

    @property
    def known_as(self) -> str:
        """How people call them: the full name, or without one the name they log in with."""
        return self.get_full_name() or self.get_username()

    def role_in(self, organisation: Organisation) -> Role | None:
        """This user's role there, or None for an outsider."""
        membership = next((m for m in self.memberships_by_name() if m.organisation_id == organisation.pk), None)
        return Role(membership.role) if membership else None

    def may(self, role: Role, organisation: Organisation) -> bool:
        """Whether this user has at least `role` in the organisation."""
        own = self.role_in(organisation)
        return own is not None and own.allows(role)

    def memberships_by_name(self) -> list[Membership]:
        """All memberships with their organisations, read once per user object."""
        if not hasattr(self, "_memberships"):
            self._memberships = list(self.memberships.select_related("organisation").order_by("organisation__name"))
        return self._memberships

    def organisations_allowing(self, role: Role) -> list[Organisation]:
        """The organisations in which this user has at least `role`."""
        return [m.organisation for m in self.memberships_by_name() if Role(m.role).allows(role)]


class Organisation(Record):
    """An owner of bridges or an inspecting firm. Everything in the record belongs to exactly one."""

    name = models.CharField(max_length=200, unique=True)
    members = models.ManyToManyField("inspections.User", through="Membership", related_name="organisations")
    active_network = models.ForeignKey(
        "inspections.Network",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Analyses new photos. Empty: the network shipped with Hairline.",
    )
    rule_pack = models.CharField(
        max_length=60, default="aashto-mbei-mm", help_text="Proposes condition states: the id of a rule pack."
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def members_allowed(self, role: Role) -> models.QuerySet[User]:
        """The members with at least `role`, by their names."""
        roles = [own for own in Role if own.allows(role)]
        return self.members.filter(memberships__organisation=self, memberships__role__in=roles).order_by(
            "first_name", "last_name", "username"
        )


class Membership(Record):
    """One person's role in one organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role, default=Role.VIEWER)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_role_per_organisation")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.organisation}"
