-- Run once by the image, as the owner, when the database is made. Makes the role that the service connects as: it owns
-- nothing, and `migrate` grants it what it needs (backend/src/database/roles.ts).

-- Its output is the password, which so stands in no command line, environment or log.
\set password `cat /run/secrets/postgres_app_password`
SET log_min_error_statement = panic;
CREATE ROLE pitwall_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';
RESET log_min_error_statement;

-- Everybody may connect to a new database and make temporary tables in it, which could stand in front of the real ones.
REVOKE ALL ON DATABASE pitwall FROM PUBLIC;
GRANT CONNECT ON DATABASE pitwall TO pitwall_app;

-- For the operator: which statements take the time, without what was in them.
CREATE EXTENSION pg_stat_statements;
