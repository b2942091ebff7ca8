import type { Fingerprint } from './fingerprint.js';

const ADDRESS_ANSWER = 128;
const PCP = 2;

/** A router that lets hosts map ports by NAT-PMP or PCP. */
export const natPmpGateway: Fingerprint = {
  id: 'nat-pmp-gateway',
  title: 'NAT-PMP or PCP gateway',
  identify({ evidence: { natPmp } }) {
    if (!natPmp) return null;
    const { version, opcode, result, externalAddress } = natPmp;
    return {
      kind: 'nat-pmp-gateway',
      label: version === PCP ? 'PCP gateway' : 'NAT-PMP gateway',
      model: null,
      version: null,
      confidence: opcode === ADDRESS_ANSWER ? 'certain' : 'likely',
      basis: [
        `answer of version ${version}, opcode ${opcode}, result ${result}`,
        ...(externalAddress === null ? [] : [`external address ${externalAddress}`]),
      ],
    };
  },
};
