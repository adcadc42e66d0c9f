"""What the API's description says of every address that takes a token."""

from typing import Any


def schema(name: str) -> dict[str, Any]:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}}


PROBLEM = {"content": {"application/problem+json": schema("Problem")}}
OF_TOKENS: dict[int | str, dict[str, Any]] = {
    401: PROBLEM | {"description": "The token is missing, not known, revoked or expired."},
    403: PROBLEM | {"description": "The token is for something else."},
    429: PROBLEM | {"description": "Too many requests with this token; Retry-After says when to try again."},
    503: PROBLEM | {"description": "The database does not answer just now; send the same again, with the same key."},
}
READING: dict[str, Any] = {"security": [{"token": []}]}
