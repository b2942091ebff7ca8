import { limitWork } from '../../async/time-limit.js';
import { chooseSource, chooseTiming } from '../../check/run/run-options.js';
import { sayReport } from '../../check/judge/say-report.js';
import { createTerms, runTargets } from '../../check/run/run-targets.js';
import { listShipped } from '../../files/shipped.js';
import { loadProfile } from '../../files/profiles/profile.js';
import { InputError } from '../../files/text/input-error.js';
import { addressScope } from '../../model/address.js';
import type { Profile } from '../../model/profile.js';
import type { Report, Target } from '../../model/report.js';
import { checksRequestSchema } from '../../model/vantage-api.js';
import type { TimingName } from '../../net/scan/timing.js';
import type { ServerApp } from '../../server/create-server.js';
import { describeStream } from '../describe-api.js';
import type { StreamEvent } from '../../server/event-stream.js';
import { openStream } from '../open-stream.js';
import { Refusal } from '../../server/refusal.js';
import type { VantageContext } from '../vantage-context.js';

/** Sockets of one check: others may be under way. */
const MAX_SOCKETS = 512;

/** Time beyond that of a check in which its report is made, s. */
const REPORT_SECONDS = 10;

/** POST /v1/checks: checks the address of the caller. */
export function addChecksRoute(app: ServerApp, context: VantageContext): void {
  const { checkSeconds } = context.limits;
  const schema = describeStream(
    'Checks the address that you come from',
    checksRequestSchema,
    '`started`, then `report`: a Report',
  );
  app.post('/v1/checks', { schema }, async (request, reply) => {
    const { nonce, timing = 'normal', source: wanted } = request.body;
    const profile = await findProfile(request.body.profile);
    const source = readSource(profile, wanted);
    const work = async function* (
      caller: { address: string; token: string },
      stop: AbortSignal,
    ): AsyncGenerator<StreamEvent> {
      const report = await limitWork(stop, checkSeconds * 1_000, (signal) =>
        checkCaller({ ...caller, profile, source, timing, signal }),
      );
      if (!report) return;
      context.metrics.countCheck(report.verdict);
      yield { event: 'report', data: report };
    };
    await openStream(context, request, reply, { kind: 'check', nonce, seconds: checkSeconds + REPORT_SECONDS, work });
  });
}

async function findProfile(given: string | Profile): Promise<Profile> {
  if (typeof given !== 'string') return given;
  const names = await listShipped('profile');
  if (names.includes(given)) return loadProfile(given);
  throw new Refusal(400, 'malformed', `there is no profile "${given}"; there are ${names.join(', ')}`);
}

function readSource(profile: Profile, wanted: string | undefined): string {
  try {
    return chooseSource(profile, wanted);
  } catch (error) {
    throw error instanceof InputError ? new Refusal(400, 'malformed', error.message.slice(0, 512)) : error;
  }
}

export interface CheckCallerOptions {
  readonly address: string;
  /** Name of the token. */
  readonly token: string;
  readonly profile: Profile;
  readonly source: string;
  readonly timing: TimingName;
  readonly signal: AbortSignal;
}

/**
 * Checks the address of a caller, canaries included. After an abort the report tells what was seen until then; null
 * where that is nothing.
 */
async function checkCaller(options: CheckCallerOptions): Promise<Report | null> {
  const { address, token, profile, source, signal } = options;
  const authorization = `asked by token ${token} from its own address`;
  const terms = createTerms({ profile, plan: { profile, canaries: true }, source, authorization, failOn: 'low' });
  const timing = chooseTiming({ timing: options.timing, maxSockets: MAX_SOCKETS }, terms.planTarget().length);
  const scope = addressScope(address) ?? null;
  const target: Target = { input: address, address, name: null, resolvedAt: null, scope, problem: null };
  const jobs = async function* () {
    yield await Promise.resolve({ target, terms });
  };
  for await (const { report } of runTargets(jobs(), { timing, control: null, signal })) return sayReport(report);
  return null;
}
