type Files = Readonly<Record<string, string>>;

const LARGE_BYTES = 1024 * 1024 + 1;

/** For each hook, by its id, a commit that it alone has to refuse. */
export const refused: Readonly<Record<string, Files>> = {
  'secret-files': { '.secrets/postgres_owner_password': 'not really one\n' },
  'large-files': { 'docs/large.bin': 'x'.repeat(LARGE_BYTES) },
  'merge-markers': { 'notes.txt': `${'<'.repeat(7)} HEAD\nours\n${'='.repeat(7)}\ntheirs\n${'>'.repeat(7)} branch\n` },
  // Put together here, so that nobody finds it in this file.
  secretlint: { 'notes.txt': `${['postgresql://pitwall', 'Zx9kQ2mV7tLp'].join(':')}@db.example.com:5432/pitwall\n` },
  prettier: { 'scripts/notes.json': '{"a":1,\n\n"b":2}\n' },
  eslint: { 'scripts/notes.js': 'export const run = (text) => eval(text);\n' },
  typecheck: { 'scripts/notes.ts': "export const count: number = 'three';\n" },
  yamllint: { 'docs/notes.yml': 'first: 1\nfirst: 2\n' },
  shellcheck: { 'scripts/notes.sh': '#!/bin/sh\nrm -r $1\n' },
};

/** A commit with something for each hook to look at, that all take. */
export const taken: Files = {
  'docs/notes.md': '# Notes\n',
  'docs/notes.yml': 'first: 1\n',
  'scripts/notes.sh': '#!/bin/sh\nrm -r "$1"\n',
  'scripts/notes.ts': 'export const count = 3;\n',
};
