import { createRequire } from 'node:module';
import type * as commonLanguage from '@zxcvbn-ts/language-common';

/** OWASP ASVS 5.0, 6.2.1. */
const MIN_CHARACTERS = 8;
/** ASVS asks for at least 64 (6.2.9); the bound is for what a request may make us hash. */
const MAX_CHARACTERS = 1_000;
const MIN_WORD_CHARACTERS = 3;
const MIN_OTHER_CHARACTERS = 5;

let commonPasswords: ReadonlySet<string> | undefined;

/**
 * What is wrong with a password, or undefined. Characters are Unicode code points. There is no rule on which characters
 * it is made of (ASVS 5.0, 6.2.5); what is refused is what is guessed first: passwords that are common (6.2.4), and the
 * person's own names and the product's (6.2.11) with little else.
 */
export function passwordFault(password: string, person: { email?: string; name?: string } = {}): string | undefined {
  if (!password.isWellFormed()) return 'has a character that is not Unicode';
  const plain = password.normalize('NFC').toLowerCase();
  const characters = [...password].length;
  if (characters < MIN_CHARACTERS) return `is shorter than ${MIN_CHARACTERS} characters`;
  if (characters > MAX_CHARACTERS) return `is longer than ${MAX_CHARACTERS} characters`;
  commonPasswords ??= loadCommonPasswords();
  if (commonPasswords.has(plain) || commonPasswords.has(plain.trim())) return 'is one of the most common passwords';
  if (isLittleMoreThan(wordsOf(person), plain)) return 'is little more than your name, your e-mail address or pitwall';
  return undefined;
}

/** About 50,000, ranked by how common they are, in lower case; those that are too short anyway are left out. */
function loadCommonPasswords(): ReadonlySet<string> {
  // Read when a password is first chosen: few processes ever need its 9 MB.
  const require = createRequire(import.meta.url);
  const { dictionary } = require('@zxcvbn-ts/language-common') as typeof commonLanguage;
  return new Set(dictionary['passwords-common'].filter((common) => common.length >= MIN_CHARACTERS));
}

function wordsOf({ email = '', name = '' }: { email?: string; name?: string }): string[] {
  const words = ['pitwall', email, email.split('@', 1)[0] ?? '', name, ...name.split(/\s+/)];
  return words
    .map(squeezed)
    .filter((word) => word.length >= MIN_WORD_CHARACTERS)
    .sort((a, b) => b.length - a.length);
}

function isLittleMoreThan(words: string[], password: string): boolean {
  const whole = squeezed(password);
  const rest = words.reduce((left, word) => left.replaceAll(word, ''), whole);
  return rest !== whole && [...rest].length < MIN_OTHER_CHARACTERS;
}

const squeezed = (text: string) =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
