import { addressScope } from '../model/address.js';
import { indexServices } from '../model/index-services.js';
import type { PbxSurvey } from '../model/lan.js';
import { OUTSIDER, type Profile } from '../model/profile.js';
import type { UnitError } from '../model/report.js';
import type { Engine } from '../net/engine.js';
import { listOwnAddresses } from '../net/local-address.js';
import { createPlanner } from '../probes/plan.js';
import { surveyTarget } from '../survey.js';

/** Whom to look at, and for what. */
export interface SurveyPbxOptions {
  readonly engine: Engine;
  readonly address: string;
  readonly profile: Profile;
  readonly signal: AbortSignal;
}

/** Looks at the profile's services of one host on the LAN, with the probes of a check. No canaries: nothing is judged. */
export async function surveyPbx(options: SurveyPbxOptions): Promise<{ pbx: PbxSurvey; errors: readonly UnitError[] }> {
  const { engine, address, profile, signal } = options;
  const plan = createPlanner({ profile, canaries: false })();
  const target = { address, input: address, name: null, resolvedAt: null, scope: addressScope(address) ?? null };
  const { observations, errors } = await surveyTarget(
    { ...target, problem: null },
    {
      engine,
      plan,
      listed: new Set(plan.map(({ endpoint }) => endpoint)),
      source: OUTSIDER,
      control: null,
      ownAddresses: listOwnAddresses(),
      signal,
    },
  );
  const services = indexServices(profile);
  const nameOf = ({ endpoint }: (typeof observations)[number]) => services.get(endpoint)?.id.slice(0, 64) || null;
  return { pbx: { address, observations: observations.map((seen) => ({ ...seen, service: nameOf(seen) })) }, errors };
}
