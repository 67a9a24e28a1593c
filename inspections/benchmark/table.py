"""The numbers of `measuring.measure` for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from inspections.benchmark.measuring import BAR_MS


def table(facts: Mapping[str, Any]) -> str:
    """As Markdown: pages, memory, exports, and which bars were missed."""
    pages, memory = facts["pages"], facts["memory"]
    return "\n".join(
        [
            *_pages(pages),
            "",
            f"{facts['photos']} photos and {facts['findings']} findings, beside {facts['small_photos']} and "
            f"{facts['small_findings']} in the same record ({facts['database']}); {facts['rounds']} rounds, "
            f"{facts['machine']['cores']} cores, load {facts['machine']['load']:.1f} at the end.",
            _missed([page["page"] for page in pages if page["p95_ms"] > BAR_MS], f"p95 of at most {BAR_MS} ms"),
            _missed([page["page"] for page in pages if _grow(page)], "no more queries than the small survey takes"),
            f"Memory of the server before and after {memory['requests']} requests: "
            f"{_whole(memory['before_mb'])} and {_whole(memory['after_mb'])} MB",
            "",
            *_exports(facts["exports"]),
        ]
    )


def _pages(pages: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        "| page | queries | best, ms | p50, ms | p95, ms | processor, ms | small survey p50, ms | ratio | kB |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for page in pages:
        numbers = f"{page['best_ms']:.0f} | {page['p50_ms']:.0f} | {page['p95_ms']:.0f} | "
        numbers += f"{_whole(page['processor_ms'])} | "
        numbers += f"{page['small_p50_ms']:.0f}"
        ratio = page["p50_ms"] / page["small_p50_ms"]
        lines.append(f"| {page['page']} | {_queries(page)} | {numbers} | {ratio:.1f} | {page['kb']:.0f} |")
    return lines


def _exports(exports: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = [
        "| export | first byte, ms | whole, s | MB | memory before, MB | largest, MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for export in exports:
        numbers = f"{export['first_ms']:.0f} | {export['seconds']:.1f} | {export['mb']:.1f}"
        memory = f"{_whole(export['before_mb'])} | {_whole(export['peak_mb'])}"
        lines.append(f"| {export['kind']} | {numbers} | {memory} |")
    return lines


def _queries(row: Mapping[str, Any]) -> str:
    return f"{row['queries']}, small {row['queries_small']}" if _grow(row) else str(row["queries"])


def _grow(row: Mapping[str, Any]) -> bool:
    return bool(row["queries"] > row["queries_small"])


def _whole(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f}"


def _missed(names: Sequence[str], bar: str) -> str:
    return f"Bar, {bar}: {'missed by ' + '; '.join(names) if names else 'held'}"
