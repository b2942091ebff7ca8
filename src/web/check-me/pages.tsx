import type { ComponentChildren } from 'preact';
import { type Brand } from '../../model/brand.js';
import { parseAddress } from '../../model/address.js';
import type { Invite } from '../../model/invite.js';
import type { ReportDocument } from '../../reports/document/report-document.js';
import { brandLines } from '../../reports/document/letterhead.js';
import { listNames } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { Blocks, Field, Notice } from '../kit/elements.js';
import type { PageContent } from '../kit/page.js';
import type { CheckProgress } from './site-checks.js';

/** Seconds after which a page without script asks how far the check is. */
const REFRESH_SECONDS = 2;

const TITLE = 'Check this line';

/** Who looks at a page: where they come from, and the token of their form. */
export interface Visitor {
  readonly address: string;
  readonly token: string;
  /** Why this address cannot be checked; null if it can. */
  readonly problem: string | null;
}

/** The first page: which address would be checked, and the form for the code. */
export function describeStart(
  { address, token, problem }: Visitor,
  { brand, error, typed = '' }: { readonly brand: Brand | null; readonly error?: string; readonly typed?: string },
): PageContent {
  return {
    title: TITLE,
    children: (
      <>
        <From brand={brand} />
        <p>
          You come from <strong>{address}</strong>, {nameFamily(address)} address. We check this address from the
          internet, and no other: it is that of the line or router that you use at this moment.
        </p>
        {problem !== null ? (
          <Notice tone="bad">
            <p>This address cannot be checked: {problem}.</p>
          </Notice>
        ) : (
          <>
            <p>
              Be at the site, in its own network. On a phone, use the Wi-Fi of the site and switch mobile data and any
              VPN off: otherwise another line is checked.
            </p>
            <form method="post" action="/check">
              <input type="hidden" name="token" value={token} />
              <Field
                id="code"
                label="Code"
                hint="8 letters and digits, as you were given them, such as K7QM-2XPA. It can be used once."
                error={error}
              >
                <input
                  id="code"
                  name="code"
                  value={typed}
                  required
                  maxLength={64}
                  autocomplete="off"
                  autocapitalize="characters"
                  spellcheck={false}
                  aria-describedby={error === undefined ? 'code-hint' : 'code-hint code-error'}
                  aria-invalid={error === undefined ? undefined : 'true'}
                />
              </Field>
              <p>
                <button>Check this line</button>
              </p>
            </form>
            <p class="soft">
              The check takes half a minute to some minutes. It connects to ports and reads what answers; it logs in
              nowhere and changes nothing.
            </p>
          </>
        )}
      </>
    ),
  };
}

/** Asks whether to go on where someone comes from another address than the client is known to have. */
export function describeDoubt({ address, token }: Visitor, { addresses }: Invite, code: string): PageContent {
  return {
    title: 'Is this the right line?',
    children: (
      <>
        <Notice tone="unsure">
          <p>
            You come from <strong>{address}</strong>. The address that is known for this site is{' '}
            <strong>{listNames(addresses)}</strong>.
          </p>
          <p>{explainDifference(address, addresses)}</p>
        </Notice>
        <p>Nothing has been checked yet, and your code is still good.</p>
        <form method="post" action="/check">
          <input type="hidden" name="token" value={token} />
          <input type="hidden" name="code" value={code} />
          <input type="hidden" name="confirmed" value={address} />
          <p class="row">
            <a class="button" href="/">
              Go back, to change the network first
            </a>
            <button class="quiet">Check {address} all the same</button>
          </p>
        </form>
      </>
    ),
  };
}

function explainDifference(address: string, addresses: readonly string[]): string {
  if (addresses.every((other) => familyOf(other) !== familyOf(address)))
    return familyOf(address) === 6
      ? 'Your browser came over IPv6, and the known address is one of IPv4. A line can have both, and each has rules of its own in the router: what this check finds is true for IPv6 only. If you can, switch IPv6 off on this device and open this page again.'
      : 'Your browser came over IPv4, and the known address is one of IPv6. A line can have both, and each has rules of its own in the router: what this check finds is true for IPv4 only.';
  return 'On a phone, it may be on mobile data: join the Wi-Fi of the site, switch mobile data off, and open this page again. A VPN does the same, and so does a second line. It is also possible that the provider gave the site a new address; then go on.';
}

/** How far a check is. */
export function describeProgress({ settled, total, open }: CheckProgress, address: string, path: string): PageContent {
  return {
    title: nameCheck(address),
    refreshSeconds: REFRESH_SECONDS,
    live: { path: `${path}/events` },
    children: (
      <div data-part="check">
        <p role="status">
          {total === null ? 'The check begins.' : 'The check is under way: '}
          {total !== null && `${settled} of ${total} ports have been asked so far.`}
          {total !== null && settled >= total && ' What was in doubt is asked again.'}
        </p>
        <progress value={settled} max={total ?? undefined} aria-label="Ports that have been asked" />
        <h2>What answered so far</h2>
        {open.length === 0 ? (
          <p>Nothing yet.</p>
        ) : (
          <ul>
            {open.map((name) => (
              <li key={name}>{name}</li>
            ))}
          </ul>
        )}
        <p>
          This page shows the report when it is ready. You can also leave it and come back to this link:{' '}
          <a href={path}>this check</a>.
        </p>
      </div>
    ),
  };
}

/** The report of a check that has ended. */
export function describeResult(
  { blocks }: ReportDocument,
  { address, path, until }: { readonly address: string; readonly path: string; readonly until: string },
): PageContent {
  return {
    title: nameCheck(address),
    children: (
      <div data-part="check">
        <p class="row">
          <a class="button" href={`${path}/report.html`} download="sallyport-report.html">
            Download the report
          </a>
          <span class="soft">You find it under this link until {renderTime(until)}.</span>
        </p>
        <Blocks blocks={blocks} />
      </div>
    ),
  };
}

/** A check that has no report and goes on no longer. */
export function describeCutOff(address: string): PageContent {
  return {
    title: nameCheck(address),
    children: (
      <div data-part="check">
        <Notice tone="unsure">
          <p>
            The check was cut off, because the server stopped before it was done. It proves nothing. Ask for a new code
            and begin again.
          </p>
        </Notice>
        <Again />
      </div>
    ),
  };
}

/** What went wrong. */
export function describeProblem(title: string, text: string): PageContent {
  return {
    title,
    children: (
      <>
        <p class="error">{text}</p>
        <Again />
      </>
    ),
  };
}

/** The title of a check from its beginning to its report: a page that is kept up to date keeps its title. */
function nameCheck(address: string): string {
  return `Check of ${address}`;
}

function Again() {
  return (
    <p>
      <a href="/">To the beginning</a>
    </p>
  );
}

function From({ brand }: { readonly brand: Brand | null }): ComponentChildren {
  if (!brand) return null;
  return <p class="soft">{brandLines(brand).join(', ')}</p>;
}

function familyOf(address: string): 4 | 6 | undefined {
  return parseAddress(address)?.family;
}

function nameFamily(address: string): string {
  return familyOf(address) === 6 ? 'an IPv6' : 'an IPv4';
}
