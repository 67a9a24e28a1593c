"""The staff's door: people, networks, data sets, and the record to look at.

What somebody sees and may do here follows from their memberships, as everywhere; Django's groups and permissions are
not used. Superusers see everything.
"""

from django.contrib import admin
from django.contrib.auth.models import Group
from knox.models import AuthToken

from inspections.admin import datasets, networks, people, record

__all__ = ["datasets", "networks", "people", "record"]

admin.site.site_header = admin.site.site_title = "Hairline"
admin.site.index_title = "Administration"
# Roles are memberships, and a token is its owner's business.
admin.site.unregister(Group)
admin.site.unregister(AuthToken)
