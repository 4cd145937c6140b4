"""A test that commits leaves rows behind: they are taken out, which is many times quicker than another copy.

Rows only. Who changes a table, a trigger or a right has changed the database's shape: it is copied anew.
"""

from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from tests.plugins import databases

#: Pages of 8 kB. More than that is truncated: the dead rows would slow down the tests that follow.
LARGE = 64

_TABLES = """
SELECT relname, relpages_now > %s FROM (
    SELECT relname, pg_relation_size(oid) / 8192 AS relpages_now FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname) AS tables
"""
_SEQUENCES = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
#: All that a migration may make, but the rows. A sequence's place and a table's figures are no part of it.
_SHAPE = """
SELECT md5(concat_ws('|',
    (SELECT string_agg((relname, relkind, relacl, reloptions, relrowsecurity)::text, ',' ORDER BY relname)
       FROM pg_class WHERE relnamespace = ours.oid),
    (SELECT string_agg((attrelid::regclass, attname, atttypid, atttypmod, attnotnull, attidentity)::text, ','
                       ORDER BY attrelid::regclass::text, attnum)
       FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = ours.oid AND relkind IN ('r', 'p') AND attnum > 0),
    (SELECT string_agg((adrelid::regclass, adnum, pg_get_expr(adbin, adrelid))::text, ','
                       ORDER BY adrelid::regclass::text, adnum)
       FROM pg_attrdef JOIN pg_class ON pg_class.oid = adrelid WHERE relnamespace = ours.oid),
    (SELECT string_agg((tgrelid::regclass, tgname, tgenabled, tgtype)::text, ','
                       ORDER BY tgrelid::regclass::text, tgname)
       FROM pg_trigger WHERE NOT tgisinternal),
    (SELECT string_agg((conrelid::regclass, conname, convalidated, condeferrable)::text, ','
                       ORDER BY conrelid::regclass::text, conname)
       FROM pg_constraint WHERE connamespace = ours.oid),
    (SELECT string_agg((indexrelid::regclass, indisvalid)::text, ',' ORDER BY indexrelid::regclass::text)
       FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = ours.oid),
    (SELECT string_agg((proname, md5(prosrc), proacl)::text, ',' ORDER BY proname, prosrc)
       FROM pg_proc WHERE pronamespace = ours.oid),
    (SELECT string_agg(nspname::text, ',' ORDER BY nspname) FROM pg_namespace
      WHERE nspname !~ '^pg_(toast_)?temp_'),
    (SELECT string_agg(setconfig::text, ',' ORDER BY setrole) FROM pg_db_role_setting
       JOIN pg_database ON pg_database.oid = setdatabase WHERE datname = current_database())
)) FROM pg_namespace AS ours WHERE nspname = 'public'
"""


@dataclass
class Copy:
    """This process's copy of the template as it was when it was made."""

    server: str
    name: str
    _shape: str = ""
    _rows: dict[str, bytes] = field(default_factory=dict)
    _sequences: dict[str, tuple[int, int | None]] = field(default_factory=dict)

    def make(self) -> None:
        """Copy the template."""
        with psycopg.connect(databases.copy_template(self.server, self.name)) as connection:
            self._shape = _shape(connection)
            self._rows = {table: _rows(connection, table) for table, _ in _tables(connection)}
            found = connection.execute(_SEQUENCES).fetchall()
            self._sequences = {name: (start, last) for name, start, last in found}

    def restore(self) -> None:
        """Make the copy what it was. Whoever is still connected to it is cut."""
        if not self._restored():
            self.make()

    def _restored(self) -> bool:
        try:
            with psycopg.connect(databases.with_database(self.server, self.name)) as connection:
                connection.execute(_END_OTHERS)
                connection.execute("SET session_replication_role = replica")
                tables = dict(_tables(connection))
                _drop(connection, [table for table in tables if table not in self._rows])
                if _shape(connection) != self._shape:
                    return False
                _truncate(connection, [table for table in self._rows if tables[table]])
                for table, rows in self._rows.items():
                    _put_back(connection, table, rows)
                self._put_sequences_back(connection)
                return True
        except psycopg.OperationalError:  # it was dropped, or renamed
            return False

    def _put_sequences_back(self, connection: psycopg.Connection) -> None:
        for name, _, last in connection.execute(_SEQUENCES).fetchall():
            start, was = self._sequences[name]
            if last != was:
                sequence = sql.Identifier(name).as_string()
                connection.execute("SELECT setval(%s, %s, %s)", [sequence, was or start, was is not None])


def _shape(connection: psycopg.Connection) -> str:
    (found,) = connection.execute(_SHAPE).fetchone() or ("",)
    return str(found)


def _tables(connection: psycopg.Connection) -> list[tuple[str, bool]]:
    """Each with whether it is large."""
    return connection.execute(_TABLES, [LARGE]).fetchall()


def _drop(connection: psycopg.Connection, tables: list[str]) -> None:
    for table in tables:
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))


def _rows(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as rows:
        return b"".join(bytes(block) for block in rows)


def _truncate(connection: psycopg.Connection, tables: list[str]) -> None:
    if tables:
        names = sql.SQL(", ").join(map(sql.Identifier, tables))
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))


def _put_back(connection: psycopg.Connection, table: str, rows: bytes) -> None:
    name = sql.Identifier(table)
    if rows and _rows(connection, table) == rows:
        return
    connection.execute(sql.SQL("DELETE FROM {}").format(name))
    if rows:
        with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(name)) as sink:
            sink.write(rows)
