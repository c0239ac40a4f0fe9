"""The reference load: 20,000 people, 40 courses of 10,000 enrollments, 62.6 % complete; large: 10 and 25 times that.

More enrollments are more people in more centers and areas, and for the large load more courses: so whatever the goals
name keeps its size (a course of 10,000, an area of 20 centers, a center of 60 people, 20 courses each), and what grows
is all that lies around it. Three things stay as they are in real life. Head office divides the country into as many
regions as before. A center's people take the same 40 courses, so a board's columns are not the catalog. And the
largest load has no more courses than the large one: a catalog grows with what is taught, not with who learns it. More
years for the same people would be another question: what a page shows would then grow itself.

Other benchmarks ask `reference_load(backend, large=…)` for it; it is built once for each process and thrown away.
"""

import atexit
import contextlib
import functools
import os
import secrets
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from lms.shared.db import Base, load_in_bulk
from tests.benchmarks.report import Report
from tests.support import postgres
from tests.support.databases import BACKENDS, migrate

AS_OF = date(2019, 6, 30)
COURSES_EACH = 20
# Of 400,000 enrollments 149,701 are open, as in the load that the goals were measured on.
OPEN_OF_400_000 = 149_701
SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍"
SYLLABLES = "가나다라마바사아자차카하민서지우현준영수진호성은경미선희정"
RECORDED = "2019-01-01 00:00:00.000000"
ROWS_AT_ONCE = 50_000
# As a careful operator would set it up, but for durability: the data are thrown away.
SERVER = {"shared_buffers": "512MB", "work_mem": "16MB", "fsync": "off", "max_wal_size": "4GB"}


@dataclass(frozen=True)
class Size:
    """How much is loaded, and how its enrollments are spoken of."""

    name: str
    people: int
    centers: int
    courses: int


REFERENCE = Size("0.4 million", people=20_000, centers=430, courses=40)
LARGE = Size("4 million", people=200_000, centers=4_300, courses=400)
LARGEST = Size("10 million", people=500_000, centers=10_750, courses=400)


def run(report: Report) -> None:
    """Tell how long building the loads takes."""
    for backend in BACKENDS:
        for size in sizes_of(backend, large=report.large):
            started = time.perf_counter()
            reference_load(backend, size)
            report.figure(f"{backend}: {size.name} built", time.perf_counter() - started, "s")


def sizes_of(backend: str, *, large: bool) -> tuple[Size, ...]:
    """Return what a run measures: the reference load, and when large those that it is held against."""
    if not large:
        return (REFERENCE,)
    return (REFERENCE, LARGE, LARGEST) if backend == "postgresql" else (REFERENCE, LARGE)


def empty_load(backend: str) -> tuple[str, Path]:
    """Return the URL of a migrated database without any load, and a folder for its files."""
    folder = _folder()
    url = f"sqlite:///{folder}/load-{secrets.token_hex(4)}.sqlite3" if backend == "sqlite" else _new_database()
    migrate(url, folder)
    return url, folder


@functools.cache
def reference_load(backend: str, size: Size = REFERENCE, *, enrollments: bool = True) -> str:
    """Return the URL of a database that holds a load, or all of it but the enrollments."""
    url, _ = empty_load(backend)
    with _loader(url) as insert:
        for table, columns, rows in _tables(size, _role_ids(url)):
            if enrollments or table != "enrollment":
                insert(table, columns, rows)
    if backend == "postgresql":
        # Autovacuum does this on a server that runs for more than a minute.
        with create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return url


def history_rows(size: Size) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the load's enrollments as a history file has them: staff number, course, assigned, due, completed."""
    for _, person, course, _, _, _, _, assigned, due, _, completed, _, _ in _enrollments(size):
        yield _staff_no(int(str(person))), f"CS-{course:03}", str(assigned), str(due), str(completed or "")


