import { cutText, upperFirst } from '../../check/rules/wording.js';
import type { Gateway } from '../../model/lan.js';
import type { Severity } from '../../model/severity.js';
import { judgeNatPmp, judgeUpnp, nameGateway, type NatPmpState, type UpnpState } from '../evidence/gateways.js';
import type { SiteFinding, SiteRule, Undetermined } from './old-site-rule.js';

/** A gateway lets any device of the LAN open ports, or answers as if it did. */
export const upnpOn: SiteRule = {
  id: 'upnp-on',
  title: 'UPnP or NAT-PMP is on in the router',
  severity: 'high',
  evaluate({ evidence }) {
    const { gateways, multicast } = evidence.lan;
    const undetermined = gateways.flatMap((gateway) => doubtSilence(gateway, multicast));
    return { findings: gateways.flatMap(judgeGateway), undetermined };
  },
};

const SEVERITY_OF_UPNP: Readonly<Record<UpnpState, Severity | null>> = {
  listed: 'high',
  'partly-listed': 'high',
  unread: 'medium',
  'other-device': null,
  silent: null,
};
const SEVERITY_OF_NAT_PMP: Readonly<Record<NatPmpState, Severity | null>> = {
  on: 'high',
  refuses: 'low',
  silent: null,
};

function judgeGateway(gateway: Gateway): SiteFinding[] {
  const upnp = judgeUpnp(gateway);
  const natPmp = judgeNatPmp(gateway);
  const severity = SEVERITY_OF_UPNP[upnp] ?? SEVERITY_OF_NAT_PMP[natPmp];
  if (severity === null) return upnp === 'other-device' ? [noteOther(gateway)] : [];
  const name = nameGateway(gateway);
  const on = [SEVERITY_OF_UPNP[upnp] ? 'UPnP' : '', natPmp === 'on' ? 'NAT-PMP' : ''].filter(Boolean).join(' and ');
  return [
    {
      severity,
      effect: 'violation',
      endpoint: null,
      title: on ? `${on} ${on.includes(' ') ? 'are' : 'is'} on in ${name}` : `NAT-PMP answers, and refuses, in ${name}`,
      seen: describeState(gateway, upnp, natPmp),
      matters:
        'Any device or malicious program on the network can open ports to the internet with it, without a password and unseen; so can the phone system by itself.',
      remedy: `In ${name}, switch off UPnP${natPmp === 'silent' ? '' : ', NAT-PMP and PCP'} (also called automatic port forwarding). That does not clear what was already opened: delete those mappings, or restart the router, and run this again. Switch off the phone system's own UPnP client too (program 10-37-01).`,
      programs: ['10-37-01'],
      references: [],
      observations: [],
    },
  ];
}

function describeState({ connections, device, answers }: Gateway, upnp: UpnpState, natPmp: NatPmpState): string {
  const count = connections.reduce((sum, { mappings }) => sum + mappings.length, 0);
  const list = count === 0 ? 'lists no mapping' : count === 1 ? 'lists 1 mapping' : `lists ${count} mappings`;
  const server = answers.find((answer) => answer.server)?.server;
  const upnpWords: Partial<Record<UpnpState, string>> = {
    listed: `It answers as an Internet gateway (UPnP) and ${list}.`,
    'partly-listed': `It answers as an Internet gateway (UPnP) and ${list}, but not all of its list could be read.`,
    unread: 'It answers searches for an Internet gateway (UPnP), but what it offers could not be read.',
  };
  const natPmpWords: Partial<Record<NatPmpState, string>> = {
    on: 'NAT-PMP or PCP answers too.',
    refuses: 'NAT-PMP or PCP answers, and says that it serves nobody.',
  };
  const words = [
    upnpWords[upnp],
    upnpWords[upnp] ? natPmpWords[natPmp] : natPmpWords[natPmp]?.replace(' too', ''),
    server && !device ? `It calls itself “${cutText(server, 80)}”.` : '',
  ];
  return words.filter(Boolean).join(' ');
}

function noteOther(gateway: Gateway): SiteFinding {
  const { device } = gateway;
  return {
    severity: 'info',
    effect: 'note',
    endpoint: null,
    title: `${upperFirst(nameGateway(gateway))} answers UPnP, but not as an Internet gateway`,
    seen: `It offers itself as “${cutText(device?.deviceType ?? '', 120)}”, such as a media server. No device can open ports by that.`,
    matters: 'UPnP may have been switched off for opening ports only, as it should.',
    remedy: 'Compare with the setting in the router.',
    programs: [],
    references: [],
    observations: [],
  };
}

/** A gateway that says nothing, or nothing of opening ports, is only known to where it could be asked to the end. */
function doubtSilence(gateway: Gateway, multicast: boolean): Undetermined[] {
  const quiet = ['silent', 'other-device'].includes(judgeUpnp(gateway)) && judgeNatPmp(gateway) !== 'on';
  const reasons = [
    ...gateway.problems.map((problem) => cutText(problem, 300)),
    ...(multicast
      ? []
      : ['It was asked directly alone (--no-multicast); some routers answer only searches of everybody.']),
  ];
  if (reasons.length === 0 || !quiet) return [];
  return [
    {
      endpoint: null,
      what: `Whether UPnP is on in ${nameGateway(gateway)}`,
      why: reasons.join(' '),
      blocking: true,
    },
  ];
}
