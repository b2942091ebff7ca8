import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../../check/run/check.js';
import { loadInventory } from '../../files/clients/inventory.js';
import { openStore } from '../../fleet/store/open-store.js';
import type { Store } from '../../fleet/store/store.js';
import { createLapse } from '../../fleet/sweep/list-clients.js';
import { MassSilence } from '../../fleet/sweep/mass-silence.js';
import { recordLook } from '../../fleet/sweep/record-look.js';
import { listRoster } from '../../fleet/sweep/roster.js';
import { FLEET, type FleetClient } from '../../lab/fleet.js';
import { listenTcp } from '../../lab/listen-tcp.js';
import { type Site, startSite } from '../../lab/start-site.js';
import type { Client } from '../../model/client.js';
import { bareReport, type ReportData } from '../../model/report.js';

const DAY_MS = 86_400_000;

/** Days of the simulated history. */
const DAYS = 30;

/** What a client was seen as while its servers ran, and while they did not. */
interface SeenClient extends FleetClient {
  readonly running: ReportData;
  readonly quiet: ReportData;
  readonly services: Site['services'];
}

/** A simulated dealer: sites that run, an inventory of them, and a store with a month of checks. */
export interface DemoFleet {
  readonly inventory: string;
  readonly store: string;
  /** What always answers. */
  readonly control: string;
  /** Addresses where other programs have ports of a site, such as another demo: checks see those as well. */
  readonly taken: readonly string[];
  /** Ends the sites, and deletes the files. */
  stop(): Promise<void>;
}

/**
 * Starts a simulated dealer. What its history shows are checks that were really made just now, of the sites with and
 * without their servers, put down under the days of the last month.
 */
export async function startDemoFleet(): Promise<DemoFleet> {
  const directory = await mkdtemp(join(tmpdir(), 'sallyport-demo-'));
  const sites: Site[] = [];
  const always = await listenTcp('127.0.0.1', 0, (socket) => socket.end());
  const control = `127.0.0.1:${always.port}`;
  const stop = async (): Promise<void> => {
    await Promise.all([always, ...sites].map((one) => one.stop()));
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const seen = await Promise.all(FLEET.map((client) => seeClient(client, { sites, control })));
    const [inventory, path] = [join(directory, 'clients.yaml'), join(directory, 'store.sqlite')];
    await writeFile(inventory, renderInventory(seen));
    const { clients } = await loadInventory(inventory);
    const store = await openStore(path);
    await store.putRoster(inventory, listRoster(clients));
    for (let day = DAYS; day > 0; day--)
      await addDay(store, new Date(Date.now() - day * DAY_MS), { seen, day, clients, inventory });
    await store.close();
    const taken = sites.filter(({ moved }) => moved.some(({ why }) => why === 'taken')).map(({ address }) => address);
    return { inventory, store: path, control, taken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Surroundings {
  readonly sites: Site[];
  readonly control: string;
}

/** Checks a site with and without its servers; leaves them running where they run today. */
async function seeClient(client: FleetClient, { sites, control }: Surroundings): Promise<SeenClient> {
  const { plan, ranUntil } = client;
  const look = (services: Site['services']) => lookAt(client, services, control);
  const start = async (): Promise<Site> => {
    const site = await startSite({ ...client, ...plan, title: client.name }, { address: plan.address });
    sites.push(site);
    return site;
  };
  if (ranUntil === 0) {
    const quiet = await look({});
    const { services } = await start();
    return { ...client, quiet, running: await look(services), services };
  }
  const site = await start();
  const running = await look(site.services);
  await site.stop();
  return { ...client, quiet: await look(site.services), running, services: site.services };
}

async function lookAt({ plan }: FleetClient, services: Site['services'], control: string): Promise<ReportData> {
  const { address, profile, source } = plan;
  const authorizedBy = 'the demo, which simulates these sites';
  for await (const report of check({
    targets: [address],
    profile,
    source,
    services,
    control,
    authorizedBy,
    allowSpecial: true,
  }))
    return bareReport(report);
  throw new Error(`no report of ${address}`);
}

interface Day {
  readonly seen: readonly SeenClient[];
  /** Counted back from today. */
  readonly day: number;
  readonly clients: readonly Client[];
  readonly inventory: string;
}

/** Puts a sweep of all clients into the store, as if it had been made then. */
async function addDay(store: Store, at: Date, { seen, day, clients, inventory }: Day): Promise<void> {
  const startedAt = at.toISOString();
  const owner = { host: hostname(), pid: process.pid };
  const known = clients.filter(({ id, paused }) => !paused && seen.some((one) => one.id === id));
  const sweep = await store.beginSweep({ inventory, filter: {}, owner, startedAt: at }, known);
  const massSilence = new MassSilence();
  for (const client of known) {
    const { running, quiet, ranFrom, ranUntil } = seen.find(({ id }) => id === client.id)!;
    const report = { ...(day <= ranFrom && day >= ranUntil ? running : quiet), startedAt };
    const [slot = ''] = client.addresses;
    const finished = { sweepId: sweep.id, client, slot, report, earlier: null, last: true };
    await recordLook(finished, { store, alerts: null, massSilence, confirm: false, now: at });
  }
  await store.finishSweep(sweep.id, 'finished', at);
  const lapse = await createLapse(store, at);
  await store.write((writer) => writer.noteStandings(at, lapse));
}

/** The inventory of the simulated dealer, with two clients that are not checked. */
function renderInventory(seen: readonly SeenClient[]): string {
  const entries = seen.map(({ id, name, group, plan, services }) => {
    const moved = Object.entries(services).map(([service, ports]) => `${service}: [${ports.join(', ')}]`);
    return [
      `  - id: ${id}`,
      `    name: ${name}`,
      `    group: ${group}`,
      `    address: [${plan.address}]`,
      `    profile: ${plan.profile}`,
      ...(plan.source === 'outsider' ? [] : [`    source: ${plan.source}`]),
      ...(moved.length === 0 ? [] : [`    services: { ${moved.join(', ')} }`]),
    ].join('\n');
  });
  return `# The clients of a simulated dealer: all addresses are this machine's.
defaults:
  authorization: { by: Demo, reference: simulated sites on this machine }
  schedule: '*/30 * * * *'
groups:
  north: { title: North }
  south: { title: South }
  schools: { title: Schools }
clients:
${entries.join('\n')}
  - id: bakery
    name: Corner Bakery
    group: north
    address: [127.0.0.39]
    authorization: { by: Demo, reference: a contract that has ended, until: 2026-01-31 }
  - id: cinema
    name: Plaza Cinema
    group: south
    address: [127.0.0.40]
    paused: true
`;
}
