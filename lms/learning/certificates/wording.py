"""Certificates in words."""

from typing import NamedTuple

from flask_babel import gettext as _

from lms.learning.certificates.rules import Standing
from lms.shared.errors import DomainError


class Checked(NamedTuple):
    """What the public page says: the title, the finding, and what it means."""

    title: str
    finding: str
    text: str


# The color and sign of a badge.
TONES = {
    Standing.VALID: ("done", "check"),
    Standing.EXPIRED: ("expired", "renew"),
    Standing.WITHDRAWN: ("overdue", "slash"),
    Standing.UNKNOWN: ("neutral", "info"),
}


def checked(standing: Standing) -> Checked:
    """Return what the public page says of a code, in the language in force."""
    said = {
        Standing.VALID: (_("Valid"), _("This certificate was issued here and holds today.")),
        Standing.EXPIRED: (_("Expired"), _("This certificate was issued here. Its time has passed.")),
        Standing.WITHDRAWN: (_("Withdrawn"), _("This certificate was issued here and no longer holds.")),
        Standing.UNKNOWN: (_("Not known"), _("No certificate has this code. Check the address or the QR code.")),
    }[standing]
    return Checked(str(_("Certificate check")), *(str(text) for text in said))


def refusal(error: DomainError) -> str:
    """Word why no certificate is issued."""
    return str({"not_completed": _("There is no completion that a certificate could tell of.")}[error.code])
