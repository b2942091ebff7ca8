import { addressMissing } from './address-missing.js';
import { addressNotPublic } from './address-not-public.js';
import { adminInterfaceReachable } from './admin-interface-reachable.js';
import { beyondOurView } from './beyond-our-view.js';
import { blacklistedMidCheck } from './blacklisted-mid-check.js';
import { checkCutOff } from './check-cut-off.js';
import { defaultAdminPort } from './default-admin-port.js';
import { dmzSuspected } from './dmz-suspected.js';
import { everyPortOpens } from './every-port-opens.js';
import { forbiddenServiceOpen } from './forbidden-service-open.js';
import { foreignService } from './foreign-service.js';
import { insideDeviceAnswersSsdp } from './inside-device-answers-ssdp.js';
import { movedAdminFound } from './moved-admin-found.js';
import { natPmpAnswersOnWan } from './nat-pmp-answers-on-wan.js';
import { noSignOfLife } from './no-sign-of-life.js';
import { nothingLookedAt } from './nothing-looked-at.js';
import { probeError } from './probe-error.js';
import { rateLimitSuspected } from './rate-limit-suspected.js';
import { requiredUnreachable } from './required-unreachable.js';
import type { Facts } from './facts.js';
import type { Rule } from './rule.js';
import { servicesNotLookedAt } from './services-not-looked-at.js';
import { signOfLifeMissing } from './sign-of-life-missing.js';
import { silentUdp } from './silent-udp.js';
import { sipHelperHandshake } from './sip-helper-handshake.js';
import { sipOpenToWorld } from './sip-open-to-world.js';
import { sipPortTaken } from './sip-port-taken.js';
import { unlistedEndpointOpen } from './unlisted-endpoint-open.js';
import { upnpAnswersOnWan } from './upnp-answers-on-wan.js';
import { vantageBroken } from './vantage-broken.js';
import { vantageInside } from './vantage-inside.js';
import { vantageIsNamedSource } from './vantage-is-named-source.js';

/** Version of the rules, for reports: raise it whenever the same survey would be judged differently. */
export const RULESET = '4';

/** Every rule. Findings of one severity and endpoint keep this order, and so do undetermined entries. */
export const RULES: readonly Rule<Facts>[] = [
  vantageBroken,
  vantageInside,
  addressMissing,
  nothingLookedAt,
  checkCutOff,
  blacklistedMidCheck,
  rateLimitSuspected,
  everyPortOpens,
  dmzSuspected,
  adminInterfaceReachable,
  movedAdminFound,
  insideDeviceAnswersSsdp,
  upnpAnswersOnWan,
  natPmpAnswersOnWan,
  sipOpenToWorld,
  forbiddenServiceOpen,
  unlistedEndpointOpen,
  foreignService,
  requiredUnreachable,
  defaultAdminPort,
  sipHelperHandshake,
  noSignOfLife,
  signOfLifeMissing,
  addressNotPublic,
  probeError,
  sipPortTaken,
  vantageIsNamedSource,
  servicesNotLookedAt,
  silentUdp,
  beyondOurView,
];
