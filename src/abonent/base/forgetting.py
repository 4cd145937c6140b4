"""The one exception that rows of the kind "added to and read" know: a person is forgotten.

Their triggers let a person's own words be blanked in a transaction that has said so, and in no other.
"""

from django.db import connection, transaction


def let_forget() -> None:
    """Say so for the rest of the caller's transaction. Outside of one it is a mistake of ours."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("nobody is forgotten outside a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('abonent.forgetting', 'on', true)")
