"""What is wrong with a pack that somebody sent: where it stands and how it is cured."""

from dataclasses import dataclass

from inspections.conditions.language import gettext as _

MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `line` and `column` count from 1; `place` is the path in the pack: `rules[2].limits[1].below`."""

    line: int
    column: int
    place: str
    sentence: str

    def __str__(self) -> str:
        where = _("Line {line}").format(line=self.line)
        return f"{where}, {self.place}: {self.sentence}" if self.place else f"{where}: {self.sentence}"


class PackError(ValueError):
    """A pack that is refused, with all its problems in the order of their lines; of very many, the first hundred."""

    def __init__(self, problems: list[Problem]) -> None:
        told, more = (
            sorted(problems, key=lambda problem: (problem.line, problem.column))[:MOST_TOLD],
            len(problems) - MOST_TOLD,
        )
        if more > 0:
            told.append(
                Problem(
                    told[-1].line, 1, "", _("{count} more problems follow. Correct these first.").format(count=more)
                )
            )
        self.problems = tuple(told)
        super().__init__("\n".join(str(problem) for problem in self.problems))
