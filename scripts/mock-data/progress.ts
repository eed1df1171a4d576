import { Presets, SingleBar } from 'cli-progress';

const REPORT_EVERY = 0.1;

/** How far something is, for a person who watches. */
export interface Progress {
  update(done: number): void;
  stop(): void;
}

/** A bar on a terminal; elsewhere a line for each tenth. */
export function startProgress(label: string, total: number, output: NodeJS.WriteStream): Progress {
  return output.isTTY ? bar(label, total, output) : lines(label, total, output);
}

function bar(label: string, total: number, output: NodeJS.WriteStream): Progress {
  const format = `${label.padEnd(10)} {bar} {percentage} % | {value} of {total} | {duration_formatted}`;
  const shown = new SingleBar({ format, stream: output, hideCursor: true }, Presets.rect);
  shown.start(total, 0);
  return { update: (done) => shown.update(done), stop: () => shown.stop() };
}

function lines(label: string, total: number, output: Pick<NodeJS.WriteStream, 'write'>): Progress {
  let said = -1;
  return {
    update: (done) => {
      const tenth = Math.floor(total === 0 ? 1 / REPORT_EVERY : done / total / REPORT_EVERY);
      if (tenth <= said) return;
      said = tenth;
      output.write(`${label}: ${done} of ${total}\n`);
    },
    stop: () => undefined,
  };
}
