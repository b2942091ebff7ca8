import { type Fingerprint, quoteSent } from './fingerprint.js';
import { describeUpnpAnswer, splitUpnpAnswers } from './upnp-answers.js';

/** A UPnP Internet gateway: a router that lets hosts open ports. */
export const upnpGateway: Fingerprint = {
  id: 'upnp-gateway',
  title: 'UPnP Internet gateway',
  identify({ evidence: { ssdp = [] } }) {
    const { gateways, devices } = splitUpnpAnswers(ssdp);
    const best = gateways.find(({ by }) => by === 'type') ?? gateways[0];
    if (!best) return null;
    const server = best.answer.server;
    return {
      kind: 'upnp-gateway',
      label: server ? `UPnP gateway ${quoteSent(server)}` : 'UPnP gateway',
      model: null,
      version: null,
      confidence: best.by === 'type' ? 'certain' : 'likely',
      basis: [
        ...describeUpnpAnswer(best.answer),
        ...(devices.length > 0 ? [`another device answers too: ${quoteSent(devices[0]?.answer.server ?? '')}`] : []),
      ],
    };
  },
};
