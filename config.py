"""Settings: frozen, read once from the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast

ROOT = Path(__file__).parent
Environment = Literal["development", "production", "test"]
NameDisclosure = Literal["purpose", "open"]
DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 - refused in production, see below


class SettingsError(ValueError):
    """Raised when the environment asks for something the product must not run with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator may set. Durations are whole minutes; sizes are bytes."""

    environment: Environment = "development"
    data_dir: Path = field(default_factory=lambda: ROOT / "instance")
    database_url: str = ""
    secret_key: str = DEVELOPMENT_SECRET
    timezone: str = "Asia/Seoul"
    language: str = "ko"
    names: NameDisclosure = "purpose"
    session_idle_minutes: int = 15
    session_absolute_minutes: int = 480
    max_upload_bytes: int = 64 * 1024 * 1024
    jobs_immediate: bool = False
    # How many reverse proxies stand in front and tell the client's address; 0: none is believed.
    trusted_proxies: int = 0

    def __post_init__(self) -> None:
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.data_dir / 'tracker.sqlite3'}")
        if self.environment == "production" and (self.secret_key == DEVELOPMENT_SECRET or len(self.secret_key) < 32):
            raise SettingsError(
                "SECRET_KEY must be set to at least 32 characters in production, for example: "
                f"SECRET_KEY={secrets.token_hex(4)}… (python -c 'import secrets; print(secrets.token_hex(32))')"
            )

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read settings from `environ`.

        Raises:
            SettingsError: a value is not one of those allowed, or production has a default secret.
        """
        data_dir = Path(environ.get("DATA_DIR", ROOT / "instance"))
        data_dir.mkdir(parents=True, exist_ok=True)
        return cls(
            environment=cast(Environment, _choice(environ, "ENVIRONMENT", "development", "production", "test")),
            data_dir=data_dir,
            database_url=_psycopg3(environ.get("DATABASE_URL", "")),
            secret_key=environ.get("SECRET_KEY", DEVELOPMENT_SECRET),
            timezone=environ.get("TIMEZONE", "Asia/Seoul"),
            language=_choice(environ, "LANGUAGE_DEFAULT", "ko", "en"),
            names=cast(NameDisclosure, _choice(environ, "NAMES", "purpose", "open")),
            session_idle_minutes=_whole(environ, "SESSION_IDLE_MINUTES", 15),
            session_absolute_minutes=_whole(environ, "SESSION_ABSOLUTE_MINUTES", 480),
            max_upload_bytes=_whole(environ, "MAX_UPLOAD_BYTES", 64 * 1024 * 1024),
            trusted_proxies=_whole(environ, "TRUSTED_PROXIES", 0, least=0),
        )


def _choice(environ: Mapping[str, str], name: str, *allowed: str) -> str:
    value = environ.get(name, allowed[0])
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}")
    return value


def _whole(environ: Mapping[str, str], name: str, default: int, *, least: int = 1) -> int:
    value = environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise SettingsError(f"{name} is {value!r}; it must be a whole number, {least} or more")
    return int(value)


def _psycopg3(url: str) -> str:
    """Point plain PostgreSQL URLs at psycopg 3, the driver that is installed."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
