import { isIP } from 'node:net';
import * as z from 'zod';
import { type Secret, SecretReference } from './alert-config-secret.js';
import { reportSchema } from './report-schema.js';
import { CHANGE_KINDS } from '../../model/change.js';
import { SEVERITIES } from '../../model/severity.js';
import { ID_PATTERN, idSchema } from '../../model/text.js';
import { suggest } from '../../words/input.js';
import { listChoices } from '../../words/sentence.js';

const MIN_SIGNATURE_SECRET = 16;

/*
 * The format of the alert configuration, and the settings of each kind of channel.
 */

const SECRET_FORM = 'expected {env: NAME} or {file: PATH}; the secret itself must not be in this file';

const secretSource = z
  .strictObject(
    {
      env: z.string().min(1).max(256).optional().describe('name of an environment variable'),
      file: z
        .string()
        .min(1)
        .max(4096)
        .optional()
        .describe('a file, relative to this one, that only its owner may read'),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? SECRET_FORM : undefined) },
  )
  .refine(({ env, file }) => (env === undefined) !== (file === undefined), SECRET_FORM);

/** A setting that is never written into the file itself. */
const secret = secretSource.transform((source) => new SecretReference(source)).describe('where the secret is found');

/** A setting that may be secret, and need not be. */
const maybeSecret = z
  .union([z.string().min(1).max(2048), secretSource])
  .transform((source) => new SecretReference(typeof source === 'string' ? { text: source } : source))
  .describe('the text, or where it is found');

const allowHttp = z.boolean().default(false).describe('allow an address without TLS that is not on this machine');

const MAILBOX =
  /^(?:[^\p{Cc}<>]{0,128}<[^\s\p{Cc}<>@,;]{1,64}@[^\s\p{Cc}<>@,;]{1,255}>|[^\s\p{Cc}<>@,;]{1,64}@[^\s\p{Cc}<>@,;]{1,255})$/u;

const mailbox = z
  .string()
  .regex(MAILBOX, 'expected an address such as alerts@example.com or "Alerts <alerts@example.com>"');

/** The settings of a channel, by its kind. */
export const CHANNEL_SCHEMAS = {
  webhook: z.strictObject({
    kind: z.literal('webhook'),
    url: maybeSecret.describe('where the JSON is posted to'),
    secret: secret.describe('key of the signature, at least 16 characters'),
    allowHttp,
  }),
  email: z.strictObject({
    kind: z.literal('email'),
    host: z
      .string()
      .regex(/^[\w.:-]{1,253}$/, 'expected a host name or an address')
      .describe('the mail server'),
    port: z.int().min(1).max(65_535).optional().describe('465 with tls: implicit, 587 with starttls, 25 with none'),
    tls: z
      .enum(['starttls', 'implicit', 'none'])
      .optional()
      .describe('starttls; none if the server is on this machine'),
    user: z.string().min(1).max(256).optional(),
    password: secret.optional(),
    from: mailbox,
    to: z.array(mailbox).min(1).max(100),
    contacts: z.boolean().default(false).describe("write to the client's contacts too"),
    autoSubmitted: z
      .boolean()
      .default(true)
      .describe('mark mails as sent by a program; false for a help desk that ignores such mails'),
  }),
  slack: z.strictObject({
    kind: z.literal('slack'),
    url: secret.describe('address of an incoming webhook'),
    allowHttp,
  }),
  teams: z.strictObject({
    kind: z.literal('teams'),
    url: secret.describe('address of a Workflows webhook'),
    allowHttp,
  }),
  ntfy: z.strictObject({
    kind: z.literal('ntfy'),
    server: z.string().min(1).max(2048).describe('address of the server'),
    topic: maybeSecret.describe('anyone who knows the topic of a public server can read it'),
    token: secret.optional().describe('access token'),
    allowHttp,
  }),
};

/** Kinds of channel. */
export type ChannelKind = keyof typeof CHANNEL_SCHEMAS;

/** Settings with what is yet to be fetched in the place of secrets: what the file says. */
export type UnresolvedSettings = z.infer<(typeof CHANNEL_SCHEMAS)[ChannelKind]>;

type WithSecrets<T> = {
  readonly [K in keyof T]: T[K] extends SecretReference | undefined ? Secret | Exclude<T[K], SecretReference> : T[K];
};

/** The settings of one kind of channel, its secrets fetched. */
export type ChannelSettings<K extends ChannelKind = ChannelKind> = {
  [P in K]: WithSecrets<z.infer<(typeof CHANNEL_SCHEMAS)[P]>>;
}[K];

