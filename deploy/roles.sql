-- Two roles without passwords (Debian's peer authentication: the system user of the same name) and the database.
-- As PostgreSQL's superuser:  runuser -u postgres -- psql -v ON_ERROR_STOP=1 -f deploy/roles.sql
CREATE ROLE "abonent-owner" LOGIN;               -- migrates and imports: it owns the tables and makes partitions
CREATE ROLE abonent LOGIN CONNECTION LIMIT 50;   -- serves pages and sends letters
\ir limits.sql
CREATE DATABASE abonent OWNER "abonent-owner" TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE abonent FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE abonent TO abonent;
