"""What is asked: names and addresses. A line here is all that another page needs."""

from dataclasses import dataclass
from typing import Any

from inspections.benchmark.seeding import Place

AHEAD = 500
"""Undecided findings that are picked out, to be decided one after the other."""


@dataclass(frozen=True, slots=True)
class Page:
    """A name and an address with the words of `words_of`. `by_token`: of the API. `body`: a POST in JSON."""

    name: str
    path: str
    by_token: bool = False
    body: dict[str, Any] | None = None


PAGES = (
    Page("bridges", "/bridges/"),
    Page("bridge", "/bridges/{bridge}/"),
    Page("bridge, its elements", "/bridges/{bridge}/elements/"),
    Page("bridge, its trend", "/bridges/{bridge}/trend/"),
    Page("projects", "/projects/"),
    Page("survey", "/surveys/{survey}/"),
    Page("survey, page 20", "/surveys/{survey}/?page=20"),
    Page("survey, undecided", "/surveys/{survey}/?show=undecided"),
    Page("survey, without a scale", "/surveys/{survey}/?show=unscaled"),
    Page("survey, widest first", "/surveys/{survey}/?order=widest"),
    Page("survey, asked again every few seconds", "/surveys/{survey}/grid/"),
    Page("history", "/surveys/{survey}/history/"),
    Page("history, decided", "/surveys/{survey}/history/?kind=decided"),
    Page("photo", "/photos/{photo}/"),
    Page("photo, of the undecided", "/photos/{photo}/?show=undecided"),
    Page("review", "/review/"),
    Page("review of the survey", "/review/?survey={survey}"),
    Page("review, widest first", "/review/?survey={survey}&order=width"),
    Page("review, as photographed", "/review/?survey={survey}&order=photo"),
    Page("review, one state", "/review/?survey={survey}&state=CS3"),
    Page("review, decided too", "/review/?survey={survey}&decided=1"),
    Page("the next regions", "/review/next/?survey={survey}&after={undecided}"),
    Page("the next regions, as photographed", "/review/next/?survey={survey}&order=photo&after={undecided}"),
    Page(
        "a decision, with the next regions",
        "/findings/{undecided}/decide/",
        body={"action": "accepted", "after": "{undecided}", "queue": "survey={survey}"},
    ),
    Page("review as a grid", "/review/grid/"),
    Page("review of the survey as a grid", "/review/grid/?survey={survey}"),
    Page("jobs", "/jobs/"),
    Page("jobs, done", "/jobs/?state=done"),
    Page("networks", "/networks/"),
    Page("settings", "/settings/"),
    Page("API, bridges", "/api/v1/bridges/", by_token=True),
    Page("API, survey", "/api/v1/surveys/{survey}/", by_token=True),
    Page("API, photos", "/api/v1/surveys/{survey}/photos/", by_token=True),
    Page("API, findings", "/api/v1/surveys/{survey}/findings/", by_token=True),
    Page("API, runs", "/api/v1/runs/?survey={survey}", by_token=True),
)

EXPORTS = tuple(
    Page(f"{kind}", f"/api/v1/surveys/{{survey}}/export/?kind={kind}", by_token=True)
    for kind in ("csv", "geojson", "coco")
)


@dataclass(slots=True)
class Words:
    """The words of addresses at one place; each time that `undecided` is asked for it is another finding."""

    fixed: dict[str, str]
    findings: list[str]
    asked: int = 0

    @classmethod
    def of(cls, place: Place) -> "Words":
        """Read from the record."""
        fixed = {name: str(getattr(place, name).pk) for name in ("bridge", "survey", "earlier", "photo")}
        return cls(fixed, place.undecided(AHEAD))

    def next(self) -> dict[str, str]:
        """The words for one request."""
        self.asked += 1
        return {**self.fixed, "undecided": self.findings[self.asked % len(self.findings)]}
