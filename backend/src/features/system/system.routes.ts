import { z } from 'zod';
import { NotFoundError, UnavailableError } from '../../errors.js';
import { endpoint } from '../../http/endpoint.js';
import { problemDetailsSchema, problemNamed } from '../../http/problem-details.js';
import type { HealthService } from './health.service.js';
import type { SecurityTextService } from './security-text.service.js';
import { aliveSchema, healthSchema, infoSchema } from './system.schema.js';

const tag = 'System';
const open = { tag, access: 'public', rate: 'none', request: {} } as const;

export interface SystemServices {
  health: Pick<HealthService, 'report'>;
  metrics: { contentType: string; expose(): Promise<string> };
  info(): z.input<typeof infoSchema>;
}

/** At the root, where probes and scrapers look. */
export const systemRoutes = ({ health, metrics }: SystemServices) => {
  const report = async () => {
    const found = await health.report();
    if (found.status !== 'unavailable') return found;
    const faults = Object.entries(found.checks).filter(([, { status }]) => status === 'unavailable');
    const detail = faults.map(([name, { detail }]) => `${name}: ${detail}`).join('; ');
    throw new UnavailableError(detail === '' ? 'The process is stopping.' : detail, 5);
  };
  const alive = async () => ({ status: 'ok' as const });
  const readiness = { ...open, response: { status: 200, schema: healthSchema }, errors: [UnavailableError] } as const;
  const liveness = { ...open, response: { status: 200, schema: aliveSchema }, errors: [] } as const;
  return [
    endpoint({ ...readiness, method: 'get', path: '/health', summary: 'How each part is', handle: report }),
    endpoint({ ...liveness, method: 'get', path: '/healthz', summary: 'Whether the process lives', handle: alive }),
    endpoint({ ...liveness, method: 'get', path: '/health/live', summary: 'Whether the process lives', handle: alive }),
    endpoint({
      ...readiness,
      method: 'get',
      path: '/health/ready',
      summary: 'Whether to send it work',
      handle: report,
    }),
    endpoint({
      ...open,
      access: 'viewer',
      method: 'get',
      path: '/metrics',
      summary: 'Figures for Prometheus',
      response: { status: 200, text: metrics.contentType },
      errors: [],
      handle: () => metrics.expose(),
    }),
    endpoint({
      ...open,
      method: 'get',
      path: '/problems/{slug}',
      summary: 'What a problem is',
      request: { params: z.object({ slug: z.string().max(64) }) },
      response: { status: 200, schema: problemDetailsSchema },
      errors: [NotFoundError],
      handle: async ({ params }) => {
        const problem = problemNamed(params.slug);
        if (!problem) throw new NotFoundError(`There is no problem named ${params.slug}.`);
        return problem;
      },
    }),
  ];
};

export const securityTextRoutes = (security: Pick<SecurityTextService, 'text'>) => [
  endpoint({
    ...open,
    method: 'get',
    path: '/.well-known/security.txt',
    summary: 'Where to report a weakness',
    description: 'RFC 9116.',
    response: { status: 200, text: 'text/plain; charset=utf-8' },
    errors: [],
    handle: async () => security.text(),
  }),
];

export const infoRoutes = ({ info }: Pick<SystemServices, 'info'>) => [
  endpoint({
    tag,
    access: 'viewer',
    rate: 'read',
    method: 'get',
    path: '/info',
    summary: 'What runs here',
    request: {},
    response: { status: 200, schema: infoSchema },
    errors: [],
    handle: async () => info(),
  }),
];
