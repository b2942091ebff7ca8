import { parseNatPmpAnswer, renderNatPmpAddressRequest } from '../../protocols/nat/nat-pmp.js';
import type { UdpRequest } from '../../net/scan/udp-request.js';
import type { Probe } from './probe.js';

const BYTES = renderNatPmpAddressRequest();
const REQUEST: UdpRequest = {
  ask: () => ({ bytes: BYTES }),
  read: (bytes) => {
    const answer = parseNatPmpAnswer(bytes);
    return answer && { natPmp: answer };
  },
  reason: 'nat-pmp-response',
};

/** NAT-PMP external address request (RFC 6886 §3.2), which changes nothing. */
export const natPmpAddress: Probe = {
  id: 'nat-pmp-address',
  title: 'NAT-PMP external address request',
  transport: 'udp',
  services: ['nat-pmp'],
  run: (engine, host, port, watcher) => engine.watchUdp(host, port, watcher, REQUEST),
};
