"""A reviewer who asks: over HTTP and timed, and once inside this process to count the queries."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from inspections.benchmark.pages import Page, Words
from inspections.benchmark.seeding import Place
from inspections.benchmark.serving import HOST

PATIENCE_SECONDS = 120
PIECE = 1 << 16
CSRF = "c" * 32


@dataclass(frozen=True, slots=True)
class Answer:
    """Seconds until the first byte of the body and until the last, and the bytes."""

    first: float
    whole: float
    size: int


class Reviewer:
    """Somebody at one place, logged in by cookie and by token."""

    def __init__(self, place: Place, port: int) -> None:
        self.port, self.words = port, Words.of(place)
        self._client = Client(SERVER_NAME="localhost")
        self._client.force_login(place.reviewer)
        session = self._client.cookies[settings.SESSION_COOKIE_NAME].value
        self._cookie = {
            "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; {settings.CSRF_COOKIE_NAME}={CSRF}",
            "X-CSRFToken": CSRF,
        }
        self._token = {"Authorization": f"Token {AuthToken.objects.create(place.reviewer)[1]}"}

    def ask(self, page: Page) -> Answer:
        """One request from the first byte sent to the last received. Raises RuntimeError when it is refused."""
        path, body = self._filled(page)
        began = perf_counter()
        with self._answer(path, body, self._token if page.by_token else self._cookie) as answer:
            first, size = 0.0, 0
            while piece := answer.read(PIECE):
                first, size = first or perf_counter() - began, size + len(piece)
        # 286 ends the polling of a page, as the page expects.
        if answer.status not in (200, 286):
            raise RuntimeError(f"{page.name}: {path} was answered {answer.status}")
        return Answer(first, perf_counter() - began, size)

    def count_queries(self, page: Page) -> int:
        """How many queries the page takes."""
        path, body = self._filled(page)
        headers = self._token if page.by_token else {}
        with CaptureQueriesContext(connection) as captured:
            if body is None:
                self._client.get(path, headers=headers)
            else:
                self._client.post(path, body, content_type="application/json")
        return len(captured)

    def _filled(self, page: Page) -> tuple[str, str | None]:
        words = self.words.next()
        if page.body is None:
            return page.path.format(**words), None
        return page.path.format(**words), json.dumps({key: value.format(**words) for key, value in page.body.items()})

    @contextmanager
    def _answer(self, path: str, body: str | None, headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
        link = HTTPConnection(HOST, self.port, timeout=PATIENCE_SECONDS)
        try:
            told = {**headers, "Content-Type": "application/json"} if body is not None else dict(headers)
            link.request("GET" if body is None else "POST", path, body, told)
            yield link.getresponse()
        finally:
            link.close()
