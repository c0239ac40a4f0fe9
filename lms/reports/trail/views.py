"""The privacy auditor's pages. What they look at here stands in the trail as well."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.audit import actions as audit
from lms.audit.actions_reviews import sign_review
from lms.audit.queries import EXTRACT, list_lines
from lms.audit.queries_reviews import list_downloads
from lms.completion.forms import ReasonForm, active_parameters
from lms.people.viewer import current_scope
from lms.reports.files import MIME_TYPES, file_answer
from lms.reports.trail import files, pages, wording
from lms.reports.trail.forms import DownloadsForm, FindingsForm, TrailForm
from lms.reports.trail.parameters import Search, as_of, moment, read_search
from lms.reports.trail.queries import find_people_of_trail
from lms.shared.clock import utcnow
from lms.shared.db import db
from lms.shared.paging import PER_PAGE, Page, offset_of
from lms.web.access_log import actor, note_access
from lms.web.dates import today
from lms.web.numbers import page_number

blueprint = Blueprint("trail", __name__, url_prefix="/audit")
Answer = str | tuple[str, int]
MOST_IDS = 1000


def _timezone() -> str:
    return str(current_app.config["SETTINGS"].timezone)


@blueprint.get("")
def search() -> Answer:
    form = TrailForm(request.args)
    if not form.validate():
        return _searched(form, None), 400
    asked = read_search(db.session(), form, today=today(), timezone=_timezone())
    return _searched(form, asked)


def _searched(form: TrailForm, asked: Search | None) -> str:
    session, found, sets = db.session(), None, None
    if asked and not asked.nobody:
        found = list_lines(session, where=asked.where, before=request.args.get("before"))
        seen = sorted({line.actor_id for line in found.lines if line.actor_id is not None})
        note_access("view", "audit_trail", "", subject_ids=seen, detail={**active_parameters(form)})
        sets = pages.count_sets(session, asked) if form.whose.data and not form.sets.data else None
    return render_template(
        "reports/trail/search.html",
        form=form,
        asked=asked,
        found=found,
        sets=sets,
        chips=pages.chips(form),
        parameters=active_parameters(form),
        wording=wording,
    )


@blueprint.get("/events/<public_id>")
def event(public_id: str) -> str:
    page = pages.line_page(
        db.session(),
        public_id=public_id,
        again="again" in request.args,
        staff_no=request.args.get("whose", "").strip(),
        number=page_number(),
        timezone=_timezone(),
    )
    seen = [*page.subject_ids, *([page.line.actor_id] if page.line.actor_id is not None else [])]
    note_access("view", "audit_event", public_id, subject_ids=seen)
    return render_template(
        "reports/trail/event.html", page=page, detail=pages.detail_rows(page.line), wording=wording
    )  # fmt: skip


@blueprint.post("/extract")
def extract() -> Response | Answer:
    suffix = request.form.get("format", "xlsx")
    if suffix not in MIME_TYPES:
        abort(400)
    form, reason = TrailForm(request.form), ReasonForm(request.form)
    if not (reason.validate() and form.validate()):
        parameters = active_parameters(form)
        page = render_template(
            "reports/reason.html",
            form=form, reason=reason, suffix=suffix, title=_("Access record"), parameters=parameters,
        )  # fmt: skip
        return page, 400
    now, zone = utcnow(), _timezone()
    asked = read_search(db.session(), form, today=today(), timezone=zone)
    if asked.nobody:
        abort(400)
    asked = as_of(asked, now)
    text = reason.reason.data or ""
    people = find_people_of_trail(db.session(), where=asked.where, most=MOST_IDS)
    days = {"since": asked.first.isoformat(), "until": asked.last.isoformat()}
    detail: dict[str, object] = {**active_parameters(form), **days, "zone": zone, "format": suffix}
    audit.record(
        db.session(), actor(), EXTRACT, "audit_trail", "",
        subject_ids=people.ids, subject_count=people.count, reason=text, detail=detail,
    )  # fmt: skip
    table = files.trail_file(asked, pages.chips(form), who=g.person_label, at=now, timezone=zone, reason=text)
    stem = f"{asked.first:%Y%m%d}-{asked.last:%Y%m%d}"
    return file_answer(
        db.engine,
        table,
        suffix=suffix,
        name=f"{_('access-record')}_{stem}.{suffix}",
        plain_name=f"access-record_{stem}.{suffix}",
    )


@blueprint.get("/downloads")
def downloads() -> Answer:
    form = DownloadsForm(request.args)
    if not form.validate():
        return render_template("reports/trail/downloads.html", form=form, page=None, wording=wording), 400
    zone = _timezone()
    first, last = form.period(today().replace(day=1), today())
    since, until = moment(first, zone), moment(last + timedelta(days=1), zone)
    everything = list_downloads(db.session(), since=since, until=until, zone=ZoneInfo(zone))
    wanted = form.flag.data
    kept = [one for one in everything if not wanted or wanted in one.flags or (wanted == "any" and one.flags)]
    number = page_number()
    start = offset_of(number)
    page = Page(kept[start : start + PER_PAGE], number, len(kept))
    seen = sorted({one.line.actor_id for one in page.rows if one.line.actor_id is not None})
    note_access("view", "audit_downloads", "", subject_ids=seen, detail={**active_parameters(form)})
    return render_template(
        "reports/trail/downloads.html",
        form=form,
        page=page,
        first=first,
        last=last,
        flagged=sum(bool(one.flags) for one in everything),
        total=len(everything),
        wording=wording,
    )


@blueprint.get("/reviews")
def reviews() -> str:
    months = pages.list_months(db.session(), today=today(), timezone=_timezone())
    return render_template("reports/trail/reviews.html", months=months, wording=wording)


@blueprint.route("/reviews/<month>", methods=["GET", "POST"])
def review(month: str) -> Response | Answer:
    session, scope, zone = db.session(), current_scope(), _timezone()
    page = pages.review_page(session, month=_month(month), scope=scope, today=today(), timezone=zone)
    form = FindingsForm(request.form)
    if request.method == "POST" and page.refusal is None and form.validate():
        sign_review(
            session,
            actor(),
            month=page.month.month,
            findings=form.findings.data or "",
            figures=page.figures,
            refusal=page.refusal,
        )
        flash(_("The review is signed."), "success")
        return redirect(url_for("trail.review", month=month), 303)
    seen = sorted({one.line.actor_id for one in page.flagged if one.line.actor_id is not None})
    note_access("view", "audit_review", month, subject_ids=seen)
    shown = render_template("reports/trail/review.html", page=page, form=form, wording=wording)
    return shown, 422 if request.method == "POST" else 200


def _month(text: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01") if len(text) == 7 else abort(404)
    except ValueError:
        abort(404)
