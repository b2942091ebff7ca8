import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadAlertConfig } from '../../../src/fleet/alerts/alert-config.js';
import { alertConfigFileSchema } from '../../../src/fleet/alerts/alert-config-schema.js';
import { hideSecrets, Secret } from '../../../src/fleet/alerts/alert-config-secret.js';
import { InputError } from '../../../src/files/text/input-error.js';

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'alerts-'))));
afterAll(() => rm(folder, { recursive: true }));

const HOOK = 'https://hooks.example.com/services/T0SECRET/B0SECRET';
const ENV = {
  HOOK,
  KEY: 'correct horse battery staple',
  EMPTY: '',
  SHORT: 'T0SECRET',
  LINES: 'one\nT0SECRET',
  PLAIN_HTTP: 'http://192.0.2.1/T0SECRET',
};

async function write(name: string, text: string, mode = 0o600): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

const lines = (...text: string[]) => text.map((line) => `${line}\n`).join('');
const TAIL = ['routes: [{to: [main]}]', 'operator: {to: [main]}'];

/** The problems of a configuration, without the folder. */
async function problemsOf(...text: string[]): Promise<string[]> {
  const file = await write('wrong.yaml', lines(...text));
  const error: unknown = await loadAlertConfig(file, ENV).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InputError);
  for (const shown of [String(error), inspect(error), (error as Error).stack!])
    expect(shown).not.toMatch(/T0SECRET|horse/);
  return (error as InputError).message.split('\n').map((line) => line.replaceAll(`${folder}/`, ''));
}

const FULL = [
  'channels:',
  '  hook: {kind: webhook, url: https://alerts.example.com/in, secret: {env: KEY}}',
  '  chat:',
  '    kind: slack',
  '    url: {file: slack-url}',
  '  cards: {kind: teams, url: {env: HOOK}}',
  '  push: {kind: ntfy, server: https://ntfy.example.com, topic: dealer-alerts, token: {env: KEY}}',
  '  mail:',
  '    kind: email',
  '    host: mail.example.com',
  '    user: alerts',
  '    password: {env: KEY}',
  '    from: Sallyport <alerts@example.com>',
  '    to: [noc@example.com, "Boss <boss@example.com>"]',
  '    contacts: true',
  'routes:',
  '  - {to: [chat, mail], severity: high, groups: [zurich], tags: [gold], kinds: [exposed, service-lost]}',
  '  - {to: [hook, cards, push], mode: digest}',
  'operator: {to: [push]}',
  'reports:',
  '  monthly: {schedule: "0 7 1 * *", timeZone: Europe/Berlin, to: contacts, through: mail, brand: brand.yaml}',
  '  weekly: {schedule: "@weekly", to: [mail], format: html, groups: [north], tags: [gold]}',
];

