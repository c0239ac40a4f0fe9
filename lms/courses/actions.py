"""Writing to the catalog by hand; files come in through `catalog`."""

from sqlalchemy.orm import Session

from lms.audit import actions as audit
from lms.audit.rules import Actor
from lms.courses.models import Tier
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
