import type { Argv, CommandModule } from 'yargs';
import { authorizationProblem } from '../../files/clients/client-authorization.js';
import type { Inventory, InventoryFormat } from '../../files/clients/inventory.js';
import type { Client } from '../../model/client.js';
import { forTerminal } from '../../words/escape.js';
import { renderInventoryClient, renderInventoryHead } from '../../reports/inventory-table.js';
import type { Choose } from '../command.js';
import { EXIT } from '../exit-codes.js';
import { openOutput } from '../output.js';
import { refuseRepeats } from '../refuse-repeats.js';
import { createJsonArray, describeScreen } from '../screen.js';
import { writeNewFile } from '../write-new-file.js';

interface ListArguments {
  readonly file: string;
  readonly group: readonly string[] | undefined;
  readonly tag: readonly string[] | undefined;
  readonly client: readonly string[] | undefined;
  readonly format: 'table' | 'json' | 'csv';
}

interface WriteArguments {
  readonly file?: string;
  readonly output: string | undefined;
  readonly force: boolean;
}

/** `sallyport inventory`: the clients of a dealer, in a file. */
export function inventoryCommand(choose: Choose): CommandModule {
  return {
    command: 'inventory',
    describe: 'Validate, list or convert the inventory of clients',
    builder: (yargs) =>
      yargs
        .command('validate <file>', 'Tell all mistakes in an inventory', addFile, ({ file }) =>
          choose(() => validate(file)),
        )
        .command('list <file>', 'List the clients of an inventory', addListOptions, (args) => choose(() => list(args)))
        .command('import <file>', 'Make a YAML inventory of one in CSV', addConversion, (args) =>
          choose(() => convert(args, 'yaml')),
        )
        .command('export <file>', 'Make a CSV inventory of one in YAML, defaults filled in', addConversion, (args) =>
          choose(() => convert(args, 'csv')),
        )
        .command('template', 'Print an inventory to begin with', addTemplateOptions, (args) =>
          choose(() => writeTemplate(args, args.format)),
        )
        .demandCommand(1, 'name what to do: sallyport inventory validate, list, import, export or template'),
    handler: () => {},
  };
}

function addFile(yargs: Argv) {
  return yargs.positional('file', {
    type: 'string',
    demandOption: true,
    describe: 'The inventory, ending in .yaml or .csv',
  });
}

function addListOptions(yargs: Argv) {
  const words = { type: 'string', array: true, requiresArg: true } as const;
  return addFile(yargs).options({
    group: { ...words, describe: 'Only clients of this group' },
    tag: { ...words, describe: 'Only clients with this tag' },
    client: { ...words, describe: 'Only clients with these ids' },
    format: {
      choices: ['table', 'json', 'csv'] as const,
      default: 'table' as const,
      requiresArg: true,
      describe: 'Text for people, a JSON document, or CSV',
    },
  });
}

function addOutputOptions(yargs: Argv) {
  return yargs.options({
    output: { alias: 'o', type: 'string', requiresArg: true, describe: 'File to write; standard output without it' },
    force: { type: 'boolean', default: false, describe: 'Replace the file if there is one' },
  });
}

function addConversion(yargs: Argv) {
  return addOutputOptions(addFile(yargs));
}

function addTemplateOptions(yargs: Argv) {
  return addOutputOptions(yargs).options({
    format: { choices: ['csv', 'yaml'] as const, default: 'csv' as const, requiresArg: true, describe: 'Its format' },
  });
}

async function load(file: string): Promise<Inventory> {
  const { loadInventory } = await import('../../files/clients/inventory.js');
  return loadInventory(file);
}

async function validate(file: string): Promise<number> {
  const { clients } = await load(file);
  const now = new Date();
  const barred = clients.filter((client) => authorizationProblem(client, now) !== null).length;
  const paused = clients.filter((client) => client.paused).length;
  const count = `${clients.length} ${clients.length === 1 ? 'client' : 'clients'}`;
  process.stdout.write(`${forTerminal(file)}: valid, ${count} (${barred} without authorisation, ${paused} paused)\n`);
  return EXIT.compliant;
}

async function list(args: ListArguments): Promise<number> {
  refuseRepeats(args, ['group', 'tag', 'client']);
  const { selectClients } = await import('../../files/clients/inventory.js');
  const inventory = await load(args.file);
  const clients = selectClients(inventory, { groups: args.group, tags: args.tag, ids: args.client });
  const output = await openOutput(undefined);
  for await (const text of renderList(clients, args.format)) await output.write(text);
  await output.close();
  return EXIT.compliant;
}

async function* renderList(clients: readonly Client[], format: ListArguments['format']): AsyncGenerator<string> {
  if (format === 'csv') {
    const { renderInventoryCsv } = await import('../../files/clients/inventory-text.js');
    yield forScreen(renderInventoryCsv(clients, '.'));
  } else if (format === 'json') {
    const json = createJsonArray();
    yield json.begin();
    for (const client of clients) yield json.element(client);
    yield json.end();
  } else {
    const { width } = describeScreen();
    const now = new Date();
    yield renderInventoryHead(width);
    for (const client of clients) {
      const problem = client.paused ? 'paused' : authorizationProblem(client, now);
      yield renderInventoryClient(client, problem, width);
    }
  }
}

async function convert({ file = '', ...args }: WriteArguments, format: InventoryFormat): Promise<number> {
  refuseRepeats(args);
  const inventory = await load(file);
  const { directoryOf, renderInventoryCsv, renderInventoryYaml } =
    await import('../../files/clients/inventory-text.js');
  const directory = directoryOf(args.output ?? '-');
  const text =
    format === 'csv' ? renderInventoryCsv(inventory.clients, directory) : renderInventoryYaml(inventory, directory);
  return write(text, args);
}

async function writeTemplate(args: WriteArguments, format: InventoryFormat): Promise<number> {
  refuseRepeats(args);
  const { inventoryTemplate } = await import('../../files/clients/inventory-template.js');
  return write(inventoryTemplate(format), args);
}

async function write(text: string, { output, force }: WriteArguments): Promise<number> {
  if (output !== undefined && output !== '-') await writeNewFile(output, text, force);
  else {
    const stdout = await openOutput(undefined);
    await stdout.write(forScreen(text));
    await stdout.close();
  }
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
