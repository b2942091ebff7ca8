import { createDocumentWriter, FLEET_HAS_A_REPORT } from './document/document-reporter.js';
import { beginMarkdown, renderMarkdown, renderMarkdownBlocks } from './document/markdown-page.js';
import type { Reporter } from './reporter.js';

/** Text for tickets, wikis and chats that know Markdown. */
export const markdown: Reporter = {
  id: 'markdown',
  title: 'text for tickets and wikis',
  endings: ['md'],
  unfit: { clients: FLEET_HAS_A_REPORT },
  create: ({ many }) =>
    createDocumentWriter(
      {
        whole: renderMarkdown,
        begin: beginMarkdown,
        blocks: (blocks) => `\n${renderMarkdownBlocks(blocks)}`,
        end: () => '',
      },
      many,
    ),
};
