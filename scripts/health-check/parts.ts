import { z } from 'zod';
import type { Answer } from './ask.js';

/** Something that can be asked how it is. */
export interface Part {
  name: string;
  url: string;
  accept?: string;
  /** What it says of itself, in some words. Throws where that is not well. */
  judge(answer: Answer): string;
}

const CERTIFICATE_DAYS = 21;
const DAY_MS = 24 * 60 * 60 * 1000;

const healthSchema = z.object({
  status: z.string(),
  checks: z.record(z.string(), z.object({ status: z.string(), detail: z.string().optional() })),
});
const problemSchema = z.object({ detail: z.string() });
const targetsSchema = z.object({
  data: z.object({
    activeTargets: z.array(z.object({ health: z.string(), labels: z.record(z.string(), z.string()) })),
  }),
});

/** What every Pitwall has, wherever it runs. */
export function serviceParts(base: string): Part[] {
  const parts: Part[] = [
    { name: 'process', url: `${base}/health/live`, judge: (answer) => expectStatus(answer, 200) },
    { name: 'service', url: `${base}/health/ready`, judge: readiness },
    { name: 'web pages', url: `${base}/`, accept: 'text/html', judge: page },
    { name: 'figures hidden', url: `${base}/metrics`, judge: (answer) => expectStatus(answer, 401, 403, 404) },
  ];
  if (base.startsWith('https:')) parts.push({ name: 'certificate', url: `${base}/health/live`, judge: certificate });
  return parts;
}

/** What stands around it in containers. */
export function stackParts(plainUrl: string): Part[] {
  return [
    { name: 'plain http', url: `${plainUrl}/`, judge: redirect },
    { name: 'Prometheus', url: 'http://localhost:9090/-/ready', judge: (answer) => expectStatus(answer, 200) },
    { name: 'its targets', url: 'http://localhost:9090/api/v1/targets?state=active', judge: targets },
    { name: 'Alertmanager', url: 'http://localhost:9093/-/ready', judge: (answer) => expectStatus(answer, 200) },
    { name: 'Grafana', url: 'http://localhost:3000/api/health', judge: (answer) => expectStatus(answer, 200) },
  ];
}

function expectStatus({ status }: Answer, ...expected: number[]): string {
  if (!expected.includes(status)) throw new Error(`answers ${status}`);
  return `answers ${status}`;
}

/** Degraded is not well either: it says what is missing. */
function readiness(answer: Answer): string {
  if (answer.status !== 200) throw new Error(problemSchema.parse(JSON.parse(answer.body)).detail);
  const { status, checks } = healthSchema.parse(JSON.parse(answer.body));
  const said = Object.entries(checks).map(([name, check]) =>
    check.status === 'ok' ? `${name} ok` : `${name} ${check.status}: ${check.detail}`,
  );
  if (status !== 'ok') throw new Error(said.join(', '));
  return said.join(', ');
}

function page(answer: Answer): string {
  expectStatus(answer, 200);
  if (!answer.type.startsWith('text/html')) throw new Error(`are ${answer.type}`);
  return `${answer.body.length} characters of HTML`;
}

function redirect(answer: Answer): string {
  expectStatus(answer, 301, 308);
  if (!answer.location.startsWith('https:')) throw new Error(`leads to ${answer.location}`);
  return `leads to ${answer.location}`;
}

function certificate({ certificateEnds }: Answer): string {
  if (!certificateEnds) throw new Error('none is shown');
  const days = Math.floor((certificateEnds.getTime() - Date.now()) / DAY_MS);
  if (days < CERTIFICATE_DAYS) throw new Error(days < 0 ? 'has expired' : `expires in ${days} days`);
  return `for ${days} days`;
}

function targets(answer: Answer): string {
  expectStatus(answer, 200);
  const { activeTargets } = targetsSchema.parse(JSON.parse(answer.body)).data;
  const down = activeTargets.filter(({ health }) => health !== 'up');
  const named = down.map(({ labels, health }) => `${labels.job} ${labels.instance} is ${health}`);
  if (activeTargets.length === 0) throw new Error('there are none');
  if (down.length > 0) throw new Error(named.join(', '));
  return `${activeTargets.length} are up`;
}
