import { authorizationProblem, type Client } from '../../model/client.js';
import {
  inventoryTemplate,
  directoryOf,
  renderInventoryCsv,
  renderInventoryYaml,
} from '../../files/clients/inventory-text.js';
import { formatDay } from '../../files/text/day.js';
import { type InventoryFormat, selectClients } from '../../files/clients/inventory.js';
import { renderInventoryClient, renderInventoryHead } from '../../reports/inventory-table.js';
import { createJsonWriter } from '../../reports/json.js';
import { forTerminal } from '../../words/escape.js';
import { renderCount } from '../../words/sentence.js';
import { SELECTION } from '../kit/sweep-options.js';
import { defineCommand } from '../kit/command.js';
import { EXIT } from '../kit/ending.js';
import { READING, readInventory } from '../kit/inventory.js';
import type { Options, Values } from '../kit/option.js';
import { openOutput, print } from '../kit/output.js';
import { describeScreen } from '../kit/terminal.js';

const FILE = {
  file: { required: true, describe: 'The inventory, ending in .yaml or .csv' },
} as const satisfies Options;

const LIST = {
  ...READING,
  ...SELECTION,
  format: { choices: ['table', 'json', 'csv'], default: 'table', describe: 'Text for people, a JSON document, or CSV' },
} as const satisfies Options;

const OUTPUT = {
  output: { short: 'o', value: 'FILE', describe: 'File to write; standard output without it' },
  force: { switch: true, describe: 'Replace the file if it exists' },
} as const satisfies Options;

/** `sallyport inventory`: the clients of a dealer, in a file. */
export const command = defineCommand({
  subcommands: {
    validate: defineCommand({
      title: 'Report all mistakes in an inventory',
      words: FILE,
      options: READING,
      run: validate,
    }),
    list: defineCommand({ title: 'List the clients of an inventory', words: FILE, options: LIST, run: list }),
    import: defineCommand({
      title: 'Make a YAML inventory from one in CSV',
      words: FILE,
      options: { ...READING, ...OUTPUT },
      run: (args) => convert(args, 'yaml'),
    }),
    export: defineCommand({
      title: 'Make a CSV inventory from one in YAML, with defaults filled in',
      words: FILE,
      options: { ...READING, ...OUTPUT },
      run: (args) => convert(args, 'csv'),
    }),
    template: defineCommand({
      title: 'Print a template to start from',
      options: {
        ...OUTPUT,
        format: { choices: ['csv', 'yaml'], otherwise: 'as the file is called, or csv', describe: 'Its format' },
      },
      run: (args) => write(inventoryTemplate(args.format ?? (isYaml(args.output) ? 'yaml' : 'csv')), args),
    }),
  },
});

const isYaml = (file: string | undefined): boolean => /\.ya?ml$/i.test(file ?? '');

/** At most this many clients are named. */
const MAX_NAMED = 100;

async function validate(args: Values<typeof FILE & typeof READING>): Promise<number> {
  const { clients } = await readInventory(args.file, args);
  const now = new Date();
  const barred = clients.flatMap((client) => {
    const problem = authorizationProblem(client, now);
    return problem === null ? [] : [`  ${client.id} (${client.name}): ${problem}`];
  });
  const paused = clients.filter((client) => client.paused).length;
  const count = renderCount(clients.length, 'client');
  const ended = clients.filter(({ silence }) => silence && silence.until < formatDay(now)).length;
  const lapsed = ended > 0 ? `, ${ended} whose silence is no longer accepted` : '';
  print(`${args.file}: valid, ${count} (${barred.length} without authorisation, ${paused} paused${lapsed})`);
  if (barred.length > 0) print('not checked, because there is no valid authorisation:');
  for (const line of barred.slice(0, MAX_NAMED)) print(line);
  if (barred.length > MAX_NAMED) print(`  and ${barred.length - MAX_NAMED} more`);
  return EXIT.compliant;
}

async function list(args: Values<typeof FILE & typeof LIST>): Promise<number> {
  const inventory = await readInventory(args.file, args);
  const clients = selectClients(inventory, { groups: args.group, tags: args.tag, ids: args.client });
  const output = await openOutput();
  for (const text of renderList(clients, args.format)) await output.write(text);
  await output.close();
  return EXIT.compliant;
}

function* renderList(clients: readonly Client[], format: 'table' | 'json' | 'csv'): Generator<string> {
  if (format === 'csv') {
    yield forScreen(renderInventoryCsv(clients, '.'));
  } else if (format === 'json') {
    const json = createJsonWriter(true);
    yield json.begin();
    for (const client of clients) yield json.element(client);
    yield json.end();
  } else {
    const { width } = describeScreen();
    const now = new Date();
    yield renderInventoryHead(width);
    for (const client of clients) {
      const problem = client.paused ? 'paused' : authorizationProblem(client, now);
      yield renderInventoryClient(client, problem, width, formatDay(now));
    }
  }
}

async function convert(
  args: Values<typeof FILE & typeof READING & typeof OUTPUT>,
  format: InventoryFormat,
): Promise<number> {
  const inventory = await readInventory(args.file, args);
  const directory = directoryOf(args.output ?? '-');
  const text =
    format === 'csv' ? renderInventoryCsv(inventory.clients, directory) : renderInventoryYaml(inventory, directory);
  return write(text, args);
}

async function write(text: string, { output: file, force }: Values<typeof OUTPUT>): Promise<number> {
  const output = await openOutput(file, force);
  await output.write(output.toFile ? text : forScreen(text));
  await output.close();
  return EXIT.compliant;
}

/** Data as it is for programs; for eyes without what could act on a terminal. */
function forScreen(text: string): string {
  if (!process.stdout.isTTY) return text;
  return text
    .split(/\r?\n/)
    .map((line) => forTerminal(line))
    .join('\n');
}
