import type { Identity, Observation, UnitError } from '../../model/report.js';
import { banner } from './banner.js';
import type { Fingerprint } from './fingerprint.js';
import { natPmpGateway } from './nat-pmp-gateway.js';
import { necDim } from './nec-dim.js';
import { necPhoneRegistration } from './nec-phone-registration.js';
import { necSip } from './nec-sip.js';
import { necWebpro } from './nec-webpro.js';
import { sipServer } from './sip-server.js';
import { tlsServer } from './tls-server.js';
import { upnpDevice } from './upnp-device.js';
import { upnpGateway } from './upnp-gateway.js';
import { webServer } from './web-server.js';

/** All fingerprints, the more telling ones first: at equal confidence the first match wins. */
export const FINGERPRINTS: readonly Fingerprint[] = [
  necWebpro,
  necPhoneRegistration,
  necSip,
  necDim,
  upnpGateway,
  upnpDevice,
  natPmpGateway,
  sipServer,
  webServer,
  tlsServer,
  banner,
];

const RANK = { certain: 2, likely: 1, possible: 0 } as const satisfies Record<Identity['confidence'], number>;

/**
 * Says who answered: the match of the highest confidence, then of the first fingerprint. A fingerprint that
 * throws becomes an error entry, and the others go on.
 */
export function identify(
  observation: Observation,
  fingerprints: readonly Fingerprint[] = FINGERPRINTS,
): { identity: Identity | null; errors: UnitError[] } {
  const errors: UnitError[] = [];
  let identity: Identity | null = null;
  for (const fingerprint of fingerprints) {
    try {
      const match = fingerprint.identify(observation);
      if (match && (!identity || RANK[match.confidence] > RANK[identity.confidence])) {
        identity = { fingerprint: fingerprint.id, ...match };
      }
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      errors.push({ unit: `fingerprint/${fingerprint.id}`, message: message.slice(0, 512) });
    }
  }
  return { identity, errors };
}
