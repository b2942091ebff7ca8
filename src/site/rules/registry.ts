import { RULESET } from '../../check/rules/registry.js';
import { CARRIED_RULES } from './carry-check.js';
import { cgnat } from './cgnat.js';
import { checklistOpen } from './checklist-open.js';
import { dmzProved } from './dmz-proved.js';
import { doubleNat } from './double-nat.js';
import { emptyListProvesNothing } from './empty-list-proves-nothing.js';
import { forwardElsewhere } from './forward-elsewhere.js';
import { forwardMissing } from './forward-missing.js';
import { forwardNotAgreed } from './forward-not-agreed.js';
import { forwardToWrongPort } from './forward-to-wrong-port.js';
import { listIncomplete } from './list-incomplete.js';
import { mappingInjected } from './mapping-injected.js';
import { mappingToNecPort } from './mapping-to-nec-port.js';
import { mappingToOtherHost } from './mapping-to-other-host.js';
import { maybeShutOut } from './maybe-shut-out.js';
import { natUnfriendly } from './nat-unfriendly.js';
import { noGatewayFound } from './no-gateway-found.js';
import { noOutsideView } from './no-outside-view.js';
import { ownFirewall } from './own-firewall.js';
import { pbxOffers } from './pbx-offers.js';
import { severalGateways } from './several-gateways.js';
import { sipAlg } from './sip-alg.js';
import { oneVantage } from './one-vantage.js';
import type { SiteRule } from './site-rule.js';
import { unboundPorts } from './unbound-ports.js';
import { upnpOn } from './upnp-on.js';

/** Version of the site rules and of the check's, for reports: raise it whenever the same evidence would be judged differently. */
export const SITE_RULESET = `4, check ${RULESET}`;

/**
 * Every site rule, in the order in which what they find is best fixed: first the line, then what opens everything, what
 * opens more by itself, what it opened, what was set by hand, and what disturbs calls; last what stands in our own way.
 */
export const SITE_RULES: readonly SiteRule[] = [
  cgnat,
  doubleNat,
  dmzProved,
  upnpOn,
  mappingInjected,
  mappingToNecPort,
  mappingToOtherHost,
  forwardNotAgreed,
  ...CARRIED_RULES,
  oneVantage,
  forwardToWrongPort,
  forwardMissing,
  sipAlg,
  natUnfriendly,
  checklistOpen,
  pbxOffers,
  noGatewayFound,
  severalGateways,
  noOutsideView,
  ownFirewall,
  maybeShutOut,
  unboundPorts,
  forwardElsewhere,
  listIncomplete,
  emptyListProvesNothing,
];
