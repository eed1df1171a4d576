import {
  asFields,
  check,
  deleteRequest,
  fieldsOf,
  getRequest,
  itemsOf,
  pause,
  send,
  type Fields,
  type Headers,
  type Script,
} from './exchange.ts';

const MARK = 'load-test ';

/** A name for what a test makes, that no other test gives. */
export const markOf = (scenario: string, now: number) => `${MARK}${scenario}-${now}`;

/** Whether a pipeline or a run is of a test, which may take it away at any time. */
export const isOfTest = ({ name, pipeline }: Fields) =>
  [name, asFields(pipeline).name].some((one) => typeof one === 'string' && one.startsWith(MARK));

/** How long what was handed in may take to be seen. */
const LONGEST_SECONDS = 15;
const ROUND_SECONDS = 0.25;

/** Asks for a list until an item fits, and answers its id. It never being there is a failed check. */
export function* awaitItem(
  what: string,
  path: string,
  headers: Headers,
  fits: (item: Readonly<Record<string, unknown>>) => boolean = () => true,
): Script<string | undefined> {
  for (let waited = 0; waited < LONGEST_SECONDS; waited += ROUND_SECONDS) {
    const items = itemsOf(yield* send(getRequest(`look for ${what}`, path, headers)));
    const { id } = items.find(fits) ?? {};
    if (typeof id === 'string') {
      yield* check(`${what} is projected`, true);
      return id;
    }
    yield* pause(ROUND_SECONDS);
  }
  yield* check(`${what} is projected`, false);
  return undefined;
}

/** Waits until nothing waits to be projected. */
export function* awaitProjector(headers: Headers): Script<void> {
  let pending: unknown;
  for (let waited = 0; pending !== 0 && waited < LONGEST_SECONDS; waited += ROUND_SECONDS) {
    if (waited > 0) yield* pause(ROUND_SECONDS);
    pending = fieldsOf(yield* send(getRequest('look what is pending', '/api/v1/ingest/stats', headers))).pending;
  }
  yield* check('everything is projected', pending === 0);
}

export const pipelinesNamed = (name: string) => `/api/v1/pipelines?q=${encodeURIComponent(name)}`;

/** Takes what a test made off the wall. What was handed in stays in the event log. */
export function* hidePipelines(name: string, headers: Headers): Script<void> {
  const found = itemsOf(yield* send(getRequest('look for what was made', pipelinesNamed(name), headers)));
  for (const { id } of found) {
    yield* send(deleteRequest('hide a pipeline', `/api/v1/pipelines/${String(id)}`, headers));
  }
}
