import { chooseSource } from '../../check/run/run-options.js';
import { DEFAULT_CHECKLIST, loadChecklist } from '../../files/checklists/checklist.js';
import { checkClientId } from '../../files/clients/inventory-schema.js';
import type { KeptJob } from '../../files/invites/job-file.js';
import { applyServiceOverrides, parseServiceOverrides } from '../../files/profiles/profile-overrides.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { requireLanAddresses } from '../../files/targets/targets.js';
import { InputError } from '../../files/text/input-error.js';
import { openStore } from '../../fleet/store/open-store.js';
import { readChecklistState } from '../../fleet/handover/read-checklist.js';
import { endpointId, type EndpointId, parseEndpointId } from '../../model/endpoint.js';
import type { Brand } from '../../model/brand.js';
import type { Profile } from '../../model/profile.js';
import type { Checklist } from '../../model/checklist.js';
import { type Job, MAX_BINDING_SECONDS } from '../../model/vantage-api.js';
import { listOwnAddresses } from '../../net/sockets/addresses.js';
import { SITE_REPORTERS } from '../../reports/site-reporters.js';
import { nameSiteVerdict } from '../../reports/site-words.js';
import { compareSites } from '../../site/compare-sites.js';
import { sayChanges } from '../../site/judge/say-site-report.js';
import { preinstall } from '../../site/preinstall.js';
import { readBrand } from '../kit/brand.js';
import { PROFILE, readDuration, SOURCE, TIMING } from '../kit/check-options.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT } from '../kit/ending.js';
import { inGroup, type Values } from '../kit/option.js';
import { chooseFormat } from '../kit/format.js';
import { openReport, tellWritten } from '../kit/output.js';
import { createStepTeller } from '../kit/progress.js';
import { GATEWAYS, SITE_FORMAT, SITE_OUTPUT } from '../kit/site-options.js';
import { chooseStore, STORE } from '../kit/store.js';
import { chooseStyle } from '../kit/terminal.js';
import { chooseVantage, findJob } from '../kit/vantage-job.js';

/** Reports of earlier runs that are read, to tell since when something is so. */
const EARLIER = 20;

const OPTIONS = {
  ...inGroup('From outside:', {
    code: {
      flagOnly: true,
      value: 'CODE@HOST',
      describe: 'The code that you were given: it has the vantage server, a token and the profile',
    },
    vantage: { value: 'URL', describe: 'The vantage server, which checks from outside' },
    'token-file': { value: 'FILE', describe: 'File with a token that the vantage server accepts' },
    'vantage-ca': {
      value: 'FILE',
      describe: "File (PEM) of the CA to trust for the vantage server, instead of the system's",
    },
    ...SOURCE,
    ...TIMING,
    binding: {
      value: 'TIME',
      describe: 'Measure, for at most 5m, how long the NAT keeps a silent UDP binding; for example 2m',
    },
  }),
  ...inGroup("In the phone system's place:", {
    'stand-in': {
      switch: true,
      describe: "Listen in the phone system's place: this proves what is forwarded there and what is not",
    },
    'pbx-address': { value: 'ADDRESS', describe: 'Address that the phone system has or will have' },
    'test-port': {
      value: 'ENDPOINT',
      describe: 'Port such as tcp/47123 that is forwarded here during this run: it shows that we are not shut out',
    },
    'firewall-open': {
      switch: true,
      describe: "You have made sure that this machine's own firewall lets everything in",
    },
  }),
  ...inGroup('The site:', {
    client: {
      value: 'ID',
      complete: 'client',
      describe: 'Id of the client: its checklist is included, its history kept',
    },
    again: { switch: true, describe: 'Show what changed since the last run' },
    checklist: {
      value: 'NAME',
      otherwise: DEFAULT_CHECKLIST,
      describe: 'Checklist of the client: a name or a file',
    },
    ...STORE,
    ...PROFILE,
    ...GATEWAYS,
  }),
  ...SITE_OUTPUT,
} as const;

type Settings = Values<typeof OPTIONS>;

/** `sallyport preinstall`: a site from inside and outside at once, before the phone system goes in. */
export const command = defineCommand({
  options: OPTIONS,
  configurable: true,
  examples: [
    [
      'preinstall --vantage https://vantage.example.com --token-file token --stand-in --pbx-address 192.168.1.10',
      'Is this router fit for the phone system? A stand-in at its address proves it',
    ],
    ['preinstall --code K7QM-2XPA@vantage.example.com', 'With the code that you were given'],
    ['preinstall … --again', 'After a change on the router: what is better now?'],
  ],
  notes: ['Exit codes: 0 fit, 1 not fit, 2 usage or internal error, 3 could not be verified'],
  async run(settings) {
    const format = chooseFormat(settings, SITE_FORMAT.format);
    const brand = await readBrand(settings, format);
    const ending = catchSignals();
    try {
      return await examineSite(settings, { format, brand, signal: ending.signal });
    } finally {
      ending.release();
    }
  },
});

/** How a run is shown, and what ends it. */
interface Manner {
  readonly format: keyof typeof SITE_REPORTERS;
  readonly brand: Brand | null;
  readonly signal: AbortSignal;
}

