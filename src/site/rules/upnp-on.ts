import * as z from 'zod';
import type { Doubt, Found, RuleWords } from '../../check/rules/rule.js';
import { type Gateway, gatewayNameSchema } from '../../model/lan.js';
import type { Severity } from '../../model/severity.js';
import { nullableText, text } from '../../model/text.js';
import { cutText, quote, renderCount, upperFirst } from '../../words/sentence.js';
import { asksAgain } from '../evidence/again.js';
import {
  identifyGateway,
  judgeNatPmp,
  judgeUpnp,
  NAT_PMP_STATES,
  nameGateway,
  type NatPmpState,
  UPNP_STATES,
  type UpnpState,
} from '../evidence/gateways.js';
import { listSome, someOf, takeSome } from './bounds.js';
import type { SiteRule } from './site-rule.js';

const data = z.object({
  gateway: gatewayNameSchema,
  upnp: z.enum(UPNP_STATES),
  natPmp: z.enum(NAT_PMP_STATES),
  mappings: z.int().nonnegative().describe('how many it lists'),
  server: nullableText(80).describe('what it calls itself, where it has no description'),
  deviceType: nullableText(128),
});
type Data = z.infer<typeof data>;
const doubt = z.object({
  gateway: gatewayNameSchema,
  problems: someOf(text(512)),
  multicast: z.boolean().describe('searches of everyone were sent too'),
});
type DoubtData = z.infer<typeof doubt>;

const PROGRAM = '10-37-01';

/** A gateway lets any device of the LAN open ports, or answers as if it did. */
export const upnpOn: SiteRule<Data, DoubtData> = {
  id: 'upnp-on',
  title: 'UPnP or NAT-PMP is on in the router',
  explain: `A gateway answers as an Internet gateway, or by NAT-PMP or PCP: any device on the network can open ports. The severity is medium if it answers searches and nothing more could be read, low if NAT-PMP refuses everyone. Switching it off does not remove what was opened: delete the mappings or restart the router. A router that answers as something else, such as a media server, that offers no connection, or whose every answer is that a password is needed, gets a note. One that stays silent but could not be fully checked is not known, which blocks the verdict.`,
  about: 'exposure',
  fixedBy: ['router', 'phone-system'],
  severity: 'high',
  data,
  doubt,
  find({ evidence }) {
    const { gateways, multicast } = evidence.lan;
    return {
      findings: gateways.flatMap(judgeGateway),
      undetermined: gateways.flatMap((gateway) => doubtSilence(gateway, multicast)),
    };
  },
  say: ({ data }) => (isNote(data.upnp) && data.natPmp === 'silent' ? sayNote(data) : sayOn(data)),
  sayDoubt({ data: { gateway, problems, multicast } }) {
    const reasons = [
      problems.count > 0 ? listSome(problems, (problem) => cutText(problem, 300), 3) : '',
      multicast ? '' : 'Only it was asked directly (--no-multicast). Some routers only answer searches to everyone.',
    ];
    return {
      what: `Whether UPnP is on in ${nameGateway(gateway)}`,
      why: reasons.filter(Boolean).join(' ') || 'It could not be fully checked.',
    };
  },
  gone: asksAgain,
};

const SEVERITY_OF_UPNP: Readonly<Record<UpnpState, Severity | null>> = {
  listed: 'high',
  'partly-listed': 'high',
  unread: 'medium',
  'needs-password': null,
  'no-connection': null,
  'other-device': null,
  silent: null,
};
const SEVERITY_OF_NAT_PMP: Readonly<Record<NatPmpState, Severity | null>> = {
  on: 'high',
  refuses: 'low',
  silent: null,
};

function judgeGateway(gateway: Gateway): Found<Data>[] {
  const { connections, device, answers } = gateway;
  const [upnp, natPmp] = [judgeUpnp(gateway), judgeNatPmp(gateway)];
  const severity = SEVERITY_OF_UPNP[upnp] ?? SEVERITY_OF_NAT_PMP[natPmp];
  if (severity === null && !isNote(upnp)) return [];
  const server = device ? null : (answers.find((answer) => answer.server)?.server ?? null);
  return [
    {
      severity: severity ?? 'info',
      effect: severity === null ? 'note' : 'violation',
      endpoint: null,
      observations: [],
      data: {
        gateway: identifyGateway(gateway),
        upnp,
        natPmp,
        mappings: connections.reduce((sum, { mappings }) => sum + mappings.length, 0),
        server: server && cutText(server, 80),
        deviceType: device?.deviceType ?? null,
      },
    },
  ];
}

