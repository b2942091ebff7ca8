import { parseSsdpAnswer, renderSsdpSearch } from '../../protocols/upnp/ssdp.js';
import type { Probe } from './probe.js';

/** Seconds within which devices spread their answers (UPnP Device Architecture 1.1 §1.3.2). */
const MX = 1;
const MAX_ANSWERS = 16;
const SEARCH = renderSsdpSearch({ st: 'upnp:rootdevice', mx: MX });

/** Unicast SSDP search. Answers may come from another port; a LOCATION in them is never followed. */
export const ssdpSearch: Probe = {
  id: 'ssdp-search',
  title: 'SSDP M-SEARCH (unicast)',
  transport: 'udp',
  services: ['upnp'],
  run: (engine, host, port) => {
    const key = `ssdp ${host.address}`;
    return engine.udp(host, port, {
      ask: () => ({ bytes: SEARCH, key }),
      read: (bytes) => {
        const answer = parseSsdpAnswer(bytes);
        return answer && { ssdp: [answer] };
      },
      reason: 'ssdp-response',
      correlate: correlateSsdp,
      collect: {
        ms: MX * 1_000 + 100,
        join: (all, next) => ({ ...all, ssdp: joinAnswers(all.ssdp, next.ssdp) }),
      },
    });
  },
};

function joinAnswers<T>(all: readonly T[] = [], next: readonly T[] = []): T[] {
  const known = new Set(all.map((answer) => JSON.stringify(answer)));
  return [...all, ...next.filter((answer) => !known.has(JSON.stringify(answer)))].slice(0, MAX_ANSWERS);
}

function correlateSsdp(bytes: Buffer, from: { readonly address: string }): string | undefined {
  return parseSsdpAnswer(bytes) && `ssdp ${from.address}`;
}
