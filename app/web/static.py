"""Static files under addresses that carry their content's hash, and so can be cached for ever."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.web.rendering import STATIC


class Static(StaticFiles):
    def __init__(self) -> None:
        super().__init__(directory=STATIC, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        stamp, _, name = path.replace("\\", "/").partition("/")
        response = await super().get_response(name or stamp, scope)
        if name:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
