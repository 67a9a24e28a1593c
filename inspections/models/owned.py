"""Reads that stay inside the reader's organisations: what is not yours is not there."""

from typing import Self

from django.db import models

from inspections.models.organisations import Role, User


class OwnedQuerySet(models.QuerySet):
    """Rows that belong to an organisation, reached over the lookup `organisation_path`."""

    organisation_path = "organisation"

    def visible_to(self, user: User) -> Self:
        """The rows of the organisations in which `user` has any role. An outsider sees none, staff included."""
        return self.allowing(user, Role.VIEWER)

    def allowing(self, user: User, role: Role) -> Self:
        """The rows of the organisations in which `user` has at least `role`."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(**{f"{self.organisation_path}__in": user.organisations_allowing(role)})
