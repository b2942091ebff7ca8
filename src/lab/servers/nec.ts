import type { LabServer } from '../lab-server.js';
import { type HttpAnswer, serveHttp } from './http.js';
import { sip, type SipOptions } from './sip.js';

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

const MAX_LOGINS = 3;

/**
 * NEC's DIM maintenance terminal: silent until something is typed, then asks for user id and password in turn.
 * No one gets in; after three attempts it hangs up.
 */
export function dim(): LabServer {
  return {
    tcp(socket) {
      let awake = false;
      let lines = 0;
      socket.on('data', (data) => {
        if (!awake) socket.write('User ID:');
        awake = true;
        for (let left = data.toString('latin1').split('\n').length - 1; left > 0 && socket.writable; left--) {
          lines++;
          if (lines === MAX_LOGINS * 2) socket.end('\r\n');
          else socket.write(lines % 2 === 1 ? 'Password:' : '\r\nUser ID:');
        }
      });
    },
  };
}

/** NEC PCPro: accepts, says nothing, and ignores what it is sent. */
export function pcpro(): LabServer {
  return { tcp: (socket) => void socket.resume() };
}

/** The SIP side of an NEC SL2100. */
export function necSip(options: SipOptions = {}): LabServer {
  return sip({ server: 'NEC SL2100/2.1', allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS, PRACK, UPDATE', ...options });
}

/** The registration port of NEC's IP phones: turns away everyone who is not a registered phone, with a body of its own kind. */
export function necPhone(): LabServer {
  return sip({
    status: 403,
    phrase: 'Forbidden',
    contentType: 'application/X-NECSIPEXT2MLv1',
    body: 'Ind-ErrDsp=nec-code: 1:Non-Registered Access\r\n',
  });
}
