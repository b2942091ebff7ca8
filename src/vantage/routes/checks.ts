import { limitWork } from '../../async/time-limit.js';
import { checksRequestSchema } from '../../model/vantage-api.js';
import type { ServerApp } from '../../server/create-server.js';
import { checkCaller } from '../check-caller.js';
import { describeStream } from '../describe-api.js';
import type { StreamEvent } from '../../server/event-stream.js';
import { openStream } from '../open-stream.js';
import { readProfile, readSource } from '../read-profile.js';
import type { VantageContext } from '../vantage-context.js';

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
    const profile = await readProfile(request.body.profile);
    const source = readSource(profile, wanted);
    const work = async function* (
      caller: { address: string; token: string },
      stop: AbortSignal,
    ): AsyncGenerator<StreamEvent> {
      const { address, token } = caller;
      const authorization = `asked by token ${token} from its own address`;
      const report = await limitWork(stop, checkSeconds * 1_000, (signal) =>
        checkCaller({ address, authorization, profile, source, timing, signal }),
      );
      if (!report) return;
      context.metrics.countCheck(report.verdict);
      yield { event: 'report', data: report };
    };
    await openStream(context, request, reply, { kind: 'check', nonce, seconds: checkSeconds + REPORT_SECONDS, work });
  });
}
