"""Campaigns: written as a draft, looked at, published to every center, and called off with a reason."""

from datetime import timedelta
from threading import Thread
from time import sleep
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from lms.field_checks.models import FieldCheck
from lms.field_checks.monitoring.actions import Planned, plan_rounds
from lms.field_checks.monitoring.actions_campaigns import cancel_campaign, publish_campaign, save_campaign
from lms.field_checks.monitoring.models import Campaign, MonitoringRound
from lms.field_checks.monitoring.queries_campaigns import preview_campaign
from lms.field_checks.monitoring.rules_campaigns import CampaignKind, CampaignTerms
from lms.field_checks.queries_form import list_items
from lms.people.rules import NetworkType
from lms.shared.errors import DomainError
from tests.field_checks.checking import TODAY, actor_of, see
from tests.support.sign_in import csrf_token, sign_in

TERMS = CampaignTerms(
    code="BASICS-1", kind=CampaignKind.BASICS, title_ko="기본의 실천", title_en="Back to the basics", starts_on=TODAY,
    ends_on=TODAY + timedelta(days=20), wanted=1, items=frozenset({"FC-1", "FC-3", "GONE"}),
)  # fmt: skip


def changed(**terms: Any) -> CampaignTerms:
    return CampaignTerms(**({name: getattr(TERMS, name) for name in CampaignTerms.__dataclass_fields__} | terms))


@pytest.fixture
def draft(session: Session, there: Any) -> Campaign:
    made = save_campaign(session, actor_of(there.cast.training_admin), TERMS, on=TODAY)
    session.commit()
    return made


def checks_of(session: Session, campaign: Campaign) -> list[FieldCheck]:
    of = select(FieldCheck).join(MonitoringRound).where(MonitoringRound.campaign_id == campaign.id)
    return list(session.scalars(of.order_by(FieldCheck.id)))


def test_a_draft_makes_nothing_and_publishing_makes_what_was_previewed(session: Session, there: Any, draft: Campaign):
    actor = actor_of(there.cast.training_admin)
    plan_rounds(session, actor, on=TODAY)
    assert checks_of(session, draft) == []
    preview = preview_campaign(session, draft, on=TODAY)
    assert publish_campaign(session, actor, draft, on=TODAY) == Planned(preview.centers, preview.checks)
    made = checks_of(session, draft)
    assert len(made) == preview.checks >= 2
    assert {one.center_id for one in made} >= {there.cast.center.id, there.cast.far_away.id}
    assert {(one.opens_on, one.closes_on) for one in made} == {(TERMS.starts_on, TERMS.ends_on)}
    assert {item.code for one in made for item in list_items(session, one)} == {"FC-1", "FC-3"}
    with pytest.raises(DomainError, match="state"):
        publish_campaign(session, actor, draft, on=TODAY)
    before = len(made)
    plan_rounds(session, actor, on=TODAY)
    assert len(checks_of(session, draft)) == before


def test_a_center_that_comes_later_gets_its_round_from_the_plan(session: Session, there: Any, draft: Campaign):
    publish_campaign(session, actor_of(None), draft, on=TODAY)
    there.checking.net.person("L1", "늦은사람", at=there.cast.next_door)
    plan_rounds(session, actor_of(None), on=TODAY)
    assert there.cast.next_door.id in {one.center_id for one in checks_of(session, draft)}


def test_only_chosen_network_types_are_reached(session: Session, there: Any, draft: Campaign):
    there.cast.far_away.network_type = NetworkType.DIRECT
    draft.network_types = "DIRECT EXPRESS"
    session.flush()
    publish_campaign(session, actor_of(None), draft, on=TODAY)
    assert {one.center_id for one in checks_of(session, draft)} == {there.cast.far_away.id}


