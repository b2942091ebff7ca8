import type { AskedState } from '../../model/report.js';
import { Notice, Table, Time } from '../kit/elements.js';
import type { ControlStanding } from '../controls.js';
import { CONTROL_LOOKS } from '../store-counts.js';

const WORDS: Readonly<Record<AskedState, string>> = {
  answered: 'answered',
  silent: 'did not answer',
  error: 'could not be asked',
};

/** How what shows that our own line works stands: the control endpoint of this process, and those of other checks. */
export function ControlPart({
  configured,
  controls,
}: {
  readonly configured: string | null;
  readonly controls: readonly ControlStanding[];
}) {
  const own = controls.find(({ endpoint }) => endpoint === configured);
  const others = controls.filter((one) => one !== own);
  const rows = [...(own ? [own] : []), ...others].map((one) => [
    one.endpoint,
    WORDS[one.last],
    <Time at={one.askedAt} />,
    <Time at={one.answeredAt} />,
    `${one.answered} of ${one.asked}`,
    one === own ? 'yes' : 'no',
  ]);
  return (
    <div data-part="control">
      <Doubt configured={configured} own={own} />
      <Table
        caption={`Control endpoints of the last ${CONTROL_LOOKS} checks`}
        columns={['Endpoint', 'Last time', 'Asked', 'Last answered', 'Checks with an answer', 'In use here']}
        rows={rows}
        empty={`None of the last ${CONTROL_LOOKS} checks had a control endpoint.`}
      />
    </div>
  );
}

function Doubt({ configured, own }: { readonly configured: string | null; readonly own: ControlStanding | undefined }) {
  if (configured === null)
    return (
      <Notice tone="unsure">
        <strong>NO CONTROL.</strong> Nothing shows that our own line works: if it fails, clients seem to have fallen
        silent. Start serve with --control HOST:PORT, and name something that always answers.
      </Notice>
    );
  if (!own)
    return (
      <Notice tone="unsure">{configured} was not asked by any of the last checks: it is asked with the next.</Notice>
    );
  if (own.last !== 'answered')
    return (
      <Notice tone="bad">
        {configured} {WORDS[own.last]} the last time: our own line may have failed. What was seen then does not count.
      </Notice>
    );
  return null;
}
