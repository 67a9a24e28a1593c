"""People, their organisations and their roles."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import models
from django.http import HttpRequest

from inspections.admin.owned import choosable, person, somewhere
from inspections.models import Membership, Network, Organisation, Role, User


class MembershipInline(admin.TabularInline):
    """Roles in the organisations that the staff member administers; those elsewhere are not shown."""

    model = Membership
    extra = 1

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if person(request).is_superuser else rows.filter(organisation__in=administered(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return somewhere(request, Role.ADMINISTRATOR)

    has_change_permission = has_view_permission
    has_delete_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return somewhere(request, Role.ADMINISTRATOR)

    def formfield_for_foreignkey(self, db_field: models.ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if not person(request).is_superuser:
            kwargs["queryset"] = choosable(db_field, request, Role.ADMINISTRATOR)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Who logs in. An administrator manages those who work for nobody else; only superusers make staff."""

    inlines: ClassVar = [MembershipInline]
    list_display = ("username", "email", "first_name", "last_name", "is_staff", "is_active")
    list_filter = ("is_staff", "is_active")
    readonly_fields = ("last_login", "date_joined")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.add_fieldsets
        rights = ("is_active", "is_staff", "is_superuser") if person(request).is_superuser else ("is_active",)
        return (
            (None, {"fields": ("username", "password")}),
            ("Person", {"fields": ("first_name", "last_name", "email")}),
            ("Rights", {"fields": rights, "description": "What somebody may do follows from the memberships below."}),
            ("Dates", {"fields": ("last_login", "date_joined")}),
        )

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows if person(request).is_superuser else _managed(rows, administered(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return somewhere(request, Role.ADMINISTRATOR)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return somewhere(request, Role.ADMINISTRATOR)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """People stay for the decisions they made; an inactive one cannot log in."""
        return person(request).is_superuser

    def _may(self, request: HttpRequest, obj: Any) -> bool:
        if obj is None or person(request).is_superuser:
            return somewhere(request, Role.ADMINISTRATOR)
        return _managed(User.objects.filter(pk=obj.pk), administered(request)).exists()


class OrganisationForm(forms.ModelForm):
    """An organisation's name and the network that looks at its new photos."""

    class Meta:
        model = Organisation
        fields = ("name", "active_network")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "active_network" in self.fields:
            choice: Any = self.fields["active_network"]
            choice.queryset = Network.objects.usable_in(self.instance)


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    """Organisations. Superusers make them; their administrators choose the network."""

    form = OrganisationForm
    list_display = ("name", "active_network")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        own = [organisation.pk for organisation in administered(request)]
        return rows if person(request).is_superuser else rows.filter(pk__in=own)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return somewhere(request, Role.ADMINISTRATOR)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        own = obj is None or person(request).is_superuser or obj in administered(request)
        return own and somewhere(request, Role.ADMINISTRATOR)

    has_change_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest) -> bool:
        return person(request).is_superuser

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return person(request).is_superuser


def administered(request: HttpRequest) -> list[Organisation]:
    """The organisations that the staff member administers."""
    return person(request).organisations_allowing(Role.ADMINISTRATOR)


def _managed(people: Any, own: list[Organisation]) -> Any:
    """Those who belong to these organisations and to no other, and stand above nobody by being superusers."""
    elsewhere = Membership.objects.exclude(organisation__in=own).values("user")
    return people.filter(memberships__organisation__in=own, is_superuser=False).exclude(pk__in=elsewhere).distinct()
