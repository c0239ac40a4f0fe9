"""The reference data the demo is made from, read from the files beside this one."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Center:
    """A center of the network. Dates are those of the reference year."""

    code: str
    network_type: str
    area: str
    region: str
    opened_on: date
    closed_on: date | None
    headcount: int
    dedicated_coordinator: bool


@dataclass(frozen=True, slots=True)
class Role:
    """A job at centers: its share of the staff by network type in percent, and the least number at a center."""

    code: str
    shares: dict[str, float]
    least: int


@dataclass(frozen=True, slots=True)
class CourseRule:
    """What the catalog says about who must take a course, when and for how long it holds."""

    code: str
    trigger: str
    targets: frozenset[str]
    due_days: int
    validity_months: int
    renewal_window_days: int
    pass_score: int
    mandatory: bool
    prerequisites: tuple[str, ...] = ()
    is_critical: bool = False


def centers() -> list[Center]:
    """Return the 430 centers in the order of their codes."""
    return [
        Center(
            code=row["center_code"],
            network_type=row["network_type"],
            area=row["area_code"],
            region=row["region_code"],
            opened_on=date.fromisoformat(row["opened_on"]),
            closed_on=date.fromisoformat(row["closed_on"]) if row["closed_on"] else None,
            headcount=int(row["headcount_plan"]),
            dedicated_coordinator=row["cs_coordinator_mode"] == "DEDICATED",
        )
        for row in _rows("centers")
    ]


def roles() -> list[Role]:
    """Return the jobs that staff a center."""
    types = ("direct", "general", "specialist", "express")
    return [
        Role(
            code=row["role_code"],
            shares={kind.upper(): float(row[f"share_pct_{kind}"]) for kind in types},
            least=int(row["min_per_center"]),
        )
        for row in _rows("roles")
        if row["scope"] == "CENTER" and row["role_code"] != "CO"  # a duty beside a job (ruling 4)
    ]


def courses() -> list[CourseRule]:
    """Return the catalog's rules, in the order of course codes."""
    return [
        CourseRule(
            code=row["course_code"],
            trigger=row["trigger"],
            targets=frozenset(row["target_roles"].split(";")),
            due_days=int(row["due_days"]),
            validity_months=int(row["validity_months"]),
            renewal_window_days=int(row["renewal_window_days"]),
            pass_score=int(row["pass_score"]),
            mandatory=row["mandatory"] == "1",
            is_critical=row["is_critical"] == "1",
            prerequisites=tuple(filter(None, row["prerequisites"].split(";"))),
        )
        for row in _rows("courses")
    ]


@dataclass(frozen=True, slots=True)
class Parameters:
    """How the network lives: yearly rates and shares (0–1), effects on a logit scale."""

    turnover_first_year: float
    turnover: float
    transfers: float
    role_changes: float
    on_leave: float
    duplicate_names: float
    rehires: float
    completion_median: float
    completion_spread: float
    on_time: float
    last_week: float
    without_exam: float
    role_effect: dict[str, float]
    season_effect: dict[str, float]
    round_pass: float
    self_gap: float
    transfer_effect: float
    half_life_days: int


def parameters() -> Parameters:
    """Return the generator's parameters."""
    value = {row["parameter"]: row["value"] for row in _rows("parameters")}
    return Parameters(
        turnover_first_year=float(value["turnover_first_year"]),
        turnover=float(value["turnover_annual"]),
        transfers=float(value["transfer_annual"]),
        role_changes=float(value["role_change_annual"]),
        on_leave=float(value["leave_prevalence"]),
        duplicate_names=float(value["duplicate_name_rate"]),
        rehires=float(value["rehire_rate"]),
        completion_median=float(value["center_latent_mean"]),
        completion_spread=float(value["center_latent_sd_logit"]),
        on_time=float(value["on_time_share_of_completed"]),
        last_week=float(value["last_week_rush"]),
        without_exam=float(value["progress100_no_exam"]),
        role_effect=_effects(value["role_effect_logit"]),
        season_effect=_effects(value["season_logit"]),
        round_pass=float(value["pass_rate_mean"]),
        self_gap=float(value["self_vs_mystery_gap_points"]) / 100,
        transfer_effect=float(value["transfer_effect_logit"]),
        half_life_days=int(value["decay_half_life_days"]),
    )


def _effects(text: str) -> dict[str, float]:
    pairs = (pair.split(":") for pair in text.split(";"))
    return {key: float(effect) for key, effect in pairs}


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
