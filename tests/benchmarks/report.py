"""Figures of a benchmark run, with the goals they are held against."""

import json
import operator
import platform
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

COMPARISONS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge, "=": operator.eq}
GOAL = re.compile(r"(<=|>=|=)\s*([\d.,_]+)")


@dataclass(frozen=True)
class Figure:
    """One measured value; `goal` is empty for a figure that is only for comparison."""

    section: str
    name: str
    value: float
    unit: str
    goal: str = ""

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met; None without one."""
        if not self.goal:
            return None
        found = GOAL.fullmatch(self.goal)
        if found is None:
            raise ValueError(f"a goal reads like '<= 2.5' or '>= 20000', not {self.goal!r}")
        return COMPARISONS[found[1]](self.value, float(found[2].replace(",", "")))

    @property
    def shown(self) -> str:
        """Return the value with three significant digits, or whole when large."""
        return f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"


@dataclass
class Report:
    """What benchmarks write into. `large` asks for larger loads beside it."""

    large: bool = False
    figures: list[Figure] = field(default_factory=list)
    console: Console = field(default_factory=Console)
    _section: str = ""

    def section(self, title: str) -> None:
        """Begin a group of figures, such as one database."""
        self._section = title
        self.console.print(f"\n[bold]{title}[/bold]")

    def note(self, text: str) -> None:
        """Say what is going on: building a load, warming up."""
        self.console.print(f"  {text}", style="dim")

    def figure(self, name: str, value: float, unit: str, goal: str = "") -> None:
        """Record a figure and print it at once; `goal` reads like "<= 2.5"."""
        figure = Figure(self._section, name, value, unit, goal)
        self.figures.append(figure)
        self.console.print(f"  {name}: {figure.shown} {unit} {_verdict(figure)}")

    def print_table(self) -> None:
        """Print all figures and how many goals were met."""
        table = Table(title="Figures", title_justify="left")
        for title, justify in (("section", "left"), ("figure", "left"), ("value", "right"), ("unit", "left")):
            table.add_column(title, justify=justify)  # type: ignore[arg-type]
        table.add_column("goal")
        table.add_column("")
        for figure in self.figures:
            table.add_row(figure.section, figure.name, figure.shown, figure.unit, figure.goal, _verdict(figure))
        self.console.print(table)
        held = [figure for figure in self.figures if figure.met is not None]
        self.console.print(f"{sum(1 for figure in held if figure.met)} of {len(held)} goals met")

    def missed(self) -> list[Figure]:
        """Return the figures whose goal was not met."""
        return [figure for figure in self.figures if figure.met is False]

    def save(self, file: Path) -> None:
        """Keep the figures, with the machine they were measured on, as JSON."""
        file.parent.mkdir(exist_ok=True)
        machine = {"system": platform.platform(), "python": platform.python_version()}
        figures = [asdict(figure) | {"met": figure.met} for figure in self.figures]
        file.write_text(json.dumps({"machine": machine, "large": self.large, "figures": figures}, indent=2))


def _verdict(figure: Figure) -> str:
    if figure.met is None:
        return ""
    return f"[green]met[/green] ({figure.goal})" if figure.met else f"[red]missed[/red] ({figure.goal})"
