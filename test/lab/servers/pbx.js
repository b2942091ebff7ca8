/*
 * pbx.js SERVICE…: a phone system's services on their default ports, as far as a check looks at them:
 * webpro (tcp/80), pcpro (tcp/8000), dim (tcp/5963), sip (udp+tcp/5060), third-party (udp+tcp/5070),
 * phones (udp+tcp/5080). `webpro=8080` moves the TCP port. Written apart from src/lab, so that the product
 * is not tested against its own idea of the protocols alone.
 */
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const FRAMESET =
  "<html><head><title>WebPro</title></head><frameset rows='60,*'><frame name=\"banFrm\" src='Banner.htm'>" +
  '<frame name="mainFrm" src=\'Login.htm\' /></frameset></html>';
const LOGIN =
  '<html><body><form><img src="Images/Top/SL2100.PNG"><table><tr><td>SL2100<br />03.10.50</td></tr></table></form></body></html>';

function answerHttp(request) {
  if (!/^GET \S+ HTTP\/1/.test(request) || !request.includes('\r\n\r\n')) return null;
  const page = request.startsWith('GET /Login.htm ') ? LOGIN : FRAMESET;
  return `HTTP/1.0 200 OK\r\nServer: Henry/1.1\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`;
}

function answerSip(phones) {
  return (request) => {
    const field = (name) => new RegExp(`^${name}: *(.*?)\r?$`, 'mi').exec(request)?.[1];
    if (!/^OPTIONS \S+ SIP\/2\.0\r?\n/.test(request) || !field('Via') || !field('Call-ID')) return null;
    const body = phones ? 'Ind-ErrDsp=nec-code: 1:Non-Registered Access' : '';
    const lines = [
      phones ? 'SIP/2.0 403 Forbidden' : 'SIP/2.0 200 OK',
      `Via: ${field('Via')}`,
      `From: ${field('From')}`,
      `To: ${field('To')};tag=lab`,
      `Call-ID: ${field('Call-ID')}`,
      `CSeq: ${field('CSeq')}`,
      phones ? 'Content-Type: application/X-NECSIPEXT2MLv1' : 'Server: NEC-i SL Series 04.00/2.1',
      `Content-Length: ${body.length}`,
    ];
    return `${lines.join('\r\n')}\r\n\r\n${body}`;
  };
}

const answerDim = (said) => (/\n/.test(said) ? '\r\nUser ID:Password:\r\nUser ID:' : null);
const SERVICES = {
  webpro: { port: 80, answer: answerHttp, ends: true },
  pcpro: { port: 8000, answer: () => null },
  dim: { port: 5963, answer: answerDim },
  sip: { port: 5060, answer: answerSip(false), udp: true },
  'third-party': { port: 5070, answer: answerSip(false), udp: true },
  phones: { port: 5080, answer: answerSip(true), udp: true },
};

for (const argument of process.argv.slice(2)) {
  const [name, moved] = argument.split('=');
  const { port, answer, ends, udp } = SERVICES[name];
  createServer((socket) => {
    let said = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
      const reply = answer(said);
      if (reply === null) return;
      said = '';
      if (ends) socket.end(reply);
      else socket.write(reply);
    });
  }).listen(Number(moved ?? port), '::');
  if (!udp) continue;
  const socket = createSocket('udp6', (message, { port: from, address }) => {
    const reply = answer(message.toString('latin1'));
    if (reply !== null) socket.send(reply, from, address);
  }).bind(port, '::');
}
