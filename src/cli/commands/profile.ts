import { stringify } from 'yaml';
import type { CommandModule } from 'yargs';
import { explainProfile } from '../../inputs/explain-profile.js';
import { listProfiles, loadProfile } from '../../inputs/profile.js';
import { EXIT } from '../exit-codes.js';

/** `sallyport profile`: what the profiles say, in files and in words. */
export function profileCommand(finish: (exitCode: number) => void): CommandModule {
  const print = (text: string): void => {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
    finish(EXIT.compliant);
  };
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
        .command(
          'show <profile>',
          'Show a profile with all that it inherits, as YAML',
          (inner) => inner.positional('profile', { type: 'string', demandOption: true }),
          async ({ profile }) => print(stringify(await loadProfile(profile))),
        )
        .command(
          'explain <profile>',
          'Say in plain words what may reach what from where',
          (inner) => inner.positional('profile', { type: 'string', demandOption: true }),
          async ({ profile }) => print(explainProfile(await loadProfile(profile))),
        )
        .command(
          'validate <file>',
          'Check a profile file',
          (inner) => inner.positional('file', { type: 'string', demandOption: true }),
          async ({ file }) => {
            const { name } = await loadProfile(file);
            print(`${file}: profile ${name} is valid`);
          },
        )
        .demandCommand(1, 'Name what to do: list, show, explain or validate'),
    handler: () => {},
  };
}
