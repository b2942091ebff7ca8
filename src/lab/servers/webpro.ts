import { type HttpAnswer, serveHttp } from '../http-answer.js';
import type { LabServer } from '../lab-server.js';

export interface WebProOptions {
  /** Default `SL2100`. */
  readonly model?: string;
  /** Default `03.10.50`. */
  readonly version?: string;
  /** The Server header; default `Henry/1.1`. */
  readonly server?: string;
}

/** NEC WebPro: a frameset, and a login page that tells model and version. HTTP/1.0, one request a connection. */
export function webpro({
  model = 'SL2100',
  version = '03.10.50',
  server = 'Henry/1.1',
}: WebProOptions = {}): LabServer {
  const page = (status: number, phrase: string, body: string): HttpAnswer => ({
    status,
    phrase,
    headers: [
      ['Server', server],
      ['Content-Type', 'text/html'],
      ['Content-Length', String(Buffer.byteLength(body))],
    ],
    body,
  });
  const pages: Readonly<Record<string, HttpAnswer>> = {
    '/': page(200, 'OK', FRAMESET),
    '/Banner.htm': page(200, 'OK', `<html><body><img src="Images/Banner/${model}.PNG" /></body></html>\n`),
    '/Login.htm': page(200, 'OK', renderLogin(model, version)),
  };
  return {
    tcp: serveHttp((path) => pages[path] ?? page(404, 'Not Found', '<html><body>No such page</body></html>\n')),
  };
}

const FRAMESET = `<html>
<head><title>WebPro</title></head>
<frameset rows="80,*">
<frame name="banFrm" src='Banner.htm' />
<frame name="mainFrm" src='Login.htm' />
</frameset>
</html>
`;

function renderLogin(model: string, version: string): string {
  return `<html>
<head><title>WebPro</title></head>
<body>
<table>
<tr><td><img src="Images/Login/${model}.PNG" alt="${model}" /><br />${version}</td></tr>
<tr><td><form method="post" action="Login.htm">
User name <input name="user" /> Password <input name="password" type="password" />
<input type="submit" value="Log in" />
</form></td></tr>
</table>
</body>
</html>
`;
}
