import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { endpointGroups } from '../app.js';
import { loadConfig } from '../config.js';
import { connectDatabase } from '../database/client.js';
import { createServices } from '../dependencies.js';
import { openApiDocument } from '../http/openapi.js';
import { postmanCollection } from '../http/postman.js';
import { createEvents } from '../observability/events.js';
import { createLogger } from '../observability/logger.js';
import { createMetrics } from '../observability/metrics.js';
import { createTracing } from '../observability/tracing.js';
import { version } from '../version.js';

/**
 * Writes the documents that are made from the endpoints: `contracts`, or `contracts --check`, which fails where a
 * committed one is not what the endpoints say.
 */
const OPENAPI = fileURLToPath(new URL('../../openapi.json', import.meta.url));
const POSTMAN = fileURLToPath(new URL('../../../docs/pitwall.postman_collection.json', import.meta.url));

const groups = await endpoints();
const document = openApiDocument(groups, version);
const contracts: [string, unknown][] = [
  [OPENAPI, document],
  [POSTMAN, postmanCollection(groups, document)],
];
let drifted = 0;
for (const [path, content] of contracts) {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  const before = await readFile(path, 'utf8').catch(() => '');
  if (text === before) continue;
  if (process.argv.includes('--check')) {
    drifted++;
    process.stderr.write(`${path} is not what the endpoints say: run \`make contracts\` and commit it.\n`);
  } else {
    await writeFile(path, text);
    process.stdout.write(`Wrote ${path}.\n`);
  }
}
process.exit(drifted === 0 ? 0 : 1);

/** The endpoints of services that are never called: nothing is connected. */
async function endpoints() {
  const config = loadConfig({});
  const metrics = createMetrics({ defaultMetrics: false });
  const events = createEvents({ logger: createLogger(config.log), metrics });
  const tracing = await createTracing({ endpoint: undefined, serviceName: '', serviceVersion: '', environment: '' });
  const connections = connectDatabase({ url: 'postgresql://nowhere', poolSize: 1, onIdleError: () => undefined });
  const now = () => new Date();
  const services = createServices({ connections, events, tracing, secretKey: randomBytes(32), config, now });
  const unused = () => Promise.reject(new Error('Endpoints are only described here.'));
  return endpointGroups(
    services,
    { health: { report: unused }, metrics, info: () => unused() as never },
    config.intake,
  );
}
