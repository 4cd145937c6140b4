"""docs/domain/office.md: the table of roles is the program's own."""

import re
from pathlib import Path

import pytest

from abonent.users.models import StaffMembership
from abonent.users.rights import PORTAL_ONLY, RIGHTS, Right, may

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "domain" / "office.md"
ROLES = ("operator", "accountant", "administrator")
ROWS = {
    cells[0]: [cell.strip() == "yes" for cell in cells[1:]]
    for cells in re.findall(r"^\| `(\w+)` \|(.*?)\|(.*?)\|(.*?)\|(.*?)\|", DOCUMENT.read_text("utf-8"), re.M)
}


def test_every_right_is_in_the_table() -> None:
    assert set(ROWS) == {right.value for right in Right}
    assert tuple(RIGHTS) == ROLES


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_what_the_program_does(name: str) -> None:
    right = Right(name)
    *by_role, portal_only = ROWS[name]
    assert [right in RIGHTS[role] for role in ROLES] == by_role
    assert (right in PORTAL_ONLY) == portal_only


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("role", ROLES)
def test_what_is_the_portals_is_not_an_organisations(name: str, role: str) -> None:
    *by_role, portal_only = ROWS[name]
    allowed = dict(zip(ROLES, by_role, strict=True))[role]
    assert may(StaffMembership(role=role), Right(name)) == allowed
    assert may(StaffMembership(role=role, organisation_id=1), Right(name)) == (allowed and not portal_only)


def test_a_role_that_is_none_may_nothing() -> None:
    assert not any(may(StaffMembership(role="king"), right) for right in Right)