def test_a_survey_falls_to_the_representative_first(session: Session, there: Any, draft: Campaign):
    owner = there.checking.net.person("W1", "대표자", at=there.cast.center, role="OW")
    draft.kind, draft.wanted = "SURVEY", 9
    session.flush()
    publish_campaign(session, actor_of(None), draft, on=TODAY)
    ours = [one for one in checks_of(session, draft) if one.center_id == there.cast.center.id]
    assert {one.observer_id for one in ours if one.person_id != owner.id} == {owner.id}
    assert all(one.observer_id != one.person_id for one in ours)


def test_calling_it_off_voids_what_is_open_and_leaves_what_was_observed(session: Session, there: Any, draft: Campaign):
    publish_campaign(session, actor_of(None), draft, on=TODAY)
    first, second, *rest = checks_of(session, draft)
    first.state, second.state = "SUBMITTED", "DRAFT"
    session.flush()
    assert cancel_campaign(session, actor_of(None), draft, reason=" 표준이 바뀜 ", on=TODAY) == 1 + len(rest)
    assert [one.state for one in checks_of(session, draft)] == ["SUBMITTED", "VOID", *("VOID" for _ in rest)]
    assert draft.cancel_reason == "표준이 바뀜"
    assert there.check.state == "PLANNED"
    with pytest.raises(DomainError, match="state"):
        cancel_campaign(session, actor_of(None), draft, reason="x", on=TODAY)
    plan_rounds(session, actor_of(None), on=TODAY)
    assert "PLANNED" not in {one.state for one in checks_of(session, draft)}


@pytest.mark.backend("postgresql")
def test_a_campaign_that_is_called_off_meanwhile_gets_no_more_people(session: Session, there: Any, draft: Campaign):
    publish_campaign(session, actor_of(None), draft, on=TODAY)
    there.checking.net.person("L1", "늦은사람", at=there.cast.next_door)
    session.commit()
    cancel_campaign(session, actor_of(None), draft, reason="표준이 바뀜", on=TODAY)
    done = []

    def plan() -> None:
        with Session(session.get_bind()) as another:
            done.append(plan_rounds(another, actor_of(None), on=TODAY))
            another.commit()

    planning = Thread(target=plan)
    planning.start()
    wait_for_lock(session)
    session.commit()
    planning.join()
    assert len(done) == 1
    assert {one.state for one in checks_of(session, draft)} == {"VOID"}


