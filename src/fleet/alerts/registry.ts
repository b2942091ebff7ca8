import type { ChannelKind } from './alert-config-schema.js';
import type { Channel } from './channel.js';
import { email } from './email.js';
import { ntfy } from './ntfy.js';
import { slack } from './slack.js';
import { teams } from './teams.js';
import { webhook } from './webhook.js';

/** Every kind of channel. */
export const CHANNELS: { readonly [K in ChannelKind]: Channel<K> } = { webhook, email, slack, teams, ntfy };
