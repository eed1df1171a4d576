import { cp, lstat, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT, runCommand, type CommandResult } from '../../checks/command.js';

/** What Git does not keep and the hooks need. */
const LINKED = ['node_modules', 'backend/node_modules', 'frontend/node_modules', 'load/node_modules'];
const COPIED = ['backend/src/database/generated', 'frontend/.svelte-kit'];

/** A clone of the repository as it is now, changes that are not committed included, with the hooks installed. */
export class Clone {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<Clone> {
    const clone = new Clone(await mkdtemp(join(tmpdir(), 'pitwall-hooks-')));
    await clone.fill();
    return clone;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** Writes and stages the files, commits them as a person would, and puts everything back. */
  async commit(files: Readonly<Record<string, string>>): Promise<CommandResult> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(this.folder, path)), { recursive: true });
      await writeFile(join(this.folder, path), text);
    }
    await this.git('add', '--force', '--', ...Object.keys(files));
    const head = await this.git('rev-parse', 'HEAD');
    const result = await this.run('git', 'commit', '--message', 'Try the hooks');
    await this.git('reset', '--quiet', '--hard', head.stdout.trim());
    return result;
  }

  private async fill(): Promise<void> {
    await runCommand('git', ['clone', '--quiet', '--no-hardlinks', ROOT, this.folder]);
    const changed = await runCommand('git', ['ls-files', '--modified', '--others', '--exclude-standard']);
    for (const path of changed.stdout.split('\n').filter(Boolean)) await this.copy(path);
    for (const path of LINKED) {
      if (await exists(join(ROOT, path))) await symlink(join(ROOT, path), join(this.folder, path));
    }
    for (const path of COPIED) {
      if (await exists(join(ROOT, path))) await this.copy(path);
    }
    await this.git('config', 'user.name', 'Ada');
    await this.git('config', 'user.email', 'ada@example.com');
    // Ours ignores folders; a link to one is a file.
    await writeFile(join(this.folder, '.git/info/exclude'), LINKED.join('\n'));
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--allow-empty', '--message', 'What is not committed yet');
    const installed = await this.run('sh', 'scripts/hooks/install.sh');
    if (!/pre-commit installed at/.test(installed.stdout))
      throw new Error(`Not installed: ${installed.stdout}${installed.stderr}`);
  }

  private async copy(path: string): Promise<void> {
    if (await exists(join(ROOT, path))) await cp(join(ROOT, path), join(this.folder, path), { recursive: true });
    else await rm(join(this.folder, path), { recursive: true, force: true });
  }

  private async git(...args: string[]): Promise<CommandResult> {
    const result = await this.run('git', ...args);
    if (result.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${result.code}: ${result.stderr}`);
    return result;
  }

  private run(command: string, ...args: string[]): Promise<CommandResult> {
    // No template of the machine's, no store of the person's: what the hooks do here leaves no trace elsewhere.
    const environment = { PRE_COMMIT_HOME: join(this.folder, '.git/pre-commit'), PRE_COMMIT_COLOR: 'never' };
    return runCommand(command, args, { cwd: this.folder, environment });
  }
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );
