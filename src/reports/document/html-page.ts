import { createHash } from 'node:crypto';
import { type Brand, DEFAULT_COLOUR } from '../../model/brand.js';
import type { Severity } from '../../model/severity.js';
import { forHtml } from '../../words/escape.js';
import { renderCount } from '../../words/sentence.js';
import { renderTime } from '../../words/time.js';
import { brandLines } from './letterhead.js';
import { renderBand, renderLegend, renderVerdictShape } from './html-shapes.js';
import { renderStyle } from './html-style.js';
import type {
  Block,
  Cell,
  DocumentHead,
  FactsBlock,
  ReportDocument,
  StripBlock,
  TableBlock,
} from './report-document.js';
import { BAND_STEP, joinRuns, measureRun, type Run } from './shapes.js';
import { LOOK_WORDS, SEVERITY_WORDS, TEXTS } from './strings.js';

/*
 * A document as one HTML file: no script, no request, and a policy (CSP) that would refuse both.
 */

/** A whole page. The same document and brand give the same bytes. */
export function renderPage(document: ReportDocument, brand: Brand | null): string {
  return beginPage(document, brand) + renderBlocks(document.blocks) + endPage(document, brand);
}

/** A page to be printed as a PDF, to which the data will be attached. */
export function renderPrint(document: ReportDocument, brand: Brand | null): string {
  const { blocks, attachment } = document;
  const told: Block[] = attachment ? [{ kind: 'text', text: `${TEXTS.attached} ${attachment.name}` }] : [];
  return beginPage(document, brand, true) + renderBlocks([...blocks, ...told]) + endPage({ attachment: null }, brand);
}

/** What stands before the blocks. */
export function beginPage({ title, subject, madeAt }: DocumentHead, brand: Brand | null, isPrinted = false): string {
  const style = renderStyle({ accent: brand?.colour ?? DEFAULT_COLOUR, isPrinted });
  const hash = createHash('sha256').update(style).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<!-- sallyport report -->
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="referrer" content="no-referrer" />
<title>${forHtml(`${title}: ${subject}`)}</title>
<style>${style}</style>
</head>
<body>
${renderLetterhead(brand)}<main>
<h1>${forHtml(title)}</h1>
<p class="subject">${forHtml(subject)}</p>
<p class="made">${forHtml(renderTime(madeAt))}</p>
`;
}

/** What stands after the blocks. */
export function endPage({ attachment }: Pick<ReportDocument, 'attachment'>, brand: Brand | null): string {
  const data = attachment ? renderAttachment(attachment) : '';
  return `${data}</main>\n${renderFoot(brand)}</body>\n</html>\n`;
}

/** The line below all else; nothing without one. */
export function renderFoot(brand: Brand | null): string {
  return brand?.footer ? `<footer>${forHtml(brand.footer)}</footer>\n` : '';
}

/** Who hands a page over, above all else; nothing without a brand. */
export function renderLetterhead(brand: Brand | null): string {
  if (!brand) return '';
  const logo = brand.logo ? `<img src="${brand.logo.dataUrl}" alt="" />` : '';
  const [name = '', ...lines] = brandLines(brand);
  const rest = lines.map((line) => `<p>${forHtml(line)}</p>`).join('');
  return `<header class="brand"><div>${logo}<div><p class="name">${forHtml(name)}</p>${rest}</div></div></header>\n`;
}

function renderAttachment({ name, json }: NonNullable<ReportDocument['attachment']>): string {
  const url = `data:application/json;base64,${Buffer.from(json).toString('base64')}`;
  return `<p>${forHtml(TEXTS.attached)} <a download="${forHtml(name)}" href="${url}">${forHtml(name)}</a></p>\n`;
}

/** Blocks of a document as HTML. */
export function renderBlocks(blocks: readonly Block[]): string {
  let fresh = false;
  return blocks
    .map((block) => {
      if (block.kind === 'break') {
        fresh = true;
        return '';
      }
      const text = renderBlock(block, fresh ? ' class="break"' : '');
      fresh = false;
      return `${text}\n`;
    })
    .join('');
}

function renderBlock(block: Exclude<Block, { kind: 'break' }>, mark: string): string {
  switch (block.kind) {
    case 'verdict':
      return `<section class="verdict ${block.standing}">${renderVerdictShape(block.standing)}<div><p class="label">${forHtml(block.label)}</p><p class="text">${forHtml(block.text)}</p></div></section>`;
    case 'heading': {
      const tag = block.severity ? `${renderSeverity(block.severity)} ` : '';
      return `<h${block.level}${mark}>${tag}${forHtml(block.text)}</h${block.level}>`;
    }
    case 'text':
      return `<p${mark}>${forHtml(block.text)}</p>`;
    case 'list': {
      const name = block.ordered ? 'ol' : 'ul';
      return `<${name}${mark}>${block.items.map((item) => `<li>${forHtml(item)}</li>`).join('')}</${name}>`;
    }
    case 'facts':
      return renderFacts(block);
    case 'table':
      return renderTable(block);
    case 'strip':
      return renderStrip(block);
  }
}

function renderFacts({ rows }: FactsBlock): string {
  return `<dl>${rows.map(([label, text]) => `<dt>${forHtml(label)}</dt><dd>${forHtml(text)}</dd>`).join('')}</dl>`;
}

function renderSeverity(severity: Severity): string {
  return `<span class="tag ${severity}">${SEVERITY_WORDS[severity]}</span>`;
}

/** A day or a time by itself, which is not broken. */
const TIME = /^\d{4}-\d\d-\d\d(?: [\d:]{8} UTC)?$/;

/** What a target sent may have no place to break it for long: it must not make a table wider than its page. */
const UNBROKEN = /\S{25}/;

function renderCell(cell: Cell): string {
  if (typeof cell === 'string') {
    const name = TIME.test(cell) ? 'when' : UNBROKEN.test(cell) ? 'long' : null;
    return name === null ? forHtml(cell) : `<span class="${name}">${forHtml(cell)}</span>`;
  }
  if ('severity' in cell) return renderSeverity(cell.severity);
  return `<span class="tag ${cell.standing}">${forHtml(cell.label)}</span>`;
}

function renderTable({ caption, columns, rows }: TableBlock): string {
  const head = columns.map((title) => `<th scope="col">${forHtml(title)}</th>`).join('');
  const labels = columns.map(forHtml);
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((cell, index) => `<td data-label="${labels[index] ?? ''}">${renderCell(cell)}</td>`).join('')}</tr>`,
    )
    .join('\n');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${forHtml(caption)}"><table class="stack"><caption>${forHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

