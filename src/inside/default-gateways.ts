import { endianness } from 'node:os';
import type { LanInterface } from '../model/lan.js';
import type { DefaultRoutes } from './default-routes.js';
import { parseLinuxRoutes } from './linux-routes.js';
import { parseMacosRoutes } from './macos-routes.js';
import { readProc } from './read-proc.js';
import { runCommand, WINDOWS } from './run-command.js';
import { parseWindowsRoutes } from './windows-routes.js';

/**
 * Asks the system for its IPv4 default routes. Policy routing and routes of single programs are not seen.
 * @throws Error with a sentence, where the system can't be asked
 */
export async function readDefaultRoutes(interfaces: readonly LanInterface[]): Promise<DefaultRoutes> {
  const read = READERS[process.platform];
  if (!read) throw new Error(`the default gateway can not be found on this system (${process.platform}): name it`);
  return read(interfaces);
}

type Reader = (interfaces: readonly LanInterface[]) => Promise<DefaultRoutes>;

const READERS: Partial<Record<NodeJS.Platform, Reader>> = {
  linux: async () => parseLinuxRoutes(await readProc('/proc/net/route'), endianness()),
  darwin: async () => parseMacosRoutes(await readTable('/usr/sbin/netstat', ['-rn', '-f', 'inet'])),
  win32: async (interfaces) => {
    const routes = parseWindowsRoutes(await readTable(`${WINDOWS}\\System32\\route.exe`, ['print', '-4']));
    return nameInterfaces(routes, interfaces);
  },
};

async function readTable(file: string, args: readonly string[]): Promise<string> {
  const result = await runCommand(file, args);
  if (result.kind === 'ran' && result.code === 0) return result.stdout;
  if (result.kind === 'failed') throw new Error(result.problem);
  throw new Error(`${file} ${result.kind === 'missing' ? 'is not there' : `ended with code ${result.code}`}`);
}

/** Puts the interfaces' names where the table has only our addresses on them. */
function nameInterfaces({ gateways, direct }: DefaultRoutes, interfaces: readonly LanInterface[]): DefaultRoutes {
  const nameOf = (address: string) => interfaces.find((lan) => lan.address === address)?.name ?? address;
  return {
    gateways: gateways.map((gateway) => ({ ...gateway, interface: gateway.interface && nameOf(gateway.interface) })),
    direct: direct.map(nameOf),
  };
}
