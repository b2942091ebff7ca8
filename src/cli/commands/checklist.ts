import type { CommandModule } from 'yargs';
import type { Choose } from '../command.js';
import type { ChecklistArguments } from '../run-checklist.js';
import { FORMAT_OPTION, STORE_OPTION } from '../with-store.js';

/** `sallyport checklist`: the hardening that no packet shows, item by item. */
export function checklistCommand(choose: Choose): CommandModule<object, ChecklistArguments> {
  const text = { type: 'string', requiresArg: true } as const;
  return {
    command: 'checklist',
    describe: 'Go through the hardening that no packet shows, and keep who attested it',
    builder: (yargs) =>
      yargs
        .options({
          client: { ...text, demandOption: true, describe: 'Id of the client' },
          checklist: { ...text, defaultDescription: 'nec-sl', describe: 'A shipped checklist, or a file' },
          by: { ...text, describe: 'Who answers' },
          role: { ...text, describe: 'As whom: installer, dealer, customer or provider' },
          answers: { ...text, describe: 'Take the answers from a YAML file, and ask nothing' },
          all: { type: 'boolean', describe: 'Ask again for what is answered already' },
          show: { type: 'boolean', describe: 'Ask nothing: show how the client stands' },
          ...FORMAT_OPTION,
          ...STORE_OPTION,
        })
        .epilogue(
          'Exit codes: 0 all attested or not applicable, 1 something is not done, 3 answers are missing or expired',
        )
        .example('$0 checklist --client acme', 'Ask for the items one by one')
        .example('$0 checklist --client acme --answers acme.yaml', 'Take the answers from a file'),
    handler: (args) => choose(async () => (await import('../run-checklist.js')).runChecklist(args)),
  };
}