function sayOn({ gateway, upnp, natPmp, mappings, server }: Data): RuleWords {
  const router = nameGateway(gateway);
  const isOn = SEVERITY_OF_UPNP[upnp] !== null;
  const on = [isOn ? 'UPnP' : '', natPmp === 'on' ? 'NAT-PMP' : ''].filter(Boolean);
  return {
    title:
      on.length > 0
        ? `${on.join(' and ')} ${on.length > 1 ? 'are' : 'is'} on in ${router}`
        : `NAT-PMP answers, and refuses, in ${router}`,
    seen: [
      sayUpnp(upnp, mappings),
      natPmp === 'on' ? `NAT-PMP or PCP ${isOn ? 'also ' : ''}answers.` : '',
      natPmp === 'refuses' ? 'NAT-PMP or PCP answers that it serves no one.' : '',
      server ? `It calls itself ${quote(server)}.` : '',
    ]
      .filter(Boolean)
      .join(' '),
    matters:
      'Any device or malicious program on the network can use it to open ports to the internet, without a password and unseen. So can the phone system itself.',
    remedy: `In ${router}, switch off UPnP${natPmp === 'silent' ? '' : ', NAT-PMP and PCP'} (also called automatic port forwarding). That does not remove what was already opened: delete those mappings, or restart the router, and run this again. Also switch off the phone system’s own UPnP client (program ${PROGRAM}).`,
    programs: [PROGRAM],
    references: [],
  };
}

function sayUpnp(upnp: UpnpState, mappings: number): string {
  const list = mappings === 0 ? 'no mappings' : renderCount(mappings, 'mapping');
  switch (upnp) {
    case 'listed':
      return `It answers as an Internet gateway (UPnP) and lists ${list}.`;
    case 'partly-listed':
      return `It answers as an Internet gateway (UPnP) and lists ${list}, but its list could not be read completely.`;
    case 'unread':
      return 'It answers searches for an Internet gateway (UPnP), but what it offers could not be read.';
    case 'needs-password':
      return 'By UPnP it offers its connection only with a password.';
    case 'no-connection':
      return 'By UPnP it calls itself an Internet gateway, but offers no connection.';
    case 'other-device':
      return 'By UPnP it answers as another kind of device.';
    case 'silent':
      return 'UPnP does not answer.';
  }
}

const NOTES = ['needs-password', 'no-connection', 'other-device'] as const;
type NoteState = (typeof NOTES)[number];

/** Whether UPnP answers, but opens nothing to devices without a password. */
function isNote(upnp: UpnpState): upnp is NoteState {
  return (NOTES as readonly UpnpState[]).includes(upnp);
}

function sayNote({ gateway, upnp, deviceType }: Data): RuleWords {
  const router = upperFirst(nameGateway(gateway));
  const presents = `It presents itself as ${deviceType ? quote(deviceType) : 'another kind of device'}, such as a media server.`;
  const notes: Readonly<Record<NoteState, Pick<RuleWords, 'title' | 'seen'>>> = {
    'needs-password': {
      title: `${router} can be configured by UPnP, but only with a password`,
      seen: 'It answers every question about its connection with a demand for a password. No device can open ports without it.',
    },
    'no-connection': {
      title: `${router} calls itself an Internet gateway, but opens no ports`,
      seen: 'Its description was read to its end and offers no connection to the internet, so no device can open ports that way.',
    },
    'other-device': {
      title: `${router} answers UPnP, but not as an Internet gateway`,
      seen: `${presents} No device can open ports that way.`,
    },
  };
  return {
    ...notes[isNote(upnp) ? upnp : 'other-device'],
    matters: 'UPnP may have been switched off only for opening ports, as it should be.',
    remedy: 'Compare with the setting in the router.',
    programs: [],
    references: [],
  };
}

/** A gateway that says nothing, or nothing of opening ports, is only known to where it could be asked to the end. */
function doubtSilence(gateway: Gateway, multicast: boolean): Doubt<DoubtData>[] {
  const quiet = ['silent', 'other-device'].includes(judgeUpnp(gateway)) && judgeNatPmp(gateway) !== 'on';
  const { problems } = gateway;
  if ((problems.length === 0 && multicast) || !quiet) return [];
  const data = { gateway: identifyGateway(gateway), problems: takeSome(problems), multicast };
  return [{ endpoint: null, blocking: true, data }];
}
