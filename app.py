"""The application factory: the one file that knows everyone."""

import gc
from typing import Any

from flask import Flask
from flask_migrate import Migrate
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings
from lms.accounts import gate, navigation
from lms.accounts import models as _accounts
from lms.accounts.activation.views import blueprint as activation_pages
from lms.accounts.browsers.views import blueprint as browsers_pages
from lms.accounts.cli import accounts as accounts_commands
from lms.accounts.merging import actions as accounts_merging
from lms.accounts.views import blueprint as accounts_pages
from lms.audit import models as _audit
from lms.completion.cli import completion, explain, rates, shortfall
from lms.completion.cli_exempt import exemptions
from lms.completion.flags import jobs as _flag_jobs
from lms.completion.flags import models as _flags
from lms.completion.flags.cli import flags as flags_commands
from lms.completion.flags.views import blueprint as flags_pages
from lms.completion.months import models as _months
from lms.completion.months.cli import months as months_commands
from lms.completion.months.views import blueprint as months_pages
from lms.completion.queries_rehearsal import due_and_done_by_center
from lms.completion.targets import models as _targets
from lms.completion.targets.views import blueprint as targets_pages
from lms.completion.views import blueprint as completion_pages
from lms.courses import models as _courses
from lms.courses.catalog import upload as catalog_upload
from lms.courses.cli import courses as courses_commands
from lms.courses.cli import tiers as tiers_commands
from lms.courses.views import blueprint as courses_pages
from lms.demo.cli import demo as demo_commands
from lms.demo.cli import sign_in_lines
from lms.enrollments import models as _enrollments
from lms.enrollments.assignment_rules import jobs as _rule_sync_jobs
from lms.enrollments.assignment_rules import models as _assignment_rules
from lms.enrollments.assignment_rules import upload as rules_upload
from lms.enrollments.assignment_rules.cli import rules as rules_commands
from lms.enrollments.assignment_rules.publishing import jobs as _rule_jobs
from lms.enrollments.assignment_rules.publishing.queries import register_rates
from lms.enrollments.assignment_rules.publishing.views import blueprint as rule_runs_pages
from lms.enrollments.assignment_rules.views import blueprint as rules_pages
from lms.enrollments.assignment_rules.views_equivalence import blueprint as equivalence_pages
from lms.enrollments.assignment_rules.views_why import blueprint as why_pages
from lms.enrollments.attribution.queries import count_attributed
from lms.enrollments.cli import assign, enrollments
from lms.enrollments.dues import upload as dues_upload
from lms.enrollments.exceptions import actions_merging as exceptions_merging
from lms.enrollments.exceptions import models as _exceptions
from lms.enrollments.exceptions.views import blueprint as exceptions_pages
from lms.enrollments.history import upload as history_upload
from lms.enrollments.history.cli import history as history_commands
from lms.enrollments.merging import actions as enrollments_merging
from lms.enrollments.recording.views import blueprint as recording_pages
from lms.enrollments.views import blueprint as enrollments_pages
from lms.field_checks import actions_merging as field_checks_merging
from lms.field_checks import jobs as _field_check_jobs
from lms.field_checks import models as _field_checks
from lms.field_checks.cli import field_checks as field_checks_commands
from lms.field_checks.device.views import blueprint as device_pages
from lms.field_checks.monitoring import jobs as _monitoring_jobs
from lms.field_checks.monitoring import models as _monitoring
from lms.field_checks.monitoring import queries_campaigns as campaigns
from lms.field_checks.monitoring.cli import monitoring as monitoring_commands
from lms.field_checks.monitoring.views import blueprint as monitoring_pages
from lms.field_checks.monitoring.views_campaigns import blueprint as campaigns_pages
from lms.field_checks.photos import jobs as _photo_jobs
from lms.field_checks.photos import models as _photos
from lms.field_checks.photos.actions import settle_photos
from lms.field_checks.photos.queries import list_keys
from lms.field_checks.photos.views import blueprint as photos_pages
from lms.field_checks.queries_form import register_photos
from lms.field_checks.transfer.views import blueprint as transfer_pages
from lms.field_checks.views import blueprint as field_checks_pages
from lms.field_checks.views_form import blueprint as field_check_forms
from lms.imports import models as _imports
from lms.imports.views import blueprint as imports_pages
from lms.jobs.queue import Job, Queue
from lms.learning.attendance.views import blueprint as attendance_pages
from lms.learning.certificates import models as _certificates
from lms.learning.certificates.views import blueprint as certificates_pages
from lms.learning.content import hooks as content_hooks
from lms.learning.content import jobs as _content_jobs
from lms.learning.content import models as _content
from lms.learning.content.views import blueprint as content_pages
from lms.learning.player.views import blueprint as learner_pages
from lms.learning.player.views_module import blueprint as player_pages
from lms.learning.player.views_preview import blueprint as preview_pages
from lms.learning.progress import models as _progress
from lms.learning.progress.actions_following import follow_enrollments
from lms.learning.progress.views import blueprint as progress_posts
from lms.learning.quizzes import jobs as _quiz_jobs
from lms.learning.quizzes import models as _quizzes
from lms.learning.quizzes.queries_drafts import faults_of_quizzes
from lms.learning.quizzes.views import blueprint as quizzes_pages
from lms.learning.quizzes.views_questions import blueprint as questions_pages
from lms.learning.recall import models as _recall
from lms.learning.recall.views import blueprint as recall_pages
from lms.learning.signals import jobs as _signal_jobs
from lms.learning.signals import models as _signals
from lms.learning.signals.views import blueprint as signals_pages
from lms.learning.surveys import models as _surveys
from lms.learning.surveys.views import blueprint as surveys_pages
from lms.observations import actions_merging as observations_merging
from lms.observations import models as _observations
from lms.observations.cli import observations as observations_commands
from lms.observations.history import wording as observations_words
from lms.observations.practice.campaigns import register_campaigns
from lms.observations.practice.views import blueprint as practice_pages
from lms.observations.standards import upload as standards_upload
from lms.observations.standards.cli import standards as standards_commands
from lms.observations.standards.views import blueprint as standards_pages
from lms.observations.views import blueprint as observations_pages
from lms.people import models as _people
from lms.people.centers import effects as center_effects
from lms.people.centers import upload as centers_upload
from lms.people.centers.cli import centers as centers_commands
from lms.people.centers.views import blueprint as centers_pages
from lms.people.duties.cli import duties as duties_commands
from lms.people.duties.views import blueprint as duties_pages
from lms.people.merging import parts
from lms.people.merging.views import blueprint as merging_pages
from lms.people.roster import upload as roster_upload
from lms.people.roster.cli import roster as roster_commands
from lms.people.search.views import blueprint as people_search_pages
from lms.people.views import blueprint as people_pages
from lms.reports.frozen.views import blueprint as frozen_pages
from lms.reports.saved import models as _saved
from lms.reports.saved.views import blueprint as saved_pages
from lms.reports.trail import jobs as _trail_jobs
from lms.reports.trail.views import blueprint as trail_pages
from lms.reports.transfer.views import blueprint as transfer_files
from lms.reports.views import blueprint as reports_pages
from lms.shared.db import db, writing
from lms.web import (
    access_log,
    addresses,
    compression,
    errors,
    forms,
    headers,
    input_guard,
    locale,
    request_log,
    together,
    transactions,
)
from lms.web.cli import jobs as jobs_commands
from lms.web.cli import worker
from lms.web.serving import greet_with, serve
from lms.web.tokens import SessionCookies, TokenCheck
from lms.web.views import blueprint as web_pages

