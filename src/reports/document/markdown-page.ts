import { forMarkdown } from '../../words/escape.js';
import { renderTime } from '../../words/time.js';
import type { Block, Cell, DocumentHead, ReportDocument, StripBlock, TableBlock } from './report-document.js';
import { LOOK_WORDS, SEVERITY_WORDS, STANDING_WORDS } from './strings.js';
import { LOOK_STATES } from '../../model/handover.js';

/*
 * A document as Markdown, for tickets, wikis and pull requests.
 */

/** A whole document, with a line end. */
export function renderMarkdown(document: ReportDocument): string {
  return `${beginMarkdown(document)}\n${renderMarkdownBlocks(document.blocks)}`;
}

/** What stands before the blocks. */
export function beginMarkdown({ title, subject, madeAt }: DocumentHead): string {
  return `# ${forMarkdown(title)}: ${forMarkdown(subject)}\n\n${renderTime(madeAt)}\n`;
}

/** Blocks of a document as Markdown, each followed by an empty line but the last. */
export function renderMarkdownBlocks(blocks: readonly Block[]): string {
  const parts = blocks.flatMap((block) => (block.kind === 'break' ? [] : [renderBlock(block)]));
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

function renderBlock(block: Exclude<Block, { kind: 'break' }>): string {
  switch (block.kind) {
    case 'verdict':
      return `**${STANDING_WORDS[block.standing].mark} ${forMarkdown(block.label)}**\n\n${forMarkdown(block.text)}`;
    case 'heading': {
      const severity = block.severity ? `${SEVERITY_WORDS[block.severity]}: ` : '';
      return `${'#'.repeat(block.level)} ${severity}${forMarkdown(block.text)}`;
    }
    case 'text':
      return forMarkdown(block.text);
    case 'list':
      return block.items
        .map((item, index) => `${block.ordered ? `${index + 1}.` : '-'} ${forMarkdown(item)}`)
        .join('\n');
    case 'facts':
      return block.rows.map(([label, text]) => `- **${forMarkdown(label)}:** ${forMarkdown(text)}`).join('\n');
    case 'table':
      return renderTable(block);
    case 'strip':
      return renderStrip(block);
  }
}

function renderCell(cell: Cell): string {
  if (typeof cell === 'string') return forMarkdown(cell);
  return 'severity' in cell
    ? SEVERITY_WORDS[cell.severity]
    : `${STANDING_WORDS[cell.standing].mark} ${forMarkdown(cell.label)}`;
}

function renderTable({ columns, rows }: Pick<TableBlock, 'columns' | 'rows'>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(forMarkdown)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(row.map(renderCell))),
  ].join('\n');
}

function renderStrip({ times, rows }: StripBlock): string {
  const legend = LOOK_STATES.map((state) => `${LOOK_WORDS[state].mark} ${LOOK_WORDS[state].word}`).join(', ');
  const table = renderTable({
    columns: ['', `${renderTime(times[0] ?? '')} to ${renderTime(times.at(-1) ?? '')}`],
    rows: rows.map(({ label, states }) => [label, states.map((state) => LOOK_WORDS[state].mark).join('')]),
  });
  return `${table}\n\n${legend}`;
}
