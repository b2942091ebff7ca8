import type { SaidMessage } from '../../model/alert.js';
import { forTerminal } from '../../words/escape.js';
import type { Channel, Delivery } from './channel.js';
import { mayPass, postHttp, type Receipt, type SaidAnswer } from './http-post.js';
import { renderMessage } from './render-message.js';

/** Teams refuses messages of more than 28 KB. */
const MAX_BYTES = 28_000;
/** For the envelope, the next step and the note that something is missing. */
const RESERVED_BYTES = 4_000;

const RECEIPT: Receipt = { service: 'Teams', judge: judgeText };

/**
 * A workflow accepts with 202 and says nothing, or what its maker has it say; older webhooks answer 200 and `1`, or 200
 * and in words that the delivery "failed with error: Microsoft Teams endpoint returned HTTP error 429".
 */
function judgeText({ text }: SaidAnswer): Delivery['outcome'] {
  if (['', '1', 'ok'].includes(text.toLowerCase()) || isHarmlessJson(text)) return 'delivered';
  const error = /\b(?:error|status|code)\b\D{0,20}(\d{3})\b/i.exec(text);
  const passes = error ? mayPass(Number(error[1])) : /too many requests|throttled/i.test(text);
  return passes ? 'retry' : 'rejected';
}

/** A workflow's own words; those of the service about an error have a code, or a status that is no success. */
function isHarmlessJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || /error|fail/i.test(text)) return false;
    const { code = 200, status = 200, statusCode = 200 } = value as Record<string, unknown>;
    return (
      [code, status, statusCode].every((said) => !(Number(said) >= 300)) &&
      (typeof code !== 'string' || Number(code) < 300)
    );
  } catch {
    return false;
  }
}

/** A Workflows webhook of Teams, with an Adaptive Card. */
export const teams: Channel<'teams'> = {
  id: 'teams',
  title: 'Microsoft Teams, by a Workflows webhook',
  send(message, { url }, options) {
    const body = JSON.stringify(composeCard(message));
    const headers = { 'Content-Type': 'application/json' };
    return postHttp({ url: url.reveal(), headers, body, secrets: [url], receipt: RECEIPT }, options);
  },
};

function composeCard(message: SaidMessage): object {
  const { title, sections, command } = renderMessage(message);
  const blocks = [
    composeBlock(title, { weight: 'Bolder', size: 'Large' }),
    ...sections.flatMap(({ heading, lines }) => [
      composeBlock(heading, { weight: 'Bolder' }),
      ...lines.map((line) => composeBlock(`• ${line}`, {})),
    ]),
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      ...takeFitting(blocks),
      ...(command === null ? [] : [composeBlock(`Next: ${command}`, { fontType: 'Monospace' })]),
    ],
    msteams: { width: 'Full' },
  };
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
  };
}

/**
 * A paragraph of plain text. A TextBlock would be Markdown, whose escapes Teams shows on some devices and obeys on
 * others; a TextRun is text.
 */
function composeBlock(text: string, style: Readonly<Record<string, string>>): object {
  return {
    type: 'RichTextBlock',
    spacing: 'Small',
    inlines: [{ type: 'TextRun', text: forTerminal(text), ...style }],
  };
}

function takeFitting(blocks: readonly object[]): object[] {
  let bytes = RESERVED_BYTES;
  const end = blocks.findIndex((block) => (bytes += Buffer.byteLength(JSON.stringify(block)) + 1) > MAX_BYTES);
  return end === -1 ? [...blocks] : [...blocks.slice(0, end), composeBlock('… and more than fits here', {})];
}
