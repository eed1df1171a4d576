#!/usr/bin/env -S node --enable-source-maps
/** What the image runs: `pitwall [COMMAND] [ARGUMENT]`. Each command is a module, which reads the arguments after its name. */
const COMMANDS: Readonly<Record<string, { run(): Promise<unknown>; does: string }>> = {
  serve: { run: () => import('../main.js'), does: 'Serve, until it is told to stop. The default' },
  migrate: { run: () => import('./migrate.js'), does: 'Apply pending migrations as the owner of the tables' },
  replay: { run: () => import('./replay.js'), does: 'Read the whole event log again into what is derived from it' },
  'password-reset': { run: () => import('./password-reset.js'), does: 'Print a link to choose a new password: EMAIL' },
  'audit-verify': { run: () => import('./audit-verify.js'), does: 'Check the whole audit log: [POSITION:HASH]' },
  health: { run: () => import('./health.js'), does: 'Ask the process in this container whether it is ready' },
};

/** EX_USAGE of sysexits.h: the command was used wrongly. */
const EXIT_USAGE = 64;

const [name = 'serve'] = process.argv.slice(2);
const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
if (command) {
  // To the command, its name is no argument.
  process.argv.splice(2, 1);
  await command.run();
} else if (name === 'help' || name === '--help') {
  process.stdout.write(usage());
} else {
  process.stderr.write(usage());
  process.exitCode = EXIT_USAGE;
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([each, { does }]) => `  ${each.padEnd(16)} ${does}\n`);
  return `Use \`pitwall [COMMAND]\`, with one of\n${lines.join('')}`;
}
