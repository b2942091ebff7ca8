import type { SweepUnderWay } from './live-feed.js';
import { renderCount } from '../../words/sentence.js';

/** The sweeps that run now, and how far they are. */
export function SweepsUnderWay({ sweeps }: { readonly sweeps: readonly SweepUnderWay[] }) {
  return (
    <div data-part="sweeps">
      {sweeps.map(({ id, clients, remaining }) => (
        <p key={id} class="row">
          <label for={`sweep-${id}`}>Sweep {id}</label>
          <progress id={`sweep-${id}`} max={Math.max(1, clients)} value={clients - remaining} />
          <span>
            {clients - remaining} of {renderCount(clients, 'client')}
          </span>
        </p>
      ))}
    </div>
  );
}