describe('loadAlertConfig', () => {
  test('reads every kind of channel, and fetches secrets from the environment and files', async () => {
    await write('slack-url', `${HOOK}\n`);
    await write('brand.yaml', 'name: Telefon Schmidt\n');
    const file = await write('full.yaml', lines(...FULL));
    const config = await loadAlertConfig(file, ENV);
    expect([...config.channels.keys()]).toEqual(['hook', 'chat', 'cards', 'push', 'mail']);
    const reveal = (name: string, key: string) =>
      (config.channels.get(name) as unknown as Record<string, Secret>)[key]!.reveal();
    expect(reveal('hook', 'url')).toBe('https://alerts.example.com/in');
    expect(reveal('hook', 'secret')).toBe(ENV.KEY);
    expect(reveal('chat', 'url')).toBe(HOOK);
    expect(reveal('cards', 'url')).toBe(HOOK);
    expect(reveal('push', 'topic')).toBe('dealer-alerts');
    expect(reveal('mail', 'password')).toBe(ENV.KEY);
    expect(config.channels.get('mail')).toMatchObject({
      kind: 'email',
      contacts: true,
      to: ['noc@example.com', 'Boss <boss@example.com>'],
    });
    expect(config.routes).toEqual([
      {
        to: ['chat', 'mail'],
        severity: 'high',
        groups: ['zurich'],
        tags: ['gold'],
        kinds: ['exposed', 'service-lost'],
        mode: 'immediate',
      },
      { to: ['hook', 'cards', 'push'], severity: 'info', mode: 'digest' },
    ]);
    expect(config.operator).toEqual({ to: ['push'] });
    expect([...config.reports]).toEqual([
      [
        'monthly',
        expect.objectContaining({
          ...{ schedule: '0 7 1 * *', timeZone: 'Europe/Berlin', of: 'client', to: 'contacts', channels: ['mail'] },
          ...{ format: 'pdf', brand: expect.objectContaining({ name: 'Telefon Schmidt' }) },
        }),
      ],
      [
        'weekly',
        {
          ...{ schedule: '@weekly', timeZone: 'UTC', of: 'client', to: 'channel', channels: ['mail'] },
          ...{ format: 'html', brand: null, groups: ['north'], tags: ['gold'] },
        },
      ],
    ]);
    for (const shown of [JSON.stringify([...config.channels]), inspect(config, { depth: 9, showHidden: true })]) {
      expect(shown).not.toMatch(/T0SECRET|horse/);
      expect(shown).toContain('[secret]');
    }
  });

  test('the schema for editors takes what is loaded, and no literal secret', () => {
    const validate = new Ajv2020({ strict: false }).compile(z.toJSONSchema(alertConfigFileSchema, { io: 'input' }));
    const good = parse(lines(...FULL)) as { channels: Record<string, Record<string, unknown>> };
    expect(validate(good)).toBe(true);
    good.channels['cards']!['url'] = HOOK;
    expect(validate(good)).toBe(false);
  });

  test('docs/alerts.md shows configurations that hold', async () => {
    const page = await readFile(new URL('../../../docs/alerts.md', import.meta.url), 'utf8');
    const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml]) => yaml!);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(() => alertConfigFileSchema.parse(parse(example))).not.toThrow();
  });

  test('a literal secret is refused with what to do, and not shown', async () => {
    expect(
      await problemsOf(
        'channels:',
        `  main: {kind: slack, url: "${HOOK}"}`,
        '  hook: {kind: webhook, url: https://a.example, secret: T0SECRET-and-more}',
        ...TAIL,
      ),
    ).toEqual([
      expect.stringMatching(/^wrong\.yaml:2:23: channels\.main\.url: expected \{env: NAME\} or \{file: PATH\}/),
      expect.stringMatching(/^wrong\.yaml:3:49: channels\.hook\.secret: expected \{env: NAME\}/),
    ]);
  });

  test.each<[string, string]>([
    ['{env: MISSING}', 'main.yaml'],
    ['{env: EMPTY}', 'is empty'],
    ['{env: LINES}', 'contains more than one line'],
    ['{env: KEY}', 'is not an https:// address'],
    ['{env: PLAIN_HTTP}', 'http:// can be read on the way'],
    ['{file: nowhere}', 'no such file'],
    ['{env: HOOK, file: x}', 'expected {env: NAME} or {file: PATH}'],
  ])('url: %s', async (url, problem) => {
    const [line, ...more] = await problemsOf('channels:', `  main: {kind: slack, url: ${url}}`, ...TAIL);
    expect(more).toEqual([]);
    expect(line).toMatch(/^wrong\.yaml:2:23: channels\.main\.url: /);
    expect(line).toContain(problem === 'main.yaml' ? 'the environment variable "MISSING" is not set' : problem);
  });

  test.each([0o604, 0o640, 0o644, 0o620])('a secret file of mode %o is refused', async (mode) => {
    await write('open-secret', HOOK, mode);
    expect(await problemsOf('channels:', '  main: {kind: slack, url: {file: open-secret}}', ...TAIL)).toEqual([
      'wrong.yaml:2:23: channels.main.url: open-secret: users other than its owner can read it: use chmod 600',
    ]);
  });

  test.each([0o600, 0o400])('a secret file of mode %o is read', async (mode) => {
    await rm(join(folder, 'private'), { force: true });
    await write('private', `${HOOK}\r\n`, mode);
    const file = await write('right.yaml', lines('channels:', '  main: {kind: teams, url: {file: private}}', ...TAIL));
    const { channels } = await loadAlertConfig(file, {});
    expect((channels.get('main') as { url: Secret }).url.reveal()).toBe(HOOK);
  });

  test('addresses without TLS need allowHttp, but for this machine', async () => {
    const load = async (settings: string) =>
      loadAlertConfig(
        await write('url.yaml', lines('channels:', `  main: {kind: ntfy, topic: t, ${settings}}`, ...TAIL)),
        ENV,
      );
    for (const server of [
      'http://127.0.0.1:8080',
      'http://127.9.9.9',
      'http://localhost:1',
      '"http://[::1]:80/x"',
      'https://192.0.2.1',
    ]) {
      await expect(load(`server: ${server}`)).resolves.toBeDefined();
    }
    for (const server of [
      'http://192.0.2.1',
      'http://127.0.0.1.example.com',
      'http://localhost.example.com',
      'ftp://127.0.0.1',
      'ntfy',
    ]) {
      await expect(load(`server: "${server}"`)).rejects.toThrow('channels.main.server: ');
    }
    await expect(load('server: http://192.0.2.1, allowHttp: true')).resolves.toBeDefined();
    await expect(load('server: https://user:T0SECRET@192.0.2.1')).rejects.toThrow(
      'a user and password is not supported',
    );
  });

  test('all mistakes at once, each with its place and what was perhaps meant', async () => {
    expect(
      await problemsOf(
        'channels:',
        '  main: {kind: slack, url: {env: HOOK}, urll: x}',
        '  Hook: {kind: webhook}',
        '  push: {kind: nfty}',
        '  mail: {kind: email, host: "a b", to: [], from: nobody}',
        'routes:',
        '  - {to: [main], sevrity: high, kinds: [exposd], mode: often}',
        'operators: {to: [main]}',
      ),
    ).toEqual(
      [
        /^wrong\.yaml:2:41: channels\.main\.urll: unknown key/,
        /^wrong\.yaml:3:3: channels\.Hook: a channel needs a lower-case name/,
        /^wrong\.yaml:4:10: channels\.push\.kind: expected .* \(did you mean "ntfy"\?\)/,
        /^wrong\.yaml:5:23: channels\.mail\.host: expected a host name/,
        /^wrong\.yaml:5:44: channels\.mail\.from: expected an address/,
        /^wrong\.yaml:5:36: channels\.mail\.to: /,
        /^wrong\.yaml:7:41: routes\.kinds\[0\]: /,
        /^wrong\.yaml:7:50: routes\.mode: /,
        /^wrong\.yaml:7:18: routes\.sevrity: unknown key \(did you mean "severity"\?\)/,
        /^wrong\.yaml:1:1: key "operator" is missing/,
        /^wrong\.yaml:8:1: operators: unknown key \(did you mean "operator"\?\)/,
      ].map((pattern) => expect.stringMatching(pattern)),
    );
  });

  test('channels that are not there', async () => {
    expect(
      await problemsOf(
        'channels:',
        '  main: {kind: slack, url: {env: HOOK}}',
        'routes: [{to: [main, mian]}]',
        'operator: {to: [ops]}',
      ),
    ).toEqual([
      'wrong.yaml:3:22: routes.to[1]: there is no channel "mian" (did you mean "main"?)',
      'wrong.yaml:4:17: operator.to[0]: there is no channel "ops"',
    ]);
  });

  test('contacts never get a digest, which would tell them of other clients', async () => {
    const mail =
      'main: {kind: email, host: mail.example.com, from: a@example.com, to: [b@example.com], contacts: true}';
    expect(
      await problemsOf('channels:', `  ${mail}`, 'routes: [{to: [main], mode: digest}]', 'operator: {to: [main]}'),
    ).toEqual([expect.stringMatching(/^wrong\.yaml:3:16: routes\.to\[0\]: "main" writes to contacts/)]);
  });

  test('a user needs a password, a signature a secret that is worth it, and a topic is a word', async () => {
    const mail = 'kind: email, host: mail.example.com, from: a@example.com, to: [b@example.com]';
    expect(
      await problemsOf(
        'channels:',
        `  main: {${mail}, user: x}`,
        `  other: {${mail}, password: {env: KEY}}`,
        '  hook: {kind: webhook, url: https://a.example, secret: {env: SHORT}}',
        '  push: {kind: ntfy, server: https://a.example, topic: "a/b"}',
        ...TAIL,
      ),
    ).toEqual([
      expect.stringContaining('channels.main.user: needs a password'),
      expect.stringContaining('channels.other.password: needs a user'),
      expect.stringContaining('channels.hook.secret: is shorter than 16 characters'),
      expect.stringContaining('channels.push.topic: '),
    ]);
  });

  test('reports: schedule, channels, letterhead, each with its place', async () => {
    const mail = 'mail: {kind: email, host: localhost, from: a@b.example, to: [c@d.example]}';
    const problems = await problemsOf(
      `channels: {main: {kind: slack, url: {env: HOOK}}, ${mail}}`,
      ...TAIL,
      'reports:',
      '  often: {schedule: "* 7 1 * *", to: [mial, main]}',
      '  never: {schedule: "0 7 31 2 *", to: [mail], through: mail}',
      '  where: {schedule: "0 7 1 * *", timeZone: Europe/Berln, to: contacts, brand: no.yaml}',
      '  chat: {schedule: "0 7 1 * *", to: contacts, through: main}',
      '  all: {schedule: "0 7 1 * *", of: fleet, to: contacts}',
    );
    expect(problems).toEqual([
      'wrong.yaml:5:11: reports.often.schedule: "* 7 1 * *" comes several times a day: a report comes once a day at most',
      expect.stringMatching(
        /^wrong.yaml:5:39: reports.often.to\[0\]: there is no channel "mial" \(did you mean "mail"/,
      ),
      'wrong.yaml:5:45: reports.often.to[1]: "main" is a channel of kind slack: reports are sent by e-mail',
      expect.stringContaining('reports.never.schedule: bad schedule "0 7 31 2 *": never occurs'),
      'wrong.yaml:6:47: reports.never.through: has an effect with to: contacts only',
      expect.stringContaining('reports.where.timeZone: unknown time zone "Europe/Berln" (did you mean'),
      expect.stringContaining('reports.where: to: contacts needs through: the name of the e-mail channel'),
      expect.stringMatching(/^wrong.yaml:7:\d+: reports.where.brand: .*no.yaml: no such file/),
      'wrong.yaml:8:47: reports.chat.through: "main" is a channel of kind slack: reports are sent by e-mail',
      expect.stringMatching(/^wrong.yaml:9:\d+: reports.all.to: a report of all clients goes to e-mail channels/),
    ]);
    expect(
      await problemsOf(`channels: {${mail}}`, 'routes: []', 'operator: {to: [mail]}', 'reports: {a: {to: mail}}'),
    ).toEqual([
      expect.stringContaining('reports.a: key "schedule" is missing'),
      expect.stringContaining('reports.a.to: expected contacts, or a list of e-mail channels'),
    ]);
  });

  test.each(['', '[]', 'text', 'channels: 1', 'channels: {__proto__: {kind: slack}}', 'channels: [a]'])(
    '%j is no configuration',
    async (text) => {
      expect((await problemsOf(text)).length).toBeGreaterThan(0);
    },
  );

  test('any YAML-like text either loads or is an InputError', async () => {
    const word = fc.constantFrom(
      'channels',
      'main',
      'kind',
      'slack',
      'url',
      'env',
      'HOOK',
      'routes',
      'to',
      'operator',
      ': ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '- ',
      '"',
      '__proto__',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 40 }), async (words) => {
        const file = await write('any.yaml', words.join(''));
        await loadAlertConfig(file, ENV).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
      }),
      { numRuns: 200 },
    );
  });
});

