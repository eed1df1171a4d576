import type { Repository } from './catalogue.js';
import type { Random } from './random.js';

const KINDS = [
  { kind: 'feat', branch: 'feat', weight: 4, verbs: ['Add', 'Support', 'Show', 'Allow', 'Introduce'] },
  { kind: 'fix', branch: 'fix', weight: 4, verbs: ['Correct', 'Repair', 'Guard', 'Stop losing', 'Handle empty'] },
  { kind: 'refactor', branch: 'refactor', weight: 2, verbs: ['Simplify', 'Split', 'Rename', 'Extract'] },
  { kind: 'perf', branch: 'perf', weight: 1, verbs: ['Speed up', 'Cache', 'Batch'] },
  { kind: 'test', branch: 'test', weight: 1, verbs: ['Cover', 'Steady the tests of'] },
];
const BOT = 'renovate[bot]';
const BOT_SHARE = 0.1;
const REUSE_OPEN = 0.62;
const MAX_OPEN = 7;
/** Room for the numbers of a week's changes in one repository. */
const CHANGES_PER_WEEK = 60;

/** What one push brings, as the runs that it sets off tell it. */
export interface Push {
  branch: string;
  title: string;
  actor: string;
  commit: string;
}

interface Change {
  branch: string;
  title: string;
  author: string;
  number: number;
}

/** The changes that people work on in one repository in a week, from the first push to the merge. Asked in the order of time. */
export class ChangeBook {
  private readonly open: Change[] = [];
  private number: number;
  private releases = 0;

  constructor(
    private readonly repository: Pick<Repository, 'topics' | 'packages'>,
    private readonly people: string[],
    private readonly week: number,
    private readonly random: Random,
  ) {
    this.number = week * CHANGES_PER_WEEK;
  }

  /** Another commit on a change, which may be its first. */
  pushed(): Push {
    const { open, random } = this;
    const known = open.length >= MAX_OPEN || (open.length > 0 && random.chance(REUSE_OPEN));
    const change = known ? random.pick(open) : this.opened();
    return { branch: change.branch, title: change.title, actor: change.author, commit: this.commit() };
  }

  /** A change reaches main. */
  merged(): Push {
    const index = Math.floor(this.random.between(0, this.open.length));
    const change = this.open.splice(index, 1)[0] ?? this.opened();
    const still = this.open.indexOf(change);
    if (still >= 0) this.open.splice(still, 1);
    const title = `${change.title} (#${change.number})`;
    return { branch: 'main', title, actor: change.author, commit: this.commit() };
  }

  /** What main is at, for what nobody pushed. */
  main(title: string, actor = this.random.pick(this.people)): Push {
    return { branch: 'main', title, actor, commit: this.commit() };
  }

  /** A tag on main, higher than the one before. */
  released(): Push {
    const tag = `v${1 + Math.floor(this.week / 52)}.${this.week % 52}.${this.releases++}`;
    return { ...this.main(`Release ${tag}`), branch: tag };
  }

  private opened(): Change {
    const { random } = this;
    this.number += Math.floor(random.between(1, 3));
    const change = random.chance(BOT_SHARE) ? this.update() : this.work();
    this.open.push(change);
    return change;
  }

  private work(): Change {
    const { random } = this;
    const { kind, branch, verbs } = random.pickWeighted(KINDS, ({ weight }) => weight);
    const topic = random.pick(this.repository.topics);
    return {
      branch: `${branch}/${topic.replaceAll(' ', '-')}-${this.number}`,
      title: `${kind}: ${random.pick(verbs).toLowerCase()} ${topic}`,
      author: random.pick(this.people),
      number: this.number,
    };
  }

  private update(): Change {
    const name = this.random.pick(this.repository.packages);
    const version = this.random.faker.system.semver();
    const [major = '1'] = version.split('.');
    return {
      branch: `renovate/${name}-${major}.x`,
      title: `chore(deps): update ${name} to ${version}`,
      author: BOT,
      number: this.number,
    };
  }

  private commit(): string {
    return this.random.faker.git.commitSha();
  }
}

/** Distinct account names. */
export function people(count: number, random: Random): string[] {
  const names = new Set<string>();
  while (names.size < count) {
    const { person } = random.faker;
    const name = `${person.firstName()} ${person.lastName()}`.toLowerCase();
    names.add(name.replace(/[^a-z ]/g, '').replaceAll(' ', '-'));
  }
  return [...names];
}
