"""Writing to the catalog by hand; files come in through `catalog`."""

from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Course, CourseVersion, Tier
from lms.courses.rules import PassRules
from lms.shared.errors import DomainError

HIGHEST_TIER = 99


def set_tier(session: Session, level: int, *, name_ko: str, name_en: str, actor: Actor) -> Tier:
    """Add a tier, or rename the one of this level. Levels are 0–99 and order the tiers.

    Raises:
        DomainError: the level is out of range ("tier_level"), or a name is empty ("tier_name").
    """
    if not 0 <= level <= HIGHEST_TIER:
        raise DomainError("tier_level", level=level)
    names = {"name_ko": name_ko.strip(), "name_en": name_en.strip()}
    if not all(names.values()):
        raise DomainError("tier_name")
    tier = session.get(Tier, level)
    before = {name: getattr(tier, name) for name in names} if tier else None
    if tier is None:
        tier = Tier(level=level, **names)
        session.add(tier)
    tier.name_ko, tier.name_en = names["name_ko"], names["name_en"]
    session.flush()
    if before != names:
        audit.record(session, actor, "tiers.set", "tier", str(level), detail={"before": before, "after": names})
    return tier


def add_version(
    session: Session,
    course: Course,
    *,
    rules: PassRules,
    effective_on: date | None,
    requires_retake: bool = False,
    actor: Actor,
) -> CourseVersion:
    """Add the next version of a course: what completing it means from a day on.

    Raises:
        DomainError: it would take effect before the version before it ("before_last_version").
    """
    numbers = select(CourseVersion).where(CourseVersion.course_id == course.id).order_by(CourseVersion.number.desc())
    last = session.scalars(numbers.limit(1)).first()
    if last and last.effective_on and (effective_on is None or effective_on < last.effective_on):
        raise DomainError("before_last_version", effective_on=last.effective_on)
    version = CourseVersion(
        course=course,
        number=last.number + 1 if last else 1,
        effective_on=effective_on,
        requires_retake=requires_retake,
        recorded_at=actor.at,
        **asdict(rules),
    )
    session.add(version)
    session.flush()
    detail: dict[str, object] = {
        "version": version.number,
        "effective_on": effective_on and effective_on.isoformat(),
        "requires_retake": requires_retake,
        **asdict(rules),
    }
    audit.record(session, actor, "courses.add_version", "course", course.code, detail=detail)
    return version