/** The states as bands, of equal neighbours together; who cannot see them has each as words. */
function renderStrip({ caption, times, rows }: StripBlock): string {
  const first = times[0] ?? '';
  const last = times.at(-1) ?? '';
  const body = rows.map(({ label, states }) => {
    const runs = joinRuns(states);
    const bands = runs.map((run) => {
      const title = `<title>${forHtml(sayRun(run, times))}</title>`;
      return `<g transform="translate(${run.first * BAND_STEP} 0)">${title}${renderBand(run.state, measureRun(run))}</g>`;
    });
    const newest = states.at(-1);
    const spoken = `${renderCount(states.length, 'check')}; the newest: ${newest ? LOOK_WORDS[newest].word : 'none'}`;
    const width = states.length * BAND_STEP;
    const svg = `<svg width="${width}" height="16" viewBox="0 0 ${width} 16" role="img" aria-label="${forHtml(spoken)}">${bands.join('')}</svg>`;
    return `<tr><th scope="row">${forHtml(label)}</th><td>${svg}</td></tr>`;
  });
  const span = times.length > 1 ? `${renderTime(first)} to ${renderTime(last)}` : renderTime(first);
  return `<div class="scroll" tabindex="0" role="region" aria-label="${forHtml(caption)}"><table class="strip"><caption>${forHtml(caption)}</caption><tbody>\n${body.join('\n')}\n</tbody></table></div>
<p>${forHtml(span)}</p>
${renderLegend()}`;
}

/** `2026-11-01 03:00:00 UTC to 2026-11-03 03:00:00 UTC, 3 checks: closed`. */
function sayRun({ state, first, count }: Run, times: readonly string[]): string {
  const from = renderTime(times[first] ?? '');
  const span = count === 1 ? from : `${from} to ${renderTime(times[first + count - 1] ?? '')}, ${count} checks`;
  return `${span}: ${LOOK_WORDS[state].word}`;
}
