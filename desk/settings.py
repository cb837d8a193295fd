"""Where the state lives, from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation can set; each field is an environment variable `QINGLING_<FIELD>`."""

    model_config = SettingsConfigDict(env_prefix="QINGLING_", extra="ignore")

    home: Path = Field(default=Path(".qingling"), description="database, mlflow, models, reports")
    database_url: str | None = Field(default=None, description="PostgreSQL instead of SQLite under home")
    dataset: str | None = Field(default=None, description="which data set; the last ingested by default")

    capacity: float = Field(
        default=0.10,
        gt=0,
        le=1,
        description="share of the orders that the desks can call before the callback",
    )

    rescore_minutes: float = Field(
        default=15,
        ge=0,
        description="minutes between two rescorings of all open orders; 0: none; changed ones follow at once",
    )

    secret_file: Path | None = Field(
        default=None, description="the key that signs sessions and forms; made once under home by default"
    )
    trusted_proxies: str = Field(
        default="", description="addresses of proxies whose X-Forwarded headers are believed; none by default"
    )
    people_per_second: float = Field(default=20, gt=0, description="requests a second that a person may send")
    keys_per_second: float = Field(default=1_000, gt=0, description="requests a second that a key may send")

    playbook_file: Path | None = Field(
        default=None, description="limits and rules of the duties, by street too: docs/playbook.md"
    )

    indicators_file: Path | None = Field(
        default=None, description="weights, targets and limits of the indicators: docs/indicators.md"
    )

    liaison_url: SecretStr | None = Field(
        default=None,
        description="webhook of the liaison group's robot; none: nothing is pushed, texts can be copied",
    )
    liaison_template: str = Field(
        default='{"msgtype": "text", "text": {"content": $text}}',
        description="what is sent to it: JSON in which $text stands for the message; WeCom's by default",
    )
    liaison_quiet: str = Field(
        default="22:00-07:00", description="hours of Shanghai in which nothing is pushed; 00:00-00:00: none"
    )

    clock_ahead: float = Field(
        default=0,
        description="seconds by which the service's clock is ahead of this machine's; for demos that live in the past",
    )

    idempotency_hours: float = Field(
        default=24, gt=0, description="how long the answer to a write is kept under its Idempotency-Key"
    )

    @property
    def mlflow_uri(self) -> str:
        """The tracking store of mlflow, a SQLite file under home."""
        return f"sqlite:///{self.home.resolve() / 'mlflow.db'}"


def load_settings() -> Settings:
    """The settings in force: the environment over the defaults."""
    return Settings()
