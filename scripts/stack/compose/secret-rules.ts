import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../checks/command.js';
import { SECRET_NAMES } from '../secrets/secret-files.js';
import type { ComposeModel, Service } from './model.js';
import { eachService, unless, type Rule } from './rule.js';

/** Names of what nobody may read in `docker inspect`. */
const SECRET_NAME = /PASS(WORD|WD|PHRASE)?(_|$)|SECRET|TOKEN|CREDENTIAL|PRIVATE|API_?KEY|_KEY(_|$)/i;
/** Of which such a name says where the secret is, and not what. */
const PATH_NAME = /_FILE$/;
const SECRET_VALUE = /:\/\/[^/\s:]{0,64}:[^/\s]{1,256}@|-----BEGIN/;
/** Put there by whoever needs it: it is made in the running service. */
const MADE_BY_HAND = ['load_token'];

/** Secrets are files, each in the hands of whoever needs it. */
export const secretRules: readonly Rule[] = [
  eachService('no secret stands in an environment or a command line', (service) => {
    const variables = [...Object.entries(service.environment ?? {}), ...Object.entries(service.build?.args ?? {})];
    const { command = [], entrypoint = [], healthcheck } = service;
    const words = [...entrypoint, ...command, ...(healthcheck?.test ?? [])].join(' ');
    return [
      ...variables.flatMap(([name, value]) => [
        ...unless(!SECRET_NAME.test(name) || PATH_NAME.test(name) || value === '', `${name} holds a secret`),
        ...unless(!SECRET_VALUE.test(String(value)), `${name} holds a URL with a password, or a key`),
      ]),
      // A word that reads the secret's file where it is needed holds none.
      ...unless(!/pass(word|wd)?[=\s]+[^\s$"]|(token|secret)[=\s]+[^\s$"]/i.test(words), `says a secret: ${words}`),
      ...unless(!SECRET_VALUE.test(words), `says a URL with a password, or a key: ${words}`),
    ];
  }),
  eachService('each reads the secrets that it has, and has those that it reads', (service) => {
    const has = service.secrets ?? [];
    const reads = namedSecrets(service);
    return [
      ...reads.flatMap((name) => unless(has.includes(name), `reads ${name}, which it does not have`)),
      ...has.flatMap((name) => unless(reads.includes(name), `has ${name}, which it does not read`)),
    ];
  }),
  {
    name: 'each secret is made, defined and used',
    faults({ services, secrets }: ComposeModel) {
      const used = new Set(Object.values(services).flatMap(({ secrets: has = [] }) => has));
      const makes = new Set([...SECRET_NAMES, ...MADE_BY_HAND]);
      return [
        ...[...used].flatMap((name) => unless(name in secrets, `${name}: is not defined`)),
        ...Object.entries(secrets).flatMap(([name, { file }]) => [
          ...unless(used.has(name), `${name}: nobody uses it`),
          ...unless(makes.has(name) && file.endsWith(`/${name}`), `${name}: \`make stack-secrets\` makes no ${file}`),
        ]),
        ...SECRET_NAMES.flatMap((name) => unless(name in secrets, `${name}: is made for nobody`)),
      ];
    },
  },
];

/** Those that its settings, its commands and the files mounted into it name. */
function namedSecrets(service: Service): string[] {
  const { environment = {}, command = [], entrypoint = [], healthcheck, volumes = [] } = service;
  const words = [...Object.values(environment), ...command, ...entrypoint, ...(healthcheck?.test ?? [])];
  const files = volumes.filter(({ type }) => type === 'bind').flatMap(({ source }) => textsBelow(join(ROOT, source)));
  const named = [...words, ...files].join('\n').matchAll(/\/run\/secrets\/([\w.-]*\w)/g);
  return [...new Set([...named].map(([, name]) => String(name)))];
}

function textsBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'utf8'));
}
