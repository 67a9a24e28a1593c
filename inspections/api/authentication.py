"""Tokens at the JSON door: stored as hashes, looked up by hash, refused with the reason."""

from typing import NoReturn

from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.crypto import hash_token
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed

from inspections.models import User


class ApiTokens(TokenAuthentication):
    """`Authorization: Token …`. The token's hash is the row's key, so nothing is compared byte by byte."""

    def authenticate_credentials(self, token: bytes) -> tuple[User, AuthToken]:
        """The token's user. Raises AuthenticationFailed with the code `invalid_token` or `token_expired`."""
        row = AuthToken.objects.select_related("user").filter(digest=hash_token(token.decode("latin-1"))).first()
        if row is None or not row.user.is_active:
            _refuse("invalid_token")
        if row.expiry is not None and row.expiry <= timezone.now():
            _refuse("token_expired")
        return row.user, row


def _refuse(code: str) -> NoReturn:
    raise AuthenticationFailed(code, code)
