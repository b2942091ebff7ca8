import type { Severity } from '../../model/severity.js';
import type { Standing } from '../../model/standing.js';
import type { LookState } from '../../model/handover.js';

/*
 * What is handed over, as blocks: made once from a report, and drawn as a page, as a PDF and as Markdown. All text is
 * raw; who draws it escapes it for the place.
 */

/** How a subject stands, in a shape, a word and a sentence. */
export interface VerdictBlock {
  readonly kind: 'verdict';
  readonly standing: Standing;
  /** The word for people, such as "Action needed". */
  readonly label: string;
  readonly text: string;
}

/** A heading; `severity` is written before it as a word of its own. */
export interface HeadingBlock {
  readonly kind: 'heading';
  readonly level: 2 | 3 | 4;
  readonly text: string;
  readonly severity?: Severity | undefined;
}

/** A paragraph. */
export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
}

/** A list of sentences. */
export interface ListBlock {
  readonly kind: 'list';
  readonly ordered: boolean;
  readonly items: readonly string[];
}

/** Labels with what stands beside them. */
export interface FactsBlock {
  readonly kind: 'facts';
  readonly rows: readonly (readonly [label: string, text: string])[];
}

/** A cell of a table: text, or a severity or a standing as a word that stands out. */
export type Cell = string | { readonly severity: Severity } | { readonly standing: Standing; readonly label: string };

/** A table with a row of column titles. */
export interface TableBlock {
  readonly kind: 'table';
  /** What it shows, for those who cannot see it. */
  readonly caption: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** States over time: a row for each endpoint or service, a cell a look, oldest first. */
export interface StripBlock {
  readonly kind: 'strip';
  readonly caption: string;
  /** When each look was; ISO 8601, UTC. */
  readonly times: readonly string[];
  readonly rows: readonly { readonly label: string; readonly states: readonly LookState[] }[];
}

/** What follows begins on a new sheet of paper. */
export interface BreakBlock {
  readonly kind: 'break';
}

export type Block =
  VerdictBlock | HeadingBlock | TextBlock | ListBlock | FactsBlock | TableBlock | StripBlock | BreakBlock;

/** A file that goes with a document. */
export interface Attachment {
  readonly name: string;
  /** JSON text. */
  readonly json: string;
}

/** What stands at the top of a document. */
export interface DocumentHead {
  readonly title: string;
  /** Whom or what it is about. */
  readonly subject: string;
  /** When it was made; ISO 8601, UTC. */
  readonly madeAt: string;
}

/** One document for a person. */
export interface ReportDocument extends DocumentHead {
  readonly blocks: readonly Block[];
  /** What it was made from. */
  readonly attachment: Attachment | null;
}
