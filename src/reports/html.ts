import { createDocumentWriter, FLEET_HAS_A_REPORT } from './document/document-reporter.js';
import { beginPage, endPage, renderBlocks, renderPage } from './document/html-page.js';
import type { Reporter } from './reporter.js';

/** A page to hand over: one file, without scripts and requests. */
export const html: Reporter = {
  id: 'html',
  title: 'a page to hand over, for a browser and for printing',
  endings: ['htm'],
  unfit: { clients: FLEET_HAS_A_REPORT },
  create: ({ many, brand = null }) =>
    createDocumentWriter(
      {
        whole: (document) => renderPage(document, brand),
        begin: (head) => beginPage(head, brand),
        blocks: renderBlocks,
        end: () => endPage({ attachment: null }, brand),
      },
      many,
    ),
};
