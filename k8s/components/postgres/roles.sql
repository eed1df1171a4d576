-- Run once by the image, in an empty database, as its superuser: the owner of the tables, and the role of the service,
-- which owns nothing. `pitwall migrate` grants it what it needs.
\set owner_password `cat /run/secrets/postgres/postgres_owner_password`
\set app_password `cat /run/secrets/postgres/postgres_app_password`
CREATE ROLE pitwall LOGIN PASSWORD :'owner_password';
CREATE ROLE pitwall_app LOGIN PASSWORD :'app_password';
ALTER DATABASE pitwall OWNER TO pitwall;
REVOKE ALL ON DATABASE pitwall FROM PUBLIC;
GRANT CONNECT ON DATABASE pitwall TO pitwall_app;
-- From here on the superuser signs in through the socket inside the pod alone (kubectl exec).
ALTER ROLE CURRENT_USER PASSWORD NULL;
