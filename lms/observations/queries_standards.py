"""Reads of the service standard: its versions, and what one of them asks."""

from datetime import date

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from lms.observations.models import Behavior, BehaviorCourse, BehaviorRole, ItemSet, ItemSetItem, Standard, StandardItem
from lms.observations.rules_standards import SERVICE, CheckItem, Stage


def find_version(session: Session, *, on: date) -> ItemSet | None:
    """Find the version of the service standard that is asked on a day; None before the first."""
    return session.scalars(
        select(ItemSet)
        .join(Standard)
        .where(Standard.code == SERVICE, ItemSet.effective_from <= on)
        .order_by(ItemSet.effective_from.desc(), ItemSet.number.desc())
        .limit(1)
    ).first()


def service_items(
    session: Session, *, on: date, course_id: int | None = None, role_id: int | None = None
) -> list[CheckItem]:
    """List what the service standard asks on a day, in its order: all of it, or what a course teaches or a role does.

    An item that names no role is asked of every role.
    """
    version = find_version(session, on=on)
    if version is None:
        return []
    wanted = _of_set(version.id)
    if course_id is not None:
        taught = (BehaviorCourse.behavior_id == Behavior.id) & (BehaviorCourse.course_id == course_id)
        wanted = wanted.where(exists().where(taught))
    if role_id is not None:
        named = exists().where(BehaviorRole.behavior_id == Behavior.id)
        wanted = wanted.where(or_(~named, named.where(BehaviorRole.job_role_id == role_id)))
    return [_check_item(*row) for row in session.execute(wanted)]


def list_set_items(session: Session, item_set_id: int) -> list[CheckItem]:
    """List what an item set asks, in its order."""
    return [_check_item(*row) for row in session.execute(_of_set(item_set_id))]


def _of_set(item_set_id: int) -> Select[ItemSetItem, str, Behavior]:
    return (
        select(ItemSetItem, StandardItem.code, Behavior)
        .join(StandardItem, StandardItem.id == ItemSetItem.item_id)
        .join(Behavior, Behavior.id == StandardItem.behavior_id)
        .where(ItemSetItem.item_set_id == item_set_id)
        .order_by(ItemSetItem.place)
    )


def _check_item(asked: ItemSetItem, code: str, behavior: Behavior) -> CheckItem:
    return CheckItem(
        item_id=asked.item_id,
        item_set_id=asked.item_set_id,
        code=code,
        text_ko=asked.text_ko,
        text_en=asked.text_en,
        stage=Stage(behavior.stage) if behavior.stage else None,
        dimension_code=behavior.dimension_code,
        i_care=behavior.i_care,
        is_critical=asked.is_critical,
        response_type=asked.response_type,
        weight=asked.weight,
        method=asked.method,
        evidence_ko=asked.evidence_ko,
        na_allowed=asked.na_allowed,
    )
