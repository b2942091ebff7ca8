import type { Liveness, Observation, Reason, Recheck, Survey, Vantage } from './report.js';

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

/**
 * Whether something had answered, and now answers in another way or not at all; or was silent, as a witness of all that
 * was, and is refused now. That it opens is not such a turn.
 */
export function isTurned({ before, after, witness = false }: Recheck): boolean {
  const [was, is] = [kindOfAnswer(before), kindOfAnswer(after)];
  if (was === 'silence' && !witness) return false;
  return was !== 'ours' && is !== was && is !== 'open' && is !== 'ours';
}

/** What tells whether something was heard. */
interface Heard {
  readonly observations: readonly Pick<Observation, 'state'>[];
  readonly unlisted?: Survey['unlisted'];
}

/**
 * Whether the address itself was heard: something there is open or refuses. That it cannot be reached may be said by any
 * router on the way, our own too, so that it is no sign of life.
 */
export function wasHeard({ observations, unlisted = {} }: Heard): boolean {
  return (
    observations.some(({ state }) => state === 'open' || state === 'closed') ||
    Object.keys(unlisted).some((key) => key.startsWith('open/') || key.startsWith('closed/'))
  );
}

/** Whether something that is known to answer did not: then it is us who could not see. */
export function isControlLost({ control }: Pick<Vantage, 'control'>): boolean {
  return control !== null && (control.before !== 'answered' || (control.after ?? 'answered') !== 'answered');
}

/** Whether echo replies, before and after the services were asked once more, show that the line works. */
export function isVouchedByEcho({ echo }: Liveness): boolean {
  return echo?.before === 'answered' && echo.after === 'answered';
}
