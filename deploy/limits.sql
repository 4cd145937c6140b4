-- How long a page may keep the database busy. Read by roles.sql; for a database that is there already, and after an
-- upgrade that brings other figures (safe to repeat, services that run take them when they are restarted):
--   runuser -u postgres -- psql -v ON_ERROR_STOP=1 -f deploy/limits.sql
-- They are the role's, so that they hold whatever a program says, and behind a pooler too. The owner's role, which
-- migrates and imports, has none; the worker and every command of `abonent` take them off for themselves
-- (abonent/base/patience.py). nginx waits 60 seconds for an answer.
ALTER ROLE abonent SET statement_timeout = '20s';                    -- then the page says 503 and what to do
ALTER ROLE abonent SET lock_timeout = '10s';                         -- somebody else has the row, or an import the table
ALTER ROLE abonent SET idle_in_transaction_session_timeout = '60s';  -- a process that hangs gives its locks back
