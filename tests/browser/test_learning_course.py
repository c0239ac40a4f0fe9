"""A course on a phone: from home to its page, through its modules, to its completion. Nothing that was done is lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from lms.learning.content.storage import folder_in
from lms.learning.progress.models import ModuleProgress, ProgressPost, StudyRecord
from tests.browser.conftest import Visit
from tests.learning.lessons import LINK, SECONDS, Lesson
from tests.support.browser import PHONE, accessibility_faults
from tests.support.network import Cast, small_cast
from tests.support.screenshots import OVERFLOW
from tests.support.sign_in import sign_in_page
