import type { ReceiverTarget } from '../../../protocol/api/receiver.ts';
import type { Channel, Outside } from './channel.ts';
import { emailChannel } from './email.ts';
import { ntfyChannel } from './ntfy.ts';
import { telegramChannel } from './telegram.ts';
import { webhookChannel } from './webhook.ts';

/** The channel to a target, whose secret (if it has one) comes from where it was sealed. */
export function makeChannel(target: ReceiverTarget, secret: string | null, outside: Outside): Channel {
  if (target.kind === 'email') return emailChannel(target, secret, outside);
  if (target.kind === 'webhook') return webhookChannel(target, secret, outside);
  if (target.kind === 'ntfy') return ntfyChannel(target, secret, outside);
  return telegramChannel(target, secret, outside);
}