def wait_for_lock(session: Session) -> None:
    """Wait until another session waits for what this one holds."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))")
    for _ in range(400):
        if session.scalar(waiting):
            return
        sleep(0.05)
    raise AssertionError("nobody waits")


def test_no_reason_cancels_nothing(session: Session, there: Any, draft: Campaign):
    with pytest.raises(DomainError, match="text"):
        cancel_campaign(session, actor_of(None), draft, reason="  ", on=TODAY)


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        ({"items": frozenset({"GONE"})}, "items"),
        ({"ends_on": TODAY - timedelta(days=1)}, "ends_first"),
        ({"starts_on": TODAY - timedelta(days=9), "ends_on": TODAY - timedelta(days=1)}, "is_over"),
        ({}, "code_taken"),
    ],
)
def test_a_wrong_campaign_is_refused(session: Session, there: Any, draft: Campaign, terms: Any, fault: str):
    with pytest.raises(DomainError, match=fault):
        save_campaign(session, actor_of(None), changed(**terms), on=TODAY)


def test_a_campaign_goes_from_draft_to_off_on_its_pages(client: FlaskClient, session: Session, there: Any):
    sign_in(client, there.cast.training_admin)
    token = csrf_token(client, "/monitoring/campaigns/new")
    form = {
        "csrf_token": token, "code": "S-1", "kind": "SURVEY", "title_ko": "<b>조사", "starts_on": f"{TODAY}",
        "ends_on": f"{TODAY + timedelta(days=9)}", "wanted": "2",
    }  # fmt: skip
    assert client.post("/monitoring/campaigns/new", data=form).status_code == 422
    made = client.post("/monitoring/campaigns/new", data=form | {"items": ["FC-1"]})
    at = made.headers["Location"]
    assert made.status_code == 303
    assert "&lt;b&gt;조사" in client.get(at).text
    sign_in(client, there.cast.coordinator)
    assert client.get(at).status_code == 404
    sign_in(client, there.cast.training_admin)
    form["csrf_token"] = token = csrf_token(client, "/monitoring/campaigns/new")
    again = client.post(f"{at}/edit", data=form | {"items": ["FC-1", "FC-2"], "title_en": "Survey"})
    assert again.status_code == 303
    assert client.post(f"{at}/publish", data={"csrf_token": token}).status_code == 303
    assert client.post(f"{at}/publish", data={"csrf_token": token}).status_code == 422
    assert client.get(f"{at}/edit").status_code == 404
    for who in (there.cast.coordinator, there.cast.executive, there.cast.training_admin):
        sign_in(client, who)
        for address in (at, "/monitoring/campaigns", f"/monitoring?campaign={at.rsplit('/', 1)[-1]}"):
            assert client.get(address).status_code == 200
    token = csrf_token(client, at)
    assert client.post(f"{at}/cancel", data={"csrf_token": token, "reason": " "}).status_code == 422
    assert client.post(f"{at}/cancel", data={"csrf_token": token, "reason": "잘못 만듦"}).status_code == 303
    session.rollback()
    (campaign,) = session.scalars(select(Campaign).where(Campaign.code == "S-1"))
    assert {one.state for one in checks_of(session, campaign)} == {"VOID"}


def test_what_is_practiced_can_be_asked_for_one_campaign(
    client: FlaskClient, session: Session, there: Any, draft: Campaign
):
    publish_campaign(session, actor_of(None), draft, on=TODAY)
    first, second, *_ = checks_of(session, draft)
    see(session, first, TODAY, "FC-1")
    see(session, second, TODAY, "FC-1")
    see(session, there.check, TODAY)
    session.commit()
    sign_in(client, there.cast.training_admin)
    page = "/observations/practice?by=BEHAVIOR"
    assert "33.3%" in client.get(page).text
    shown = client.get(f"{page}&campaign={draft.public_id}").text
    assert "33.3%" not in shown
    assert "0.0%" in shown
    assert "독립 아님" in shown
    assert client.get(f"{page}&campaign=nosuchone").status_code == 400


def test_a_code_that_is_taken_in_the_same_instant_is_told_at_its_field(
    client: FlaskClient, session: Session, there: Any, draft: Campaign, monkeypatch: pytest.MonkeyPatch
):
    # Both looked before either wrote.
    monkeypatch.setattr("lms.field_checks.monitoring.actions_campaigns.is_taken", lambda *_asked: False)
    other = save_campaign(session, actor_of(there.cast.training_admin), changed(code="BASICS-2"), on=TODAY)
    session.commit()
    for campaign in (None, other):
        with pytest.raises(DomainError, match="code_taken"):
            save_campaign(session, actor_of(None), TERMS, on=TODAY, campaign=campaign)
    session.rollback()
    assert session.scalars(select(Campaign.code).order_by(Campaign.code)).all() == ["BASICS-1", "BASICS-2"]
    sign_in(client, there.cast.training_admin)
    form = {
        "csrf_token": csrf_token(client, "/monitoring/campaigns/new"), "code": "BASICS-1", "kind": "SURVEY",
        "title_ko": "조사", "starts_on": f"{TODAY}", "ends_on": f"{TODAY}", "wanted": "2", "items": ["FC-1"],
    }  # fmt: skip
    for address in ("/monitoring/campaigns/new", f"/monitoring/campaigns/{other.public_id}/edit"):
        refused = client.post(address, data=form)
        assert refused.status_code == 422
        assert 'id="code-error"' in refused.text
        assert 'value="조사"' in refused.text
