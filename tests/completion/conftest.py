"""The small network for page tests."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.people.models import Person
from tests.support.network import Cast, small_cast
from tests.support.sign_in import sign_in


@pytest.fixture
def cast(session: Session) -> Cast:
    """Give the fixed cast: 김하나 of Gangnam and 김하나 of Haeundae each miss a course due on 2019-01-31."""
    people = small_cast(session)
    session.commit()
    return people


@pytest.fixture
def look(client: FlaskClient) -> Callable[[Person, str], str]:
    """Give `look(person, path)`: sign in, open the page, expect it to be there, and return its text."""

    def open_page(person: Person, path: str) -> str:
        sign_in(client, person)
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return answer.get_data(as_text=True)

    return open_page
