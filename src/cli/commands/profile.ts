import type { Argv, CommandModule } from 'yargs';
import { explainProfile } from '../../inputs/explain-profile.js';
import { findProfileFile } from '../../inputs/profile-chain.js';
import { listProfiles, loadProfile, validateProfile } from '../../inputs/profile.js';
import { readText } from '../../inputs/read-text.js';
import { MAX_YAML_BYTES } from '../../inputs/yaml-document.js';
import { forTerminal } from '../../reporters/escape.js';
import { EXIT } from '../exit-codes.js';

/** `sallyport profile`: what the profiles say, in files and in words. */
export function profileCommand(finish: (exitCode: number) => void): CommandModule {
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
        .command('list', 'List the profiles that come with sallyport', {}, async () => {
          const profiles = await listProfiles();
          const width = Math.max(...profiles.map(({ name }) => name.length));
          print(profiles.map(({ name, title }) => `${name.padEnd(width)}  ${title}`).join('\n'));
        })
        .command('show <profile>', 'Show the file of a profile', one, async ({ profile }) =>
          print(await readText(await findProfileFile(profile), MAX_YAML_BYTES)),
        )
        .command('explain <profile>', 'Say in plain words what may reach what from where', one, async ({ profile }) =>
          print(explainProfile(await loadProfile(profile))),
        )
        .command('validate <profile>', 'Tell all mistakes in a profile', one, async ({ profile }) => {
          const problems = await validateProfile(profile);
          if (problems.length === 0) return print(`${profile}: valid`);
          for (const problem of problems) process.stderr.write(`sallyport: ${forTerminal(problem)}\n`);
          finish(EXIT.failure);
        })
        .demandCommand(1, 'name what to do: sallyport profile list, show, explain or validate'),
    handler: () => {},
  };
}

/** Prints text, which may come from a file of somebody else. */
function print(text: string): void {
  const lines = text.replace(/\n$/, '').split('\n');
  process.stdout.write(lines.map((line) => `${forTerminal(line)}\n`).join(''));
}
