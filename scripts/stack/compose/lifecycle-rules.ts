import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../checks/command.js';
import { bytes, isOneShot, milliseconds, type ComposeModel, type Service } from './model.js';
import { eachService, unless, type Rule } from './rule.js';

/** What is closed after the last request: the queue, the log, connections. */
const CLOSING_MS = 5_000;

/** What starts, when, with how much, and how it ends. */
export const lifecycleRules: readonly Rule[] = [
  eachService('what stays up has a health check, and is started again', (service) => {
    if (isOneShot(service)) return [];
    const { test = [], disable } = service.healthcheck ?? {};
    return [
      ...unless(test.length > 1 && test[0] !== 'NONE' && !disable, 'has no health check'),
      ...unless(service.restart === 'unless-stopped', 'is not started again'),
    ];
  }),
  eachService('each has limits, and logs that end', ({ deploy, pids_limit, logging, tmpfs = [] }) => {
    const { limits, reservations } = deploy?.resources ?? {};
    if (!limits?.cpus || !limits.memory || !reservations?.memory) return ['lacks a limit or a reservation'];
    // A tmpfs counts as memory of its container.
    const sizes = tmpfs.map((mount) => /[:,]size=(\w+)/.exec(mount)?.[1]);
    return [
      ...unless(bytes(reservations.memory) <= bytes(limits.memory), 'reserves more than it may use'),
      ...unless(!sizes.includes(undefined), 'has a tmpfs without a size'),
      ...unless(
        sizes.reduce((sum, size) => sum + bytes(size ?? '0'), 0) < bytes(limits.memory),
        'has a tmpfs as large as its memory',
      ),
      ...unless((pids_limit ?? 0) > 0, 'has no limit of processes'),
      ...unless(Boolean(logging?.options?.['max-size']) && Boolean(logging?.options?.['max-file']), 'logs without end'),
    ];
  }),
  { name: 'whom a service waits for is there, in time and without a circle', faults: dependencyFaults },
  { name: 'the end leaves time to finish', faults: endingFaults },
];

function dependencyFaults({ services }: ComposeModel): string[] {
  const waits = Object.entries(services).flatMap(([name, service]) =>
    Object.entries(service.depends_on ?? {}).map(([on, { condition }]) => ({ name, service, on, condition })),
  );
  const faults = waits.flatMap(({ name, service, on, condition }) => {
    const other = services[on];
    if (!other) return [`${name}: waits for ${on}, which there is not`];
    const wanted = isOneShot(other) ? 'service_completed_successfully' : 'service_healthy';
    const optional = (other.profiles ?? []).some((profile) => !service.profiles?.includes(profile));
    return [
      ...unless(condition === wanted, `${name}: waits for ${on} by ${condition} instead of ${wanted}`),
      ...unless(!optional, `${name}: waits for ${on}, which only a profile starts`),
    ];
  });
  // `up --wait` takes the end of a container for a failure unless somebody who stays waits for it:
  // https://github.com/docker/compose/issues/10596
  const adopted = new Set(waits.filter(({ service }) => !isOneShot(service)).map(({ on }) => on));
  for (const [name, service] of Object.entries(services)) {
    const left = isOneShot(service) && !service.profiles && !adopted.has(name);
    faults.push(...unless(!left, `${name}: ends, and no service that stays waits for it`));
  }
  const circle = Object.keys(services).find((name) => reaches(name, name, services));
  return [...faults, ...unless(circle === undefined, `${circle}: waits for itself, by way of others`)];
}

function reaches(from: string, to: string, services: Record<string, Service>, seen = new Set<string>()): boolean {
  return Object.keys(services[from]?.depends_on ?? {}).some((next) => {
    if (next === to) return true;
    if (seen.has(next)) return false;
    seen.add(next);
    return reaches(next, to, services, seen);
  });
}

function endingFaults({ services }: ComposeModel): string[] {
  const { environment = {}, stop_grace_period = '10s' } = services.backend ?? {};
  const drain = Number(environment.SHUTDOWN_DELAY_MS) + Number(environment.SHUTDOWN_GRACE_MS) + CLOSING_MS;
  const nginx = milliseconds(services.nginx?.stop_grace_period ?? '10s');
  return [
    ...unless(
      milliseconds(stop_grace_period) >= drain,
      `backend: is killed after ${stop_grace_period}, needs ${drain} ms`,
    ),
    ...unless(nginx > edgeShutdownMs(), `nginx: is killed before its worker_shutdown_timeout`),
    ...unless(
      milliseconds(services.postgres?.stop_grace_period ?? '10s') >= 60_000,
      'postgres: has less than a minute',
    ),
  ];
}

/** Without it, nginx waits for open streams for ever. */
function edgeShutdownMs(): number {
  const file = join(ROOT, 'nginx/nginx.conf');
  const timeout = existsSync(file)
    ? /^worker_shutdown_timeout\s+(\w+);/m.exec(readFileSync(file, 'utf8'))?.[1]
    : undefined;
  return timeout === undefined ? Infinity : milliseconds(timeout);
}
