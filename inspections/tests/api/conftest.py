"""The JSON door as a program sees it: a client with a token, and an organisation to work in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from knox.models import AuthToken

from inspections.models import Organisation, Role, User
from inspections.testing import make_network, make_organisation, make_user

ROOT = "/api/v1/"


class Api:
    """Django's client with a token, addressed below /api/v1/ and speaking JSON."""

    def __init__(self, user: User | None = None) -> None:
        self.user = user
        self.client = Client(raise_request_exception=False)
        self.headers = {"Authorization": f"Token {AuthToken.objects.create(user)[1]}"} if user else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(self._at(path), query_params=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        options.setdefault("content_type", "application/json")
        return self.client.post(self._at(path), {} if body is None else body, headers=self.headers, **options)

    def patch(self, path: str, body: Any) -> Any:
        return self.client.patch(self._at(path), body, content_type="application/json", headers=self.headers)

    def upload(self, path: str, **fields: Any) -> Any:
        return self.client.post(self._at(path), fields, headers=self.headers)

    def send(self, method: str, path: str, **options: Any) -> Any:
        return self.client.generic(method, self._at(path), headers=self.headers, **options)

    @staticmethod
    def _at(path: str) -> str:
        return path if path.startswith("http") else ROOT + path


@pytest.fixture
def organisation(db) -> Organisation:
    make_network()
    return make_organisation(name="County roads")


@pytest.fixture
def api_as(organisation) -> Callable[[Role], Api]:
    """A client of a member with that role."""
    return lambda role: Api(make_user(role, organisation))


@pytest.fixture
def inspector(api_as) -> Api:
    return api_as(Role.INSPECTOR)


@pytest.fixture
def outsider(db) -> Api:
    """Somebody who may do anything, elsewhere."""
    return Api(make_user(Role.ADMINISTRATOR, make_organisation(name="Elsewhere")))
