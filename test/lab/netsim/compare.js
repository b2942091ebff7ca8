/*
 * compare.js TRUTH REPORTS: how far reports (`sallyport check --format ndjson`, or `nmap -oG`) agree with what
 * `netsim.sh truth` says. Prints one JSON object: wrong states by transport, false opens, and for each class of
 * site its verdicts and how many sites each rule fired on.
 */
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [truthFile, reportsFile] = process.argv.slice(2);
const truth = new Map();
for (const line of readFileSync(truthFile, 'utf8').trim().split('\n')) {
  const site = JSON.parse(line);
  truth.set(site.ip, site);
}

const tally = () => ({ states: 0, wrong: 0, falseOpen: 0 });
const result = { sites: 0, missing: 0, tcp: tally(), udp: tally(), wrong: [], classes: {} };

/** A silent UDP port can't be told from an open one that has nothing to say. */
function isRight(transport, state, told) {
  return told === state || (transport === 'udp' && state === 'filtered' && told === 'open|filtered');
}

function compareStates(site, told) {
  for (const [endpoint, state] of Object.entries(site)) {
    const [, transport] = /^(tcp|udp)\/\d+$/.exec(endpoint) ?? [];
    if (!transport || !told.has(endpoint)) continue;
    const count = result[transport];
    count.states += 1;
    if (isRight(transport, state, told.get(endpoint))) continue;
    count.wrong += 1;
    if (told.get(endpoint) === 'open') count.falseOpen += 1;
    if (result.wrong.length < 50)
      result.wrong.push(`${site.ip} (${site.class}) ${endpoint} is ${state}, not ${told.get(endpoint)}`);
  }
}

function readReport(line) {
  const report = JSON.parse(line);
  return {
    address: report.target.address,
    told: new Map(report.observations.map(({ endpoint, state }) => [endpoint, state])),
    verdict: report.verdict,
    rules: new Set(report.findings.map(({ rule }) => rule)),
  };
}

function readGrepable(line) {
  const [, address, ports] = /^Host: (\S+) .*?Ports: ([^\t]*)/.exec(line) ?? [];
  if (!address) return null;
  const told = ports.split(', ').map((port) => port.split('/'));
  return { address, told: new Map(told.map(([port, state, transport]) => [`${transport}/${port}`, state])), rules: [] };
}

const seen = new Set();
for await (const line of createInterface({ input: createReadStream(reportsFile) })) {
  const read = line.startsWith('{') ? readReport(line) : readGrepable(line);
  const site = truth.get(read?.address);
  if (!site) continue;
  seen.add(read.address);
  compareStates(site, read.told);
  const group = (result.classes[site.class] ??= { sites: 0, verdicts: {}, rules: {} });
  group.sites += 1;
  if (read.verdict) group.verdicts[read.verdict] = (group.verdicts[read.verdict] ?? 0) + 1;
  for (const rule of read.rules) group.rules[rule] = (group.rules[rule] ?? 0) + 1;
}
result.sites = seen.size;
result.missing = truth.size - seen.size;
console.log(JSON.stringify(result, null, 2));
