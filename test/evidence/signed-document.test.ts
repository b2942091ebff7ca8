import { sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/evidence/canonical-json.js';
import { createKey } from '../../src/evidence/keys.js';
import type { PageKind } from '../../src/evidence/page-signature.js';
import { appendSignature, signJson } from '../../src/evidence/sign-document.js';
import { matchReport, verifyJson, verifyPage } from '../../src/evidence/verify-document.js';
import type { Statement } from '../../src/model/signature.js';
import { jsonFile, page, pdf, signing } from './signing.js';

const PAGES: readonly (readonly [PageKind, Buffer])[] = [
  ['html', page],
  ['pdf', pdf],
];
const other = createKey(null);

/** What a verified document says, or why it is not verified. */
function verify(document: Uint8Array, beside: string | Uint8Array | null = null): Statement | string {
  const found = beside === null ? verifyPage(document) : verifyJson(document, Buffer.from(beside));
  return found.state === 'intact' ? found.statement : found.state === 'altered' ? found.why : found.state;
}

const signed = (kind: PageKind, document: Uint8Array, change = {}) =>
  appendSignature(document, kind, { ...signing, ...change });

/** Every document that differs from this one in one bit. */
function* flip(document: Buffer): Generator<Buffer> {
  for (let at = 0; at < document.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(document);
      flipped[at]! ^= 1 << bit;
      yield flipped;
    }
  }
}

/** The altered documents that are taken for intact. */
function listUnnoticed(altered: Iterable<Buffer>, check: (document: Buffer) => Statement | string): string[] {
  return [...altered].filter((document) => typeof check(document) !== 'string').map((document) => document.toString());
}

describe.each(PAGES)('a signed %s', (kind, document) => {
  const whole = signed(kind, document);
  const line = kind === 'html' ? '<!-- sallyport-signature: ' : '% sallyport-signature: ';

  test('says what was signed, by which key and when', () => {
    expect(verify(whole)).toEqual({
      kind,
      bytes: expect.stringMatching(/^[0-9a-f]{64}$/),
      report: expect.stringMatching(/^[0-9a-f]{64}$/),
      client: signing.client,
      verdict: 'violation',
      checks: signing.checks,
      checksInAll: 1,
      chain: signing.chain,
      signedAt: '2026-01-05T10:30:00.000Z',
      key: { id: signing.key.id, public: signing.key.spki.toString('base64url'), owner: 'Example Telecom' },
    });
  });

  test('begins with the document as it was, and is the same each time', () => {
    expect(whole.subarray(0, document.length)).toEqual(document);
    expect(signed(kind, document)).toEqual(whole);
  });

  test('any flipped bit is noticed', () => {
    expect(listUnnoticed(flip(whole), (flipped) => verify(flipped))).toEqual([]);
  });

  test('any other byte is noticed', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Buffer.from(whole);
        altered[at]! ^= change;
        expect(typeof verify(altered)).toBe('string');
      }),
    );
  });

  test('any truncation is noticed', () => {
    for (let length = 0; length < whole.length; length++)
      expect(typeof verify(whole.subarray(0, length))).toBe('string');
  });

  test('any byte or line that is put in or after is noticed', () => {
    fc.assert(
      fc.property(
        fc.nat(whole.length),
        fc.constantFrom('\n', ' ', '\r', '\0', 'x', '<!-- -->\n', '%%EOF\n'),
        (at, text) => {
          const altered = Buffer.concat([whole.subarray(0, at), Buffer.from(text), whole.subarray(at)]);
          expect(typeof verify(altered)).toBe('string');
        },
      ),
    );
    for (const text of ['\n', ' ', '\0', 'x']) expect(verify(Buffer.concat([whole, Buffer.from(text)]))).toBe('form');
  });

  test.each([
    ['CRLF', /\n/g, '\r\n'],
    ['CR', /\n/g, '\r'],
  ])('line ends that became %s are noticed', (_name, from, to) => {
    expect(typeof verify(Buffer.from(whole.toString('latin1').replace(from, to), 'latin1'))).toBe('string');
  });

  test('a byte order mark is noticed', () => {
    expect(verify(Buffer.concat([Buffer.from('\ufeff'), whole]))).toBe('bytes');
  });

  test('the signature of another report is noticed', () => {
    const another = signed(kind, Buffer.concat([Buffer.from(kind === 'pdf' ? '%PDF-1.4\n' : '<p>2\n'), document]));
    const cut = (text: Buffer) => text.indexOf(line);
    const swapped = Buffer.concat([whole.subarray(0, cut(whole)), another.subarray(cut(another))]);
    expect(verify(swapped)).toBe('bytes');
  });

  test('a second signature is noticed, whoever made it', () => {
    expect(() => appendSignature(whole, kind, { ...signing, key: other })).toThrow(TypeError);
    const at = whole.indexOf(line);
    expect(verify(Buffer.concat([whole, whole.subarray(at)]))).toBe('several');
    expect(verify(Buffer.concat([whole.subarray(0, at), whole.subarray(at), whole.subarray(at)]))).toBe('several');
  });

  test('a statement that another key signs in the name of this one is noticed', () => {
    const forge = (change: (statement: Statement) => Statement, key = other): Buffer => {
      const at = whole.indexOf(line) + line.length;
      const end = whole.indexOf(kind === 'html' ? ' -->' : '\n', at);
      const parsed = JSON.parse(Buffer.from(whole.toString('latin1', at, end), 'base64url').toString()) as {
        schema: string;
        statement: Statement;
      };
      const statement = change(parsed.statement);
      const signature = sign(null, Buffer.from(`${parsed.schema}\n${canonicalJson(statement)}`), key.privateKey);
      const text = canonicalJson({ ...parsed, statement, signature: signature.toString('base64url') });
      const encoded = Buffer.from(Buffer.from(text).toString('base64url'));
      return Buffer.concat([whole.subarray(0, at), encoded, whole.subarray(end)]);
    };
    expect(forge((statement) => statement, signing.key)).toEqual(whole);
    expect(verify(forge((statement) => statement))).toBe('signature');
    const named = { ...signing.key, public: other.spki.toString('base64url') };
    expect(verify(forge((all) => ({ ...all, key: { ...all.key, public: named.public } })))).toBe('form');
    expect(verify(forge((all) => ({ ...all, verdict: 'compliant' })))).toBe('signature');
    expect(verify(forge((all) => ({ ...all, kind: 'json' }), signing.key))).toBe('kind');
    expect(verify(forge((all) => ({ ...all, bytes: '0'.repeat(64) }), signing.key))).toBe('bytes');
    expect(verify(forge((all) => ({ ...all, more: 1 }) as Statement, signing.key))).toBe('form');
  });

  test('one without its signature is unsigned', () => {
    expect(verify(document)).toBe('unsigned');
    expect(verify(Buffer.alloc(0))).toBe('unsigned');
  });

  test('any document can be signed, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const any =
          kind === 'pdf' ? Buffer.concat([bytes, Buffer.from('\nstartxref\n9\n%%EOF\n')]) : Buffer.from(bytes);
        expect(verify(signed(kind, any, { report: null, checks: [] }))).toMatchObject({ kind });
      }),
    );
  });
});

