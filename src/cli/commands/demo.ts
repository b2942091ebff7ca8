import { check } from '../../check/run/check.js';
import { type SitePlan, SITES } from '../../lab/sites.js';
import { InputError } from '../../files/text/input-error.js';
import { type MovedPort, type Site, startSite } from '../../lab/start-site.js';
import type { Report, Verdict } from '../../model/report.js';
import { REPORTERS } from '../../reports/registry.js';
import { limitWidth, wrapCall, wrapText } from '../../words/layout.js';
import { listNames, lowerFirst, renderCount } from '../../words/sentence.js';
import { defineCommand } from '../kit/command.js';
import { catchSignals, EXIT, tell } from '../kit/ending.js';
import { unset } from '../kit/option.js';
import type { ServeSettings } from '../kit/run-serve.js';
import { chooseStyle, countColumns } from '../kit/terminal.js';

type SiteId = keyof typeof SITES;
const SITE_IDS = Object.keys(SITES) as SiteId[];

/** The verdict that each simulated site must get. */
const EXPECTED: Readonly<Record<SiteId, Verdict>> = {
  dmz: 'violation',
  forwarded: 'compliant',
  upnp: 'violation',
  hostile: 'violation',
};

/** `sallyport demo`: simulated sites on loopback, checked as a user would. */
export const command = defineCommand({
  words: { sites: { list: true, choices: SITE_IDS, describe: 'Which sites; all of them if none is named' } },
  options: {
    serve: {
      switch: true,
      describe: 'Serve pages of a simulated dealer, whose clients have a month of history, until Ctrl-C',
    },
    open: { switch: true, describe: 'With --serve: open the pages in the browser' },
    listen: { value: 'ADDRESS:PORT', otherwise: '127.0.0.1:8040', describe: 'With --serve: where to listen' },
    keep: { switch: true, describe: 'Leave the sites running until Ctrl-C, and show which commands to try on them' },
  },
  notes: [
    'The sites listen on addresses of this machine (127.0.0.11 to 127.0.0.14); nothing leaves it.',
    'Exit codes: 0 all verdicts are as expected, 2 one is not, 3 the demo was interrupted',
  ],
  examples: [
    ['demo dmz --keep', 'Check a phone system in a DMZ, and leave it running'],
    ['demo --serve --open', 'Look at the pages of a simulated dealer'],
  ],
  async run({ sites = SITE_IDS, keep = false, serve = false, open, listen }) {
    if (serve) return serveFleet({ open, listen });
    if (open || listen !== undefined) throw new InputError('--open and --listen have no effect without --serve');
    const ending = catchSignals();
    const running: { readonly site: Site; readonly call: string }[] = [];
    try {
      show(wrapText('sallyport checks simulated sites on this machine; nothing leaves it.', width()));
      const rows: string[] = [];
      let unexpected = 0;
      for (const id of sites) {
        const plan: SitePlan = SITES[id];
        const site = await startSite(plan, { address: plan.address });
        const call = describeCall(plan, site);
        running.push({ site, call });
        const report = await showSite(plan, site, call, ending.signal);
        if (ending.signal.aborted) return EXIT.inconclusive;
        if (!keep) await site.stop();
        const expected = EXPECTED[id];
        if (report.verdict !== expected) unexpected++;
        rows.push(renderRow(report, id, expected));
      }
      const fits = (row: string) => row.length <= width();
      show(['', rule(), 'Summary of the demo', ...rows.flatMap((row) => (fits(row) ? [row] : wrapText(row, width())))]);
      if (keep) await keepRunning(running, ending.signal);
      return unexpected === 0 ? EXIT.compliant : EXIT.failure;
    } finally {
      await Promise.all(running.map(({ site }) => site.stop()));
      ending.release();
    }
  },
});

