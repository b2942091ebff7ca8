import type { Reason, Recheck } from './report.js';

/** What a reason says of the answer, whatever the transport; `ours` says nothing of it. */
export type AnswerKind = 'open' | 'refused' | 'unreachable' | 'silence' | 'ours';

const ANSWER_KINDS: Readonly<Record<Reason, AnswerKind>> = {
  'syn-ack': 'open',
  'reset-after-accept': 'open',
  'sip-response': 'open',
  'ssdp-response': 'open',
  'nat-pmp-response': 'open',
  'udp-response': 'open',
  'conn-refused': 'refused',
  'port-unreach': 'refused',
  'host-unreach': 'unreachable',
  'net-unreach': 'unreachable',
  'no-response': 'silence',
  'fd-limit': 'ours',
  'no-ports': 'ours',
  'no-route': 'ours',
  'no-permission': 'ours',
  'cut-off': 'ours',
  internal: 'ours',
};

/** Tells what kind of answer a reason stands for. */
export function kindOfAnswer(reason: Reason): AnswerKind {
  return ANSWER_KINDS[reason];
}

/** Whether something had answered, and now answers in another way or not at all. That it opens is not such a turn. */
export function isTurned({ before, after }: Recheck): boolean {
  const [was, is] = [kindOfAnswer(before), kindOfAnswer(after)];
  return was !== 'silence' && was !== 'ours' && is !== was && is !== 'open' && is !== 'ours';
}