# Importing a module of sweeps is what registers them.
SWEEPS = (
    _content_jobs,
    _field_check_jobs,
    _flag_jobs,
    _monitoring_jobs,
    _photo_jobs,
    _quiz_jobs,
    _rule_jobs,
    _rule_sync_jobs,
    _signal_jobs,
    _trail_jobs,
)
# Alembic compares these with the migrations; importing them is what registers the tables.
MODELS = (
    _accounts,
    _assignment_rules,
    _audit,
    _certificates,
    _content,
    _courses,
    _enrollments,
    _exceptions,
    _field_checks,
    _flags,
    _imports,
    _monitoring,
    _months,
    _observations,
    _people,
    _photos,
    _progress,
    _quizzes,
    _recall,
    _saved,
    _signals,
    _surveys,
    _targets,
)

PAGES = (
    web_pages,
    accounts_pages,
    activation_pages,
    browsers_pages,
    people_pages,
    duties_pages,
    centers_pages,
    merging_pages,
    imports_pages,
    courses_pages,
    enrollments_pages,
    rules_pages,
    equivalence_pages,
    rule_runs_pages,
    why_pages,
    recording_pages,
    exceptions_pages,
    learner_pages,
    player_pages,
    preview_pages,
    progress_posts,
    attendance_pages,
    content_pages,
    certificates_pages,
    surveys_pages,
    signals_pages,
    completion_pages,
    months_pages,
    frozen_pages,
    flags_pages,
    targets_pages,
    reports_pages,
    transfer_files,
    trail_pages,
    saved_pages,
    people_search_pages,
    quizzes_pages,
    questions_pages,
    recall_pages,
    observations_pages,
    practice_pages,
    field_checks_pages,
    field_check_forms,
    transfer_pages,
    standards_pages,
    device_pages,
    photos_pages,
    monitoring_pages,
    campaigns_pages,
)

