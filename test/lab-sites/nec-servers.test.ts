import { describe, expect, test } from '@jest/globals';
import { dim, necPhone, pcpro, webpro } from '../../src/lab/servers/nec.js';
import { ask, sipRequest, talk } from './clients.js';
import { startServer, stopAfterEach } from './running.js';
import { dvr } from './servers/dvr.js';

stopAfterEach();

describe('webpro', () => {
  test('serves the frameset at / and closes', async () => {
    const { text, ended } = await talk(await startServer(webpro()), 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1\.0 200 OK\r\nServer: Henry\/1\.1\r\n/);
    expect(text).toContain('<title>WebPro</title>');
    expect(text).toContain(`<frame name="banFrm" src='Banner.htm'`);
    expect(text).toContain(`<frame name="mainFrm" src='Login.htm' />`);
    expect(ended).toBe('closed');
  });

  test('tells model and version on the login page, with a true Content-Length', async () => {
    const port = await startServer(webpro({ model: 'SL1100', version: '04.00.52', server: 'Other/1' }));
    const { text } = await talk(port, 'GET /Login.htm HTTP/1.0\r\n\r\n');
    expect(text).toContain('Server: Other/1\r\n');
    expect(text).toMatch(/Images\/\w+\/SL1100\.PNG/);
    expect(text).toContain('<br />04.00.52</td>');
    const [head, body] = text.split('\r\n\r\n');
    expect(head).toContain(`Content-Length: ${body!.length}`);
  });

  test('does not know other pages or methods, and says nothing until a request is complete', async () => {
    const port = await startServer(webpro());
    expect((await talk(port, 'GET /constructor HTTP/1.0\r\n\r\n')).text).toMatch(/^HTTP\/1\.0 404 /);
    expect((await talk(port, 'POST /Login.htm HTTP/1.0\r\n\r\n')).text).toMatch(/^HTTP\/1\.0 501 /);
    expect(await talk(port, 'GET / HTTP/1.0\r\n', { waitMs: 100 })).toMatchObject({ text: '', ended: 'open' });
  });

  test('hangs up on a request head beyond 16 KB', async () => {
    const { text, ended } = await talk(await startServer(webpro()), 'G'.repeat(20_000), { waitMs: 1000 });
    expect(text).toBe('');
    expect(ended).not.toBe('open');
  });
});

test('pcpro accepts and stays silent whatever it is sent', async () => {
  expect(await talk(await startServer(pcpro()), '\r\n\r\nhello\r\n', { waitMs: 200 })).toMatchObject({
    connected: true,
    text: '',
    ended: 'open',
  });
});

describe('dim', () => {
  test('says nothing unasked', async () => {
    expect(await talk(await startServer(dim()), '', { waitMs: 150 })).toMatchObject({ text: '', ended: 'open' });
  });

  test('prompts after blank lines', async () => {
    const port = await startServer(dim());
    expect((await talk(port, '\r\n', { enough: 17 })).text).toBe('User ID:Password:');
    expect((await talk(port, '\r\n\r\n', { enough: 27 })).text).toBe('User ID:Password:\r\nUser ID:');
  });

  test('hangs up after three attempts', async () => {
    const { ended } = await talk(await startServer(dim()), '\r\n'.repeat(20));
    expect(ended).not.toBe('open');
  });
});

test('the NEC phone port turns unregistered callers away with NEC content', async () => {
  const [answer] = await ask(await startServer(necPhone()), sipRequest());
  expect(answer!.text).toMatch(/^SIP\/2\.0 403 Forbidden\r\n/);
  expect(answer!.text).toContain('Content-Type: application/X-NECSIPEXT2MLv1\r\n');
  expect(answer!.text).toContain('\r\n\r\nInd-ErrDsp=nec-code: 1:Non-Registered Access');
});

test('the video recorder is another web server', async () => {
  const { text, ended } = await talk(await startServer(dvr()), 'GET / HTTP/1.0\r\n\r\n');
  expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\nServer: DVR-Web\/2\.4\r\n/);
  expect(text).not.toMatch(/WebPro|Henry/);
  expect(ended).toBe('closed');
});