test('the end of a PDF is within its last 1,024 bytes, where readers search for it', () => {
  const checks = Array.from({ length: 100 }, () => ({ ...signing.checks[0]!, target: 'x'.repeat(300) }));
  const whole = signed('pdf', pdf, { checks });
  expect(whole.toString('latin1').endsWith('\nstartxref\n43\n%%EOF\n')).toBe(true);
  expect(verify(whole)).toMatchObject({ checksInAll: 100, checks: checks.slice(0, 16) });
});

test('a PDF that does not end as one is not signed', () => {
  expect(() => signed('pdf', Buffer.from('%PDF-1.4\n'))).toThrow(TypeError);
});

test('a page whose data is not the report that was signed is noticed', () => {
  expect(verify(signed('html', page, { report: { verdict: 'compliant' } }))).toBe('report');
  expect(verify(signed('html', Buffer.from('<p>no data\n'), { report: {} }))).toMatchObject({ kind: 'html' });
});

describe('a signed file of JSON', () => {
  const beside = signJson(jsonFile, signing);

  test('says what was signed', () => {
    expect(verify(jsonFile, beside)).toMatchObject({ kind: 'json', client: signing.client, checks: signing.checks });
  });

  test('any flipped bit of the file or its signature is noticed', () => {
    expect(listUnnoticed(flip(jsonFile), (flipped) => verify(flipped, beside))).toEqual([]);
    expect(listUnnoticed(flip(Buffer.from(beside)), (flipped) => verify(jsonFile, flipped))).toEqual([]);
  });

  test('truncation, appended bytes, other line ends and another layout are noticed', () => {
    const text = jsonFile.toString();
    const others = [
      text.slice(0, -1),
      `${text}\n`,
      text.replaceAll('\n', '\r\n'),
      JSON.stringify(signing.report),
      `\ufeff${text}`,
    ];
    for (const altered of others) expect(verify(Buffer.from(altered), beside)).toBe('bytes');
    for (const altered of [
      beside.slice(0, -1),
      `${beside}\n`,
      ` ${beside}`,
      `\ufeff${beside}`,
      beside.replace('\n', '\r\n'),
      '',
      '\n',
      '{}\n',
    ])
      expect(verify(jsonFile, altered)).toBe('form');
  });

  test('the signature of another report, or of another kind of file, is noticed', () => {
    expect(verify(jsonFile, signJson(Buffer.from('{}\n'), { ...signing, report: {} }))).toBe('bytes');
    expect(verify(jsonFile, signJson(jsonFile, { ...signing, report: {} }))).toBe('report');
    const whole = signed('html', page).toString();
    const inPage = Buffer.from(/signature: (\S+)/.exec(whole)![1]!, 'base64url').toString();
    expect(verify(page, `${inPage}\n`)).toBe('kind');
  });

  test('a key that stands twice is noticed, although JSON.parse sees nothing', () => {
    const twice = Buffer.from('{"verdict":"violation","verdict":"compliant"}');
    const report: unknown = JSON.parse(twice.toString());
    expect(verify(twice, signJson(twice, { ...signing, report }))).toBe('report');
  });
});

test('a report matches however it is laid out, and not if anything in it differs', () => {
  const statement = verify(signed('html', page)) as Statement;
  expect(matchReport(jsonFile.toString(), statement)).toBe(true);
  expect(matchReport(JSON.stringify(signing.report), statement)).toBe(true);
  expect(matchReport(JSON.stringify({ ...(signing.report as object), more: 1 }), statement)).toBe(false);
  expect(matchReport('no JSON', statement)).toBe(null);
});
