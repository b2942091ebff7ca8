import * as z from 'zod';
import { aliveSchema } from '../profiles/profile-file.js';
import { anyText, line } from '../text/check-schema.js';
import { isDay, readDay } from '../text/day.js';
import { InputError, type Spot } from '../text/input-error.js';
import { refuseNetwork } from '../text/network.js';
import type { KeyPath } from '../text/yaml-document.js';
import { describeBadTimeZone } from './schedule.js';
import { idSchema } from '../../model/text.js';
import { quoteInput } from '../../words/input.js';

/** An id of a client or a group. */
const CLIENT_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const CLIENT_ID_FORM = 'letters, digits, ".", "_" and "-", a letter or digit first, at most 64';

const TAG = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._:@/+-]{0,63}$/u;

const TAG_FORM = 'letters and digits, then also "._:@/+-", without spaces';

/** What an e-mail address looks like; nothing that could end a header line, and no separator of lists. */
const EMAIL = /^[\p{L}\p{N}.!#$%&'*+/=?^_`{}~-]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}.-]{0,188}[\p{L}\p{N}])?$/u;

const NO_CONTROLS_BUT_LINES = /^[^\p{Cc}\p{Cs}]*(?:[\n\t][^\p{Cc}\p{Cs}]*)*$/u;

const id = anyText.regex(CLIENT_ID, `expected ${CLIENT_ID_FORM}`);

/** A list that may be written as its single item. */
const oneOrMore = <T extends z.ZodType>(item: T, max: number) => z.union([z.array(item).max(max), item]);

/** Text about which `describe` finds nothing wrong. */
const judged = (max: number, describe: (text: string) => string | null) =>
  line(max).check(({ value, issues }) => {
    const problem = describe(value);
    if (problem) issues.push({ code: 'custom', input: value, message: problem });
  });

const network = judged(64, refuseNetwork);

const timeZone = judged(64, describeBadTimeZone);

const contact = judged(254, (text) => (EMAIL.test(text) ? null : `${quoteInput(text)} is not an e-mail address`));

const tag = judged(64, (text) => (TAG.test(text) ? null : `bad tag ${quoteInput(text)}: ${TAG_FORM}`));

const port = z.int('expected a port, 1 to 65535').min(1, 'ports are 1 to 65535').max(65_535, 'ports are 1 to 65535');

/** A day with the name of a month: which language that is would have to be guessed. */
const NAMED_MONTH = /^(?=.*\p{L}{3})(?=.*\d{4}).{1,40}$/u;

const day = z.iso.date({
  error: ({ input }) => describeBadDay(typeof input === 'string' ? input : ''),
});

/** Why a text is not a day as it has to be, with the right form where the day is clear. */
function describeBadDay(text: string): string {
  if (NAMED_MONTH.test(text)) return `${quoteInput(text)}: write the month as a number, as in 2027-12-31`;
  try {
    const day = readDay(text);
    if (day !== text && isDay(day)) return `${quoteInput(text)}: write ${day}`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'expected a date such as 2027-12-31';
}

/** Who allowed the checks of a client. */
export const authorizationSchema = z
  .strictObject({
    by: line(200).describe('who authorised the checks'),
    reference: line(200).describe('a contract, ticket or mail that proves it'),
    until: day.nullish().describe("last day on which it is valid, in the client's time zone; no end if left out"),
  })
  .describe('who authorised the checks; a client without an authorisation is never probed');

/** Who vouches for sites that answer nothing. */
export const silenceSchema = z
  .strictObject({
    by: line(128).describe('who knows that the site answers nothing although its line works'),
    until: day.describe('last day on which that holds, UTC: then someone has to look again'),
  })
  .describe('set for a site that is known to answer nothing: its silence is then accepted, and not NO ANSWER');

/** What defaults and groups hand on to clients. */
const inheritable = {
  profile: line(1024).optional().describe('a shipped profile, or a file, relative to this one'),
  services: z
    .record(idSchema, oneOrMore(port, 64))
    .optional()
    .describe('ports of services that were moved, by service id'),
  sources: z
    .record(idSchema, oneOrMore(network, 1024))
    .optional()
    .describe("networks of the profile's sources at this client, by source id"),
  source: line(64).nullish().describe('the source of the profile that the sweep runs from; null for an outsider'),
  alive: aliveSchema.optional(),
  schedule: line(128)
    .nullish()
    .describe('cron expression: minute, hour, day, month, weekday; null if it is only swept by hand'),
  timeZone: timeZone.optional().describe('IANA name, such as Europe/Berlin; UTC if left out'),
  authorization: authorizationSchema.nullish(),
  contacts: oneOrMore(contact, 32).optional().describe('e-mail addresses'),
  tags: oneOrMore(tag, 32)
    .optional()
    .describe('words to select clients by; those of defaults, group and client are combined'),
};

/** For editors: keys of the user's own begin with `x-`. They are left out before a schema sees them. */
const OWN_KEYS = { patternProperties: { '^x-': {} } };

/** What defaults, a group and a client have in common. */
const layerSchema = z.strictObject(inheritable).meta(OWN_KEYS);

/** One client as the inventory has it. */
export const clientEntrySchema = z
  .strictObject({
    id: id.describe('unique in this file; letters, digits, ".", "_" and "-"'),
    name: line(200).optional().describe('for people; the id if left out'),
    address: oneOrMore(line(512), 64).describe('IP addresses, networks of at most 256 addresses, or host names'),
    network: oneOrMore(network, 64).optional().describe('networks within which the host names must resolve'),
    group: id.optional(),
    ...inheritable,
    silence: silenceSchema.nullish(),
    paused: z.boolean().optional().describe('true: neither swept nor alerted'),
    notes: anyText
      .trim()
      .overwrite((text) => text.replaceAll('\r\n', '\n'))
      .max(4096)
      .regex(NO_CONTROLS_BUT_LINES, 'control characters are not allowed')
      .optional(),
  })
  .meta(OWN_KEYS);

const groupSchema = z
  .strictObject({ title: line(200).optional().describe('for people'), ...inheritable })
  .meta(OWN_KEYS);

/** The format of a YAML inventory; schemas/inventory.schema.json is generated from it. */
export const inventoryFileSchema = z
  .strictObject({
    version: z.literal(1).default(1).describe('of this format'),
    defaults: layerSchema.optional().describe('what applies unless the group or client says otherwise'),
    groups: z.record(id, groupSchema).default({}).describe('groups by id; clients inherit from them'),
    clients: z.array(clientEntrySchema),
    ignore: z.array(line(64)).max(64).optional().describe('keys of your own, which are left out'),
  })
  .meta(OWN_KEYS)
  .describe('The clients of a dealer: which addresses to check, when, with which profile, and who authorised it');

/** A YAML inventory after it was read, before anything is inherited. */
export type InventoryFile = z.infer<typeof inventoryFileSchema>;

/** What a layer gives, before it was checked further. */
export type LayerValues = z.infer<typeof layerSchema>;

/** One of defaults, a group, a client: what it gives, and where that stands. */
export interface Layer<T = LayerValues> {
  readonly values: T;
  readonly locate: (path: KeyPath) => Spot;
}

/** What an entry of a client gives, before anything is inherited. */
export type ClientEntry = z.infer<typeof clientEntrySchema>;

/**
 * Refuses what cannot be a client's id; it does not check whether the client exists.
 * @throws InputError
 */
export function checkClientId(text: string): void {
  if (!isClientId(text)) throw new InputError(`${quoteInput(text)} is not a client id: expected ${CLIENT_ID_FORM}`);
}

/** Whether this can be a client's id. */
export function isClientId(text: string): boolean {
  return CLIENT_ID.test(text);
}
