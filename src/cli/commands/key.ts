import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createKey, isOwner, MAX_OWNER, renderPublicKey } from '../../evidence/keys.js';
import { InputError } from '../../files/text/input-error.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { chooseKeyPath, namePublicFile, readPublicKey, writeKeyFiles } from '../kit/key-files.js';
import { print } from '../kit/output.js';

const BESIDE_STORE = 'signing-key.pem beside the store';

/** `sallyport key`: the keys that sign reports. A private key is never printed. */
export const command = defineCommand({
  subcommands: {
    new: defineCommand({
      title: 'Make a key: the private one into a file, the public one beside it',
      options: {
        output: { short: 'o', value: 'FILE', otherwise: BESIDE_STORE, describe: 'File of the private key' },
        owner: { value: 'NAME', describe: 'Who signs with it, as those who verify will read it' },
        force: { switch: true, flagOnly: true, describe: 'Replace a key that is there' },
      },
      examples: [['key new --owner "Example Telecom"', 'A key for the reports of Example Telecom']],
      notes: [
        'Give your customers the id of the key by another way than the reports, such as in the contract. Keep a copy ' +
          'of the private key in a safe place, and give it to no one.',
      ],
      async run({ output, owner = null, force = false }) {
        if (owner !== null && !isOwner(owner))
          throw new InputError(`--owner: expected one line of at most ${MAX_OWNER} characters`);
        if (output === '-') throw new InputError('--output: a private key is not printed; name a file');
        const file = chooseKeyPath(output);
        if (output === undefined) await mkdir(dirname(file), { recursive: true, mode: 0o700 });
        const key = createKey(owner);
        await writeKeyFiles(file, key, force);
        print(`key          ${key.id}`);
        if (owner !== null) print(`owner        ${owner}`);
        print(`private key  ${file}`);
        print(`public key   ${namePublicFile(file)}`);
        return EXIT.compliant;
      },
    }),
    show: defineCommand({
      title: 'Show the id and the public part of a key, as a file of a public key holds them',
      words: { file: { describe: 'File of a private or a public key; signing-key.pem beside the store if left out' } },
      async run({ file }) {
        const key = await readPublicKey(chooseKeyPath(file));
        for (const line of renderPublicKey(key).trimEnd().split('\n')) print(line);
        return EXIT.compliant;
      },
    }),
  },
});