const channelNames = z.array(idSchema).min(1).max(100).describe('channels, by their names above');

const names = z.array(z.string().min(1).max(128)).min(1).max(1000);

const routeSchema = z.strictObject({
  to: channelNames,
  severity: z.enum(SEVERITIES).default('info').describe('changes at least this bad'),
  groups: names.optional().describe('clients of one of these groups'),
  tags: names.optional().describe('clients with one of these tags'),
  kinds: z.array(z.enum(CHANGE_KINDS)).min(1).optional().describe('changes of these kinds'),
  mode: z
    .enum(['immediate', 'digest'])
    .default('immediate')
    .describe('immediate: a message for each client; digest: one for each sweep'),
});

/** Which changes go to which channels. */
export type Route = Readonly<z.infer<typeof routeSchema>>;

const fileOf = <T extends z.ZodType>(channels: T) =>
  z.strictObject({
    channels,
    routes: z.array(routeSchema).max(1000).describe('every route that matches a change applies'),
    operator: z.strictObject({ to: channelNames }).describe('who is alerted to trouble with sallyport itself'),
    reports: z.record(idSchema, reportSchema).default({}).describe('reports by mail, on a schedule, by name'),
  });

/** The format of an alert configuration, for editors. */
export const alertConfigFileSchema = fileOf(
  z.record(
    idSchema,
    z.discriminatedUnion('kind', [
      CHANNEL_SCHEMAS.webhook,
      CHANNEL_SCHEMAS.email,
      CHANNEL_SCHEMAS.slack,
      CHANNEL_SCHEMAS.teams,
      CHANNEL_SCHEMAS.ntfy,
    ]),
  ),
);

const KINDS = Object.keys(CHANNEL_SCHEMAS) as ChannelKind[];

const kindSchema = z.looseObject({
  kind: z.enum(KINDS, {
    error: ({ input }) => `expected ${listChoices(KINDS)}${suggest(typeof input === 'string' ? input : '', KINDS)}`,
  }),
});

/** The format of just this configuration: each channel by its own kind, so that every mistake is told by its name. */
export function schemaForChannels(value: unknown) {
  const channels = (value as { channels?: unknown } | null)?.channels;
  const given = channels && typeof channels === 'object' && !Array.isArray(channels) ? Object.entries(channels) : [];
  return fileOf(
    z.strictObject(
      Object.fromEntries(
        given.map(([name, settings]): [string, z.ZodType<UnresolvedSettings>] => [
          name,
          schemaForChannel(name, settings),
        ]),
      ),
    ),
  );
}

function schemaForChannel(name: string, settings: unknown): z.ZodType<UnresolvedSettings> {
  if (!ID_PATTERN.test(name))
    return z.never({ error: 'a channel needs a lower-case name: letters, digits and hyphens' });
  const kind = kindSchema.safeParse(settings).data?.kind;
  return kind ? CHANNEL_SCHEMAS[kind] : kindSchema.transform(() => z.NEVER);
}

/** What is wrong with a channel's settings, and with which of them. */
export interface SettingsProblem {
  readonly key: string;
  readonly problem: string;
}

/** Checks what a schema cannot: addresses that may be secret, and settings that belong together. */
export function findSettingsProblem(settings: ChannelSettings): SettingsProblem | null {
  switch (settings.kind) {
    case 'webhook':
      if (settings.secret.reveal().length < MIN_SIGNATURE_SECRET) {
        return { key: 'secret', problem: `is shorter than ${MIN_SIGNATURE_SECRET} characters` };
      }
      return checkUrl('url', settings.url.reveal(), settings.allowHttp);
    case 'slack':
    case 'teams':
      return checkUrl('url', settings.url.reveal(), settings.allowHttp);
    case 'ntfy':
      if (!/^[\w-]{1,64}$/.test(settings.topic.reveal())) {
        return { key: 'topic', problem: 'expected up to 64 letters, digits, hyphens and underscores' };
      }
      return checkUrl('server', settings.server, settings.allowHttp);
    case 'email':
      if ((settings.user === undefined) === (settings.password === undefined)) return null;
      return settings.user === undefined
        ? { key: 'password', problem: 'needs a user' }
        : { key: 'user', problem: 'needs a password' };
  }
}

function checkUrl(key: string, text: string, allowHttp: boolean): SettingsProblem | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !['https:', 'http:'].includes(url.protocol)) return { key, problem: 'is not an https:// address' };
  if (url.username || url.password) return { key, problem: 'an address with a user and password is not supported' };
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    return { key, problem: 'http:// can be read on the way; use https://, or set allowHttp: true' };
  }
  return null;
}

/** Whether a host name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
