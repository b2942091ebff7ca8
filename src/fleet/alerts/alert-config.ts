import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError, throwErrors } from '../../files/text/input-error.js';
import { describeFileError, readText } from '../../files/text/read-text.js';
import { checkSchema } from '../../files/text/check-schema.js';
import { type KeyPath, problemAt, readYaml } from '../../files/text/yaml-document.js';
import {
  type ChannelSettings,
  findSettingsProblem,
  type Route,
  schemaForChannels,
  type UnresolvedSettings,
} from './alert-config-schema.js';
import { Secret, SecretReference, type SecretSource } from './alert-config-secret.js';
import { findReportProblems, planReport, type ReportPlan } from './report-settings.js';
import { loadBrand } from '../../files/brand/brand.js';
import type { Brand } from '../../model/brand.js';
import { quoteInput, suggest } from '../../words/input.js';

/** Where alerts go. */
export interface AlertConfig {
  readonly file: string;
  /** By name. */
  readonly channels: ReadonlyMap<string, ChannelSettings>;
  readonly routes: readonly Route[];
  readonly operator: { readonly to: readonly string[] };
  /** Reports by mail, by name. */
  readonly reports: ReadonlyMap<string, ReportPlan>;
}

const MAX_SECRET_BYTES = 4096;

/**
 * Loads an alert configuration and fetches its secrets: from `env`, and from files that only their owner may read.
 * @throws InputError with a line, as `file:line:column: key path: problem`, for each problem; never with a secret
 */
export async function loadAlertConfig(
  file: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<AlertConfig> {
  const document = await readYaml(file);
  const data = checkSchema(document, schemaForChannels(document.value));
  const errors: InputError[] = [];
  const report = (path: KeyPath, problem: string) => void errors.push(problemAt(document, path, problem));
  const channels = new Map<string, ChannelSettings>();
  for (const [name, unresolved] of Object.entries(data.channels)) {
    const path = ['channels', name];
    const settings = await fetchSecrets(unresolved, dirname(resolve(file)), env, (key, problem) =>
      report([...path, key], problem),
    );
    if (settings) channels.set(name, settings);
    const found = settings && findSettingsProblem(settings);
    if (found) report([...path, found.key], found.problem);
  }
  const known = Object.keys(data.channels);
  const checkNames = (path: KeyPath, names: readonly string[]) => {
    for (const [i, name] of names.entries()) {
      if (known.includes(name)) continue;
      report([...path, i], `there is no channel ${quoteInput(name)}${suggest(name, known)}`);
    }
  };
  for (const [i, { to, mode }] of data.routes.entries()) {
    checkNames(['routes', i, 'to'], to);
    for (const [j, name] of to.entries()) {
      const settings = channels.get(name);
      if (mode !== 'digest' || settings?.kind !== 'email' || !settings.contacts) continue;
      report(
        ['routes', i, 'to', j],
        `${quoteInput(name)} writes to contacts: a digest would show one client the others`,
      );
    }
  }
  checkNames(['operator', 'to'], data.operator.to);
  const reports = new Map<string, ReportPlan>();
  for (const [name, settings] of Object.entries(data.reports)) {
    const path = ['reports', name];
    for (const found of findReportProblems(settings, channels, known)) report([...path, ...found.path], found.problem);
    const brand = await fetchBrand(settings.brand, dirname(resolve(file))).catch((error: unknown) => {
      if (!(error instanceof InputError)) throw error;
      report([...path, 'brand'], error.message);
      return null;
    });
    reports.set(name, planReport(settings, brand));
  }
  throwErrors(errors);
  return { file, channels, routes: data.routes, operator: data.operator, reports };
}

async function fetchBrand(file: string | undefined, folder: string): Promise<Brand | null> {
  return file === undefined ? null : loadBrand(resolve(folder, file));
}

type Refuse = (key: string, problem: string) => void;

async function fetchSecrets(
  settings: UnresolvedSettings,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
  report: Refuse,
): Promise<ChannelSettings | null> {
  const fetched: [string, unknown][] = [];
  for (const [key, value] of Object.entries(settings)) {
    if (!(value instanceof SecretReference)) {
      fetched.push([key, value]);
      continue;
    }
    try {
      fetched.push([key, new Secret(await fetchSecret(value.source, folder, env))]);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      report(key, error.message);
    }
  }
  const complete = fetched.length === Object.keys(settings).length;
  // Every reference was replaced, which is what the two types differ in.
  return complete ? (Object.fromEntries(fetched) as unknown as ChannelSettings) : null;
}

async function fetchSecret(
  { text, env: name = '', file }: SecretSource,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (text !== undefined) return text;
  const found = file === undefined ? env[name] : await readSecretFile(resolve(folder, file));
  const where = file === undefined ? `the environment variable ${quoteInput(name)}` : `the file ${quoteInput(file)}`;
  if (found === undefined) throw new InputError(`${where} is not set`);
  if (found === '') throw new InputError(`${where} is empty`);
  // In a header they would begin another one, and no secret has any.
  if (/\p{Cc}/u.test(found)) throw new InputError(`${where} contains more than one line, or control characters`);
  return found;
}

async function readSecretFile(file: string): Promise<string> {
  const { mode } = await stat(file).catch((error: unknown) => {
    throw new InputError(describeFileError(error), { file });
  });
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new InputError('users other than its owner can read it: use chmod 600', { file });
  }
  return (await readText(file, MAX_SECRET_BYTES)).replace(/\r?\n$/, '');
}