def roster_rows(size: Size) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield as many people as the load has, none of them in it: staff number, name, center, job role, day of hire."""
    for person in range(size.people):
        yield f"N{person:07}", _name(person), f"C{person % size.centers:04}", ("SA", "MT")[person % 2], "2019-06-03"


def roster_row(person: int, center: int) -> tuple[str, str, str, str]:
    """Return staff number, name, center and job role of someone of the load, as a roster has them."""
    return _staff_no(person), _name(person), f"C{center:04}", ("SA", "MT")[person % 2]


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="completion-bench-"))
    folder.chmod(0o711)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _server() -> str:
    if borrowed := os.environ.get("TEST_DATABASE_URL"):
        return borrowed.replace("postgresql://", "postgresql+psycopg://")
    home = _folder() / "postgresql"
    home.mkdir()
    url = postgres.start(home, SERVER)
    atexit.register(postgres.stop, home)
    return url


def _new_database() -> str:
    name = f"completion_bench_{secrets.token_hex(4)}"
    _on_server(f"CREATE DATABASE {name}")
    if os.environ.get("TEST_DATABASE_URL"):
        atexit.register(_on_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    return make_url(_server()).set(database=name).render_as_string(hide_password=False)


def _on_server(statement: str) -> None:
    with create_engine(_server(), isolation_level="AUTOCOMMIT", poolclass=NullPool).connect() as connection:
        connection.execute(text(statement))


def _role_ids(url: str) -> list[int]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return list(connection.scalars(text("SELECT id FROM job_role WHERE scope = 'CENTER' ORDER BY id")))


@contextlib.contextmanager
def _loader(url: str) -> Iterator[Any]:
    """Give a function that inserts rows as fast as the database takes them."""
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA cache_size=-400000")
        connection.execute("BEGIN")

        def insert(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
            marks = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)

        yield insert
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    else:
        with create_engine(url, poolclass=NullPool).begin() as database:
            server: Any = database.connection.driver_connection

            def copy(table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
                remaining = iter(rows)
                # Row by row, the keys and indexes of ten million would take most of an hour.
                with (
                    load_in_bulk(database, Base.metadata.tables[table]),
                    server.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as stream,
                ):
                    while block := list(islice(remaining, ROWS_AT_ONCE)):
                        lines = ("\t".join("\\N" if cell is None else str(cell) for cell in row) for row in block)
                        stream.write("\n".join(lines) + "\n")
                server.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")

            yield copy


def _tables(size: Size, role_ids: list[int]) -> Iterator[tuple[str, tuple[str, ...], Iterable[tuple[object, ...]]]]:
    """Yield table, columns and rows, in the order that foreign keys ask for."""
    yield "org_unit", ("id", "public_id", "kind", "code", "name_ko", "name_en"), _units(size)
    dated = ("starts_on", "ends_on", "recorded_at")
    yield "org_placement", ("id", "unit_id", "parent_id", *dated), _placements(size)
    yield (
        "course",
        ("id", "public_id", "code", "title_ko", "title_en", "tier_level", "delivery", "due_days", "mandatory",
         "is_critical", "weight", "field_check_required"),
        (
            (course, _public_id(course), f"CS-{course:03}", f"과정 {course}", f"Course {course}", course % 5, "ONLINE",
             30, 1, 0, 1, 0)
            for course in range(1, size.courses + 1)
        ),
    )  # fmt: skip
    yield (
        "course_version",
        ("id", "course_id", "number", "pass_progress_pct", "pass_score", "validity_months", "renewal_window_days",
         "requires_retake", "recorded_at"),
        ((course, course, 1, 80, 60, 0, 0, 0, RECORDED) for course in range(1, size.courses + 1)),
    )  # fmt: skip
    people = range(1, size.people + 1)
    yield (
        "person",
        ("id", "public_id", "staff_no", "name", "search_text", "is_synthetic", "recorded_at"),
        ((person, _public_id(person), _staff_no(person), _name(person), "", 1, RECORDED) for person in people),
    )
    yield (
        "staff_number",
        ("id", "person_id", "staff_no", "issued_on"),
        ((person, person, _staff_no(person), "2016-01-04") for person in people),
    )
    yield "posting", ("id", "person_id", "center_id", "role_id", "is_primary", *dated), _postings(size, role_ids)
    yield (
        "leave",
        ("id", "person_id", *dated),
        ((person, person, "2019-06-01", "2019-09-01", RECORDED) for person in people if person % 50 == 0),
    )
    yield (
        "enrollment",
        ("id", "person_id", "course_id", "cycle", "has_later_cycle", "source", "required", "assigned_on",
         "nominal_due_on", "due_on", "completed_on", "course_version_id", "recorded_at"),
        _enrollments(size),
    )  # fmt: skip


FIRST_CENTER, FIRST_AREA, FIRST_REGION = 1_000, 100_000, 200_000
BIG_CENTER = 60
REGIONS = 8


def _units(size: Size) -> Iterator[tuple[object, ...]]:
    levels = (
        ("REGION", FIRST_REGION, "R", "권역", REGIONS),
        ("AREA", FIRST_AREA, "A", "지역", _areas(size)),
        ("CENTER", FIRST_CENTER, "C", "서비스센터", size.centers),
    )
    for kind, first, letter, name, count in levels:
        for number in range(count):
            unit = first + number
            yield unit, _public_id(unit), kind, f"{letter}{number:04}", f"{name} {number}", f"{kind.title()} {number}"


def _areas(size: Size) -> int:
    return -(-size.centers // 20)


def _placements(size: Size) -> Iterator[tuple[object, ...]]:
    links = [(FIRST_CENTER + center, FIRST_AREA + center // 20) for center in range(size.centers)]
    links += [(FIRST_AREA + area, FIRST_REGION + area * REGIONS // _areas(size)) for area in range(_areas(size))]
    for number, (unit, parent) in enumerate(links, start=1):
        yield number, unit, parent, "2010-01-01", None, RECORDED


def _postings(size: Size, role_ids: list[int]) -> Iterator[tuple[object, ...]]:
    """Yield a posting in force for everyone; every fifth has moved once."""
    for person in range(1, size.people + 1):
        center, role = FIRST_CENTER + _center_of(person, size), role_ids[person * 11 % len(role_ids)]
        moved = person % 5 == 0
        yield person, person, center, role, 1, "2018-10-01" if moved else "2016-01-04", None, RECORDED
        if moved:
            elsewhere = FIRST_CENTER + (person * 7 + 1) % size.centers
            yield size.people + person, person, elsewhere, role, 1, "2016-01-04", "2018-10-01", RECORDED


def _center_of(person: int, size: Size) -> int:
    """Spread people evenly, but for the last center: it has the first `BIG_CENTER` of them and nobody else."""
    if person <= BIG_CENTER:
        return size.centers - 1
    return person * 7 % (size.centers - 1)


def _enrollments(size: Size) -> Iterator[tuple[object, ...]]:
    """Yield 20 courses for each person, 10,000 people for each course, in the order an import would bring them.

    Half of a center's people take the one, half the other of two blocks of courses.
    """
    pairs = size.courses // COURSES_EACH // 2
    days = [AS_OF - timedelta(days=400) + timedelta(days=day) for day in range(600)]
    texts = [day.isoformat() for day in days]
    number = 0
    for person in range(1, size.people + 1):
        first = (_center_of(person, size) % pairs * 2 + person % 2) * COURSES_EACH
        for nth in range(1, COURSES_EACH + 1):
            spread = number * 7919
            number += 1
            assigned = spread % 380  # the latest 20 days before AS_OF
            done = assigned + spread % 61
            completed = texts[min(done, 400)] if spread % 400_000 >= OPEN_OF_400_000 else None
            due = texts[assigned + 30]
            yield (
                number, person, first + nth, 1, 0, "IMPORT", 1, texts[assigned], due, due, completed, first + nth,
                RECORDED,
            )  # fmt: skip


def _public_id(number: int) -> str:
    return f"{number:011}"


def _staff_no(person: int) -> str:
    return f"{person * 37 % 1_000_003:08}"


def _name(person: int) -> str:
    return SURNAMES[person % 20] + SYLLABLES[person * 3 % 28] + SYLLABLES[person * 5 % 27]
