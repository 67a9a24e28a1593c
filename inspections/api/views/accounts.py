"""Tokens and their owner."""

from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from inspections.api.base import Door
from inspections.api.serializers.accounts import Credentials, Me, NewToken
from inspections.errors import InspectionError
from inspections.models import User


class Tokens(Door):
    """Make a token with user name and password. Ten attempts a minute for a user name; then 429."""

    queryset = AuthToken.objects.none()
    authentication_classes = ()
    permission_classes = (AllowAny,)
    serializer_class = Credentials

    @extend_schema(responses={201: NewToken}, auth=[])
    def post(self, request: Request) -> Response:
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        user = authenticate(request._request, **body.validated_data)
        if user is None:
            raise InspectionError("bad_credentials")
        row, token = AuthToken.objects.create(user)
        return Response(NewToken({"token": token, "expires_at": row.expiry}).data, status=201)


class CurrentToken(Door):
    """The token that the request carries."""

    queryset = AuthToken.objects.none()

    @extend_schema(responses={204: None}, request=None)
    def delete(self, request: Request) -> Response:
        """Revoke it."""
        request.auth.delete()
        return Response(status=204)


class Myself(Door):
    """Whose token this is, and which role they have in which organisation."""

    queryset = User.objects.none()
    serializer_class = Me

    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(request.user).data)
