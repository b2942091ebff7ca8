import { describeTls, type Fingerprint, quoteSent } from './fingerprint.js';

const REALM = /realm[ \t]{0,4}=[ \t]{0,4}"([^"]{1,256})/i;

/**
 * Any HTTP answer, under the names that it gives itself: server, title, realm. `possible`, as that tells little
 * of the device, and even a single mark of a known one must win.
 */
export const webServer: Fingerprint = {
  id: 'web-server',
  title: 'web server of another make',
  identify({ evidence: { http, login, tls } }) {
    const page = http ?? login;
    if (!page) return null;
    const names = [
      ['server', page.server],
      ['title', page.title],
      ['realm', REALM.exec(page.authenticate ?? '')?.[1]],
    ] as const;
    const told = names.flatMap(([what, text]) => (text ? [{ what, text }] : []));
    const described = told.map(({ what, text }) =>
      what === 'server' ? quoteSent(text) : `${what} ${quoteSent(text)}`,
    );
    return {
      kind: 'web-server',
      label: ['web server', described.join(', ')].join(' ').trim(),
      model: null,
      version: null,
      confidence: 'possible',
      basis: [
        `HTTP status ${page.status}`,
        ...told.map(({ what, text }) => `${what} ${quoteSent(text, 256)}`),
        ...(tls ? describeTls(tls) : []),
      ],
    };
  },
};
