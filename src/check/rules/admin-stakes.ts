import type { Identity } from '../../model/report.js';

/** Why a reachable administration interface matters, with the advisories that apply. */
export interface Stakes {
  readonly matters: string;
  readonly references: string[];
}

const GENERAL =
  'Whoever gets in can place calls at the customer’s expense (toll fraud), read voicemail and change the whole system.';

/**
 * What is at stake with an NEC administration interface. An advisory is named only as far as it goes: the one on the
 * DIM interface names Aspire-derived systems and not the SL series, and PCPro has none here.
 */
export function adminStakes(identity: Identity | null, serviceId: string): Stakes {
  if (serviceId === 'webpro') return webproStakes(identity);
  if (serviceId === 'dim')
    return {
      matters: `${GENERAL} A public advisory tells of fixed credentials on the DIM interface of Aspire-derived systems; it does not name the SL series.`,
      references: ['CVE-2019-20033'],
    };
  return { matters: GENERAL, references: [] };
}

function webproStakes(identity: Identity | null): Stakes {
  const sv9100 = identity?.model?.startsWith('SV9100') ?? false;
  const sessions = sv9100 ? ' SV9100 software 6.00 hands out predictable WebPro session ids.' : '';
  return {
    matters: `${GENERAL} Public advisories for WebPro on the SL1100 and SL2100 tell of voicemail that is readable without a password, of users who can make themselves administrators, and of a blank login where it is misconfigured.${sessions}`,
    references: ['CVE-2019-20027', 'CVE-2019-20028', 'CVE-2019-20029', ...(sv9100 ? ['CVE-2018-11741'] : [])],
  };
}
