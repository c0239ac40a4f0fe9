"""Errors that domain code raises and the edge words in the reader's language."""


class DomainError(Exception):
    """A request that the rules refuse. `code` names the reason; `values` fill its wording."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


class NotFoundError(DomainError):
    """Missing and out of scope alike: the reader must not learn which."""

    def __init__(self) -> None:
        super().__init__("not_found")
