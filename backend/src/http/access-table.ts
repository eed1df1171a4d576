import type { Endpoint } from './endpoint.js';
import { ACCESS_TEXT, type EndpointGroup } from './openapi.js';

const HEAD = ['Method', 'Path', 'Access', 'Others get', 'Rate class', 'Audit action'];

/** Who may call what, in Markdown: one row per operation, so that a review sees each change of access. */
export function accessTable(groups: Pick<EndpointGroup, 'root' | 'endpoints'>[]): string {
  const rows = groups.flatMap(({ root, endpoints }) => endpoints.map((endpoint) => rowOf(root, endpoint)));
  const widths = HEAD.map((title, column) => Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map(length)));
  const line = (cells: string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [
    '# Who may call what',
    '',
    'Written from the endpoints by `make contracts`; a test calls each of them as each kind of caller.',
    '',
    ...Object.entries(ACCESS_TEXT).map(([access, text]) => `- \`${access}\`: ${text}`),
    '',
    'Whoever sends no credential, or one that is not valid, gets 401. Others without the access get 403, or 404 as if there',
    'were nothing. `/api/docs` and `/api/openapi.json` take the access `viewer`; the files of the front end are `public`.',
    '',
    line(HEAD),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
  ].join('\n');
}

function rowOf(root: string, { method, path, access, concealed, rate, audit }: Endpoint): string[] {
  const open = access === 'public' || access === 'signed';
  const others = open ? '' : concealed ? '404' : '403';
  return [method.toUpperCase(), `\`${root}${path}\``, access, others, rate, audit ?? ''];
}

const length = (text: string) => text.length;
