"""The settings in force and where each comes from: `qingling settings`."""

import json
from typing import Any

from sqlalchemy.engine import make_url

from desk.settings import Settings
from pipelines.printing import console


def effective(settings: Settings) -> list[dict[str, Any]]:
    """Each setting with its variable, value, whether it was set, and meaning; passwords hidden."""
    return [
        {
            "variable": f"QINGLING_{name.upper()}",
            "value": _shown(name, getattr(settings, name)),
            "is_set": name in settings.model_fields_set,
            "meaning": field.description or "",
        }
        for name, field in Settings.model_fields.items()
    ]


def run(settings: Settings, as_json: bool) -> None:
    """Print them as a table, or as JSON."""
    rows = effective(settings)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    from rich.table import Table

    table = Table("variable", "value", "", "meaning")
    for row in rows:
        origin = "set" if row["is_set"] else "default"
        table.add_row(row["variable"], str(row["value"]), origin, row["meaning"])
    console().print(table)


def _shown(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if name == "database_url":
        return make_url(str(value)).render_as_string(hide_password=True)
    return str(value)