/** Serves the pages of a simulated dealer, until it is stopped. */
async function serveFleet(settings: Pick<ServeSettings, 'open' | 'listen'>): Promise<number> {
  tell('checking eight simulated sites, and putting a month of history together …');
  const { startDemoFleet } = await import('../kit/demo-fleet.js');
  const { runServe, SERVE_OPTIONS } = await import('../kit/run-serve.js');
  const fleet = await startDemoFleet();
  try {
    const { inventory, store, control, taken } = fleet;
    if (taken.length > 0)
      tell(
        `other programs, perhaps another demo, have ports of ${listNames(taken, taken.length)}: the pages show what they answer, too`,
      );
    const timing = 'fast' as const;
    const figures = { timing, control, 'allow-special': true, 'confirm-after': '1s' };
    return await runServe({ ...unset(SERVE_OPTIONS), ...settings, ...figures, inventory, store });
  } finally {
    await fleet.stop();
  }
}

/** The call that checks a site. */
function describeCall({ profile, source }: SitePlan, { address, services }: Site): string {
  return [
    `sallyport check ${address} --allow-special --profile ${profile}`,
    ...(source === 'outsider' ? [] : [`--source ${source}`]),
    ...Object.entries(services).map(([id, ports]) => `--service ${id}=${ports.join(',')}`),
  ].join(' ');
}

/** Why services of a site are not on their usual ports, in one sentence; nothing if all of them are. */
export function describeMoved(
  { address: wanted }: Pick<SitePlan, 'address'>,
  { address, moved }: Pick<Site, 'address' | 'moved'>,
): string[] {
  if (moved.length === 0) return [];
  if (moved.some(({ why }) => why === 'address'))
    return [`This system does not have the address ${wanted}, so the site is at ${address}, on other ports.`];
  const list = (why: MovedPort['why'], is: string, are: string) => {
    const ports = [...new Set(moved.flatMap((one) => (one.why === why ? [one.port] : [])))];
    if (ports.length === 0) return [];
    const [what, be] = ports.length === 1 ? ['Port', is] : ['Ports', are];
    return [`${what} ${listNames(ports.map(String))} ${be}`];
  };
  const why = [
    ...list('not allowed', 'needs rights that this user does not have', 'need rights that this user does not have'),
    ...list('taken', 'is taken', 'are taken'),
  ].map((text, index) => (index === 0 ? text : lowerFirst(text)));
  return [`${why.join(', and ')}, so the site uses other ports; --service names them.`];
}

/** Checks a simulated site, and shows what a user would see. */
async function showSite(plan: SitePlan, site: Site, call: string, signal: AbortSignal): Promise<Report> {
  const { profile, source } = plan;
  const title = wrapText(`Site "${site.id}": ${site.title}`, width());
  const moved = describeMoved(plan, site).flatMap((line) => wrapText(line, width()));
  show(['', rule(), ...title, ...moved, ...wrapCall(`$ ${call}`, width()), '']);
  const style = chooseStyle({ toFile: false }, undefined);
  const writer = REPORTERS.table.create({ ...style, reasons: false, many: false });
  const options = { targets: [site.address], profile, source, services: site.services, allowSpecial: true, signal };
  for await (const report of check(options)) {
    process.stdout.write(
      writer.begin() + writer.report(report) + writer.end({ outcome: report.verdict, troubles: [], unchecked: [] }),
    );
    return report;
  }
  throw new Error(`no report of ${site.address}`);
}

function renderRow({ verdict, findings, durationMs }: Report, id: string, expected: Verdict): string {
  const note = verdict === expected ? 'as expected' : `should be ${expected}`;
  const count = renderCount(findings.length, 'finding').padStart(11);
  return `  ${id.padEnd(10)} ${verdict.padEnd(13)} ${count}  ${(durationMs / 1000).toFixed(1)} s  ${note}`;
}

function width(): number {
  return limitWidth(countColumns(), 120);
}

function rule(): string {
  return '='.repeat(width());
}

function show(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line}\n`).join(''));
}

/** Shows the calls that check the sites, and waits until the user stops them. */
async function keepRunning(running: readonly { readonly call: string }[], signal: AbortSignal): Promise<void> {
  const calls = running.map(({ call }) => call);
  const [first = ''] = calls;
  const more = [`${first} --reason`, `${first} --format json`, `${first} --dry-run`];
  show(['', 'The sites keep running. Try, in another terminal:']);
  show([...calls, ...more].flatMap((call) => wrapCall(call, width() - 2).map((line) => `  ${line}`)));
  tell('press Ctrl-C to stop the sites');
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
