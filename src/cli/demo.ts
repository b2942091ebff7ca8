import { check } from '../check/run/check.js';
import { EXIT } from './exit-codes.js';
import { useColor } from './terminal.js';
import { type SitePlan, SITES } from '../lab/sites.js';
import { startSite } from '../lab/start-site.js';
import type { Report, Verdict } from '../model/report.js';
import { REPORTERS } from '../reports/registry.js';

/** What each simulated site must come out as. */
const EXPECTED: Readonly<Record<keyof typeof SITES, Verdict>> = {
  dmz: 'violation',
  forwarded: 'compliant',
  upnp: 'violation',
  hostile: 'violation',
};

const style = { color: useColor(undefined), width: Math.min(process.stdout.columns || 80, 120), reasons: false };

/** Starts a simulated site, checks it as a user would, and shows what a user would see. */
async function showSite(plan: SitePlan): Promise<Report> {
  const site = await startSite(plan, { address: plan.address });
  const moved = Object.entries(site.services).map(([id, ports]) => `${id}=${ports.join(',')}`);
  const flags = [
    `--profile ${plan.profile}`,
    ...(plan.source === 'outsider' ? [] : [`--source ${plan.source}`]),
    ...moved.map((service) => `--service ${service}`),
  ];
  process.stdout.write(`\n${'='.repeat(style.width)}\nSite "${site.id}": ${site.title}\n`);
  process.stdout.write(`$ sallyport check ${site.address} --allow-special ${flags.join(' ')}\n\n`);
  try {
    const { profile, source } = plan;
    const targets = [site.address];
    const writer = REPORTERS.table.create({ ...style, many: false });
    for await (const report of check({ targets, profile, source, services: site.services, allowSpecial: true })) {
      process.stdout.write(writer.begin() + writer.report(report) + writer.end());
      return report;
    }
    throw new Error(`no report of ${site.address}`);
  } finally {
    await site.stop();
  }
}

const rows: string[] = [];
let unexpected = 0;
process.stdout.write('sallyport checks simulated sites on this machine; nothing leaves it.\n');
for (const [id, plan] of Object.entries(SITES)) {
  const { verdict, findings, durationMs } = await showSite(plan);
  const expected = EXPECTED[id as keyof typeof SITES];
  if (verdict !== expected) unexpected++;
  const note = verdict === expected ? 'as it should be' : `should be ${expected}`;
  const seconds = (durationMs / 1000).toFixed(1);
  rows.push(
    `  ${id.padEnd(10)} ${verdict.padEnd(13)} ${String(findings.length).padStart(2)} findings  ${seconds} s  ${note}`,
  );
}
process.stdout.write(`\n${'='.repeat(style.width)}\nSummary of the demo\n${rows.join('\n')}\n`);
process.exitCode = unexpected === 0 ? EXIT.compliant : EXIT.failure;
