import { VigiaError } from '../../../protocol/error.ts';
import { remoteUrlFault } from '../../domain/remote-url.ts';

/** @throws VigiaError validation_failed unless it is a template that can be used, or none */
export function requireRemoteUrl(template: string | null | undefined): void {
  const fault = template == null ? null : remoteUrlFault(template);
  if (fault !== null) throw new VigiaError('validation_failed', fault);
}
