"""A small standard: its file, its courses, and the command that takes it in."""

from pathlib import Path

from click.testing import Result
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from tests.support.network import Network

HEADER = (
    "item_code,stage,dimension_code,dimension_ko,text_ko,text_en,i_care,course_code,target_roles,response_type,"
    "is_critical,weight,method_ko,evidence_ko,na_allowed,effective_from,effective_to"
)
GREET = "GREET,BEFORE,D02,맞이인사,1분 안에 인사한다,Greets within a minute,C,CS-101,SA;RC,YN,1,2,관찰,,0,2019-01-01,"
LISTEN = "LISTEN,ON,D05,경청 태도,끝까지 듣는다,Lets them finish,C;A,CS-104;CS-101,SA,SCALE4,0,1,관찰,,0,2019-01-01,"
BOARD = "BOARD,ON,D01,시설,가격표가 최신본이다,,R,,,YN,0,1,서류,사진,1,2019-01-01,"
ROWS = (GREET, LISTEN, BOARD)


def add_courses(session: Session) -> None:
    """Add the courses that the rows name, and one that no row names."""
    for code in ("CS-101", "CS-104", "CS-900"):
        Network(session).course(code)
    session.commit()


def write(folder: Path, *rows: str) -> str:
    """Write a standard's file, and return its path."""
    path = folder / "standard.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return str(path)


def take(runner: FlaskCliRunner, folder: Path, *rows: str) -> Result:
    """Import rows, and return what the command said."""
    return runner.invoke(args=["standards", "import", write(folder, *rows)])
