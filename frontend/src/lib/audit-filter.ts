import type { AuditQuery, Outcome } from './api/audit.ts';

const PAGE_SIZE = 50;

export const OUTCOME_LOOKS: Record<Outcome, { label: string; tone: 'good' | 'ask' | 'bad' }> = {
  succeeded: { label: 'Succeeded', tone: 'good' },
  denied: { label: 'Denied', tone: 'ask' },
  failed: { label: 'Failed', tone: 'bad' },
};

export const OUTCOMES = ['succeeded', 'denied', 'failed'] as const satisfies readonly Outcome[];

/** As it stands in the page's address; empty is any. `from` and `to` are times of the reader's zone, to the minute. */
export interface AuditFilter {
  action: string;
  outcome: Outcome | '';
  actorId: string;
  targetId: string;
  from: string;
  to: string;
}

export function readAuditFilter(search: URLSearchParams): AuditFilter {
  const read = (name: keyof AuditFilter) => search.get(name)?.trim() ?? '';
  const time = (name: 'from' | 'to') => (Number.isNaN(new Date(read(name)).getTime()) ? '' : read(name));
  return {
    action: read('action'),
    outcome: OUTCOMES.find((outcome) => outcome === read('outcome')) ?? '',
    actorId: read('actorId'),
    targetId: read('targetId'),
    from: time('from'),
    to: time('to'),
  };
}

/** The filter in the terms of the API, which takes instants. */
export function queryOf({ from, to, ...rest }: AuditFilter): AuditQuery {
  const chosen = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''));
  return {
    limit: PAGE_SIZE,
    ...chosen,
    ...(from && { from: new Date(from).toISOString() }),
    ...(to && { to: new Date(to).toISOString() }),
  };
}

export function searchOf(filter: AuditFilter): string {
  const chosen = Object.entries(filter).filter(([, value]) => value !== '');
  return new URLSearchParams(chosen as [string, string][]).toString();
}
