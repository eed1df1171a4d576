/** What a feature is called, in each of the places that call it something. Of `runner-pool`: */
export interface FeatureNames {
  /** `runner-pool` */
  file: string;
  /** `runner-pools`, also the path */
  folder: string;
  /** `runnerPool` */
  value: string;
  /** `runnerPools` */
  values: string;
  /** `RunnerPool` */
  type: string;
  /** `runner pool` */
  words: string;
  /** `runner pools` */
  manyWords: string;
  /** `runner_pools` */
  table: string;
}

const NAME = /^[a-z]+(-[a-z]+)*$/;

/** A sentence where the name is none. */
export function namesOf(file: string, plural = `${file}s`): FeatureNames | string {
  if (!NAME.test(file) || !NAME.test(plural)) {
    return 'Say what one of it is called, in lower case and with dashes: make new-feature NAME=runner-pool (PLURAL=...)';
  }
  if (file === plural) return `The plural of ${file} cannot be the same word: PLURAL=...`;
  const words = file.replaceAll('-', ' ');
  return {
    file,
    folder: plural,
    value: camelCase(file),
    values: camelCase(plural),
    type: capitalised(camelCase(file)),
    words,
    manyWords: plural.replaceAll('-', ' '),
    table: plural.replaceAll('-', '_'),
  };
}

const camelCase = (name: string) => name.replace(/-([a-z])/g, (_dash, letter: string) => letter.toUpperCase());

export const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
