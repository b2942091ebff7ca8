import { isIP } from 'node:net';
import type { ChannelSettings } from './alert-config-schema.js';

/** What is wrong with a channel's settings, and with which of them. */
export interface SettingsProblem {
  readonly key: string;
  readonly problem: string;
}

const MIN_SIGNATURE_SECRET = 16;

/** Checks what a schema can not: addresses that may be secret, and settings that belong together. */
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
  if (!url || !['https:', 'http:'].includes(url.protocol)) return { key, problem: 'is no https:// address' };
  if (url.username || url.password) return { key, problem: 'an address with a user and password is not supported' };
  if (url.protocol === 'http:' && !allowHttp && !isLoopback(url.hostname)) {
    return { key, problem: 'http:// can be read on the way; use https://, or say allowHttp: true' };
  }
  return null;
}

/** Whether a host name or address is this machine's own. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'));
}
