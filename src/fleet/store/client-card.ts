import type { ClientCard } from '../../model/client.js';

/** How a card stands in a table: the card as JSON, and what clients are searched, sorted and chosen by. */
export interface CardColumns {
  readonly card: string;
  readonly group_name: string | null;
  /** Name, id and group in lines, folded: by name first, so that it sorts by name. */
  readonly search: string;
}

/** Text in which case makes no difference. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}

/** The columns of a card. */
export function toCardColumns({ id, name, group, tags, contacts }: ClientCard): CardColumns {
  return {
    card: JSON.stringify({ id, name, group, tags, contacts }),
    group_name: group,
    search: foldCase([name, id, group ?? ''].join('\n')),
  };
}
