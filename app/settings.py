"""Every environment variable, typed: `PILOTAGE_` before each, `_FILE` after each for a secret in a file."""

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import Trouble

PREFIX = "PILOTAGE_"
TOP = Path(__file__).parent.parent
SQLITE = "sqlite:///"
# Of every demo account, published: opens nothing outside demo mode.
DEMO_PASSWORD = "pilotage-demo"  # noqa: S105


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=TOP / ".env", extra="ignore", hide_input_in_errors=True
    )

    database_url: str = "sqlite:///var/pilotage.db"
    secret_key: SecretStr = SecretStr("")
    record_key: SecretStr = SecretStr("")
    base_url: str = ""
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    organisation: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    smtp_url: SecretStr = SecretStr("")
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    files_url: str = ""
    trusted_proxies: str = ""
    log_format: Literal["text", "json"] = "text"
    demo: bool = False
    unsafe_database: bool = False  # a test's PostgreSQL may forget in a power cut; no other may

    @model_validator(mode="before")
    @classmethod
    def read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in cls.model_fields:
            file = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
            if file and name not in values:
                try:
                    values[name] = Path(file).read_text().strip()
                except OSError as error:
                    raise ValueError(f"{PREFIX}{name.upper()}_FILE cannot be read: {error.strerror}") from error
        return values

    @field_validator("database_url")
    @classmethod
    def a_database(cls, value: str) -> str:
        """A relative file stands below the checkout, wherever the command is called from."""
        if value.startswith(SQLITE):
            return f"{SQLITE}{TOP / value.removeprefix(SQLITE)}"
        if value.startswith("postgresql://"):
            return value
        raise ValueError("DATABASE_URL begins with sqlite:/// or postgresql://")

    @field_validator("base_url")
    @classmethod
    def an_address(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("BASE_URL begins with http:// or https:// and names a host")
        return value.rstrip("/")

    @property
    def address(self) -> str:
        """Where people reach us, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"

    @property
    def origin(self) -> str:
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def root(self) -> str:
        """The path below which everything lives: empty, or begins with a slash and ends without one."""
        return urlsplit(self.address).path

    @property
    def https(self) -> bool:
        return self.address.startswith("https://")

    @property
    def embedded(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path:
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def local(self) -> bool:
        """Reached from this machine alone: what a demo and a first try need."""
        return urlsplit(self.address).hostname in ("127.0.0.1", "localhost", "::1")


def load(**over: Any) -> Settings:
    """The settings of this process, or one sentence about what is wrong with them."""
    try:
        return Settings(**over)
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{str(first['loc'][0]).upper()}: " if first["loc"] else ""
        raise Trouble(f"{name}{first['msg'].removeprefix('Value error, ')}") from error
