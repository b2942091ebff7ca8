import type { CommandModule } from 'yargs';
import { CREDENTIAL_KIND_IDS } from '../../credentials/credential-kind.js';
import type { Choose } from '../command.js';
import type { CredentialArguments } from '../run-credential.js';
import { FORMAT_OPTION } from '../with-store.js';

/** `sallyport credential`: judges a credential that is proposed, or proposes one. */
export function credentialCommand(choose: Choose): CommandModule<object, CredentialArguments> {
  const list = { type: 'string', array: true, requiresArg: true } as const;
  return {
    command: 'credential <kind>',
    describe: 'Judge a credential from a hidden prompt or standard input, or propose one',
    builder: (yargs) =>
      yargs
        .positional('kind', { choices: CREDENTIAL_KIND_IDS, demandOption: true, describe: 'What it is for' })
        .options({
          extension: { ...list, describe: 'Extension number that must not show in it; may be repeated' },
          phone: { ...list, describe: 'Phone number of the site; may be repeated' },
          company: { ...list, describe: 'Name of the company, the town or the like; may be repeated' },
          user: { ...list, describe: 'Name of a user; may be repeated' },
          propose: { type: 'boolean', describe: 'Print one that is acceptable instead, from a random source' },
          count: { type: 'number', requiresArg: true, describe: 'So many proposals, up to 100, no two alike' },
          ...FORMAT_OPTION,
        })
        .example('$0 credential voicemail-code --extension 104', 'Ask for a code, and judge it')
        .example('$0 credential sip-password --propose --count 5', 'Five passwords')
        .epilogue(
          'A credential is never given as an argument, where other users and the history of the shell see it.\n' +
            'Exit codes: 0 acceptable, 1 not acceptable, 2 usage or internal error',
        ),
    handler: (args) => choose(async () => (await import('../run-credential.js')).runCredential(args)),
  };
}
