import type { Identity } from '../../model/report.js';

/** Why a reachable administration interface matters, with the advisories that apply. */
export interface AdminStakes {
  readonly matters: string;
  readonly references: string[];
}

const GENERAL =
  'Anyone who gets in can place calls at the customer’s expense (toll fraud), read voicemail and change the whole system.';

/**
 * What is at stake with an NEC administration interface. An advisory is named only where it applies: the one on the
 * DIM interface names Aspire-derived systems and not the SL series, and PCPro has none here.
 */
export function adminStakes(identity: Pick<Identity, 'model'> | null, serviceId: string): AdminStakes {
  if (serviceId === 'webpro') return webproStakes(identity?.model?.startsWith('SV9100') ?? false);
  if (serviceId === 'dim')
    return {
      matters: `${GENERAL} A public advisory reports fixed credentials on the DIM interface of Aspire-derived systems; it does not name the SL series.`,
      references: ['CVE-2019-20033'],
    };
  return { matters: GENERAL, references: [] };
}

function webproStakes(sv9100: boolean): AdminStakes {
  const sessions = sv9100 ? ' SV9100 software 6.00 issues predictable WebPro session ids.' : '';
  return {
    matters: `${GENERAL} Public advisories for WebPro on the SL1100 and SL2100 report voicemail that is readable without a password, users who can make themselves administrators, and a blank login if it is misconfigured.${sessions}`,
    references: ['CVE-2019-20027', 'CVE-2019-20028', 'CVE-2019-20029', ...(sv9100 ? ['CVE-2018-11741'] : [])],
  };
}