migrate = Migrate(compare_type=True, render_as_batch=True)
csrf = TokenCheck()


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings (by default from the environment)."""
    settings = settings or Settings.from_env()
    app = Flask(__name__, root_path=str(ROOT), template_folder="templates", static_folder="static")
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes,
        **_cookies(settings),
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the session it belongs to
        WTF_CSRF_SSL_STRICT=False,
    )
    app.jinja_env.undefined = StrictUndefined
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    app.extensions["queue"] = _queue(app, settings)
    _handle_requests(app)
    _offer(app)
    greet_with(app, sign_in_lines)
    return app


def _offer(app: Flask) -> None:
    """Add every noun's pages, commands and kinds of files."""
    for pages in PAGES:
        app.register_blueprint(pages)
    _offer_commands(app)
    for upload in (centers_upload, roster_upload, catalog_upload, history_upload, dues_upload):
        upload.register()
    observations_words.register()
    standards_upload.register()
    rules_upload.register(app.config["SETTINGS"].timezone)
    center_effects.register(count_attributed)
    content_hooks.register_check(faults_of_quizzes)
    content_hooks.register_follow(follow_enrollments)
    register_rates(due_and_done_by_center)
    register_photos(list_keys, settle_photos)
    register_campaigns(campaigns.list_made, campaigns.made_for)
    merging = (
        enrollments_merging,
        exceptions_merging,
        observations_merging,
        field_checks_merging,
        accounts_merging,
    )
    for part in (one.PART for one in merging):
        parts.register(part)


def _offer_commands(app: Flask) -> None:
    for command in (
        accounts_commands,
        demo_commands,
        serve,
        jobs_commands,
        worker,
        centers_commands,
        roster_commands,
        duties_commands,
    ):
        app.cli.add_command(command)
    for command in (courses_commands, tiers_commands, history_commands, enrollments, rules_commands, assign):
        app.cli.add_command(command)
    for command in (
        rates,
        shortfall,
        explain,
        exemptions,
        completion,
        months_commands,
        flags_commands,
        observations_commands,
        field_checks_commands,
        monitoring_commands,
        standards_commands,
    ):
        app.cli.add_command(command)


def _handle_requests(app: Flask) -> None:
    """Set up what happens around every view. Read downwards for the way in, upwards for the way out.

    On the way out the access log writes before the transaction ends, and headers are set on whatever comes of that.
    """
    # No view and no hook is a coroutine: looking at each of them for one takes longer than many of them do.
    app.ensure_sync = lambda func: func  # type: ignore[method-assign]
    app.session_interface = SessionCookies(app)
    compression.init_app(app)
    request_log.init_app(app)
    headers.init_app(app)
    locale.init_app(app)
    errors.init_app(app)
    gate.init_app(app)
    input_guard.init_app(app)
    csrf.init_app(app)
    forms.init_app(app)
    addresses.init_app(app)
    gate.guard(app)
    transactions.init_app(app)
    together.init_app(app)
    access_log.init_app(app)
    navigation.init_app(app)
    if proxies := app.config["SETTINGS"].trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


def _cookies(settings: Settings) -> dict[str, Any]:
    """Return how cookies are set: out of reach of scripts and other sites, and in production over TLS alone."""
    is_production = settings.environment == "production"
    return {
        # A browser takes a __Host- cookie only from this very host, over TLS.
        "SESSION_COOKIE_NAME": "__Host-session" if is_production else "session",
        "SESSION_COOKIE_SECURE": is_production,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
    }


def _engine_options(settings: Settings) -> dict[str, Any]:
    if settings.database_url.startswith("sqlite"):
        return {}
    # Compiling a statement to machine code takes longer than any of ours runs; the estimate for the latest-cycle rule
    # is so careful that every rate would be compiled.
    connect = {"connect_timeout": 5, "options": "-c jit=off"}
    # Last in, first out: the connection whose statements are prepared already. Whether it is alive: see `shared/db.py`.
    return {"pool_use_lifo": True, "pool_size": 8, "connect_args": connect}


def _queue(app: Flask, settings: Settings) -> Queue:
    def run(job: Job, arguments: dict[str, Any]) -> None:
        with app.app_context(), writing():
            job(db.session(), **arguments)

    return Queue(settings.data_dir / "jobs.sqlite3", run, immediate=settings.jobs_immediate)


# Modules stay as long as the process does: no later search for garbage needs to go through them.
gc.freeze()
