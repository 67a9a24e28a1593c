"""The pages of a large survey beside those of a small one, in turns, so that both meet the same noise."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from inspections.benchmark.asking import Reviewer
from inspections.benchmark.pages import EXPORTS, PAGES, Page
from inspections.benchmark.serving import Server

BAR_MS = 150
WARM_UP = 2
REQUESTS = 200
"""After which the server's memory is looked at again."""

Say = Callable[[str], None]


def measure(server: Server, large: Reviewer, small: Reviewer, *, rounds: int, say: Say) -> dict[str, Any]:
    """`pages`, `exports` and `memory` as facts: milliseconds, kB of 10³ bytes and MB of 10⁶ bytes."""
    say(f"Asking {len(PAGES)} pages, {rounds} times each …")
    pages = _pages(server, large, small, rounds)
    say(f"Asking {REQUESTS} times more …")
    before = server.resident_mb()
    for turn in range(REQUESTS):
        large.ask(PAGES[turn % len(PAGES)])
    memory = {"requests": REQUESTS, "before_mb": before, "after_mb": server.resident_mb()}
    say("Exporting …")
    return {"pages": pages, "memory": memory, "exports": [_export(server, large, page) for page in EXPORTS]}


def _pages(server: Server, large: Reviewer, small: Reviewer, rounds: int) -> list[dict[str, Any]]:
    rows = [_Row(page, large.count_queries(page), small.count_queries(page)) for page in PAGES]
    for turn in range(WARM_UP + rounds):
        for row in rows:
            before = server.processor_ms()
            there = large.ask(row.page)
            after = server.processor_ms()
            here = small.ask(row.page)
            row.size = there.size
            if turn >= WARM_UP:
                row.large_ms.append(1000 * there.whole)
                row.small_ms.append(1000 * here.whole)
                if before is not None and after is not None:
                    row.processor_ms.append(after - before)
    return [row.facts() for row in rows]


@dataclass(slots=True)
class _Row:
    page: Page
    queries: int
    queries_small: int
    large_ms: list[float] = field(default_factory=list)
    small_ms: list[float] = field(default_factory=list)
    processor_ms: list[float] = field(default_factory=list)
    size: int = 0

    def facts(self) -> dict[str, Any]:
        return {
            "page": self.page.name,
            "path": self.page.path,
            "queries": self.queries,
            "queries_small": self.queries_small,
            "best_ms": min(self.large_ms),
            "p50_ms": median(self.large_ms),
            "p95_ms": _p95(self.large_ms),
            "small_p50_ms": median(self.small_ms),
            "processor_ms": median(self.processor_ms) if self.processor_ms else None,
            "kb": self.size / 1000,
        }


def _export(server: Server, large: Reviewer, page: Page) -> dict[str, Any]:
    server.forget_peak()
    before, answer = server.resident_mb(), large.ask(page)
    return {
        "kind": page.name,
        "first_ms": 1000 * answer.first,
        "seconds": answer.whole,
        "mb": answer.size / 1e6,
        "before_mb": before,
        "peak_mb": server.peak_mb(),
    }


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]
