"""The standard of the access tests: two items, one of them seen once, and both in force."""

from datetime import date

from lms.audit.rules import Actor
from lms.observations.standards.actions import change_item
from lms.observations.standards.queries import list_asked
from lms.observations.standards.rules import StandardRow
from lms.shared.clock import utcnow
from tests.support.network import Network

SINCE = date(2019, 1, 1)


def write_standard(net: Network) -> dict[str, str]:
    """Write it; return the public ids of the version and of a behavior."""
    maker, based_on = Actor(person_id=None, label="t", origin="t", at=utcnow()), None
    version = None
    for code in ("IT-1", "IT-2"):
        row = StandardRow(code=code, text_ko=f"{code} 항목", text_en=f"Item {code}", stage="ON", dimension_code="D05")
        version = change_item(net.session, maker, row, effective_from=SINCE, based_on=based_on)
        assert version is not None
        based_on = version.public_id
    assert version is not None
    return {"version": version.public_id, "behavior": list_asked(net.session, version)[0].behavior_id}
