"""Tokens and their owner."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inspections.api.serializers.strict import StrictSerializer
from inspections.models import Role, User


class Credentials(StrictSerializer):
    """What a token is made for."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, style={"input_type": "password"})


class NewToken(serializers.Serializer):
    """A fresh token. It is shown this once and stored as a hash."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


class MembershipFacts(serializers.Serializer):
    """An organisation and what one may do there."""

    organisation = serializers.UUIDField(source="organisation_id")
    name = serializers.CharField(source="organisation.name")
    role = serializers.ChoiceField(choices=Role.choices)


class Me(serializers.ModelSerializer):
    """The owner of the token."""

    memberships = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["username", "first_name", "last_name", "email", "memberships"]
        read_only_fields = fields

    @extend_schema_field(MembershipFacts(many=True))
    def get_memberships(self, user: User) -> list[dict]:
        return list(MembershipFacts(user.memberships_by_name(), many=True).data)
