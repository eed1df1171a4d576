import { readFile } from 'node:fs/promises';
import { inlineScriptHashes, securityHeaders, type Header } from '../http/security-headers.js';

/**
 * Prints the security headers of the built front end, for nginx to include in its `http`: `web-headers INDEX_HTML`. Where nginx
 * serves the pages, they are told the same as where this service does. For a site over https, as any but a development one is.
 */
const POLICY = 'Content-Security-Policy';

const [page] = process.argv.slice(2);
if (page === undefined) {
  process.stderr.write('Use `web-headers INDEX_HTML`.\n');
  process.exit(64);
}
const scriptHashes = inlineScriptHashes(await readFile(page, 'utf8'));
const ofFiles = securityHeaders('ui', { https: true });
const policies = {
  page: valueOf(POLICY, securityHeaders('ui', { https: true, scriptHashes })),
  files: valueOf(POLICY, ofFiles),
  errors: valueOf(POLICY, securityHeaders('api', { https: true })),
};
const others = ofFiles.filter(([name]) => name !== POLICY);
process.stdout
  .write(`# Written by web-headers for one build of the front end: the page's inline script is allowed by its hash.
map "$status $uri" $content_security_policy {
  default                     ${policies.files};
  "~^(200|304) /index\\.html$" ${policies.page};
  "~^(204|[45])"              ${policies.errors};
}
add_header ${POLICY} $content_security_policy always;
${others.map(([name]) => `add_header ${name} ${valueOf(name, others)} always;\n`).join('')}`);

/** In nginx's quotes. */
function valueOf(name: string, headers: readonly Header[]): string {
  const value = headers.find(([each]) => each === name)?.[1];
  // nginx would take the one for a variable, and the others for the end of the value.
  if (value === undefined || /["\\$\r\n]/.test(value)) throw new Error(`nginx cannot be given ${name}: ${value}`);
  return `"${value}"`;
}
