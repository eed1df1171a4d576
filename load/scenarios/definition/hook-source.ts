import {
  bearer,
  getRequest,
  fieldsOf,
  itemsOf,
  pause,
  postRequest,
  send,
  textIn,
  type Headers,
  type Script,
  type Sign,
} from './exchange.ts';

const NAME = 'load-test-github';
/** Names are never free again, so the one of a source that somebody deleted is passed over. */
const MOST_NAMES = 20;
/** For how long another process of Pitwall may not know the new secret. */
const SECRET_SEEN_SECONDS = 1.1;

export interface HookSource {
  readonly hookPath: string;
  readonly secret: string;
}

/**
 * The source whose webhooks the tests send: one for all tests, so that they do not leave a source and a repository each.
 * It gets a secret that follows from the token, so that tests which run at once with one token use the same; of different
 * tokens, the last two are valid.
 */
export function* openHookSource(token: string, sign: Sign): Script<HookSource> {
  const headers = bearer(token);
  const secret = sign(token, NAME);
  for (let number = 1; number <= MOST_NAMES; number++) {
    const name = number === 1 ? NAME : `${NAME}-${number}`;
    const wanted = { name, kind: 'github', secret };
    const made = yield* send(postRequest('make the source', '/api/v1/sources', headers, wanted, [201, 409]));
    if (made.status !== 409) return { hookPath: textIn(made, 'hookPath', 'the source'), secret };
    const id = yield* findSource(name, headers);
    if (id === undefined) continue;
    const path = `/api/v1/sources/${id}/rotate-secret`;
    const rotated = yield* send(postRequest('renew its secret', path, headers, { secret }, [200]));
    yield* pause(SECRET_SEEN_SECONDS);
    return { hookPath: textIn(rotated, 'hookPath', 'the source'), secret };
  }
  throw new Error(`The names ${NAME} to ${NAME}-${MOST_NAMES} are all taken.`);
}

function* findSource(name: string, headers: Headers): Script<string | undefined> {
  let cursor = '';
  do {
    const page = yield* send(getRequest('list sources', `/api/v1/sources?limit=100${cursor}`, headers));
    const source = itemsOf(page).find((item) => item.name === name && item.kind === 'github');
    if (typeof source?.id === 'string') return source.id;
    const { nextCursor } = fieldsOf(page);
    cursor = typeof nextCursor === 'string' ? `&cursor=${encodeURIComponent(nextCursor)}` : '';
  } while (cursor !== '');
  return undefined;
}
