import type { ComponentChildren } from 'preact';
import type { Severity } from '../../model/severity.js';
import type { Standing } from '../../model/standing.js';
import type { Block } from '../../reports/document/report-document.js';
import { renderBlocks } from '../../reports/document/html-page.js';
import { SEVERITY_WORDS, STANDING_WORDS } from '../../reports/document/strings.js';
import { renderTime } from '../../words/time.js';

/*
 * What pages are put together from. Every state has a word and a mark beside its colour.
 */

/** How something stands. */
export function StandingTag({ standing }: { readonly standing: Standing }) {
  const { label, mark } = STANDING_WORDS[standing];
  return (
    <span class={`tag ${standing}`}>
      <span aria-hidden="true">{mark}</span> {label}
    </span>
  );
}

export function SeverityTag({ severity }: { readonly severity: Severity }) {
  return <span class={`tag ${severity}`}>{SEVERITY_WORDS[severity]}</span>;
}

/** A time, ISO 8601; `null` is told as never. */
export function Time({ at }: { readonly at: string | null }) {
  if (at === null) return <span class="soft">never</span>;
  return (
    <time class="when" dateTime={at}>
      {renderTime(at)}
    </time>
  );
}

/** Blocks of a report, drawn as the reports draw them. */
export function Blocks({ blocks }: { readonly blocks: readonly Block[] }) {
  // Every text has been escaped there.
  return <div dangerouslySetInnerHTML={{ __html: renderBlocks(blocks) }} />;
}

/** A list of things with the same properties. On narrow screens each becomes a card with labels. */
export function Table({
  caption,
  columns,
  rows,
  empty,
}: {
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ComponentChildren[])[];
  /** What is said instead where there is none. */
  readonly empty: string;
}) {
  if (rows.length === 0) return <p>{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={caption}>
      <table class="stack list">
        <caption class="seen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, index) => (
                <td key={index} data-label={columns[index]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Something that the reader should notice. */
export function Notice({
  tone,
  children,
}: {
  readonly tone: 'good' | 'bad' | 'unsure' | 'plain';
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      {children}
    </div>
  );
}

/** What keeps the last result of addresses from being how they stand now; nothing where all were checked lately. */
export function Unchecked({
  places,
}: {
  readonly places: readonly { readonly slot: string; readonly reason: string }[];
}) {
  if (places.length === 0) return null;
  return (
    <Notice tone="unsure">
      <p>What follows is what was seen last. It is not known how things are now:</p>
      <ul>
        {places.map(({ slot, reason }) => (
          <li key={slot}>{`${slot}: ${reason}`}</li>
        ))}
      </ul>
    </Notice>
  );
}

/** A field of a form with its label, and what is wrong with it or how it is filled in. */
export function Field({
  id,
  label,
  hint,
  error,
  children,
}: {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly children: ComponentChildren;
}) {
  return (
    <div>
      <label for={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

/** Links to the parts of a list before and after the one that is shown; nothing where that is all. */
export function Pager({
  back,
  further,
  furtherText = 'Further',
}: {
  readonly back: string | null;
  readonly further: string | null;
  readonly furtherText?: string;
}) {
  if (back === null && further === null) return null;
  return (
    <nav class="pager" aria-label="Parts of the list">
      {back !== null && <a href={back}>Back</a>}
      {further !== null && <a href={further}>{furtherText}</a>}
    </nav>
  );
}
