import { explainProfile } from '../../files/profiles/explain-profile.js';
import { findShipped } from '../../files/shipped.js';
import { listProfiles, loadProfile, validateProfile } from '../../files/profiles/profile.js';
import { readText } from '../../files/text/read-text.js';
import { MAX_YAML_BYTES } from '../../files/text/yaml-document.js';
import { defineCommand } from '../kit/command.js';
import { EXIT, tell } from '../kit/ending.js';
import type { Options } from '../kit/option.js';
import { print } from '../kit/output.js';

const PROFILE = {
  profile: {
    required: true,
    complete: 'profile',
    describe: 'Name of a shipped profile, or a file (with a path, or ending in .yaml)',
  },
} as const satisfies Options;

/** `sallyport profile`: what the profiles say, in files and in words. */
export const command = defineCommand({
  subcommands: {
    list: defineCommand({ title: 'List the profiles that come with sallyport', run: list }),
    show: defineCommand({ title: 'Show the file of a profile', words: PROFILE, run: ({ profile }) => show(profile) }),
    explain: defineCommand({
      title: 'Explain in plain words what may be reached, and from where',
      words: PROFILE,
      run: ({ profile }) => explain(profile),
    }),
    validate: defineCommand({
      title: 'Report all mistakes in a profile',
      words: PROFILE,
      run: ({ profile }) => validate(profile),
    }),
  },
});

async function list(): Promise<number> {
  const profiles = await listProfiles();
  const width = Math.max(...profiles.map(({ name }) => name.length));
  for (const { name, title } of profiles) print(`${name.padEnd(width)}  ${title}`);
  return EXIT.compliant;
}

async function show(profile: string): Promise<number> {
  return printText(await readText(await findShipped('profile', profile), MAX_YAML_BYTES));
}

async function explain(profile: string): Promise<number> {
  return printText(explainProfile(await loadProfile(profile)));
}

async function validate(profile: string): Promise<number> {
  const problems = await validateProfile(profile);
  problems.forEach(tell);
  if (problems.length > 0) return EXIT.failure;
  print(`${profile}: valid`);
  return EXIT.compliant;
}

/** Prints text, which may come from a file of someone else. */
function printText(text: string): number {
  text.replace(/\n$/, '').split('\n').forEach(print);
  return EXIT.compliant;
}
