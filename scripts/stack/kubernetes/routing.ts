import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoleGroup } from '../../../backend/src/app.js';
import { describedEndpoints } from '../../../backend/src/commands/described-endpoints.js';
import type { ProcessRole } from '../../../backend/src/config.js';
import { ROOT } from '../../checks/command.js';
import { all, environmentOf, named, nameOf, selects, workloads, type Render } from './objects.js';
import type { Rule } from './rule.js';

export interface Address {
  path: string;
  /** Without one, every process answers it. */
  role?: ProcessRole;
}

/** The addresses of the API with the role that answers each, as the back end itself has them. */
export async function addresses(): Promise<Address[]> {
  const groups: RoleGroup[] = await describedEndpoints();
  const declared = groups.flatMap(({ root, endpoints, role }) =>
    endpoints.map(({ path }) => ({ path: `${root}${path}`, ...(role && { role }) })),
  );
  const document = JSON.parse(await readFile(join(ROOT, 'backend/openapi.json'), 'utf8')) as { paths: object };
  const unknown = Object.keys(document.paths).filter((path) => !declared.some((one) => one.path === path));
  if (unknown.length > 0) throw new Error(`openapi.json has ${unknown.join(', ')}, which no role answers.`);
  const documentation = ['/api/docs/', '/api/openapi.json'].map((path) => ({ path, role: 'gateway' as const }));
  return [...declared, ...documentation];
}

const UI = ['/', '/signin', '/runs/x', '/_app/version.json', '/favicon.svg'];
const NOT_PUBLIC = '/metrics';

export function routingRules(api: readonly Address[]): readonly Rule[] {
  return [
    {
      name: 'the Ingress leads each address of the API to a role that answers it',
      faults: (render) =>
        api
          .filter(({ path }) => path !== NOT_PUBLIC)
          .flatMap(({ path, role }) => {
            const roles = rolesAt(render, path);
            const right = role ? roles.includes(role) : roles.length > 0;
            return right ? [] : [`${path} is for ${role ?? 'any role'}, and leads to ${roles.join() || 'none'}`];
          }),
    },
    {
      name: 'pages of the UI lead to the front end, and so does /metrics, which has none',
      faults: (render) =>
        [...UI, NOT_PUBLIC].filter(
          (path) => serviceAt(render, path) !== 'frontend' || rolesAt(render, path).length > 0,
        ),
    },
    {
      name: 'each path of the Ingress has an address, and a Service with that port',
      faults: (render) =>
        paths(render).flatMap(({ path = '', pathType, backend }) => {
          const service = named(render, 'Service', backend.service?.name ?? '');
          const port = service?.spec?.ports?.find(({ name }) => name === backend.service?.port?.name);
          if (!port || port.name !== 'http') return [`${path}: ${backend.service?.name} has no such port`];
          const used = [...api.map((one) => one.path), ...UI].some((one) => matches(path, pathType, one));
          return used ? [] : [`${path} leads where nothing is`];
        }),
    },
    {
      name: 'the Ingress has a class, and is for the host that PUBLIC_URL names, by TLS where that is https',
      faults: (render) =>
        all(render, 'Ingress').flatMap(({ spec }) => {
          const url = new URL(publicUrl(render));
          const hosts = (spec?.rules ?? []).map(({ host }) => host).join();
          const secured = (spec?.tls ?? []).flatMap((one) => one.hosts ?? []).join();
          const faults = spec?.ingressClassName ? [] : ['it has no class'];
          if (hosts !== url.hostname) faults.push(`its host ${hosts} is not ${url.hostname}`);
          if (secured !== (url.protocol === 'https:' ? hosts : ''))
            faults.push(`${url.href} with TLS for "${secured}"`);
          return faults;
        }),
    },
    {
      name: 'the probes from outside ask at PUBLIC_URL, and are told apart as the alert rules tell them',
      faults: (render) => {
        const { href, hostname } = new URL(publicUrl(render));
        const targets = new Map([
          ['ready', `${href}health/ready`],
          ['certificate', `${hostname}:443`],
        ]);
        return all(render, 'Probe')
          .filter(({ spec }) => {
            const { static: asked = [], labels = {} } = spec?.targets?.staticConfig ?? {};
            const meant = targets.get(spec?.module ?? '');
            return spec?.jobName !== 'blackbox' || labels.module !== spec.module || asked.join() !== meant;
          })
          .map(nameOf);
      },
    },
  ];
}

const paths = (render: Render) =>
  all(render, 'Ingress').flatMap(({ spec }) => (spec?.rules ?? []).flatMap(({ http }) => http?.paths ?? []));

function publicUrl(render: Render): string {
  const gateway = workloads(render).find(({ name }) => name === 'gateway');
  return (gateway && environmentOf(render, gateway).PUBLIC_URL) ?? '';
}

/** Prefixes go by whole elements. https://kubernetes.io/docs/concepts/services-networking/ingress/#path-types */
function matches(path: string, type: string, address: string): boolean {
  if (type === 'Exact') return address === path;
  return path === '/' || address === path || address.startsWith(`${path}/`);
}

/** Of several, an exact one wins, then the longest. */
function serviceAt(render: Render, address: string): string | undefined {
  const found = paths(render).filter(({ path = '', pathType }) => matches(path, pathType, address));
  const rank = ({ path = '', pathType }: (typeof found)[number]) => (pathType === 'Exact' ? 10_000 : path.length);
  return found.sort((one, other) => rank(other) - rank(one))[0]?.backend.service?.name;
}

/** The roles of the pods behind the Service that an address leads to; none for the front end. */
function rolesAt(render: Render, address: string): string[] {
  const service = all(render, 'Service').find((one) => nameOf(one) === serviceAt(render, address));
  return workloads(render)
    .filter(({ labels }) => service && selects({ matchLabels: service.spec?.selector ?? {} }, labels))
    .flatMap((workload) => environmentOf(render, workload).PITWALL_ROLES?.split(',') ?? []);
}
