import type { Argv, CommandModule } from 'yargs';
import { explainProfile } from '../../files/profiles/explain-profile.js';
import { findProfileFile } from '../../files/profiles/profile-chain.js';
import { listProfiles, loadProfile, validateProfile } from '../../files/profiles/profile.js';
import { readText } from '../../files/text/read-text.js';
import { MAX_YAML_BYTES } from '../../files/text/yaml-document.js';
import { forTerminal } from '../../words/escape.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';

/** `sallyport profile`: what the profiles say, in files and in words. */
export function profileCommand(choose: Choose): CommandModule {
  const one = (yargs: Argv) =>
    yargs.positional('profile', {
      type: 'string',
      demandOption: true,
      describe: 'Name of a shipped profile, or a file (with a path, or ending in .yaml)',
    });
  return {
    command: 'profile',
    describe: 'List, show, explain or validate allowed-forwarding profiles',
    builder: (yargs) =>
      yargs
        .command('list', 'List the profiles that come with sallyport', {}, () => choose(list))
        .command('show <profile>', 'Show the file of a profile', one, ({ profile }) => choose(() => show(profile)))
        .command('explain <profile>', 'Say in plain words what may reach what from where', one, ({ profile }) =>
          choose(() => explain(profile)),
        )
        .command('validate <profile>', 'Tell all mistakes in a profile', one, ({ profile }) =>
          choose(() => validate(profile)),
        )
        .demandCommand(1, 'name what to do: sallyport profile list, show, explain or validate'),
    handler: () => {},
  };
}

async function list(): Promise<number> {
  const profiles = await listProfiles();
  const width = Math.max(...profiles.map(({ name }) => name.length));
  return print(profiles.map(({ name, title }) => `${name.padEnd(width)}  ${title}`).join('\n'));
}

async function show(profile: string): Promise<number> {
  return print(await readText(await findProfileFile(profile), MAX_YAML_BYTES));
}

async function explain(profile: string): Promise<number> {
  return print(explainProfile(await loadProfile(profile)));
}

async function validate(profile: string): Promise<number> {
  const problems = await validateProfile(profile);
  if (problems.length === 0) return print(`${profile}: valid`);
  for (const problem of problems) process.stderr.write(`sallyport: ${forTerminal(problem)}\n`);
  return EXIT.failure;
}

/** Prints text, which may come from a file of somebody else. */
function print(text: string): number {
  const lines = text.replace(/\n$/, '').split('\n');
  process.stdout.write(lines.map((line) => `${forTerminal(line)}\n`).join(''));
  return EXIT.compliant;
}
