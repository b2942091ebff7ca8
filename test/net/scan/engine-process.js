/*
 * A process of its own for the tests of the engine, on what is built: runs the probes that its argument names (as
 * JSON: [{ probe, address, port }], timing, spare, cutOffMs), prints the outcomes, and has to end by itself.
 */
import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers';
import { Engine } from '../../../dist/net/scan/engine.js';
import { TIMINGS } from '../../../dist/net/scan/timing.js';
import { PROBES } from '../../../dist/check/probes/registry.js';
import { runProbe } from '../../../dist/check/probes/probe.js';

const { probes, timing, spare, cutOffMs } = JSON.parse(process.argv[2]);
const engine = new Engine({ ...TIMINGS.normal, ...timing });
let taken = 0;
if (spare !== undefined) taken = leaveDescriptors(spare);
const hosts = new Map();
const outcomes = Promise.all(
  probes.map(({ probe, address, port }) => {
    if (!hosts.has(address)) hosts.set(address, engine.host(address));
    return runProbe(PROBES[probe], engine, hosts.get(address), port);
  }),
);
if (cutOffMs !== undefined) setTimeout(() => engine.cutOff(), cutOffMs);
const result = await outcomes;
await engine.close();
process.stdout.write(JSON.stringify({ outcomes: result, taken }));

/** Takes all descriptors but `count`; tells how many it took. */
function leaveDescriptors(count) {
  const descriptors = [];
  try {
    for (;;) descriptors.push(openSync('/dev/null', 'r'));
  } catch {
    for (const descriptor of descriptors.splice(0, count)) closeSync(descriptor);
  }
  return descriptors.length;
}
