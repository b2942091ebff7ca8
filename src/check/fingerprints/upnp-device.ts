import { privateLocationHost } from '../../protocols/upnp/ssdp.js';
import { type Fingerprint, quoteSent } from './fingerprint.js';
import { describeUpnpAnswer, splitUpnpAnswers } from './upnp-answers.js';

/**
 * A UPnP device that is not a gateway. With a private LOCATION it stands inside, and answers through the public
 * address; so such an answer is the one that is described. `possible` where nothing tells what the device is.
 */
export const upnpDevice: Fingerprint = {
  id: 'upnp-device',
  title: 'UPnP device that is not a gateway',
  identify({ evidence: { ssdp = [] } }) {
    const { gateways, devices } = splitUpnpAnswers(ssdp);
    const inside = devices.filter(({ answer }) => privateLocationHost(answer.location) === 'private');
    const best = [...inside, ...devices].find(({ by }) => by === 'type') ?? inside[0] ?? devices[0];
    if (!best) return null;
    const server = best.answer.server;
    return {
      kind: 'upnp-device',
      label: server ? `UPnP device ${quoteSent(server)}` : 'UPnP device',
      model: null,
      version: null,
      confidence: best.by === 'type' ? 'certain' : 'possible',
      basis: [
        ...describeUpnpAnswer(best.answer),
        ...(gateways.length > 0 ? [`a gateway answers too: ${quoteSent(gateways[0]?.answer.server ?? '')}`] : []),
      ],
    };
  },
};
