"""Reads of the portal's own tables: the services and who supplies them."""

import json
from typing import Any, NamedTuple

from django.db import connection

from abonent.base.kept import Kept
from abonent.portal.models import DataVersion, Organisation
from abonent.portal.overlay import Place, Published


class ServiceFacts(NamedTuple):
    """A service in one language."""

    id: int
    code: str
    parent_id: int | None
    name: str
    unit: str
    supplier: str
    place: int
    """Where it stands in a list: parents before their parts."""
    level: int
    """0, or how deep it is nested: a nested line explains its parent's amounts."""
    root_id: int
    """The service without a parent that it is a part of; itself when it has none."""
    voluntary: bool = False
    """Nobody has to pay it: never in a sum that is proposed, never ticked."""


_SERVICES = """
WITH RECURSIVE tree AS (
    SELECT service.*, ARRAY[position, id] AS path, 0 AS level, id AS root_id
      FROM portal_service AS service WHERE parent_id IS NULL
    UNION ALL
    SELECT part.*, tree.path || ARRAY[part.position, part.id], tree.level + 1, tree.root_id
      FROM portal_service AS part JOIN tree ON part.parent_id = tree.id
)
SELECT tree.id, tree.code, tree.parent_id,
       CASE %(language)s WHEN 'kk' THEN coalesce(nullif(tree.name_kk, ''), tree.name_ru)
                         WHEN 'en' THEN coalesce(nullif(tree.name_en, ''), tree.name_ru)
                         ELSE tree.name_ru END,
       CASE %(language)s WHEN 'kk' THEN coalesce(nullif(tree.unit_kk, ''), tree.unit_ru)
                         ELSE tree.unit_ru END,
       CASE %(language)s WHEN 'kk' THEN coalesce(nullif(supplier.name_kk, ''), supplier.name_ru)
                         ELSE supplier.name_ru END,
       row_number() OVER (ORDER BY tree.path), tree.level, tree.root_id, tree.obligation = 'voluntary'
  FROM tree JOIN portal_organisation AS supplier ON supplier.id = tree.organisation_id
 ORDER BY tree.path
"""

_kept: Kept[dict[int, ServiceFacts]] = Kept(room=100_000)


def services(*, language: str, version: int) -> dict[int, ServiceFacts]:
    """Every service by id, in the order in which they are shown. Read once for each data version.

    `version` is the `data_version` of the account being shown: services come with the bundle and change
    only together with it.
    """
    return _kept.get((language, version), lambda: _read_services(language))


def _read_services(language: str) -> dict[int, ServiceFacts]:
    with connection.cursor() as cursor:
        cursor.execute(_SERVICES, {"language": language})
        return {row[0]: ServiceFacts(*row) for row in cursor.fetchall()}


def data_version() -> int:
    """The version of everything billing told (portal.models.DataVersion). One query."""
    return DataVersion.objects.values_list("version", flat=True).get()


def bank_accounts() -> frozenset[str]:
    """The organisations' accounts at banks, as billing told them. One query."""
    found = Organisation.objects.exclude(bank_account="").values_list("bank_account", flat=True)
    return frozenset(found)


def settings_number() -> int:
    """How often settings were published or withdrawn (portal.models.SettingsNumber). One query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM portal_settingsnumber")
        return int(cursor.fetchone()[0])


_PUBLISHED = """
SELECT counter.number, version.id, version.number, version.part, version.organisation_id, version.method,
       version.value, version.in_force_from
  FROM portal_settingsnumber AS counter
  LEFT JOIN portal_settingsversion AS version ON version.state = 'published'
"""


def published_settings() -> tuple[int, tuple[Published, ...]]:
    """The settings' number, and every version that is published. One query, so that they fit each other."""
    with connection.cursor() as cursor:
        cursor.execute(_PUBLISHED)
        rows = cursor.fetchall()
    return rows[0][0], tuple(
        Published(row[1], row[2], Place(row[3], row[4], row[5]), _json(row[6]), row[7])
        for row in rows
        if row[1] is not None
    )


def _json(value: str | None) -> Any:
    """Django's connections leave jsonb as text."""
    return None if value is None else json.loads(value)


def organisation_names(language: str) -> dict[int, str]:
    """Every organisation's name in this language, by id. One query."""
    return {one.pk: one.name(language) for one in Organisation.objects.only("name_ru", "name_kk")}
