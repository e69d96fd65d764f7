import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { MAX_FRAME_BYTES_BEFORE_AUTH } from '../../protocol/wire/frame.ts';
import { connectionFault } from '../link/channel.ts';
import { WebSocketClient } from '../link/socket/web-socket.ts';

/**
 * Opens a WebSocket and closes it again: what stands between agent and server passes them on. Nothing is sent.
 * @param page the address as `http:` or `https:`
 * @throws VigiaError no_websocket, server_unreachable, server_not_vigia
 */
export async function proveUpgrade(page: URL, timeoutMs: number): Promise<void> {
  const url = new URL(page);
  url.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = new WebSocketClient({
    url,
    subprotocol: AGENT_SUBPROTOCOL,
    maxMessageBytes: MAX_FRAME_BYTES_BEFORE_AUTH,
    useAuthorities: false,
    onConnect: () => undefined,
    onOpen: resolve,
    onMessage: () => undefined,
    onError: reject,
    onClose: () => undefined,
  });
  const deadline = setTimeout(() => reject(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })), timeoutMs);
  try {
    await promise;
  } catch (error) {
    throw connectionFault(error, url);
  } finally {
    clearTimeout(deadline);
    socket.terminate();
  }
}
