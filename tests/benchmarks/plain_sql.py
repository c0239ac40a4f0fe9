"""What a script without the product would do: SQL by hand and a CSV writer, with the same columns as the downloads."""

import csv
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

PLACES = """
  FROM enrollment e
  JOIN person p ON p.id = e.person_id
  JOIN posting w ON w.person_id = p.id AND w.is_primary AND w.superseded_at IS NULL
       AND w.starts_on <= '2019-06-30' AND (w.ends_on IS NULL OR w.ends_on > '2019-06-30')
  JOIN org_unit center ON center.id = w.center_id
  JOIN job_role role ON role.id = w.role_id
  LEFT JOIN org_placement up ON up.unit_id = center.id AND up.superseded_at IS NULL
       AND up.starts_on <= '2019-06-30' AND (up.ends_on IS NULL OR up.ends_on > '2019-06-30')
  LEFT JOIN org_unit area ON area.id = up.parent_id
  LEFT JOIN org_placement up2 ON up2.unit_id = area.id AND up2.superseded_at IS NULL
       AND up2.starts_on <= '2019-06-30' AND (up2.ends_on IS NULL OR up2.ends_on > '2019-06-30')
  LEFT JOIN org_unit region ON region.id = up2.parent_id
"""
AWAY = """EXISTS (SELECT 1 FROM leave l WHERE l.person_id = p.id AND l.superseded_at IS NULL
       AND l.starts_on <= '2019-06-30' AND (l.ends_on IS NULL OR l.ends_on > '2019-06-30'))"""
COUNTED = """e.required AND e.due_on <= '2019-06-30' AND e.assigned_on <= '2019-06-30'
       AND (e.voided_on IS NULL OR e.voided_on > '2019-06-30')"""
DAYS = {"sqlite": "julianday('2019-06-30') - julianday({0})", "postgresql": "date '2019-06-30' - {0}"}
JOINED = {"sqlite": "group_concat({0}, '; ')", "postgresql": "string_agg({0}, '; ')"}

# What a script would do that trusts the stored due dates and asks nothing else: no scope, no leave, no center.
AGGREGATE = """
    SELECT person_id, count(*), sum(CASE WHEN completed_on <= '2019-06-30' THEN 1 ELSE 0 END),
           sum(CASE WHEN completed_on <= '2019-06-30' AND completed_on <= due_on THEN 1 ELSE 0 END)
      FROM enrollment
     WHERE required AND due_on <= '2019-06-30' AND assigned_on <= '2019-06-30'
       AND (voided_on IS NULL OR voided_on > '2019-06-30')
     GROUP BY person_id"""


def enrollments(backend: str, *, open_only: bool) -> str:
    """Return the SQL of all enrollments, or of the open ones."""
    still_open = "AND (e.completed_on IS NULL OR e.completed_on > '2019-06-30')" if open_only else ""
    return f"""
    SELECT p.staff_no, p.name, region.name_ko, area.name_ko, center.code, center.name_ko, role.title_ko,
           c.code, c.title_ko, e.cycle, CASE WHEN e.required THEN 'yes' ELSE 'no' END,
           e.assigned_on, e.due_on, CASE WHEN e.completed_on <= '2019-06-30' THEN e.completed_on END,
           CASE WHEN e.completed_on <= '2019-06-30' AND e.completed_on > e.due_on THEN 'late'
                WHEN e.completed_on <= '2019-06-30' THEN 'done'
                WHEN {AWAY} THEN 'on hold'
                WHEN e.due_on < '2019-06-30' THEN 'overdue'
                WHEN {DAYS[backend].format("e.due_on")} >= -7 THEN 'soon' ELSE 'not due' END,
           CASE WHEN e.completed_on IS NULL AND e.due_on < '2019-06-30' THEN {DAYS[backend].format("e.due_on")} END,
           CASE WHEN {COUNTED} AND NOT {AWAY} THEN 'yes' ELSE 'no' END
      {PLACES} JOIN course c ON c.id = e.course_id
     WHERE e.assigned_on <= '2019-06-30' AND (e.voided_on IS NULL OR e.voided_on > '2019-06-30') {still_open}
     ORDER BY p.staff_no, e.course_id, e.cycle"""


def shortfalls(backend: str) -> str:
    """Return the SQL of everyone below 80 %, or with something overdue."""
    missing = "CASE WHEN e.completed_on IS NULL OR e.completed_on > '2019-06-30' THEN {0} END"
    what = missing.format("c.code || ' ' || c.title_ko || ' (' || e.due_on || ')'")
    overdue = f"e.due_on < '2019-06-30' AND {missing.format('1')} = 1"
    return f"""
    SELECT p.staff_no, p.name, region.name_ko, area.name_ko, center.code, center.name_ko, role.title_ko, t.due, t.done,
           t.due - t.done, 1000 * t.done / t.due / 10.0, t.overdue, t.oldest, {DAYS[backend].format("t.oldest")},
           CASE WHEN t.overdue > 0 THEN 'overdue' END, t.missing
      FROM (SELECT e.person_id, count(*) AS due,
                   sum(CASE WHEN e.completed_on <= '2019-06-30' THEN 1 ELSE 0 END) AS done,
                   sum(CASE WHEN {overdue} THEN 1 ELSE 0 END) AS overdue,
                   min(CASE WHEN {overdue} THEN e.due_on END) AS oldest, {JOINED[backend].format(what)} AS missing
              FROM enrollment e JOIN course c ON c.id = e.course_id WHERE {COUNTED} GROUP BY e.person_id) t
      {PLACES.replace("FROM enrollment e", "").replace("e.person_id", "t.person_id")}
     WHERE NOT {AWAY} AND (t.done * 100 < t.due * 80 OR t.overdue > 0)
       AND w.role_id IN (SELECT role_id FROM job_role_term WHERE is_frontline AND superseded_at IS NULL)
     ORDER BY t.oldest, p.staff_no"""


def write(url: str, statement: str, file: Path) -> int:
    """Run a statement and write what it gives as CSV; return the number of rows."""
    with _cursor(url) as cursor, file.open("w", newline="", encoding="utf-8") as opened:
        cursor.execute(statement)
        writer = csv.writer(opened)
        count = 0
        while rows := _next_rows(cursor):
            writer.writerows(rows)
            count += len(rows)
    return count


def _next_rows(cursor: Any) -> Sequence[Any]:
    rows: Sequence[Any] = cursor.fetchmany(2000)
    return rows


@contextmanager
def _cursor(url: str) -> Iterator[Any]:
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        yield connection.cursor()
        connection.close()
    else:
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as server:
            yield server.cursor(name="plain")
