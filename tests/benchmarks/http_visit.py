"""Someone signed in who asks a served product for pages and files."""

import http.cookiejar
import re
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
CHUNK = 1024 * 1024


class Visitor:
    """One browser, signed in through the form."""

    def __init__(self, address: str, staff_no: str, password: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(cookies)
        self._post("/sign-in", {"staff_no": staff_no, "password": password}, token_from="/sign-in")

    def page(self, path: str) -> tuple[str, float]:
        """Open a page; return it and how many seconds the answer took."""
        started = time.perf_counter()
        with self.opener.open(self.address + path) as answer:
            text = answer.read().decode()
            if "/sign-in" in answer.url and path != "/sign-in":
                raise RuntimeError(f"{path}: no longer signed in")
        return text, time.perf_counter() - started

    def download(self, path: str, file: Path, **values: str) -> float:
        """Send a download form, write what comes to `file`, and return how many seconds that took."""
        token = self._token("/me")
        data = urlencode({"csrf_token": token, "reason": "measuring the download", "format": "csv"} | values).encode()
        started = time.perf_counter()
        with self.opener.open(self.address + path, data) as answer, file.open("wb") as opened:
            while chunk := answer.read(CHUNK):
                opened.write(chunk)
        return time.perf_counter() - started

    def _post(self, path: str, values: dict[str, str], *, token_from: str) -> None:
        data = urlencode({"csrf_token": self._token(token_from)} | values).encode()
        with self.opener.open(self.address + path, data) as answer:
            if answer.url.endswith("/sign-in"):
                raise RuntimeError("could not sign in")

    def _token(self, path: str) -> str:
        found = TOKEN.search(self.page(path)[0])
        if found is None:
            raise RuntimeError(f"{path} has no form")
        return found[1]
