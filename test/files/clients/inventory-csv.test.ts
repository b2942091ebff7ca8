import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createInventories } from './inventory-files.js';

const files = createInventories();
const problems = (...lines: string[]) => files.problems('clients.csv', lines.join('\n'));
const ALL =
  'id,name,address,network,profile,services,sources,source,group,schedule,time_zone,' +
  'authorized_by,authorization_reference,authorized_until,contacts,tags,paused,notes';

describe('what a row says', () => {
  test('all columns', async () => {
    const { clients, groups, format } = await files.load(
      'all.csv',
      `${ALL}\n` +
        'a-1,"A ""quoted"", name",192.0.2.1;pbx.example.com,198.51.100.0/24,remote-maintenance,' +
        '"webpro=8081|pcpro=8010, 8011","dealer=192.0.2.128/28, 192.0.2.9",dealer,north,30 3 * * *,Europe/Berlin,' +
        'J. Doe,Contract 1,2027-12-31,a@example.com | b@example.com,gold|voip,Yes,"two\r\nlines"\n',
    );
    expect(format).toBe('csv');
    expect(groups).toEqual([{ id: 'north', title: 'north', schedule: null, timeZone: 'UTC' }]);
    expect(clients).toEqual([
      {
        id: 'a-1',
        name: 'A "quoted", name',
        addresses: ['192.0.2.1', 'pbx.example.com'],
        network: ['198.51.100.0/24'],
        profile: 'remote-maintenance',
        services: { webpro: [8081], pcpro: [8010, 8011] },
        sources: { dealer: ['192.0.2.128/28', '192.0.2.9'] },
        source: 'dealer',
        group: 'north',
        schedule: '30 3 * * *',
        timeZone: 'Europe/Berlin',
        authorization: { by: 'J. Doe', reference: 'Contract 1', until: '2027-12-31' },
        contacts: ['a@example.com', 'b@example.com'],
        tags: ['gold', 'voip'],
        paused: true,
        notes: 'two\nlines',
      },
    ]);
  });

  test('little is needed', async () => {
    const { clients } = await files.load('little.csv', 'address,id\n192.0.2.1,a\n');
    expect(clients).toEqual([
      {
        id: 'a',
        name: 'a',
        addresses: ['192.0.2.1'],
        network: [],
        profile: 'closed',
        services: {},
        sources: {},
        source: null,
        group: null,
        schedule: null,
        timeZone: 'UTC',
        authorization: null,
        contacts: [],
        tags: [],
        paused: false,
        notes: '',
      },
    ]);
  });

  test.each([
    ['commas', 'id,address,tags\na,192.0.2.1;192.0.2.2,x|y;z\n'],
    ['semicolons', 'id;address;tags\na;192.0.2.1|192.0.2.2;x|y|z\n'],
    ['a byte order mark and CRLF', '\ufeffid,address,tags\r\na,192.0.2.1|192.0.2.2,x|y|z\r\n'],
    ['CR alone', 'id,address,tags\ra,192.0.2.1|192.0.2.2,x|y|z\r'],
    ['mixed line ends and none at last', 'id,address,tags\r\n\n,,\r\n  \na,192.0.2.1|192.0.2.2,x|y|z'],
    ['capitals and spaces in the header', ' ID ,"Address",TAGS\n a , 192.0.2.1|192.0.2.2 , x | y | z \n'],
  ])('%s', async (_, text) => {
    const { clients } = await files.load('form.csv', text);
    expect(clients).toMatchObject([{ id: 'a', addresses: ['192.0.2.1', '192.0.2.2'], tags: ['x', 'y', 'z'] }]);
  });
});

