"""Reports over small and random histories equal a count by hand, and leave out what is not asked for."""

import json
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskCliRunner

from tests.observations.files import KINDS, REPORTS, VISITS, report, rows_of, taken, write
from tests.observations.oracle import Oracle, read

REGIONS = ("동부", "서부", None)


def test_items_cited_twice_running_and_what_follows_a_poor_visit(runner: FlaskCliRunner, tmp_path: Path):
    taken(runner, write(tmp_path))
    assert report(runner, "month", "수도권", "FIRST") == (
        "month,visits,centers,points_sum\n2019-01,1,1,70\n2019-02,2,2,185\n"
    )
    assert report(runner, "item", None, "FIRST") == "item_code,visits_cited\nGREET,2\nTIDY,2\n"
    # The follow-up in between is another kind of visit, and stands in the way only where all kinds are asked for.
    assert report(runner, "repeat", None, "FIRST") == "center_code,item_code,times\nC1,TIDY,1\n"
    assert report(runner, "repeat") == "center_code,item_code,times\nC1,TIDY,2\n"
    assert report(runner, "rebound", None, "FIRST") == "low_visits,mean_low,mean_next\n1,70.0,85.0\n"
    assert report(runner, "rebound") == "low_visits,mean_low,mean_next\n1,70.0,95.0\n"
    assert report(runner, "rebound", "영남") == "low_visits,mean_low,mean_next\n0,,\n"


def test_what_happens_later_is_not_counted(runner: FlaskCliRunner, tmp_path: Path):
    taken(runner, write(tmp_path))
    assert report(runner, "rebound", None, "FIRST", "--as-of", "2019-02-09").endswith("\n0,,\n")
    assert report(runner, "month", None, None, "--as-of", "2019-01-19").endswith("points_sum\n2019-01,1,1,70\n")
    # Corrected since: the former version counts nowhere.
    taken(runner, write(tmp_path, visits=(*VISITS[:1], VISITS[1].replace("70", "90"), *VISITS[2:])))
    assert report(runner, "rebound", None, "FIRST").endswith("\n0,,\n")


def test_other_shapes_say_the_same(runner: FlaskCliRunner, tmp_path: Path):
    taken(runner, write(tmp_path))
    asked = ["observations", "report", "--by", "rebound", "--kind", "FIRST"]
    done = runner.invoke(args=[*asked, "--format", "json"])
    assert json.loads(done.output) == [{"low_visits": 1, "mean_low": 70.0, "mean_next": 85.0}]
    file = tmp_path / "report.csv"
    assert runner.invoke(args=[*asked, "--format", "csv", "-o", str(file)]).output == ""
    assert file.read_text() == report(runner, "rebound", None, "FIRST")


def test_a_region_that_is_not_there_is_said_to_be_so(runner: FlaskCliRunner, tmp_path: Path):
    taken(runner, write(tmp_path))
    done = runner.invoke(args=["observations", "report", "--region", "수도"])
    assert done.exit_code == 2
    assert "there is no '수도'" in done.output


@pytest.mark.parametrize("seed", range(3))
def test_random_histories_equal_a_count_by_hand(runner: FlaskCliRunner, tmp_path: Path, seed: int):
    draw = random.Random(seed)
    centers = [f"K{number:02}" for number in range(12)]
    items = [f"{number:02}{letter}" for number in range(6) for letter in "AB"]
    visits, findings = [VISITS[0]], ["visit_id,item_code"]
    for number in range(300):
        day = date(2018, 12, 1) + timedelta(days=draw.randrange(150))
        points = draw.choice(["", *(str(draw.randrange(101)) for _ in range(9))])
        visits.append(
            f"N{number:03},{draw.choice(centers)},{day},{draw.choice(('FIRST', 'FIRST', 'RECHECK'))},{points}"
        )
        findings += [f"N{number:03},{code}" for code in draw.sample(items, draw.choice((0, 1, 2, 5)))]
    # Rows of two visits of a center on one day come in the order of their ids, as they are counted.
    taken(
        runner,
        write(
            tmp_path,
            centers=("center_code,name,region", *(f"{code},{code},{draw.choice(REGIONS[:2])}" for code in centers)),
            items=("item_code,is_critical,text", *(f"{code},0,{code}" for code in items)),
            visits=tuple(visits),
            findings=tuple(findings),
        ),
    )
    oracle = Oracle(*(read(tmp_path / f"{name}.csv") for name in ("centers", "visits", "findings")))
    for region in REGIONS:
        for kind in KINDS:
            for by in REPORTS:
                found = rows_of(report(runner, by, region, kind))
                assert found == oracle.report(by, region, kind), (by, region, kind)
