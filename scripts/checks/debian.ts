import { isInstalled, runCommand } from './command.js';

/** The programs that checks call, by the Debian package that has each; what is not here has the name of its package. */
const PACKAGES: Readonly<Record<string, string>> = {
  amtool: 'prometheus-alertmanager',
  h2load: 'nghttp2-client',
  influxd: 'influxdb',
  ip: 'iproute2',
  nsenter: 'util-linux',
  promtool: 'prometheus',
  testssl: 'testssl.sh',
  psql: 'postgresql-client',
  'redis-cli': 'redis-tools',
  setpriv: 'util-linux',
  unshare: 'util-linux',
};

/** What Debian does not have. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  docker: 'https://docs.docker.com/engine/install/',
  kubectl: 'https://kubernetes.io/docs/tasks/tools/',
  zizmor: 'https://docs.zizmor.sh/installation/',
};

/** How to get a program, in a few words. */
export const packageOf = (program: string): string =>
  ELSEWHERE[program] ?? `apt-get install ${PACKAGES[program] ?? program}`;

/** Installs what Debian has of the programs that are missing. Needs root; where it cannot, it says so. */
export async function installFromDebian(programs: readonly string[], write: (line: string) => void): Promise<void> {
  const missing = programs.filter((program) => !isInstalled(program) && !(program in ELSEWHERE));
  const packages = [...new Set(missing.map((program) => PACKAGES[program] ?? program))];
  if (packages.length === 0) return;
  if (!isInstalled('apt-get') || process.getuid?.() !== 0) {
    write(`Not installed, which takes root on Debian: ${packages.join(' ')}`);
    return;
  }
  write(`Installing ${packages.join(' ')}`);
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  await runCommand('apt-get', ['update', '-qq'], { environment });
  // One by one: a package that is not to be had keeps no other from being installed.
  for (const name of packages) {
    const { code } = await runCommand('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], {
      environment,
    });
    if (code !== 0) write(`  ${name} could not be installed.`);
  }
}