describe('what spreadsheets write', () => {
  const HEAD = 'id;name;address;authorized_by;authorization_reference';
  const ROW = 'muster;Bäckerei Muster;192.0.2.17;A. Muster;Vertrag 12';

  test.each([
    ['sep= before the header', `\ufeffsep=;\r\n${HEAD}\r\n${ROW}\r\n`],
    ['sep= in quotation marks', `"sep=;"\r\n${HEAD}\r\n${ROW}\r\n`],
    ['sep= that was saved again', `sep=;;;;\r\n${HEAD}\r\n${ROW}\r\n`],
    ['tabs', `${HEAD}\n${ROW}\n`.replaceAll(';', '\t')],
    ['tabs after sep=', `sep=\t\r\n${HEAD}\r\n${ROW}\r\n`.replaceAll(';', '\t')],
    ['empty columns behind', `${HEAD};;;\r\n${ROW};;;\r\n;;;;;;;\r\n`],
    ['an empty column between', `${HEAD.replace(';name', ';;name')}\n${ROW.replace(';B', ';;B')}\n`],
    ['rows shorter than the header', `${HEAD};tags;notes\r\n${ROW}\r\n`],
    ['rows longer than the header', `${HEAD}\r\n${ROW};;;\r\n`],
    ['a final Ctrl-Z', `${HEAD}\r\n${ROW}\r\n\x1a`],
    ['zero bytes at the end', `${HEAD}\r\n${ROW}\r\n${'\0'.repeat(1000)}`],
    ['IP for the address', `${HEAD.replace('address', 'IP')}\n${ROW}\n`],
    ['columns of its own', `x-Platz;${HEAD};X-Farbe\n7;${ROW};rot\n`],
  ])('%s', async (_, text) => {
    const { clients, notes } = await files.load('sheet.csv', text);
    expect(clients).toMatchObject([
      {
        ...{ id: 'muster', name: 'Bäckerei Muster', addresses: ['192.0.2.17'], tags: [], notes: '' },
        authorization: { by: 'A. Muster', reference: 'Vertrag 12', until: null },
      },
    ]);
    expect(notes).toEqual([]);
  });

  test.each([
    ['UTF-16LE', Buffer.from(`\ufeff${HEAD}\r\n${ROW}\r\n`, 'utf16le'), ''],
    ['UTF-16LE', Buffer.from(`${HEAD}\r\n${ROW}\r\n`, 'utf16le'), ''],
    ['UTF-16BE', Buffer.from(`\ufeff${HEAD}\r\n${ROW}\r\n`, 'utf16le').swap16(), ''],
    ['Windows-1252', Buffer.from(`${HEAD}\r\n${ROW}\r\n`, 'latin1'), '; check that "Bäckerei" is right'],
  ])('%s is read, and noted', async (encoding, bytes, sample) => {
    const { clients, notes } = await files.load('sheet.csv', bytes);
    expect(clients).toMatchObject([{ name: 'Bäckerei Muster' }]);
    expect(notes).toEqual([`${files.directory}/sheet.csv: is not UTF-8: read as ${encoding}${sample}`]);
  });

  test.each(['31 Dec 2030', '"Dec 31, 2030"', '31. Dezember 2030', '31/Dec/2030', '31 décembre 2030', '31-дек-2030'])(
    'a day with the name of a month, %s, is refused with how to write it',
    async (cell) => {
      const [problem, ...more] = await problems(
        'id,address,authorized_by,authorization_reference,authorized_until',
        `a,192.0.2.1,Ann,7,${cell}`,
      );
      const said = `"${cell.replaceAll('"', '')}": write the month as a number, as in 2027-12-31`;
      expect(problem).toBe(`clients.csv:2:19: authorized_until: ${said}`);
      expect(more).toEqual([]);
    },
  );

  test('mistakes keep their lines and columns', async () => {
    expect(await problems('sep=;', `${HEAD};until`, 'a;A;192.0.2.300;me')).toEqual([
      expect.stringMatching(/^clients\.csv:2:55: unknown column "until"/),
    ]);
    expect(await problems('sep=;', HEAD, 'a;A;192.0.2.300;me')).toEqual([
      expect.stringMatching(/^clients\.csv:3:5: address: "192\.0\.2\.300" is not an address/),
      'clients.csv:3:19: authorization_reference: is missing',
    ]);
  });

  test('columns of its own may be named, and given only once otherwise', async () => {
    const text = 'id,IP,Colour,colour,host\na,192.0.2.1,red,green,192.0.2.2\n';
    await expect(files.load('own.csv', text)).rejects.toThrow('unknown column "Colour"');
    await expect(files.load('own.csv', text, ['COLOUR'])).rejects.toThrow('"host" is given twice: it means "address"');
    expect((await files.load('own.csv', text, ['colour', 'host'])).clients).toMatchObject([
      { addresses: ['192.0.2.1'] },
    ]);
  });
});

