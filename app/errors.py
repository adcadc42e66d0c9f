"""What a request can be refused with. Each knows its status, its title and its words; web turns it into a page."""

from collections.abc import Mapping, Sequence


class Refusal(Exception):
    """An answer that is not the one hoped for. Raised, it rolls the request's transaction back."""

    status = 400
    title = "That did not work"
    retry_after = 0  # seconds, where it will pass by itself

    def __init__(self, words: str = "") -> None:
        self.words = words or self.title
        super().__init__(self.words)


class SignedOut(Refusal):
    status = 401
    title = "Sign in first"


class Refused(Refusal):
    status = 403
    title = "This is not yours to do"


class Missing(Refusal):
    """Absent and hidden alike: the two must not be told apart from outside."""

    status = 404
    title = "There is nothing here"


class Stale(Refusal):
    status = 409
    title = "Somebody was quicker"


class TooLarge(Refusal):
    status = 413
    title = "That is too large"


class Invalid(Refusal):
    """Input that no form can show beside a field, such as a move without its reason."""

    status = 422
    title = "Something is missing"


class WrongParts(Invalid):
    """JSON of which parts are wrong: for each, where it stands, what stands there, and what is wrong with it."""

    title = "Parts of it are wrong"

    def __init__(self, words: str, parts: Sequence[Mapping[str, object]] = ()) -> None:
        super().__init__(words)
        self.parts = parts


class TooMany(Refusal):
    status = 429
    title = "Too many at once"

    def __init__(self, words: str, seconds: int) -> None:
        super().__init__(f"{words} Try again in {seconds} {'second' if seconds == 1 else 'seconds'}.")
        self.retry_after = seconds


class Unavailable(Refusal):
    status = 503
    title = "The database does not answer"
    retry_after = 5


class Full(Refusal):
    status = 507
    title = "The disk is full"


class Trouble(Exception):
    """What a person at the command line can mend: printed as one sentence, exit code 1."""
