import { defineCommand } from '../kit/command.js';
import { runServe, SERVE_OPTIONS } from '../kit/run-serve.js';
import { createTokenCommands } from '../kit/token-commands.js';

/** `sallyport serve`: watch, pages and their API in one process. */
export const command = defineCommand({
  options: SERVE_OPTIONS,
  configurable: true,
  subcommands: createTokenCommands({
    role: 'viewer',
    words: 'viewer',
    may: {
      viewer: 'reads everything',
      operator: 'reads everything, checks, accepts findings and answers checklists',
      admin: 'does what an operator does, and changes the inventory',
    },
    use: 'sign in with it on the pages, or send it to their API as "Authorization: Bearer TOKEN"',
  }),
  examples: [
    ['serve --inventory clients.yaml --open', 'Pages of all clients on this machine, and sweeps on their schedules'],
    ['serve token ann --role operator --token-file FILE', 'Make a token with which Ann signs in'],
  ],
  notes: [
    'Roles: viewer reads; operator checks, accepts findings and answers checklists; admin changes the inventory.',
    'SIGHUP reloads tokens and certificate. SIGTERM and Ctrl-C stop it cleanly, with exit code 0.',
  ],
  run: runServe,
});