describe('what is wrong is told at its place', () => {
  test('the header', async () => {
    expect(await problems('id,adress,name,colour,id')).toEqual([
      'clients.csv:1:4: unknown column "adress" (did you mean "address"?); call it "x-adress" or give --ignore "adress" to leave it out',
      'clients.csv:1:16: unknown column "colour"; call it "x-colour" or give --ignore "colour" to leave it out',
      'clients.csv:1:23: column "id" is given twice',
      'clients.csv:1:1: column "address" is missing',
    ]);
    for (const empty of ['', '\n\n', '\ufeff']) {
      expect(await problems(empty)).toEqual([expect.stringContaining('clients.csv: is empty: expected a header row')]);
    }
  });

  test('every column, and several mistakes in one row', async () => {
    expect(
      await problems(
        ALL,
        '-x,,host.example,192.0.2.0/33,,webpro=80x,provider,,a b,* * *,Mars/Base,me,,2027-02-30,a@b|c,-t,perhaps,"a\x01"',
        'b,,192.0.2.1/x,,sip-trnk,,,,,0 0 31 2 *,,,ref,,,,,',
        'c,,pbx.example.org,,sip-trunk,webpo=81|pcpro=80,providr=192.0.2.0/24,delar,,,,,,,,,,',
        'd,,192.0.2.4,192.0.2.0/24,closed,pcpro=80,,,,,,,,,,,,',
        'e,,,,./none.yaml,,x=y,,,,,,,,,,,',
      ),
    ).toEqual([
      expect.stringMatching(/^clients\.csv:2:1: id: expected letters, digits/),
      'clients.csv:2:18: network: bad network "192.0.2.0/33": expected a form such as 192.0.2.0/24',
      expect.stringMatching(/^clients\.csv:2:32: services: bad port "webpro=80x"/),
      expect.stringMatching(/^clients\.csv:2:43: sources: bad source "provider": expected a form such as/),
      expect.stringMatching(/^clients\.csv:2:53: group: expected letters, digits/),
      'clients.csv:2:63: time_zone: unknown time zone "Mars/Base"; expected a name such as Europe/Berlin',
      'clients.csv:2:76: authorization_reference: is missing',
      'clients.csv:2:77: authorized_until: expected a date such as 2027-12-31',
      'clients.csv:2:88: contacts: "c" is not an e-mail address',
      expect.stringMatching(/^clients\.csv:2:94: tags: bad tag "-t": /),
      'clients.csv:2:97: paused: "perhaps": expected yes or no',
      'clients.csv:2:105: notes: control characters are not allowed',
      expect.stringMatching(/^clients\.csv:3:4: address: bad network "192\.0\.2\.1\/x"/),
      expect.stringMatching(/^clients\.csv:3:17: profile: no profile "sip-trnk" \(did you mean "sip-trunk"\?\)/),
      'clients.csv:3:30: schedule: bad schedule "0 0 31 2 *": never occurs, like February 31',
      'clients.csv:3:42: authorized_by: is missing',
      'clients.csv:4:31: services: profile "sip-trunk" has no service "webpo" (did you mean "webpro"?)',
      'clients.csv:4:49: sources: profile "sip-trunk" has no source "providr" (did you mean "provider"?)',
      'clients.csv:4:70: source: profile "sip-trunk" has no source "delar"',
      'clients.csv:5:14: network: applies to host names only, but there is no host name',
      expect.stringMatching(/^clients\.csv:5:34: services: service "pcpro" cannot move to tcp\/80: service "webpro"/),
      'clients.csv:6:4: address: is missing',
      expect.stringMatching(/^clients\.csv:6:19: sources: bad network "y"/),
    ]);
  });

  test.each([
    ['0 3 1 13 *', 'month 13 does not exist: expected 1 to 12'],
    ['0 3 0 1 *', 'day 0 does not exist: expected 1 to 31'],
    ['60 3 * * *', 'minute 60 does not exist: expected 0 to 59'],
    ['0 3-25 * * *', 'hour 25 does not exist: expected 0 to 23'],
    ['0 3 * * 8', 'weekday 8 does not exist: expected 0 to 7'],
    [
      '0 3 * * MOO',
      'the weekday "MOO" is not understood: expected *, numbers from 0 to 7, ranges such as 0-2, or steps such as */2',
    ],
    ['@dayly', 'expected one of @hourly, @daily, @weekly, @monthly, @yearly (did you mean "@daily"?)'],
  ])('the schedule %s is told in our own words', async (schedule, problem) => {
    const told = await problems('id,address,schedule', `a,192.0.2.1,${schedule}`);
    expect(told).toEqual([`clients.csv:2:13: schedule: bad schedule "${schedule}": ${problem}`]);
  });

  test('a schedule of other than five fields', async () => {
    const lines = ['* * * *', '0 0 3 * * *', '61 * * * *', '2027-01-01T00:00:00', '@never'].map(
      (s, i) => `c${i},x${i}.example,${s}`,
    );
    const told = await problems('id,address,schedule', ...lines);
    expect(told).toHaveLength(5);
    for (const [i, line] of told.entries()) expect(line).toContain(`clients.csv:${i + 2}:15: schedule: bad schedule`);
  });

  test('cells that belong to no column', async () => {
    expect(await problems('id,address,,notes', 'a,192.0.2.1,,x, y', 'b,192.0.2.2', 'c,192.0.2.3,?,', 'd')).toEqual([
      'clients.csv:2:16: "y" is beyond the last column of the header; a cell with "," in it needs quotation marks',
      'clients.csv:4:13: "?" is in a column without a name',
      'clients.csv:5:2: address: is missing',
    ]);
  });

  test('lines are those of an editor, whatever stands in quotation marks', async () => {
    const text =
      'id,notes,address\r\n\r\na,"1\r\n2\n3",192.0.2.1\r\n"b","x ""y"", z\r\n",bad..\r\n,,\r\nc,,192.0.2.300\r\n';
    expect(await files.problems('lines.csv', text)).toEqual([
      expect.stringMatching(/^lines\.csv:7:3: address: "bad\.\."/),
      expect.stringMatching(/^lines\.csv:9:4: address: "192\.0\.2\.300"/),
    ]);
  });

  test('bad quotation marks, after the problems of the rows before', async () => {
    expect(await problems('id,address', 'a,x y', 'b,"192.0.2.1"x', 'c,!')).toEqual([
      expect.stringMatching(/^clients\.csv:2:3: address: "x y"/),
      expect.stringMatching(/^clients\.csv:3: bad quotation marks/),
    ]);
    expect(await problems('id,address', 'b"c,192.0.2.1')).toEqual([
      expect.stringMatching(/^clients\.csv:2: bad quotation marks/),
    ]);
    expect(await problems('id,address', 'a,192.0.2.1', '"b,192.0.2.2', 'c,192.0.2.3')).toEqual([
      'clients.csv:3: a quotation mark in this row is never closed',
    ]);
    expect(await problems('id,address', 'a,192.0.2.1', `"b,${'x\n'.repeat(40_000)}`)).toEqual([
      expect.stringMatching(/^clients\.csv:3: row is longer than 65536 bytes; is a quotation mark left open\?/),
    ]);
  });

  test('no more than 100 at once, and how many there are', async () => {
    const told = await problems('id,address', ...Array.from({ length: 250 }, (_, i) => `c${i},!`));
    expect(told).toHaveLength(101);
    expect(told[99]).toMatch(/^clients\.csv:101:/);
    expect(told[100]).toBe('… and 150 more');
  });
});

