import { PitwallError, type PitwallClient } from '../pitwall-client.js';

const KIND = 'github';
const MAX_NAMES = 50;

export interface DemoSource {
  name: string;
  secret: string;
}

interface ListedSource {
  id: string;
  name: string;
  kind: string;
}

/** Makes the source, or gives the one there is a new secret; the name of a deleted one is passed over for the next. */
export async function demoSource(client: Pick<PitwallClient, 'request'>, baseName: string): Promise<DemoSource> {
  const known = await sources(client);
  for (let attempt = 1; attempt <= MAX_NAMES; attempt++) {
    const name = attempt === 1 ? baseName : `${baseName}-${attempt}`;
    const source = known.find((candidate) => candidate.name === name);
    if (source?.kind === KIND) return rotated(client, source);
    const made = source ? undefined : await create(client, name);
    if (made) return made;
  }
  throw new Error(`The names ${baseName} to ${baseName}-${MAX_NAMES} are all taken.`);
}

/** Answers undefined when the name was taken before. */
async function create(client: Pick<PitwallClient, 'request'>, name: string): Promise<DemoSource | undefined> {
  const body = JSON.stringify({ name, kind: KIND });
  try {
    return await client.request<DemoSource>('/sources', { method: 'POST', body });
  } catch (error) {
    if (error instanceof PitwallError && error.status === 409) return undefined;
    throw error;
  }
}

function rotated(client: Pick<PitwallClient, 'request'>, { id }: ListedSource): Promise<DemoSource> {
  // Nobody else sends with the secret of the demo, so the old one need not be accepted any longer.
  const body = JSON.stringify({ overlapSeconds: 0 });
  return client.request<DemoSource>(`/sources/${id}/rotate-secret`, { method: 'POST', body });
}

async function sources(client: Pick<PitwallClient, 'request'>): Promise<ListedSource[]> {
  const all: ListedSource[] = [];
  let cursor: string | null = null;
  do {
    const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: ListedSource[]; nextCursor: string | null } = await client.request(
      `/sources?limit=100${after}`,
    );
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all;
}
