import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure } from './figure.js';
import { pageFigures, type LighthouseReport } from './lighthouse.js';
import { loadFigures, type LoadResult } from './load-result.js';

export const LOAD_FILE = (round: number) => `load-${round}.json`;

/** The reports of one page, told apart by the part of the name in the middle. */
export const PAGES: Readonly<Record<string, string>> = { wall: '/', signin: '/signin' };
export const PAGE_FILE = (page: string, round: number) => `page-${page}-${round}.json`;

/** The figures of every run in a folder that `measure.ts` wrote; none where there is no such folder. */
export async function readFigures(folder: string): Promise<Figure[]> {
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const figures = files.map(async (file) => {
    const [kind, page = ''] = file.split('-');
    const content = JSON.parse(await readFile(join(folder, file), 'utf8')) as unknown;
    if (kind === 'load') return loadFigures(content as LoadResult);
    const path = PAGES[page];
    if (kind !== 'page' || path === undefined) throw new Error(`${file} is no result of a measurement.`);
    return pageFigures(content as LighthouseReport, path);
  });
  return (await Promise.all(figures)).flat();
}