describe('a secret', () => {
  const secret = new Secret('T0SECRET');

  test('is shown nowhere but where it is revealed', () => {
    const shown = [
      String(secret),
      `${secret as unknown as string}`,
      JSON.stringify({ secret }),
      inspect(secret),
      inspect({ deep: [{ secret }] }, { depth: 9, showHidden: true, getters: true }),
      JSON.stringify(Object.entries(secret)),
      new Error('x', { cause: secret }).stack,
      inspect(new Error(String(secret), { cause: { secret } })),
      String(Object.values({ ...secret })),
    ];
    for (const text of shown) expect(text).not.toContain('T0SECRET');
    expect(shown.slice(0, 5).every((text) => text!.includes('[secret]'))).toBe(true);
    expect(secret.reveal()).toBe('T0SECRET');
  });

  test('hideSecrets takes it out of any text, and its long words', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.stringMatching(/^[\w/.-]{1,40}$/), (before, after, text) => {
        const found = hideSecrets(`${before} ${text} ${after}`, [new Secret(text)]);
        if (!'[secret]'.includes(text) && !before.includes(text) && !after.includes(text))
          expect(found).not.toContain(text);
      }),
    );
    expect(hideSecrets('Cannot POST /services/B0SECRET', [new Secret(HOOK)])).toBe('Cannot POST /[secret]/[secret]');
    expect(hideSecrets('invalid_token', [new Secret(HOOK)])).toBe('invalid_token');
  });
});