async function examineSite(settings: Settings, { format, brand, signal }: Manner): Promise<number> {
  const kept = await findJob(settings, signal);
  const site = await readSite(settings, kept?.job ?? null);
  const outside = await readOutside(settings, kept);
  const checklist = await readChecklist(settings, site.client);
  const store = await openStore(chooseStore(settings.store));
  try {
    const newest = await store.listSiteReports(site.client, EARLIER);
    const earlier = newest.map(({ report }) => report).reverse();
    const last = settings.again ? earlier.at(-1) : null;
    if (last === undefined) throw new InputError(describeNoEarlier(site.client));
    const output = await openReport(settings.output, settings.force);
    try {
      const report = await preinstall({
        ...site,
        ...outside,
        checklist:
          checklist && site.client ? await readChecklistState(store, checklist, site.client, new Date()) : null,
        earlier,
        onStep: createStepTeller(settings.quiet),
        signal,
      });
      await store.addSiteReport(report);
      const changes = last && sayChanges(compareSites(last, report));
      const style = { ...chooseStyle(output, settings.color), full: settings.full, brand };
      await output.write(SITE_REPORTERS[format](report, changes, style));
      await output.close();
      tellWritten(nameSiteVerdict(report.kind, report.verdict), '', settings);
      return EXIT[report.verdict];
    } finally {
      await output.close();
    }
  } finally {
    await store.close();
  }
}

async function readSite(settings: Settings, job: Job | null) {
  const { gateway = [], multicast, 'pbx-address': pbxAddress = null, 'stand-in': standIn = false } = settings;
  const client = settings.client ?? job?.client ?? null;
  const pbx = pbxAddress === null ? [] : [pbxAddress];
  requireLanAddresses({ '--gateway': gateway, '--pbx-address': pbx }, 'sallyport preinstall');
  if (standIn && pbxAddress !== null) requireOwnAddress(pbxAddress);
  if (!standIn && settings['firewall-open']) throw new InputError('--firewall-open has no effect without --stand-in');
  const testPort = settings['test-port'] ?? null;
  if (testPort !== null && !standIn) throw new InputError('--test-port has no effect without --stand-in');
  const services = parseServiceOverrides(settings.service ?? []);
  const profile =
    job && settings.profile === undefined
      ? applyServiceOverrides(job.profile, services)
      : await loadProfile(settings.profile ?? 'closed', { services });
  const source = settings.source ?? (settings.profile === undefined ? job?.source : undefined);
  if (client !== null) checkClientId(client);
  return {
    client,
    profile,
    source: source === undefined ? undefined : chooseSource(profile, source),
    pbxAddress,
    standIn,
    testPort: testPort === null ? null : readTestPort(testPort, profile),
    firewallAttested: settings['firewall-open'],
    lan: { gateways: settings.gateway, multicast },
  };
}

async function readOutside(settings: Settings, kept: KeptJob | null) {
  return {
    ...(await chooseVantage(settings, kept)),
    timing: settings.timing,
    bindingSeconds: readBinding(settings.binding),
  };
}

/** A port that no service has: else its forward would be a finding. */
function readTestPort(text: string, { services }: Profile): EndpointId {
  const endpoint = parseEndpointId(text);
  if (!endpoint) throw new InputError(`--test-port ${text}: expected an endpoint such as tcp/47123`);
  const id = endpointId(endpoint);
  const taken = services.find(({ endpoints, defaultEndpoints }) => [...endpoints, ...defaultEndpoints].includes(id));
  if (taken)
    throw new InputError(`--test-port ${text}: a port of ${taken.title}; choose a free one, such as tcp/47123`);
  return id;
}

function readBinding(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Math.round(readDuration('binding', text, 0) / 1_000);
  if (seconds >= 1 && seconds <= MAX_BINDING_SECONDS) return seconds;
  throw new InputError(`--binding ${text}: expected from 1s to ${MAX_BINDING_SECONDS / 60}m`);
}

/** A stand-in can only listen at an address that this machine has. */
function requireOwnAddress(address: string): void {
  if (listOwnAddresses().has(address)) return;
  const add: Partial<Record<NodeJS.Platform, string>> = {
    linux: `sudo ip address add ${address}/24 dev INTERFACE`,
    darwin: `sudo ifconfig INTERFACE alias ${address} 255.255.255.0`,
    win32: `netsh interface ipv4 add address "INTERFACE" ${address} 255.255.255.0`,
  };
  const how = add[process.platform];
  throw new InputError(
    `--pbx-address ${address}: this machine does not have that address, so it cannot stand in for the phone system. ` +
      `Give it the address (with the network's own mask)${how ? `: ${how}` : ''}`,
  );
}

async function readChecklist({ checklist }: Settings, client: string | null): Promise<Checklist | null> {
  if (client !== null) return loadChecklist(checklist ?? DEFAULT_CHECKLIST);
  if (checklist === undefined) return null;
  throw new InputError('--checklist needs --client: answers are kept by client');
}

function describeNoEarlier(client: string | null): string {
  const whose = client === null ? 'without --client' : `of client "${client}"`;
  return `--again: there is no earlier run ${whose} in the store to compare with`;
}
