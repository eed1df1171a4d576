import pg from 'pg';

type Privilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';

/** What `make replay` empties before it reads the event log again. */
export const DERIVED_TABLES = [
  ...['repositories', 'runs', 'run_attempts', 'jobs', 'steps', 'services', 'environments', 'deployments'],
  ...['changes', 'commits', 'pending_events', 'quarantined_events'],
];

const ROWS: Privilege[] = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const APPEND_ONLY: Privilege[] = ['SELECT', 'INSERT'];

/** The least with which the service does its work. */
function privilegesOn(table: string): Privilege[] {
  if (table === '_prisma_migrations') return ['SELECT'];
  if (table === 'audit_entries' || table === 'events') return APPEND_ONLY;
  return DERIVED_TABLES.includes(table) ? [...ROWS, 'TRUNCATE'] : ROWS;
}

const GRANT_LOCK = 7_304_004;

/**
 * Grants the role of the service what it needs on the owner's tables as they are, and takes back everything else that it
 * was granted by name; nothing where the owner is that role. Done after each migration. Throws where the role is missing,
 * since only the operator can give it its password.
 */
export async function grantToApplication(ownerUrl: string, role: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    // Two processes that grant at the same time would fail on each other's catalogue rows.
    await client.query('SELECT pg_advisory_xact_lock($1)', [GRANT_LOCK]);
    // eslint-disable-next-line pitwall/static-sql -- Made below, of names that PostgreSQL or its driver quoted.
    if (await mayBeGranted(client, role)) await client.query(await grants(client, role));
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

async function mayBeGranted(client: pg.Client, role: string): Promise<boolean> {
  const { rows } = await client.query<{ owner: boolean }>(
    'SELECT rolname = current_user AS owner FROM pg_roles WHERE rolname = $1',
    [role],
  );
  if (rows[0]) return !rows[0].owner;
  const name = client.escapeIdentifier(role);
  throw new Error(
    `The role ${name}, which DATABASE_URL names, does not exist. Make it first: CREATE ROLE ${name} LOGIN PASSWORD '...';`,
  );
}

async function grants(client: pg.Client, role: string): Promise<string> {
  const { rows } = await client.query<{ schema: string; name: string; kind: 'table' | 'sequence' }>(
    `SELECT relnamespace::regnamespace AS schema, relname AS name,
            CASE relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind
     FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'S')
       AND pg_has_role(relowner, 'USAGE') ORDER BY relname`,
  );
  const to = client.escapeIdentifier(role);
  const schema = rows[0]?.schema ?? 'public';
  const statements = rows.flatMap(({ name, kind }) => {
    const object = `${kind} ${schema}.${client.escapeIdentifier(name)}`;
    const privileges = kind === 'sequence' ? 'USAGE' : privilegesOn(name).join(', ');
    return [`REVOKE ALL ON ${object} FROM ${to}`, `GRANT ${privileges} ON ${object} TO ${to}`];
  });
  return [`REVOKE ALL ON SCHEMA ${schema} FROM ${to}`, `GRANT USAGE ON SCHEMA ${schema} TO ${to}`, ...statements].join(
    ';\n',
  );
}

/** The role that a URL names. */
export function roleOf(databaseUrl: string): string {
  const role = decodeURIComponent(new URL(databaseUrl).username);
  if (role === '') throw new Error('DATABASE_URL names no role: write it as postgresql://role:password@host/database.');
  return role;
}

/** Also through roles that it could change into. A superuser is a member of every role. */
const FAULTS = `
  WITH me AS (
    SELECT rolname, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = current_user
  ), log AS (
    SELECT oid, relowner, relnamespace FROM pg_class WHERE oid = to_regclass('audit_entries')
  ), mine AS (
    SELECT r.oid FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')
  )
  SELECT me.rolname AS role, me.rolsuper AS superuser, me.rolcreaterole AS makes_roles, log.oid IS NOT NULL AS migrated,
    log.relowner IN (SELECT oid FROM mine) AS owns,
    (SELECT array_agg(privilege ORDER BY privilege) FROM unnest('{UPDATE,DELETE,TRUNCATE,TRIGGER}'::text[]) AS privilege
     WHERE EXISTS (SELECT FROM mine WHERE has_table_privilege(mine.oid, log.oid, privilege))
        OR privilege = 'UPDATE' AND EXISTS (SELECT FROM mine WHERE has_any_column_privilege(mine.oid, log.oid, privilege))
    ) AS privileges,
    (SELECT count(*) FROM pg_trigger t WHERE t.tgrelid = log.oid AND t.tgenabled IN ('O', 'A')
       AND t.tgname IN ('chain_audit_entry', 'refuse_change_of_audit_entries')) = 2 AS guarded,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit
  FROM me LEFT JOIN log ON true`;

/**
 * What of the database would break Pitwall's promises: that what it acknowledged is kept, and that nobody who took over
 * the service can change what the audit log says of it. In production the start is refused with these.
 */
export async function databaseFaults(pool: Pick<pg.Pool, 'query'>): Promise<string[]> {
  const { rows } = await pool.query(FAULTS);
  return [...roleFaults(rows[0]), ...settingFaults(rows[0])];
}

interface Findings {
  role: string;
  superuser: boolean;
  makes_roles: boolean;
  migrated: boolean;
  owns: boolean;
  privileges: string[] | null;
  guarded: boolean;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
}

function roleFaults(found: Findings): string[] {
  const role = `DATABASE_URL: its role ${found.role}`;
  const advice = 'name another one, and set DATABASE_MIGRATION_URL to the role that owns the tables';
  if (found.superuser) return [`${role} is a superuser: ${advice}`];
  const faults: string[] = [];
  if (found.makes_roles) faults.push(`${role} may make roles (CREATEROLE): ${advice}`);
  if (!found.migrated) return [...faults, 'audit_entries: is not there; apply the migrations first (make migrate)'];
  if (found.owns) faults.push(`${role} owns audit_entries, or is a member of the role that does: ${advice}`);
  else if (found.privileges) faults.push(`${role} may ${found.privileges.join(', ')} audit_entries: ${advice}`);
  if (!found.guarded) faults.push('audit_entries: its triggers are disabled or gone');
  return faults;
}

function settingFaults(found: Findings): string[] {
  return (['fsync', 'full_page_writes', 'synchronous_commit'] as const)
    .filter((name) => found[name] === 'off')
    .map((name) => `${name}: is off on the PostgreSQL server, so what was acknowledged could be lost`);
}