describe('what is given twice', () => {
  test('ids and addresses, however they are written', async () => {
    expect(
      await problems(
        'id,address',
        'a,192.0.2.1',
        'b,pbx.example.com',
        'a,192.0.2.16/30',
        'c,::ffff:192.0.2.1',
        'd,PBX.Example.com.',
        'e,192.0.2.18',
        'f,2001:db8::1;2001:0db8:0::0:1',
        'g,192.0.2.24/29',
        'h,192.0.2.16-192.0.2.25',
        'i,192.0.2.32',
      ),
    ).toEqual([
      'clients.csv:4:1: id: "a" is given twice, first in line 2',
      'clients.csv:5:3: address: ::ffff:192.0.2.1 is given twice: it already belongs to client "a" (line 2)',
      'clients.csv:6:3: address: PBX.Example.com. is given twice: it already belongs to client "b" (line 3)',
      'clients.csv:8:3: address: 2001:0db8:0::0:1 is given twice: it already belongs to this client (line 8)',
      'clients.csv:10:3: address: 192.0.2.16-192.0.2.25 overlaps 192.0.2.16/30 of client "a" (line 4)',
      'clients.csv:10:3: address: 192.0.2.16-192.0.2.25 overlaps 192.0.2.18 of client "e" (line 7)',
      'clients.csv:10:3: address: 192.0.2.16-192.0.2.25 overlaps 192.0.2.24/29 of client "g" (line 9)',
    ]);
  });

  test('two clients share an address exactly if that is told', async () => {
    const block = fc.record({ base: fc.nat(255), bits: fc.integer({ min: 24, max: 32 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(block, { maxLength: 12 }), async (blocks) => {
        const spans = blocks.map(({ base, bits }) => {
          const size = 2 ** (32 - bits);
          const first = Math.floor(base / size) * size;
          return { first, last: first + size - 1 };
        });
        const shared = spans.some((a, i) => spans.some((b, j) => i < j && a.first <= b.last && b.first <= a.last));
        const lines = blocks.map(({ bits }, i) => `c${i},198.51.100.${spans[i]!.first}/${bits}`);
        expect((await problems('id,address', ...lines)).length > 0).toBe(shared);
      }),
      { numRuns: 60 },
    );
  });
});

test.each([
  ['192.0.2.0/23', "has 512 addresses; a client's network has at most 256"],
  ['2001:db8::/64', 'at most 256'],
  ['192.0.2.7/24', 'write 192.0.2.7 for this address alone, or 192.0.2.0/24 for all 256 addresses of its network'],
  ['2001:db8::5/120', 'write 2001:db8::5 for this address alone, or 2001:db8::/120 for all 256 addresses'],
  ['224.0.0.1', 'is a multicast address'],
  ['255.255.255.255', 'is the broadcast address'],
  ['::', 'is the unspecified address'],
  ['010.0.0.1', 'without leading zeros'],
  ['https://me@example.com', 'is a URL; give only its host (did you mean "example.com"?)'],
  ['"127.0.0.11, Müller"', '(did you mean "127.0.0.11"?)'],
])('%s is refused as an address', async (address, why) => {
  const [told = '', ...more] = await problems('id,address', `a,${address}`);
  expect(told.slice(0, 26)).toBe('clients.csv:2:3: address: ');
  expect(told).toContain(why);
  expect(more).toEqual([]);
});

test('pasted addresses are understood, and it is said how', async () => {
  const { clients, notes } = await files.load(
    'pasted.csv',
    'id,address\na,http://192.0.2.1/|192.0.2.2:8000\nb,192.0.2.3\n',
  );
  expect(clients).toHaveLength(2);
  expect(notes.map((note) => note.replace(`${files.directory}/`, ''))).toEqual([
    'pasted.csv:2:3: address: "http://192.0.2.1/" is read as 192.0.2.1',
    expect.stringMatching(/^pasted\.csv:2:3: address: "192\.0\.2\.2:8000" is read as 192\.0\.2\.2; port 8000/),
  ]);
  expect(await problems('id,address', 'a,192.0.2.1', 'b,“192.0.2.1”')).toEqual([
    'clients.csv:3:3: address: “192.0.2.1” is given twice: it already belongs to client "a" (line 2)',
  ]);
});

test('networks of names and of sources are no less exact', async () => {
  expect(
    await problems(
      'id,address,network,profile,sources',
      'a,pbx.example.com,198.51.100.7/24,sip-trunk,"provider=192.0.2.0/25,192.0.2.200/25"',
    ),
  ).toEqual([
    expect.stringMatching(
      /^clients\.csv:2:19: network: "198\.51\.100\.7\/24" can be .* or 198\.51\.100\.0\/24 for all/,
    ),
    expect.stringMatching(/^clients\.csv:2:45: sources: "192\.0\.2\.200\/25" can be .* or 192\.0\.2\.128\/25 for all/),
  ]);
});

test('special addresses are left to the sweep to refuse', async () => {
  expect(await problems('id,address', 'a,127.0.0.1', 'b,10.0.0.0/24', 'c,192.0.2.7', 'd,fe80::1')).toEqual([]);
});
