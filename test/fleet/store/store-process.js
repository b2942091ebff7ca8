import { openStore } from '../../../dist/fleet/store/open-store.js';

/*
 * A process that writes into a store, for tests that run several or kill them: looks at clients of a sweep, one after
 * another, and prints each client whose transaction has ended.
 *
 *     node store-process.js PLACE-AS-JSON SWEEP CLIENT-PREFIX COUNT REPORT-AS-JSON
 */
const [given, sweepId, prefix, count, json] = process.argv.slice(2);
const report = JSON.parse(json);
const place = JSON.parse(given);
const store = await openStore(
  typeof place === 'string' ? place : { ...place, findPassword: () => Promise.resolve(null), readTls: null },
);
for (let index = 0; index < Number(count); index++) {
  const id = `${prefix}${index}`;
  const client = { id, name: id, group: null, tags: [], contacts: [] };
  const { address, startedAt: at } = { ...report.target, ...report };
  const event = { type: 'operator', at, title: id, detail: '' };
  await store.write(async (writer) => {
    const profile = { ...report.profile, name: `look ${index}` };
    const result = { sweepId: Number(sweepId), client, slot: address, report: { ...report, profile }, final: true };
    const resultId = await writer.addResult(result);
    await writer.putState(id, address, { address, verdict: 'compliant', issues: {}, identities: {} }, { resultId, at });
    await writer.enqueue({ key: id, channel: 'c', digest: false, sweepId: null, event, at });
    await writer.finishClient(Number(sweepId), id);
  });
  process.stdout.write(`${id}\n`);
}
await store.close();
