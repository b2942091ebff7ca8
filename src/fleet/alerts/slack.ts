import type { SaidMessage } from '../../model/alert.js';
import { forMrkdwn } from '../../words/escape.js';
import type { Channel } from './channel.js';
import { postHttp, type Receipt } from './http-post.js';
import { renderMessage } from './render-message.js';

/** Slack's bounds: characters of one text, and blocks of one message. */
const MAX_TEXT = 3000;
const MAX_BLOCKS = 50;

/** Slack answers `ok`, and says by another word with status 200 that it did not take the message: `no_service`. */
const RECEIPT: Receipt = { service: 'Slack', judge: ({ text }) => (text === 'ok' ? 'delivered' : 'rejected') };

/** An incoming webhook of Slack, with blocks. */
export const slack: Channel<'slack'> = {
  id: 'slack',
  title: 'Slack, by an incoming webhook',
  send(message, { url }, options) {
    const body = JSON.stringify(composeSlackMessage(message));
    const headers = { 'Content-Type': 'application/json' };
    return postHttp({ url: url.reveal(), headers, body, secrets: [url], receipt: RECEIPT }, options);
  },
};

/** A line of at most 350 code units stays below {@link MAX_TEXT} when each becomes the eight of `\u{202e}`. */
function composeSlackMessage(message: SaidMessage): object {
  const { title, sections, command } = renderMessage(message);
  const texts = [
    `*${forMrkdwn(title)}*`,
    ...sections.flatMap(({ heading, lines }) =>
      joinLines([`*${forMrkdwn(heading)}*`, ...lines.map((line) => `• ${forMrkdwn(line)}`)]),
    ),
  ].slice(0, MAX_BLOCKS - 1);
  if (command !== null) texts.push(`Next: \`${forMrkdwn(command)}\``);
  const blocks = texts.map((text) => ({
    type: 'section',
    // Verbatim: nothing in it is looked for names and addresses to link.
    text: { type: 'mrkdwn', text, verbatim: true },
  }));
  return { text: forMrkdwn(title), blocks, unfurl_links: false, unfurl_media: false };
}

/** Joins lines to texts of at most {@link MAX_TEXT} code units. */
function joinLines(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= MAX_TEXT) texts[texts.length - 1] = `${last}\n${line}`;
    else texts.push(line);
  }
  return texts;
}
