"""A form counts only when it comes from a page that this very browser was shown."""

import pytest
from flask import Flask

from tests.accounts.cells import cells
from tests.accounts.world import World
from tests.support.sign_in import csrf_token, sign_in

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.backend("sqlite")  # the check comes before any view
def test_every_writing_route_refuses_the_token_of_another_browser(app: Flask, world: World):
    own, other = app.test_client(), app.test_client()
    for client in (own, other):
        sign_in(client, world.person("training_admin"))
    tokens = {"none": "", "made up": "x" * 91, "another browser's": csrf_token(other, "/account/password")}
    csrf_token(own, "/account/password")
    tried = 0
    for cell in cells(app, world, "training_admin"):
        if cell.method in UNSAFE & (cell.rule.methods or set()):
            for whose, token in tokens.items():
                answer = own.open(cell.address, method=cell.method, data={"csrf_token": token})
                assert answer.status_code == 400, f"{cell.method} {cell.address} took {whose} token"
                tried += 1
    assert tried >= 3 * 10
    assert own.get("/account/password").status_code == 200, "not even signing out went through"
