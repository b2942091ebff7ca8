import { expect, test } from '@jest/globals';
import { parseCode } from '../../../src/files/invites/invite-code.js';
import { servePages } from '../serve.js';

test('an operator makes a code that is good for one check of the client, by what was agreed with it', async () => {
  const { submit, signIn, invites } = await servePages({ withTokens: true });
  const cookie = await signIn('operator');
  const { status, text } = await submit('/clients/acme/invites', { hours: '24' }, { headers: { cookie } });
  expect(status).toBe(200);
  const [, code = ''] = /<p class="code">([^<]+)<\/p>/.exec(text) ?? [];
  const found = await invites.find(parseCode(code)!, new Date());
  expect(found).toMatchObject({
    ...{ client: 'acme', source: 'outsider', addresses: ['127.0.0.11'], createdBy: 'operator', use: null },
    profile: { name: 'closed' },
  });
  expect(text).toContain('https://vantage.example');
});

test.each([
  ['viewer', '/clients/acme/invites', '24', 403],
  ['operator', '/clients/nobody/invites', '24', 404],
  ['operator', '/clients/acme/invites', '9999', 400],
] as const)('a %s makes none at %s for %s hours', async (role, path, hours, status) => {
  const { submit, signIn } = await servePages({ withTokens: true });
  const cookie = await signIn(role);
  expect((await submit(path, { hours }, { headers: { cookie } })).status).toBe(status);
});
