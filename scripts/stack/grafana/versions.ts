import { runCommand } from '../../checks/command.js';

/** `promtool 2.42.0`: what the program says of itself, without the rest. */
export async function programVersion(program: string, argument = '--version'): Promise<string> {
  const { stdout, stderr } = await runCommand(program, [argument]);
  const version = /\d{1,4}\.\d{1,4}\.\d{1,4}/.exec(`${stdout}${stderr}`)?.[0] ?? 'of unknown version';
  return `${program} ${version}`;
}
